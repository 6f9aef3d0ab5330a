import { useMemo } from 'react';
import { useAsk } from '../../../api/ask.ts';
import { useDownload } from '../../../api/download.ts';
import { useSearchText } from '../../../app/use-search.ts';
import { Chart } from '../../../components/chart.tsx';
import { Empty } from '../../../components/empty.tsx';
import { Failure } from '../../../components/failure.tsx';
import { isSpan, periodOf, SPANS, type Span } from '../../../components/report/period.ts';
import { useToday } from '../../../components/report/use-today.ts';
import { Button } from '../../../components/ui/button.tsx';
import { Segmented } from '../../../components/ui/segmented.tsx';
import { Skeleton } from '../../../components/ui/skeleton.tsx';
import { useDraft } from '../draft/use-draft.ts';
import { Cohorts } from './cohorts.tsx';
import { Funnel } from './funnel.tsx';
import { Passages } from './passages.tsx';

/** What came of a series: who entered, how far they got, and what their emails did. */
export function ReportTab() {
  const { series } = useDraft();
  const [wish, setSpan] = useSearchText('days');
  const span: Span = isSpan(wish) ? wish : '30';
  const { today, error: noToday } = useToday();
  const period = periodOf(span, today ?? '2026-01-01');
  const report = useAsk(
    'GET /reports/series/{id}',
    { path: { id: series.id }, query: period },
    { enabled: today !== null, keepsPrevious: true },
  );
  const download = useDownload();
  const { data } = report;
  const lines = useMemo(() => {
    const days = data?.days ?? [];
    return [
      { name: 'Entered', values: days.map(({ entered }) => entered) },
      { name: 'Goal reached', values: days.map(({ goal_reached: reached }) => reached) },
      { name: 'Completed', values: days.map(({ completed }) => completed) },
    ];
  }, [data]);
  const at = useMemo(() => data?.days.map((day) => day.at) ?? [], [data]);

  return (
    <div className="min-h-0 flex-1 overflow-y-auto">
      <div className="mx-auto grid max-w-7xl gap-5 p-4 wide:p-6">
        <div className="flex flex-wrap items-center justify-between gap-3">
          <Segmented
            label="Period"
            value={span}
            segments={Object.entries(SPANS).map(([value, label]) => ({
              value: value as Span,
              label,
            }))}
            onChange={setSpan}
          />
          <Button
            disabled={today === null || download.isPending}
            onClick={() =>
              download.mutate({
                path: `/reports/series/${series.id}/steps.csv?${new URLSearchParams({ ...period })}`,
                name: `milepost-${series.id}-steps.csv`,
              })
            }
          >
            CSV
          </Button>
        </div>
        <Failure error={noToday ?? report.error ?? download.error} stale={data !== undefined} />
        {data === undefined ? (
          (noToday ?? report.error) === null && <Skeleton className="h-120 w-full" />
        ) : data.entered === 0 && data.steps.every(({ entered }) => entered === 0) ? (
          <Empty title="Nobody entered in this period">
            Choose a longer one, or activate the series and enroll somebody.
          </Empty>
        ) : (
          <>
            <Passages report={data} />
            {data.days.length > 1 && (
              <div className="rounded-ui border bg-panel p-4">
                <Chart title={`People by day (${data.timezone})`} at={at} lines={lines} />
              </div>
            )}
            <Funnel steps={data.steps} isCut={data.waiting_truncated} />
            <Cohorts seriesId={series.id} />
          </>
        )}
      </div>
    </div>
  );
}
