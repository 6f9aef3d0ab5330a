import type { Db } from '../../platform/db.ts';

/** What a list shows of a series beside the series itself. */
export interface ListedCounts {
  readonly id: string;
  /** Passages under way now. */
  readonly inFlight: number;
  /** Emails in the last seven days of the side's calendar, today included. */
  readonly sentWeek: number;
  readonly enteredWeek: number;
  /** Passages that began in the last 30 days, and those of them that reached the goal. */
  readonly enteredMonth: number;
  readonly goalsMonth: number;
  /** When somebody last created it or changed name, draft or version; null when nobody knows. */
  readonly editedAt: Date | null;
  /** The member, key or command; null where it was the system. */
  readonly editedBy: string | null;
}

/**
 * Counts of the series of one page, from the sums by day and what is not added up yet.
 *
 * Index: passage_days_active, passage_days_pkey, message_days_by_automation and
 * audit_entries_by_target, some ranges for each series.
 */
export async function countListed(
  db: Db,
  { workspaceId, ids }: { workspaceId: string; ids: readonly string[] },
): Promise<ListedCounts[]> {
  if (ids.length === 0) return [];
  return db<ListedCounts[]>`
    with side as materialized (
      select timezone, day_in_zone(coalesce(clock_now, db_now()), timezone) as today
        from workspaces where id = ${workspaceId}
    ), fresh as materialized (
      select d.automation_id, d.what, d.kind, day_in_zone(d.at, side.timezone) as day,
             sum(d.count) as count
        from report_deltas d
       cross join side
       where d.workspace_id = ${workspaceId} and d.what in ('message', 'passage')
         and (d.what = 'passage' or d.kind = 'sent') and d.automation_id = any(${[...ids]}::uuid[])
       group by 1, 2, 3, 4
    )
    select a.id,
           (coalesce(p.active, 0) + coalesce(f.active, 0))::integer as "inFlight",
           (coalesce(m.sent, 0) + coalesce(f.sent, 0))::integer as "sentWeek",
           (coalesce(e.week, 0) + coalesce(f.week, 0))::integer as "enteredWeek",
           (coalesce(e.month, 0) + coalesce(f.month, 0))::integer as "enteredMonth",
           (coalesce(e.goals, 0) + coalesce(f.goals, 0))::integer as "goalsMonth",
           l.at as "editedAt", case when l.actor_kind = 'key' then 'the key …' || l.actor_name
                                    else l.actor_name end as "editedBy"
      from automations a
     cross join side
     cross join lateral (
       select sum(count) as active from passage_days
        where automation_id = a.id and state = 'active') p
     cross join lateral (
       select sum(count) filter (where entered_day > side.today - 7) as week, sum(count) as month,
              sum(count) filter (where state = 'goal_reached') as goals
         from passage_days
        where automation_id = a.id and entered_day > side.today - 30) e
     cross join lateral (
       select sum(sent) as sent from message_days
        where automation_id = a.id and day > side.today - 7) m
     cross join lateral (
       select sum(count) filter (where what = 'passage' and kind = 'active') as active,
              sum(count) filter (where what = 'message' and day > side.today - 7) as sent,
              sum(count) filter (where what = 'passage' and day > side.today - 7) as week,
              sum(count) filter (where what = 'passage' and day > side.today - 30) as month,
              sum(count) filter (where kind = 'goal_reached' and day > side.today - 30) as goals
         from fresh where automation_id = a.id) f
      left join lateral (
       select at, actor_kind, actor_name from audit_entries
        where workspace_id = ${workspaceId} and target_id = a.id::text
          and action in ('series.create', 'series.change')
        order by at desc, id desc
        limit 1) l on true
     where a.id = any(${[...ids]}::uuid[]) and a.workspace_id = ${workspaceId}
  `;
}
