import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useAskPages } from '../../api/ask.ts';
import { useMay } from '../../api/may.ts';
import { useSearchText } from '../../app/use-search.ts';
import { Empty } from '../../components/empty.tsx';
import { Failure } from '../../components/failure.tsx';
import { Instant } from '../../components/instant.tsx';
import { LoadMore } from '../../components/load-more.tsx';
import { Page } from '../../components/page.tsx';
import { Button } from '../../components/ui/button.tsx';
import { Segmented } from '../../components/ui/segmented.tsx';
import { Skeleton } from '../../components/ui/skeleton.tsx';
import { Cell, HeadCell, Row, Table, TableHead } from '../../components/ui/table.tsx';
import { BroadcastStatus } from './broadcast-status.tsx';
import { NewBroadcast } from './new-broadcast.tsx';

const STATUSES = ['all', 'draft', 'scheduled', 'sending', 'sent'] as const;

const LABELS: Readonly<Record<(typeof STATUSES)[number], string>> = {
  all: 'All',
  draft: 'Draft',
  scheduled: 'Scheduled',
  sending: 'Sending',
  sent: 'Sent',
};

/** One email to many people, once. */
export function BroadcastsPage() {
  const mayEdit = useMay('editor');
  const [wish, setStatus] = useSearchText('status');
  const [isNew, setIsNew] = useState(false);
  const status = STATUSES.find((known) => known === wish) ?? 'all';
  const list = useAskPages(
    'GET /broadcasts',
    { query: { limit: 50, ...(status === 'all' ? {} : { status }) } },
    { keepsPrevious: true },
  );
  return (
    <Page
      title="Broadcasts"
      hint="One email to many people, once."
      actions={
        mayEdit && (
          <Button look="primary" onClick={() => setIsNew(true)}>
            New broadcast
          </Button>
        )
      }
      isWide
    >
      <div className="overflow-x-auto">
        <Segmented
          label="Status"
          value={status}
          segments={STATUSES.map((value) => ({ value, label: LABELS[value] }))}
          onChange={(next) => setStatus(next === 'all' ? '' : next)}
        />
      </div>
      <Failure error={list.error} stale={list.rows.length > 0} />
      {list.isPending && <Skeleton className="h-72 w-full" />}
      {list.isSuccess && list.rows.length === 0 && (
        <Empty title={status === 'all' ? 'No broadcast yet' : `No broadcast is ${status}`}>
          A broadcast says to whom it goes and when; before it leaves you see whom it reaches, whom
          not, and why.
        </Empty>
      )}
      {list.rows.length > 0 && (
        <Table label="Broadcasts">
          <TableHead>
            <HeadCell>Name</HeadCell>
            <HeadCell>Status</HeadCell>
            <HeadCell>Begins</HeadCell>
            <HeadCell>Finished</HeadCell>
            <HeadCell>Edited</HeadCell>
          </TableHead>
          <tbody>
            {list.rows.map((row) => (
              <Row key={row.id}>
                <Cell className="min-w-48">
                  <Link
                    to="/dashboard/broadcasts/$id"
                    params={{ id: row.id }}
                    className="font-medium hover:underline"
                  >
                    {row.name}
                  </Link>
                </Cell>
                <Cell>
                  <BroadcastStatus status={row.status} />
                </Cell>
                <When at={row.scheduled_for} />
                <When at={row.finished_at} />
                <When at={row.updated_at} />
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
      <NewBroadcast open={isNew} onOpenChange={setIsNew} />
    </Page>
  );
}

function When({ at }: { readonly at: string | null }) {
  return (
    <Cell className="text-muted wide:whitespace-nowrap">
      {at === null ? '–' : <Instant at={at} />}
    </Cell>
  );
}
