import { useMemo } from 'react';
import { useAsk } from '../../api/ask.ts';
import { viewerZone } from '../../app/time.ts';
import { useSearchText } from '../../app/use-search.ts';
import { Empty } from '../../components/empty.tsx';
import { Failure } from '../../components/failure.tsx';
import { HeatMap } from '../../components/heat-map.tsx';
import { countedOf } from '../../components/number.ts';
import { Page } from '../../components/page.tsx';
import { Notice } from '../../components/ui/notice.tsx';
import { Segmented } from '../../components/ui/segmented.tsx';
import { Skeleton } from '../../components/ui/skeleton.tsx';
import { dayRowsOf } from './days.ts';
import { UpcomingBroadcasts } from './upcoming-broadcasts.tsx';
import { UpcomingSeries } from './upcoming-series.tsx';

const SPANS = ['7', '14', '30'] as const;

/** What is planned to be sent in the days to come, hour by hour. */
export function UpcomingPage() {
  const [span, setSpan] = useSearchText('days');
  const [seriesId, setSeriesId] = useSearchText('series');
  const days = SPANS.find((known) => known === span) ?? '14';
  const upcoming = useAsk(
    'GET /upcoming',
    { query: { days: Number(days) } },
    { keepsPrevious: true },
  );
  const { data } = upcoming;
  const rows = useMemo(() => {
    if (data === undefined) return [];
    const hours = data.hours.filter(({ series_id: id }) => seriesId === '' || id === seriesId);
    return dayRowsOf({ from: data.from, to: data.to, hours }, viewerZone);
  }, [data, seriesId]);
  const total = rows.reduce(
    (sum, { counts }) => sum + counts.reduce<number>((all, count) => all + (count ?? 0), 0),
    0,
  );

  return (
    <Page
      title="Upcoming"
      hint={`The next email of everybody who waits, by hour in ${viewerZone}. An email after a wait leaves when its window opens next.`}
      actions={
        <Segmented
          label="How far to look"
          value={days}
          segments={SPANS.map((value) => ({ value, label: `${value} days` }))}
          onChange={setSpan}
        />
      }
    >
      <Failure error={upcoming.error} stale={data !== undefined} />
      {data === undefined ? (
        upcoming.error === null && <Skeleton className="h-120 w-full" />
      ) : data.series.length === 0 ? (
        <Empty title="No series plans an email">
          When people are enrolled in an active series, what they will be sent is shown here before
          it leaves.
        </Empty>
      ) : (
        <>
          <p className="font-semibold" aria-live="polite">
            {countedOf(total, 'email', 'emails')} planned
          </p>
          <HeatMap label="Planned emails by day and hour" rows={rows} unit="emails" />
          {data.truncated && (
            <Notice title="There is more than is shown here">
              <p className="text-muted">Choose fewer days, or one series.</p>
            </Notice>
          )}
          <UpcomingSeries series={data.series} selectedId={seriesId} onSelect={setSeriesId} />
        </>
      )}
      {(data !== undefined || upcoming.error !== null) && <UpcomingBroadcasts />}
    </Page>
  );
}
