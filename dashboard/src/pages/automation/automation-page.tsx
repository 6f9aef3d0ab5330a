import { ApiError } from '@milepost/sdk';
import { Link, useParams } from '@tanstack/react-router';
import { useEffect } from 'react';
import { useAsk } from '../../api/ask.ts';
import { useSide } from '../../api/side.ts';
import { Failure } from '../../components/failure.tsx';
import { Empty } from '../../components/empty.tsx';
import { Page } from '../../components/page.tsx';
import { Skeleton } from '../../components/ui/skeleton.tsx';
import { AutomationTabs } from './automation-tabs.tsx';
import { SeriesConflict } from './conflict.tsx';
import { DraftProvider } from './draft/draft-provider.tsx';
import { AutomationHeader } from './header/automation-header.tsx';
import { KeptInFile } from './kept-in-file.tsx';

/** One series: built, ruled, written, tried and watched. The id in the address is the API's. */
export function AutomationPage() {
  const { id } = useParams({ from: '/inside/dashboard/automation/$id' });
  const { side } = useSide();
  const series = useAsk('GET /series/{id}', { path: { id } });
  const name = series.data?.name;
  useEffect(() => {
    document.title = `${name ?? 'Series'} (${side.side}) · Milepost`;
  }, [name, side.side]);

  if (series.data === undefined) {
    return isMissing(series.error) ? <Missing /> : <Coming error={series.error} />;
  }
  return (
    <DraftProvider key={series.data.id} series={series.data}>
      <main className="flex min-h-0 flex-1 flex-col">
        <AutomationHeader />
        <Failure error={series.error} stale className="m-3" />
        <KeptInFile />
        <SeriesConflict />
        <AutomationTabs />
      </main>
    </DraftProvider>
  );
}

/** A broadcast has an id too, and a page of its own. */
const isMissing = (error: Error | null): boolean =>
  error instanceof ApiError && (error.status === 404 || error.code === 'series.wrong_type');

function Missing() {
  return (
    <Page title="Series">
      <Empty title="There is no series of this id on this side">
        It may be on the other side, or may have been deleted.{' '}
        <Link to="/dashboard/series" className="text-accent underline">
          All series
        </Link>
      </Empty>
    </Page>
  );
}

function Coming({ error }: { readonly error: Error | null }) {
  return (
    <main className="flex min-h-0 flex-1 flex-col" aria-busy={error === null}>
      <h1 className="sr-only">Series</h1>
      <div className="flex items-center gap-3 border-b bg-panel px-4 pt-3 pb-14">
        <Skeleton className="h-7 w-56" />
      </div>
      <Failure error={error} className="m-4" />
      {error === null && <Skeleton className="m-4 h-96" />}
    </main>
  );
}
