import type { Db } from '../../platform/db.ts';

/** What is planned of one series: in one hour, or, without an hour, in all. */
export interface PlannedCount {
  readonly seriesId: string;
  /** The beginning of the hour, UTC; null for all hours together. */
  readonly hour: Date | null;
  /** Rows whose step is an email. */
  readonly sends: number;
  /** Rows whose step is anything else. */
  readonly steps: number;
  /** Due by now, or being worked; only where there is no hour. */
  readonly dueSends: number;
  readonly dueSteps: number;
  /** Standing still, because the series is not active; only where there is no hour. */
  readonly parkedSends: number;
  readonly parkedSteps: number;
}

/** The clock of the side, and what its queue holds. */
export interface Planned {
  readonly now: Date;
  readonly counts: readonly PlannedCount[];
}

/**
 * What the queue of a side holds until some days from now, by series and hour: the totals of every
 * series first, then the soonest `hoursMax` hours.
 *
 * Reads one index entry per row of the queue. Index: recipients_by_series, one range per series, each on
 * its own, so that what other sides have is never read. Measured with 1,000,000 rows in 20 series on two
 * cores with other work: 2.2 s; 8 s with date_trunc instead of date_bin, 3 times as long from the rows.
 *
 * @param automationId null for all series of the side
 */
export async function countPlanned(
  db: Db,
  {
    workspaceId,
    automationId,
    days,
    seriesMax,
    hoursMax,
  }: {
    workspaceId: string;
    automationId: string | null;
    days: number;
    seriesMax: number;
    hoursMax: number;
  },
): Promise<Planned> {
  const rows = await db<(PlannedCount & { now: Date })[]>`
    with side as materialized (
      select coalesce(clock_now, db_now()) as now from workspaces where id = ${workspaceId}
    ), counted as materialized (
      select a.id as automation_id, c.version, c.step_id, c.hour, c.n,
             c.parked or a.status <> 'active' as stands
        from side
       cross join automations a
       cross join lateral (
         select r.version, r.step_id, r.parked,
                case when r.status = 'pending' and r.due_at > side.now
                     then date_bin('1 hour', r.due_at, '2000-01-01T00:00:00Z') end as hour,
                count(*) as n
           from recipients r
          where r.automation_id = a.id and r.due_at < side.now + make_interval(days => ${days})
          group by 1, 2, 3, 4) c
       where a.workspace_id = ${workspaceId} and a.type = 'series'
         ${automationId === null ? db`` : db`and a.id = ${automationId}`}
    ), email as materialized (
      select v.automation_id, v.number as version, s ->> 'id' as step_id
        from (select distinct automation_id, version from counted) c
        join series_versions v on v.automation_id = c.automation_id and v.number = c.version
       cross join lateral jsonb_array_elements(v.steps) s
       where s ->> 'type' = 'email'
    ), sorted as materialized (
      select c.automation_id, c.hour, c.stands,
             coalesce(sum(c.n) filter (where e.step_id is not null), 0) as sends,
             coalesce(sum(c.n) filter (where e.step_id is null), 0) as steps
        from counted c
        left join email e using (automation_id, version, step_id)
       group by 1, 2, 3
    )
    (select automation_id as "seriesId", null::timestamptz as hour,
            coalesce(sum(sends) filter (where not stands and hour is not null), 0)::int as sends,
            coalesce(sum(steps) filter (where not stands and hour is not null), 0)::int as steps,
            coalesce(sum(sends) filter (where not stands and hour is null), 0)::int as "dueSends",
            coalesce(sum(steps) filter (where not stands and hour is null), 0)::int as "dueSteps",
            coalesce(sum(sends) filter (where stands), 0)::int as "parkedSends",
            coalesce(sum(steps) filter (where stands), 0)::int as "parkedSteps",
            (select now from side) as now
       from sorted
      group by automation_id
      order by 3 desc, 4 desc, 1
      limit ${seriesMax})
    union all
    (select automation_id, hour, sends::int, steps::int, 0, 0, 0, 0, (select now from side)
       from sorted
      where hour is not null and not stands
      order by hour, automation_id
      limit ${hoursMax})
    union all
    select null, null, 0, 0, 0, 0, 0, 0, now from side
  `;
  const now = rows[0]?.now;
  if (now === undefined) throw new Error(`workspace ${workspaceId} is missing`);
  return { now, counts: rows.filter(({ seriesId }) => seriesId !== null) };
}
