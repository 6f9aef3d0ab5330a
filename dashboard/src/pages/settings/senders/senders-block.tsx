import { useState } from 'react';
import { type RowOf, useAskPages, useDo } from '../../../api/ask.ts';
import { useMay } from '../../../api/may.ts';
import { Failure } from '../../../components/failure.tsx';
import { SettingsBlock } from '../../../components/settings-block.tsx';
import { Badge } from '../../../components/ui/badge.tsx';
import { Button } from '../../../components/ui/button.tsx';
import { Confirm } from '../../../components/ui/confirm.tsx';
import { Skeleton } from '../../../components/ui/skeleton.tsx';
import { Cell, HeadCell, Row, Table, TableHead } from '../../../components/ui/table.tsx';
import { SenderForm } from './sender-form.tsx';
import { DOMAIN_STATES } from './domain-states.ts';

type Sender = RowOf<'GET /senders'>;

export function SendersBlock() {
  const mayChange = useMay('editor');
  const senders = useAskPages('GET /senders', { query: { limit: 100 } });
  const [removing, setRemoving] = useState<Sender | null>(null);
  const change = useDo('PATCH /senders/{id}');
  const remove = useDo('DELETE /senders/{id}', { onDone: () => setRemoving(null) });
  return (
    <SettingsBlock title="Senders" hint="Names and addresses that emails may be from.">
      <Failure error={senders.error ?? change.error} stale={senders.rows.length > 0} />
      {mayChange && <SenderForm />}
      {senders.isPending && <Skeleton className="h-24 w-full" />}
      {senders.rows.length > 0 && (
        <Table label="Senders">
          <TableHead>
            <HeadCell>Sender</HeadCell>
            <HeadCell>Answers to</HeadCell>
            <HeadCell>Domain</HeadCell>
            {mayChange && (
              <HeadCell>
                <span className="sr-only">Change</span>
              </HeadCell>
            )}
          </TableHead>
          <tbody>
            {senders.rows.map((sender) => (
              <Row key={sender.id}>
                <Cell className="min-w-44">
                  <span className="font-medium">{sender.name}</span>{' '}
                  {sender.is_default && <Badge tone="good">default</Badge>}
                  <span className="block text-sm break-all text-muted">{sender.address}</span>
                </Cell>
                <Cell className="text-sm break-all text-muted">
                  {sender.reply_to ?? 'the sender'}
                </Cell>
                <Cell>
                  <Badge tone={DOMAIN_STATES[sender.domain.state].tone}>
                    {DOMAIN_STATES[sender.domain.state].word}
                  </Badge>
                </Cell>
                {mayChange && (
                  <Cell className="text-right whitespace-nowrap">
                    {!sender.is_default && (
                      <Button
                        look="bare"
                        aria-label={`Make ${sender.address} the default`}
                        disabled={change.isPending}
                        onClick={() =>
                          change.mutate({ path: { id: sender.id }, body: { is_default: true } })
                        }
                      >
                        Make default
                      </Button>
                    )}
                    <Button
                      look="bare"
                      aria-label={`Delete ${sender.address}`}
                      onClick={() => setRemoving(sender)}
                    >
                      Delete…
                    </Button>
                  </Cell>
                )}
              </Row>
            ))}
          </tbody>
        </Table>
      )}
      <Confirm
        open={removing !== null}
        onOpenChange={() => setRemoving(null)}
        title={`Delete ${removing?.address ?? ''}?`}
        confirm="Delete"
        isPending={remove.isPending}
        error={remove.error}
        onConfirm={() => removing !== null && remove.mutate({ path: { id: removing.id } })}
      >
        <p>Emails that name it cannot be published until they name another.</p>
      </Confirm>
    </SettingsBlock>
  );
}
