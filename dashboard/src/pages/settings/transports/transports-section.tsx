import { useState } from 'react';
import { type RowOf, useAsk, useDo } from '../../../api/ask.ts';
import { useMay } from '../../../api/may.ts';
import { Empty } from '../../../components/empty.tsx';
import { Failure } from '../../../components/failure.tsx';
import { Badge } from '../../../components/ui/badge.tsx';
import { Button } from '../../../components/ui/button.tsx';
import { Confirm } from '../../../components/ui/confirm.tsx';
import { Notice } from '../../../components/ui/notice.tsx';
import { Skeleton } from '../../../components/ui/skeleton.tsx';
import { SettingsBlock } from '../../../components/settings-block.tsx';
import { useSide } from '../../../api/side.ts';
import { TransportCard } from './transport-card.tsx';
import { TransportForm } from './transport-form.tsx';

export type Transport = RowOf<'GET /transports'>;
export type TransportKind = RowOf<'GET /transport_kinds'>;

/** How mail leaves: SMTP or a provider, in order of preference. */
export function TransportsSection() {
  const { side } = useSide();
  const mayChange = useMay('owner');
  const transports = useAsk('GET /transports', {});
  const kinds = useAsk('GET /transport_kinds', {});
  const [editing, setEditing] = useState<Transport | 'new' | null>(null);
  const [removing, setRemoving] = useState<Transport | null>(null);
  const remove = useDo('DELETE /transports/{id}', { onDone: () => setRemoving(null) });
  const rows = transports.data?.data ?? [];
  const known = kinds.data?.data ?? [];
  if (transports.isPending || kinds.isPending) return <Skeleton className="h-64 w-full" />;
  return (
    <SettingsBlock
      title="Transports"
      hint="The first that works is used; equal positions share by weight. When one fails, the next takes over."
      actions={
        mayChange &&
        editing === null && (
          <Button look="primary" onClick={() => setEditing('new')}>
            Add a transport
          </Button>
        )
      }
    >
      <Failure error={transports.error ?? kinds.error} stale={rows.length > 0} />
      {side.side === 'test' && (
        <Notice title="Nothing leaves a test side">
          <p className="text-muted">
            Its emails are kept in the inbox. Transports matter on the live side.
          </p>
        </Notice>
      )}
      {editing === 'new' && (
        <TransportForm kinds={known} transport={null} onClose={() => setEditing(null)} />
      )}
      {rows.length === 0 && transports.error === null && editing === null && (
        <Empty title="No transport yet">
          Until there is one, mail leaves by the server that MILEPOST_SMTP_URL names, if it does.
        </Empty>
      )}
      <ul className="grid gap-3">
        {rows.map((transport) => (
          <li key={transport.id}>
            {editing !== null && editing !== 'new' && editing.id === transport.id ? (
              <TransportForm kinds={known} transport={transport} onClose={() => setEditing(null)} />
            ) : (
              <TransportCard
                transport={transport}
                kind={known.find(({ name }) => name === transport.kind)}
                mayChange={mayChange}
                onEdit={() => setEditing(transport)}
                onRemove={() => setRemoving(transport)}
              />
            )}
          </li>
        ))}
      </ul>
      {!mayChange && <p className="text-sm text-muted">Only owners change transports.</p>}
      <Confirm
        open={removing !== null}
        onOpenChange={() => setRemoving(null)}
        title={`Remove ${removing?.name ?? ''}?`}
        confirm="Remove"
        isPending={remove.isPending}
        error={remove.error}
        onConfirm={() => removing !== null && remove.mutate({ path: { id: removing.id } })}
      >
        <p>
          {rows.length === 1 ? 'It is the only one: ' : 'Mail leaves by the others; '}
          {rows.length === 1
            ? 'emails that are due wait until there is another.'
            : 'its settings and its key are deleted, what it sent stays.'}
        </p>
        <Badge tone="quiet">{removing?.kind}</Badge>
      </Confirm>
    </SettingsBlock>
  );
}
