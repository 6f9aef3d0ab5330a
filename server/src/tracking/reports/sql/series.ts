import type { Db } from '../../../platform/db.ts';
import { COUNT_KINDS, type CountKind } from '../../sql/counts.ts';
import type { Interval, Period } from '../period.ts';

/** A series as its report names it. */
export interface ReportedSeries {
  readonly id: string;
  readonly name: string;
  /** Null: never published. */
  readonly version: number | null;
}

/** One series of a side; null when there is none. Index: automations_pkey. */
export async function findSeries(
  db: Db,
  { workspaceId, id }: { workspaceId: string; id: string },
): Promise<ReportedSeries | null> {
  const rows = await db<ReportedSeries[]>`
    select id, name, version from automations
     where id = ${id} and workspace_id = ${workspaceId} and type = 'series'
  `;
  return rows[0] ?? null;
}

/** Which series, and when, in the calendar of the side. */
export interface SeriesAsk extends Period {
  readonly workspaceId: string;
  readonly automationId: string;
  readonly timezone: string;
}

/** How many passages began on a day, ended on a day, or, without a day, are in a state now. */
export interface CountedPassages {
  readonly what: 'state' | 'entered' | 'ended';
  readonly day: string | null;
  readonly state: string;
  readonly count: number;
}

/** Five ends a day, the beginnings, and the states. */
const PASSAGE_ROWS_MAX = 6 * 400 + 10;

/**
 * Passages that began in a period by their state now; and, by day, how many began and how many ended,
 * whenever they began. Index: passage_days_pkey, passage_days_by_end, one range each.
 */
export async function countPassages(db: Db, ask: SeriesAsk): Promise<CountedPassages[]> {
  const { workspaceId, automationId, from, to, timezone } = ask;
  return db<CountedPassages[]>`
    with counted as materialized (
      select entered_day, state, ended_day, count
        from passage_days
       where automation_id = ${automationId} and workspace_id = ${workspaceId}
         and (entered_day between ${from}::date and ${to}::date
              or ended_day between ${from}::date and ${to}::date)
       union all
      select day_in_zone(at, ${timezone}), kind, coalesce(day_in_zone(ended_at, ${timezone}), 'infinity'),
             count
        from report_deltas
       where workspace_id = ${workspaceId} and automation_id = ${automationId} and what = 'passage'
    )
    select 'state' as what, null as day, state, sum(count)::integer as count
      from counted where entered_day between ${from}::date and ${to}::date group by state
     union all
    select 'entered', entered_day::text, '', sum(count)::integer
      from counted where entered_day between ${from}::date and ${to}::date group by entered_day
     union all
    select 'ended', ended_day::text, state, sum(count)::integer
      from counted where ended_day between ${from}::date and ${to}::date group by ended_day, state
     limit ${PASSAGE_ROWS_MAX}
  `;
}

/** Passages that began in one interval, by what they are, and the interval they ended in. */
export interface CountedCohort {
  readonly at: string;
  readonly state: string;
  /** Null: under way. */
  readonly endedAt: string | null;
  readonly count: number;
}

/** 53 cohorts that ended in each of 53 intervals, and more, in five ways. */
const COHORT_ROWS_MAX = 50_000;

/** Passages by the interval they began in and the one they ended in. Index: passage_days_pkey. */
export async function countCohorts(
  db: Db,
  { workspaceId, automationId, from, to, timezone, by }: SeriesAsk & { readonly by: Interval },
): Promise<CountedCohort[]> {
  return db<CountedCohort[]>`
    with counted as (
      select entered_day, state, ended_day, count
        from passage_days
       where automation_id = ${automationId} and workspace_id = ${workspaceId}
         and entered_day between ${from}::date and ${to}::date
       union all
      select day_in_zone(at, ${timezone}), kind, coalesce(day_in_zone(ended_at, ${timezone}), 'infinity'),
             count
        from report_deltas
       where workspace_id = ${workspaceId} and automation_id = ${automationId} and what = 'passage'
    )
    select date_trunc(${by}, entered_day)::date::text as at, state,
           case when ended_day < 'infinity'
                then date_trunc(${by}, ended_day)::date::text end as "endedAt",
           sum(count)::integer as count
      from counted
     where entered_day between ${from}::date and ${to}::date
     group by 1, 2, 3
    having sum(count) <> 0
     order by 1, 2, 3
     limit ${COHORT_ROWS_MAX}
  `;
}

