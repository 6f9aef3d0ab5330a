import clsx from 'clsx';
import { useState } from 'react';
import { useAsk } from '../../../api/ask.ts';
import { Failure } from '../../../components/failure.tsx';
import { countOf, rateOf } from '../../../components/number.ts';
import { Segmented } from '../../../components/ui/segmented.tsx';
import { Skeleton } from '../../../components/ui/skeleton.tsx';
import { Cell, HeadCell, Row, Table, TableHead } from '../../../components/ui/table.tsx';

const WHATS = { goal_reached: 'Goal reached', ended: 'Ended', active: 'Under way' } as const;
type What = keyof typeof WHATS;

/** The server's days are dates, whatever the viewer's zone. */
const dayWords = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeZone: 'UTC' });

/** By the week in which people entered: how many had got how far at the end of each week since. */
export function Cohorts({ seriesId }: { readonly seriesId: string }) {
  const [what, setWhat] = useState<What>('goal_reached');
  const report = useAsk('GET /reports/series/{id}/cohorts', {
    path: { id: seriesId },
    query: { by: 'week' },
  });
  const cohorts = report.data?.cohorts.filter(({ entered }) => entered > 0) ?? [];
  const longest = Math.max(0, ...cohorts.map(({ intervals }) => intervals.length));
  return (
    <section className="grid gap-2">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <h2 className="font-semibold">By week of entering</h2>
        <Segmented
          label="What is shown"
          value={what}
          segments={Object.entries(WHATS).map(([value, label]) => ({
            value: value as What,
            label,
          }))}
          onChange={setWhat}
        />
      </div>
      <Failure error={report.error} />
      {report.isPending && <Skeleton className="h-48 w-full" />}
      {cohorts.length > 0 && (
        <Table label={`Cohorts: ${WHATS[what]}`}>
          <TableHead>
            <HeadCell>Week of</HeadCell>
            <HeadCell isNumber>Entered</HeadCell>
            {Array.from({ length: longest }, (_, since) => (
              <HeadCell key={since} isNumber>
                {since === 0 ? 'that week' : `+${since}`}
              </HeadCell>
            ))}
          </TableHead>
          <tbody>
            {cohorts.map(({ at, entered, intervals }) => (
              <Row key={at}>
                <Cell className="whitespace-nowrap">{dayWords.format(new Date(at))}</Cell>
                <Cell isNumber>{countOf(entered)}</Cell>
                {Array.from({ length: longest }, (_, since) => (
                  <CohortCell
                    key={since}
                    count={intervals.find((one) => one.since === since)?.[what] ?? null}
                    of={entered}
                  />
                ))}
              </Row>
            ))}
          </tbody>
        </Table>
      )}
    </section>
  );
}

/** A share of a cohort, shaded: none, up to a third, two thirds, all. */
function CohortCell({ count, of }: { readonly count: number | null; readonly of: number }) {
  if (count === null) return <Cell />;
  const share = of === 0 ? 0 : count / of;
  return (
    <Cell
      isNumber
      title={`${countOf(count)} of ${countOf(of)}`}
      className={clsx(
        share > 0 && share < 1 / 3 && 'bg-[color-mix(in_oklab,var(--accent)_10%,var(--panel))]',
        share >= 1 / 3 &&
          share < 2 / 3 &&
          'bg-[color-mix(in_oklab,var(--accent)_20%,var(--panel))]',
        share >= 2 / 3 && 'bg-[color-mix(in_oklab,var(--accent)_32%,var(--panel))]',
      )}
    >
      {rateOf(share)}
    </Cell>
  );
}
