import type { Db } from '../../../platform/db.ts';
import { NIL_UUID } from '../../../platform/ids.ts';
import { COUNT_KINDS, type CountKind } from '../../sql/counts.ts';
import type { Grouping, Interval, Period } from '../period.ts';

/** Adds up what was counted since: at most `most` rows; how many it were. Across workspaces. */
export async function foldDeltas(db: Db, { most }: { most: number }): Promise<number> {
  const rows = await db<{ taken: number }[]>`select fold_report_deltas(${most}::integer) as taken`;
  return rows[0]?.taken ?? 0;
}

/** The calendar of a side. */
export interface SideCalendar {
  /** By its clock and zone, as `2026-11-02`. */
  readonly today: string;
  readonly timezone: string;
}

/** What day it is on a side. Index: workspaces_pkey. */
export async function calendarOf(db: Db, workspaceId: string): Promise<SideCalendar> {
  const rows = await db<SideCalendar[]>`
    select day_in_zone(coalesce(clock_now, db_now()), timezone)::text as today, timezone
      from workspaces where id = ${workspaceId}
  `;
  const [calendar] = rows;
  if (calendar === undefined) throw new Error(`workspace ${workspaceId} is missing`);
  return calendar;
}

/** What messages are asked for. */
export interface MessageAsk extends Period {
  readonly workspaceId: string;
  readonly timezone: string;
  readonly by: Interval;
  readonly group: Grouping;
  readonly automationId: string | null;
  readonly listId: string | null;
  readonly groupsMax: number;
}

/** Counts of one group in one interval, or, without an interval, of all that was asked for. */
export type CountedMessages = {
  readonly at: string | null;
  /** Null: the groups are not made by it. */
  readonly automationId: string | null;
  readonly stepId: string | null;
  readonly variant: string | null;
  /** Null: of no list, or the groups are not made by it. */
  readonly listId: string | null;
} & Readonly<Record<CountKind, number>>;

/** Groups of one answer in each interval: 5,000 lines of a file, or 50 groups of 400 days. */
const COUNTED_ROWS_MAX = 25_000;

/**
 * What was sent and came of it, by group and interval; and all of it together, without an interval.
 *
 * Index: message_days_pkey, one range of the side's days, or message_days_by_automation. What was not
 * yet added up is read whole: some thousands of rows.
 */
export async function countMessages(db: Db, ask: MessageAsk): Promise<CountedMessages[]> {
  const { workspaceId, from, to, timezone, by, group, automationId, listId, groupsMax } = ask;
  const columns = db(COUNT_KINDS as unknown as string[]);
  const ofKind = COUNT_KINDS.map(
    (kind, place) =>
      db`${place === 0 ? db`` : db`, `}case when kind = ${kind} then count else 0 end`,
  );
  const sums = COUNT_KINDS.map(
    (kind, place) => db`${place === 0 ? db`` : db`, `}sum(${db(kind)})::integer as ${db(kind)}`,
  );
  const automations = db`
    and automation_id in (select id from automations
                           where workspace_id = ${workspaceId} and type = ${group})`;
  return db<CountedMessages[]>`
    with counted as (
      select day, automation_id, step_id, variant, list_id, ${columns}
        from message_days
       where workspace_id = ${workspaceId} and day between ${from}::date and ${to}::date
         ${automationId === null ? db`` : db`and automation_id = ${automationId}`}
       union all
      select day_in_zone(at, ${timezone}), automation_id, step_id, variant, list_id, ${ofKind}
        from report_deltas
       where workspace_id = ${workspaceId} and what = 'message'
         and at between ${from}::date - interval '2 days' and ${to}::date + interval '2 days'
         ${automationId === null ? db`` : db`and automation_id = ${automationId}`}
    ), keyed as materialized (
      select date_trunc(${by}, day)::date::text as at,
             case when ${['series', 'broadcast', 'step', 'variant'].includes(group)} then automation_id
                  else ${NIL_UUID} end as automation_id,
             case when ${group === 'step' || group === 'variant'} then step_id else '' end as step_id,
             case when ${group === 'variant'} then variant else '' end as variant,
             case when ${group === 'list'} then list_id else ${NIL_UUID} end as list_id, ${sums}
        from counted
       where day between ${from}::date and ${to}::date
         ${listId === null ? db`` : db`and list_id = ${listId}`}
         ${group === 'variant' ? db`and variant <> ''` : db``}
         ${group === 'series' || group === 'broadcast' ? automations : db``}
       group by 1, 2, 3, 4, 5
    ), shown as (
      select automation_id, step_id, variant, list_id, sum(sent) as most
        from keyed
       group by 1, 2, 3, 4
       order by most desc, automation_id, step_id, variant, list_id
       limit ${groupsMax}
    )
    (select at, nullif(automation_id, ${NIL_UUID}) as "automationId",
            nullif(step_id, '') as "stepId", nullif(variant, '') as variant,
            nullif(list_id, ${NIL_UUID}) as "listId", ${columns}
       from keyed
       join shown s using (automation_id, step_id, variant, list_id)
      order by s.most desc, automation_id, step_id, variant, list_id, at
      limit ${COUNTED_ROWS_MAX})
    union all
    select null, null, null, null, null, ${sums} from keyed
  `;
}

/** The names of what counts are of. */
export interface Named {
  readonly id: string;
  readonly name: string;
  readonly type: 'series' | 'broadcast' | 'confirmation' | 'transactional' | null;
}

/** Names of series, broadcasts and lists of a side. Index: automations_pkey, lists_pkey. */
export async function namesOf(
  db: Db,
  { workspaceId, ids }: { workspaceId: string; ids: readonly string[] },
): Promise<Named[]> {
  if (ids.length === 0) return [];
  return db<Named[]>`
    select id, name, type from automations
     where id = any(${[...ids]}::uuid[]) and workspace_id = ${workspaceId}
    union all
    select id, name, null from lists
     where id = any(${[...ids]}::uuid[]) and workspace_id = ${workspaceId}
  `;
}

/** A step as its newest version has it. */
export interface NamedStep {
  readonly automationId: string;
  readonly stepId: string;
  readonly type: string;
  /** What it is called, or the subject of its email; null where it has neither. */
  readonly name: string | null;
}

/** Steps of the published versions of some automations, in their order. Index: series_versions_pkey. */
export async function stepsOf(db: Db, automationIds: readonly string[]): Promise<NamedStep[]> {
  if (automationIds.length === 0) return [];
  return db<NamedStep[]>`
    select a.id as "automationId", s.step ->> 'id' as "stepId", s.step ->> 'type' as type,
           coalesce(s.step ->> 'name', s.step ->> 'subject') as name
      from automations a
      join series_versions v on v.automation_id = a.id and v.number = a.version
     cross join lateral jsonb_array_elements(v.steps) with ordinality as s (step, place)
     where a.id = any(${[...automationIds]}::uuid[])
     order by a.id, s.place
  `;
}
