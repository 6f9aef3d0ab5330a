import { Link } from '@tanstack/react-router';
import { useAsk } from '../../api/ask.ts';
import { Instant } from '../../components/instant.tsx';
import { Cell, HeadCell, Row, Table, TableHead } from '../../components/ui/table.tsx';
import { BroadcastStatus } from '../broadcasts/broadcast-status.tsx';

const SHOWN_MAX = 50;

/** Broadcasts that are to begin, or have begun and not ended; nothing where there is none. */
export function UpcomingBroadcasts() {
  const scheduled = useAsk('GET /broadcasts', { query: { limit: SHOWN_MAX, status: 'scheduled' } });
  const sending = useAsk('GET /broadcasts', { query: { limit: SHOWN_MAX, status: 'sending' } });
  const rows = [...(sending.data?.data ?? []), ...(scheduled.data?.data ?? [])];
  // Both at once, so that none moves the other.
  if (sending.isPending || scheduled.isPending || rows.length === 0) return null;
  return (
    <section className="grid gap-2">
      <h2 className="font-semibold">Broadcasts</h2>
      <Table label="Broadcasts to come">
        <TableHead>
          <HeadCell>Broadcast</HeadCell>
          <HeadCell>Status</HeadCell>
          <HeadCell>Begins</HeadCell>
        </TableHead>
        <tbody>
          {rows.map(({ id, name, status, scheduled_for: at }) => (
            <Row key={id}>
              <Cell>
                <Link
                  to="/dashboard/broadcasts/$id"
                  params={{ id }}
                  className="font-medium hover:underline"
                >
                  {name}
                </Link>
              </Cell>
              <Cell>
                <BroadcastStatus status={status} />
              </Cell>
              <Cell className="text-muted wide:whitespace-nowrap">
                {at === null ? 'now' : <Instant at={at} />}
              </Cell>
            </Row>
          ))}
        </tbody>
      </Table>
    </section>
  );
}
