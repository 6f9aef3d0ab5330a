import { useState } from 'react';
import { useAskPages } from '../../api/ask.ts';
import { useMay } from '../../api/may.ts';
import { useSearchText } from '../../app/use-search.ts';
import { Empty } from '../../components/empty.tsx';
import { Failure } from '../../components/failure.tsx';
import { LoadMore } from '../../components/load-more.tsx';
import { Page } from '../../components/page.tsx';
import { Button } from '../../components/ui/button.tsx';
import { Input } from '../../components/ui/field.tsx';
import { Segmented } from '../../components/ui/segmented.tsx';
import { Skeleton } from '../../components/ui/skeleton.tsx';
import { NewSeries } from './new-series.tsx';
import { SeriesTable } from './series-table.tsx';

const STATUSES = ['all', 'active', 'draft', 'paused', 'archived'] as const;

/** All series of a side: their state, how many are in them, and what came of them. */
export function SeriesPage() {
  const mayEdit = useMay('editor');
  const [text, setText] = useSearchText('q');
  const [wish, setStatus] = useSearchText('status');
  const [isNew, setIsNew] = useState(false);
  const status = STATUSES.find((known) => known === wish) ?? 'all';
  const list = useAskPages(
    'GET /series',
    {
      query: {
        limit: 50,
        with: 'counts',
        ...(status === 'all' ? {} : { status }),
        ...(text.trim() === '' ? {} : { q: text.trim() }),
      },
    },
    { keepsPrevious: true },
  );
  const isFiltered = status !== 'all' || text.trim() !== '';
  return (
    <Page
      title="Series"
      hint="Emails in order, with waits and branches, for each person in their own time."
      actions={
        mayEdit && (
          <Button look="primary" onClick={() => setIsNew(true)}>
            New series
          </Button>
        )
      }
      isWide
    >
      <div className="flex flex-wrap items-center gap-3">
        <Input
          type="search"
          aria-label="Find by name"
          placeholder="Find by name"
          className="max-w-64"
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
        <span className="max-w-full overflow-x-auto">
          <Segmented
            label="Status"
            value={status}
            segments={STATUSES.map((value) => ({
              value,
              label: value === 'all' ? 'All' : wordOf(value),
            }))}
            onChange={(next) => setStatus(next === 'all' ? '' : next)}
          />
        </span>
      </div>
      <Failure error={list.error} stale={list.rows.length > 0} />
      {list.isPending && <Skeleton className="h-96 w-full" />}
      {list.isSuccess && list.rows.length === 0 && (
        <Empty title={isFiltered ? 'No series matches' : 'No series yet'}>
          {isFiltered ? (
            'Look for another name, or in another status.'
          ) : mayEdit ? (
            <Button className="mt-2" onClick={() => setIsNew(true)}>
              Make the first, or start from a template
            </Button>
          ) : (
            'Editors and owners make them.'
          )}
        </Empty>
      )}
      {list.rows.length > 0 && <SeriesTable rows={list.rows} mayEdit={mayEdit} />}
      <LoadMore
        hasMore={list.hasNextPage}
        isLoading={list.isFetchingNextPage}
        onMore={() => void list.fetchNextPage()}
      />
      <NewSeries open={isNew} onOpenChange={setIsNew} />
    </Page>
  );
}

const wordOf = (status: string): string => `${status.charAt(0).toUpperCase()}${status.slice(1)}`;