/** How often a step came to an end in one way, for one reason. */
export interface CountedSteps {
  readonly stepId: string;
  readonly outcome: string;
  readonly reason: string;
  readonly count: number;
}

/** Steps of all versions, with some reasons each. */
const STEP_ROWS_MAX = 10_000;

/** What became of the steps of a series. Index: step_days_by_automation. */
export async function countSteps(db: Db, ask: SeriesAsk): Promise<CountedSteps[]> {
  const { workspaceId, automationId, from, to, timezone } = ask;
  return db<CountedSteps[]>`
    select step_id as "stepId", outcome, reason, sum(count)::integer as count
      from (select day, step_id, outcome, reason, count
              from step_days
             where automation_id = ${automationId} and workspace_id = ${workspaceId}
               and day between ${from}::date and ${to}::date
             union all
            select day_in_zone(at, ${timezone}), step_id, kind, reason, count
              from report_deltas
             where workspace_id = ${workspaceId} and automation_id = ${automationId} and what = 'step') c
     where day between ${from}::date and ${to}::date
     group by 1, 2, 3
     order by 4 desc, 1, 2, 3
     limit ${STEP_ROWS_MAX}
  `;
}

/** What came of the messages of one step. */
export type CountedStepMessages = { readonly stepId: string } & Readonly<Record<CountKind, number>>;

/** What came of the messages of a series, by step. Index: message_days_by_automation. */
export async function countStepMessages(db: Db, ask: SeriesAsk): Promise<CountedStepMessages[]> {
  const { workspaceId, automationId, from, to, timezone } = ask;
  const list = <T>(of: (kind: CountKind) => T): T[] => COUNT_KINDS.map(of);
  const columns = list((kind) => db`, ${db(kind)}`);
  const ofKind = list((kind) => db`, case when kind = ${kind} then count else 0 end`);
  const sums = list((kind) => db`, sum(${db(kind)})::integer as ${db(kind)}`);
  return db<CountedStepMessages[]>`
    select step_id as "stepId" ${sums}
      from (select day, step_id ${columns}
              from message_days
             where automation_id = ${automationId} and workspace_id = ${workspaceId}
               and day between ${from}::date and ${to}::date
             union all
            select day_in_zone(at, ${timezone}), step_id ${ofKind}
              from report_deltas
             where workspace_id = ${workspaceId} and automation_id = ${automationId}
               and what = 'message') c
     where day between ${from}::date and ${to}::date
     group by 1
     limit ${STEP_ROWS_MAX}
  `;
}

/**
 * How many wait at each step of a series, of the first so many. Index: recipients_by_series, and no row.
 */
export async function countWaiting(
  db: Db,
  { automationId, waitingMax }: { automationId: string; waitingMax: number },
): Promise<{ stepId: string; count: number }[]> {
  return db<{ stepId: string; count: number }[]>`
    select step_id as "stepId", count(*)::integer as count
      from (select step_id from recipients
             where automation_id = ${automationId} and advances
             order by due_at
             limit ${waitingMax}) r
     group by 1
     limit ${STEP_ROWS_MAX}
  `;
}

/** Passages of which the time to the goal is taken. */
const GOALS_MAX = 10_000;

/**
 * The median of how long it took to the goal, of the youngest passages that began in a period; null when
 * none got there. Index: enrollments_goals, and no row.
 */
export async function timeToGoal(
  db: Db,
  { automationId, from, to, timezone }: SeriesAsk,
): Promise<{ medianSeconds: number | null; of: number }> {
  const [row] = await db<{ medianSeconds: number | null; of: number }[]>`
    select percentile_cont(0.5) within group (order by extract(epoch from g.ended_at - g.entered_at))
             as "medianSeconds",
           count(*)::integer as of
      from (select entered_at, ended_at
              from enrollments
             where automation_id = ${automationId} and state = 'goal_reached'
               and entered_at >= day_begins(${from}::date, ${timezone})
               and entered_at < day_begins(${to}::date + 1, ${timezone})
             order by entered_at desc
             limit ${GOALS_MAX}) g
  `;
  return row ?? { medianSeconds: null, of: 0 };
}
