import { useState } from 'react';
import { type RowOf, useAskPages, useDo } from '../../../api/ask.ts';
import { CopyText } from '../../../components/copy-text.tsx';
import { Empty } from '../../../components/empty.tsx';
import { Failure } from '../../../components/failure.tsx';
import { SettingsBlock } from '../../../components/settings-block.tsx';
import { Button } from '../../../components/ui/button.tsx';
import { Confirm } from '../../../components/ui/confirm.tsx';
import { Notice } from '../../../components/ui/notice.tsx';
import { Skeleton } from '../../../components/ui/skeleton.tsx';
import { EndpointCard } from './endpoint-card.tsx';
import { EndpointForm } from './endpoint-form.tsx';

export type Endpoint = RowOf<'GET /webhooks'>;

/** What is being done to an endpoint. */
interface Doing {
  readonly what: 'edit' | 'rotate' | 'remove';
  readonly endpoint: Endpoint;
}

/** Your servers that get events. */
export function EndpointsBlock() {
  const endpoints = useAskPages('GET /webhooks', { query: { limit: 50 } });
  const [isAdding, setIsAdding] = useState(false);
  const [doing, setDoing] = useState<Doing | null>(null);
  const [secret, setSecret] = useState<string | null>(null);
  const close = (): void => {
    setIsAdding(false);
    setDoing(null);
  };
  const isEmpty = endpoints.isSuccess && endpoints.rows.length === 0 && !isAdding;
  return (
    <SettingsBlock
      title="Endpoints"
      hint="Servers of yours that are told what happens on this side, at least once and in order for each person."
      actions={!isAdding && <Button onClick={() => setIsAdding(true)}>Add an endpoint</Button>}
    >
      <Failure error={endpoints.error} stale={endpoints.rows.length > 0} />
      {secret !== null && (
        <Notice role="status" tone="done" title="Copy its secret now: it is not shown again">
          <CopyText text={secret} label="Copy the secret of the endpoint" />
          <Button className="justify-self-start" onClick={() => setSecret(null)}>
            Done
          </Button>
        </Notice>
      )}
      {isAdding && <EndpointForm endpoint={null} onClose={close} onSecret={setSecret} />}
      {endpoints.isPending && <Skeleton className="h-32 w-full" />}
      {isEmpty && (
        <Empty title="No endpoint yet">
          Add one to mirror messages, people and series in a warehouse or a CRM.
        </Empty>
      )}
      <ul className="grid gap-3">
        {endpoints.rows.map((endpoint) => (
          <li key={endpoint.id}>
            {doing?.what === 'edit' && doing.endpoint.id === endpoint.id ? (
              <EndpointForm endpoint={endpoint} onClose={close} onSecret={setSecret} />
            ) : (
              <EndpointCard endpoint={endpoint} onDo={(what) => setDoing({ what, endpoint })} />
            )}
          </li>
        ))}
      </ul>
      <Questions doing={doing} onClose={close} onSecret={setSecret} />
    </SettingsBlock>
  );
}

interface QuestionsProps {
  readonly doing: Doing | null;
  readonly onClose: () => void;
  readonly onSecret: (secret: string) => void;
}

/** Asks before a secret is replaced or an endpoint taken away. */
function Questions({ doing, onClose, onSecret }: QuestionsProps) {
  const remove = useDo('DELETE /webhooks/{id}', { onDone: onClose });
  const rotate = useDo('POST /webhooks/{id}/rotate_secret', {
    onDone: ({ secret }) => {
      onClose();
      onSecret(secret);
    },
  });
  const url = doing?.endpoint.url ?? '';
  const path = { id: doing?.endpoint.id ?? '' };
  return (
    <>
      <Confirm
        open={doing?.what === 'remove'}
        onOpenChange={onClose}
        title={`Remove ${url}?`}
        confirm="Remove"
        isPending={remove.isPending}
        error={remove.error}
        onConfirm={() => remove.mutate({ path })}
      >
        <p>Its log goes with it, and what waits is not sent.</p>
      </Confirm>
      <Confirm
        open={doing?.what === 'rotate'}
        onOpenChange={onClose}
        title="Make a new secret?"
        confirm="Rotate"
        isPending={rotate.isPending}
        error={rotate.error}
        onConfirm={() => rotate.mutate({ path })}
      >
        <p>Calls are signed with both for 24 hours; give your server the new one by then.</p>
      </Confirm>
    </>
  );
}
