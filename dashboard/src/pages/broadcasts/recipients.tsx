import { Link } from '@tanstack/react-router';
import { type RowOf, useAskPages } from '../../api/ask.ts';
import { useSearchText } from '../../app/use-search.ts';
import { Empty } from '../../components/empty.tsx';
import { Failure } from '../../components/failure.tsx';
import { Instant } from '../../components/instant.tsx';
import { LoadMore } from '../../components/load-more.tsx';
import { Select } from '../../components/ui/field.tsx';
import { Skeleton } from '../../components/ui/skeleton.tsx';
import { Cell, HeadCell, Row, Table, TableHead } from '../../components/ui/table.tsx';

type Outcome = RowOf<'GET /broadcasts/{id}/recipients'>['outcome'];

const OUTCOMES: readonly Outcome[] = [
  'waiting',
  'queued',
  'sent',
  'delivered',
  'bounced',
  'complained',
  'failed',
  'skipped',
  'cancelled',
  'in_doubt',
  'unsubscribed',
  'suppressed',
  'no_address',
  'invalid_address',
  'duplicate_address',
  'capped',
  'already_past',
];

/** Everybody of the audience, and what became of each. */
export function Recipients({ broadcastId }: { readonly broadcastId: string }) {
  const [wish, setOutcome] = useSearchText('outcome');
  const outcome = OUTCOMES.find((known) => known === wish);
  const list = useAskPages(
    'GET /broadcasts/{id}/recipients',
    {
      path: { id: broadcastId },
      query: { limit: 50, ...(outcome === undefined ? {} : { outcome }) },
    },
    { keepsPrevious: true },
  );
  return (
    <section className="grid gap-3">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <h2 className="font-semibold">People</h2>
        <Select
          aria-label="Outcome"
          className="max-w-52"
          value={outcome ?? ''}
          onChange={(event) => setOutcome(event.target.value)}
        >
          <option value="">Everybody</option>
          {OUTCOMES.map((value) => (
            <option key={value} value={value}>
              {value.replaceAll('_', ' ')}
            </option>
          ))}
        </Select>
      </div>
      <Failure error={list.error} stale={list.rows.length > 0} />
      {list.isPending && <Skeleton className="h-48 w-full" />}
      {list.isSuccess && list.rows.length === 0 && !list.hasNextPage && <Empty title="Nobody" />}
      {list.rows.length > 0 && (
        <Table label="People">
          <TableHead>
            <HeadCell>User</HeadCell>
            <HeadCell>Outcome</HeadCell>
            <HeadCell>Reason</HeadCell>
            <HeadCell>When</HeadCell>
          </TableHead>
          <tbody>
            {list.rows.map((row, index) => (
              <Row key={row.user_id ?? index}>
                <Cell className="min-w-28 break-all">
                  {row.user_id === null ? (
                    <span className="text-muted">erased</span>
                  ) : (
                    <Link
                      to="/dashboard/people/$userId"
                      params={{ userId: row.user_id }}
                      className="font-medium hover:underline"
                    >
                      {row.user_id}
                    </Link>
                  )}
                </Cell>
                <Cell>{row.outcome.replaceAll('_', ' ')}</Cell>
                <Cell className="text-muted">
                  {row.reason === null ? '–' : reasonOf(row.reason, row.outcome)}
                </Cell>
                <Cell className="text-muted wide:whitespace-nowrap">
                  <When sentAt={row.sent_at} plannedFor={row.scheduled_for} />
                </Cell>
              </Row>
            ))}
          </tbody>
        </Table>
      )}
      <LoadMore
        hasMore={list.hasNextPage}
        isLoading={list.isFetchingNextPage}
        onMore={() => void list.fetchNextPage()}
      />
    </section>
  );
}

/** In words; nothing where the outcome has said it all. */
function reasonOf(reason: string, outcome: string): string {
  if (reason === outcome) return '–';
  const [kind = '', detail] = reason.split(':');
  const words = (detail !== undefined && kind === outcome ? detail : reason).replaceAll('_', ' ');
  return words.replace(':', ': ');
}

interface WhenProps {
  readonly sentAt: string | null;
  readonly plannedFor: string | null;
}

function When({ sentAt, plannedFor }: WhenProps) {
  if (sentAt !== null) return <Instant at={sentAt} />;
  if (plannedFor === null) return '–';
  return (
    <>
      planned <Instant at={plannedFor} />
    </>
  );
}
