import { useMemo } from 'react';
import { useAsk } from '../../api/ask.ts';
import { useDownload } from '../../api/download.ts';
import { useSearchText } from '../../app/use-search.ts';
import { Chart } from '../../components/chart.tsx';
import { Empty } from '../../components/empty.tsx';
import { Failure } from '../../components/failure.tsx';
import { Page } from '../../components/page.tsx';
import { linesOf } from '../../components/report/lines.ts';
import { gridOf, isSpan, periodOf, SPANS, type Span } from '../../components/report/period.ts';
import { Totals } from '../../components/report/totals.tsx';
import { useToday } from '../../components/report/use-today.ts';
import { Button } from '../../components/ui/button.tsx';
import { Select } from '../../components/ui/field.tsx';
import { Segmented } from '../../components/ui/segmented.tsx';
import { Skeleton } from '../../components/ui/skeleton.tsx';
import { ReportGroups } from './report-groups.tsx';

const GROUPS = {
  series: 'By series',
  broadcast: 'By broadcast',
  step: 'By step',
  variant: 'By variant',
  list: 'By list',
} as const;
type Group = keyof typeof GROUPS;
const isGroup = (text: string): text is Group => Object.hasOwn(GROUPS, text);

/** What was sent and what came of it. */
export function ReportsPage() {
  const [spanWish, setSpan] = useSearchText('days');
  const [groupWish, setGroup] = useSearchText('group');
  const span: Span = isSpan(spanWish) ? spanWish : '30';
  const group: Group = isGroup(groupWish) ? groupWish : 'series';
  const { today, error: noToday } = useToday();
  const query = { ...periodOf(span, today ?? '2026-01-01'), by: gridOf(span) };
  const isKnown = { enabled: today !== null, keepsPrevious: true };
  const whole = useAsk('GET /reports/messages', { query: { ...query, group: 'none' } }, isKnown);
  const parts = useAsk('GET /reports/messages', { query: { ...query, group } }, isKnown);
  const download = useDownload();
  const lines = useMemo(() => (whole.data === undefined ? [] : linesOf(whole.data)), [whole.data]);
  const { data } = whole;

  return (
    <Page
      title="Reports"
      hint="What was sent and what came of it. A message counts on the day it left."
      isWide
      actions={
        <>
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
                path: `/reports/messages.csv?${new URLSearchParams({ ...query, group })}`,
                name: `milepost-report-${group}-${query.from}-${query.to}.csv`,
              })
            }
          >
            CSV
          </Button>
        </>
      }
    >
      <Failure
        error={noToday ?? whole.error ?? parts.error ?? download.error}
        stale={data !== undefined}
      />
      {data === undefined ? (
        (noToday ?? whole.error) === null && <Skeleton className="h-120 w-full" />
      ) : data.total.sent === 0 ? (
        <Empty title="Nothing was sent in this period">
          Choose a longer one, or come back when a series has sent its first emails.
        </Empty>
      ) : (
        <>
          <Totals total={data.total} rates={data.rates} />
          <div className="rounded-ui border bg-panel p-4">
            <Chart
              title={`Messages by ${data.by} (${data.timezone})`}
              at={data.intervals}
              lines={lines}
            />
          </div>
          <div className="flex items-center justify-between gap-3">
            <h2 className="font-semibold">What it is made of</h2>
            <Select
              aria-label="Group"
              className="max-w-44"
              value={group}
              onChange={(event) => setGroup(event.target.value)}
            >
              {Object.entries(GROUPS).map(([value, label]) => (
                <option key={value} value={value}>
                  {label}
                </option>
              ))}
            </Select>
          </div>
          {parts.data === undefined ? (
            parts.error === null && <Skeleton className="h-48 w-full" />
          ) : (
            <ReportGroups report={parts.data} />
          )}
        </>
      )}
    </Page>
  );
}
