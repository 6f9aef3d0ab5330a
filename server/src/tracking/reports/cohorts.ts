import type { Db } from '../../platform/db.ts';
import { intervalAfter, intervalOf, type Interval } from './period.ts';
import { countCohorts, type CountedCohort, type SeriesAsk } from './sql/series.ts';

/** Those who entered in one interval, and how they stood at the end of each since. */
export interface Cohort {
  readonly at: string;
  readonly entered: number;
  readonly intervals: readonly {
    readonly since: number;
    readonly goalReached: number;
    /** Over without the goal. */
    readonly ended: number;
    readonly active: number;
  }[];
}

/** A year of weeks. */
export const COHORTS_MAX = 53;
export const COHORTS_DEFAULT = 12;

/** The first day of a period of so many intervals that ends on a day. Pure. */
export const cohortsFrom = (to: string, by: Interval, count: number): string =>
  intervalAfter(to, by, 1 - count);

/** What became of those who entered a series, by the interval they entered in. */
export async function cohortReport(
  db: Db,
  { today, ...ask }: SeriesAsk & { readonly by: Interval; readonly today: string },
): Promise<Cohort[]> {
  return cohortsOf(await countCohorts(db, ask), { by: ask.by, today });
}

/** Cohorts from counts, oldest first. Pure. */
export function cohortsOf(
  counted: readonly CountedCohort[],
  { by, today }: { by: Interval; today: string },
): Cohort[] {
  return [...Map.groupBy(counted, ({ at }) => at)].map(([at, own]) => {
    const entered = own.reduce((sum, { count }) => sum + count, 0);
    const endedBy = (day: string, isGoal: boolean): number =>
      own
        .filter(({ endedAt, state }) => {
          return endedAt !== null && endedAt <= day && (state === 'goal_reached') === isGoal;
        })
        .reduce((sum, { count }) => sum + count, 0);
    const intervals = intervalsSince(at, { by, today }).map((day, since) => {
      const [goalReached, ended] = [endedBy(day, true), endedBy(day, false)];
      return { since, goalReached, ended, active: entered - goalReached - ended };
    });
    return { at, entered, intervals };
  });
}

/** The intervals from one to the present one, by their first days. */
function intervalsSince(at: string, { by, today }: { by: Interval; today: string }): string[] {
  const days: string[] = [];
  const last = intervalOf(today, by);
  for (let day = at; day <= last && days.length < COHORTS_MAX; day = intervalAfter(day, by, 1)) {
    days.push(day);
  }
  return days.length === 0 ? [at] : days;
}
