import { useState } from 'react';
import { type RowOf, useAskPages, useDo } from '../../../api/ask.ts';
import { useMay } from '../../../api/may.ts';
import { CopyText } from '../../../components/copy-text.tsx';
import { Empty } from '../../../components/empty.tsx';
import { Failure } from '../../../components/failure.tsx';
import { Instant } from '../../../components/instant.tsx';
import { countedOf } from '../../../components/number.ts';
import { SettingsBlock } from '../../../components/settings-block.tsx';
import { Badge } from '../../../components/ui/badge.tsx';
import { Button } from '../../../components/ui/button.tsx';
import { Confirm } from '../../../components/ui/confirm.tsx';
import { Notice } from '../../../components/ui/notice.tsx';
import { Skeleton } from '../../../components/ui/skeleton.tsx';
import { InboxForm } from './inbox-form.tsx';

type Inbox = RowOf<'GET /inboxes'>;

const STATES = {
  new: { word: 'not read yet', tone: 'plain' },
  working: { word: 'working', tone: 'good' },
  failing: { word: 'failing', tone: 'fault' },
  post_only: { word: 'by address only', tone: 'plain' },
  off: { word: 'off', tone: 'quiet' },
} as const;

/** Where bounces, complaints and answers come back to; what is read there is for owners only. */
export function InboxesSection() {
  if (useMay('owner')) return <Inboxes />;
  return (
    <SettingsBlock title="Inboxes" hint={HINT}>
      <Notice title="Only owners see the inboxes">
        <p className="text-muted">An owner can give you that role.</p>
      </Notice>
    </SettingsBlock>
  );
}

const HINT =
  'Mail that comes back by SMTP is read here: bounces, complaints, unsubscribing by mail. Providers with an API tell through their transport instead.';

function Inboxes() {
  const inboxes = useAskPages('GET /inboxes', { query: { limit: 100 } });
  const [isAdding, setIsAdding] = useState(false);
  const [removing, setRemoving] = useState<Inbox | null>(null);
  const remove = useDo('DELETE /inboxes/{id}', { onDone: () => setRemoving(null) });
  return (
    <SettingsBlock
      title="Inboxes"
      hint={HINT}
      actions={!isAdding && <Button onClick={() => setIsAdding(true)}>Add an inbox</Button>}
    >
      <Failure error={inboxes.error} stale={inboxes.rows.length > 0} />
      {isAdding && <InboxForm onClose={() => setIsAdding(false)} />}
      {inboxes.isPending && <Skeleton className="h-32 w-full" />}
      {inboxes.isSuccess && inboxes.rows.length === 0 && !isAdding && (
        <Empty title="No inbox yet">
          Without one, bounces that arrive later than the handover are not seen.
        </Empty>
      )}
      <ul className="grid gap-3">
        {inboxes.rows.map((inbox) => (
          <li key={inbox.id}>
            <InboxCard inbox={inbox} onRemove={() => setRemoving(inbox)} />
          </li>
        ))}
      </ul>
      <Confirm
        open={removing !== null}
        onOpenChange={() => setRemoving(null)}
        title={`Remove ${removing?.address ?? ''}?`}
        confirm="Remove"
        isPending={remove.isPending}
        error={remove.error}
        onConfirm={() => removing !== null && remove.mutate({ path: { id: removing.id } })}
      >
        <p>Bounces of emails that were sent with it as return path are no longer read.</p>
      </Confirm>
    </SettingsBlock>
  );
}

interface InboxCardProps {
  readonly inbox: Inbox;
  readonly onRemove: () => void;
}

function InboxCard({ inbox, onRemove }: InboxCardProps) {
  const test = useDo('POST /inboxes/{id}/test');
  const { id, address, state, fault, imap, read_at: readAt, read_count: readCount } = inbox;
  return (
    <article className="grid gap-2 rounded-ui border bg-panel p-4">
      <header className="flex flex-wrap items-center gap-2">
        <h3 className="font-semibold break-all">{address}</h3>
        <Badge tone={STATES[state].tone}>{STATES[state].word}</Badge>
        <span className="ml-auto flex gap-1">
          {imap !== null && (
            <Button disabled={test.isPending} onClick={() => test.mutate({ path: { id } })}>
              {test.isPending ? 'Connecting…' : 'Test'}
            </Button>
          )}
          <Button look="bare" aria-label={`Remove ${address}`} onClick={onRemove}>
            Remove…
          </Button>
        </span>
      </header>
      {fault !== null && <p className="text-sm text-fault">{fault}</p>}
      <p className="text-sm text-muted">
        {imap === null
          ? 'Not read by IMAP.'
          : `Reads ${imap.mailbox} of ${imap.username} at ${imap.host}:${imap.port}.`}{' '}
        {countedOf(readCount, 'mail', 'mails')} read
        {readAt !== null && (
          <>
            , the last time <Instant at={readAt} />
          </>
        )}
        .
      </p>
      <div className="text-sm">
        <span className="text-muted">To hand mail on: </span>
        <CopyText text={inbox.post_url} label="Copy the address to post mail to" />
      </div>
      <p role="status" className="text-sm">
        {test.error?.message ?? (test.data === undefined ? '' : wordsOf(test.data))}
      </p>
    </article>
  );
}

/** What the test found, in the server's words. */
const wordsOf = (found: Readonly<Record<string, unknown>>): string =>
  Object.values(found)
    .filter((value): value is string => typeof value === 'string')
    .join(' ') || 'It works.';
