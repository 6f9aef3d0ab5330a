import { useState } from 'react';
import { type RowOf, useAskPages, useDo } from '../../../api/ask.ts';
import { useMay } from '../../../api/may.ts';
import { Failure } from '../../../components/failure.tsx';
import { LoadMore } from '../../../components/load-more.tsx';
import { SettingsBlock } from '../../../components/settings-block.tsx';
import { Button } from '../../../components/ui/button.tsx';
import { Confirm } from '../../../components/ui/confirm.tsx';
import { Skeleton } from '../../../components/ui/skeleton.tsx';
import { KeyTable } from './key-table.tsx';
import { NewKey } from './new-key.tsx';

export type Key = RowOf<'GET /keys'>;
type Kind = Key['kind'];

const KINDS: readonly { readonly kind: Kind; readonly title: string; readonly hint: string }[] = [
  {
    kind: 'widget',
    title: 'Widget keys',
    hint: 'Publishable: for pages and apps. They identify users and enroll them, nothing else.',
  },
  {
    kind: 'secret',
    title: 'Secret keys',
    hint: 'For servers: the whole API. Shown once, when made.',
  },
  {
    kind: 'identity',
    title: 'Identity secrets',
    hint: 'Your server signs identity tokens with them, so that nobody can act as somebody else. Shown once.',
  },
];

/** Keys: made, shown once, rotated with an overlap, revoked. */
export function KeysSection() {
  const mayChange = useMay('owner');
  const keys = useAskPages('GET /keys', { query: { limit: 100 } });
  const [made, setMade] = useState<Key | null>(null);
  const [revoking, setRevoking] = useState<Key | null>(null);
  const create = useDo('POST /keys', { onDone: setMade });
  const rotate = useDo('POST /keys/{id}/rotate', { onDone: setMade });
  const revoke = useDo('POST /keys/{id}/revoke', { onDone: () => setRevoking(null) });

  if (keys.isPending) return <Skeleton className="h-96 w-full" />;
  return (
    <>
      <Failure error={keys.error ?? create.error ?? rotate.error} stale={keys.rows.length > 0} />
      {made !== null && <NewKey made={made} onClose={() => setMade(null)} />}
      {KINDS.map(({ kind, title, hint }) => (
        <SettingsBlock
          key={kind}
          title={title}
          hint={hint}
          actions={
            mayChange && (
              <Button disabled={create.isPending} onClick={() => create.mutate({ body: { kind } })}>
                New {title.toLowerCase().replace(/s$/, '')}
              </Button>
            )
          }
        >
          <KeyTable
            label={title}
            keys={keys.rows.filter((key) => key.kind === kind)}
            mayChange={mayChange}
            onRotate={({ id }) => rotate.mutate({ path: { id } })}
            onRevoke={setRevoking}
          />
        </SettingsBlock>
      ))}
      {!mayChange && <p className="text-sm text-muted">Only owners make and revoke keys.</p>}
      <LoadMore
        hasMore={keys.hasNextPage}
        isLoading={keys.isFetchingNextPage}
        onMore={() => void keys.fetchNextPage()}
      />
      <Confirm
        open={revoking !== null}
        onOpenChange={() => setRevoking(null)}
        title={`Revoke the key …${revoking?.hint ?? ''}?`}
        confirm="Revoke"
        isPending={revoke.isPending}
        error={revoke.error}
        onConfirm={() => revoking !== null && revoke.mutate({ path: { id: revoking.id } })}
      >
        <p>
          Calls with it are refused at once, and it cannot be brought back. To change a key without
          a gap, rotate it first.
        </p>
      </Confirm>
    </>
  );
}
