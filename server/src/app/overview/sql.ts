import type { Db } from '../../platform/db.ts';

/** What was sent of a side by the days of its calendar. */
export interface SentCounts {
  readonly today: number;
  readonly yesterday: number;
  readonly week: number;
}

/** Index: message_days_pkey, the last seven days. What is not added up yet is read whole. */
export async function countSent(
  db: Db,
  { workspaceId, today, timezone }: { workspaceId: string; today: string; timezone: string },
): Promise<SentCounts> {
  const [counts] = await db<SentCounts[]>`
    select coalesce(sum(sent) filter (where day = ${today}::date), 0)::integer as today,
           coalesce(sum(sent) filter (where day = ${today}::date - 1), 0)::integer as yesterday,
           coalesce(sum(sent), 0)::integer as week
      from (select day, sent from message_days
             where workspace_id = ${workspaceId}
               and day between ${today}::date - 6 and ${today}::date
             union all
            select day_in_zone(at, ${timezone}), count from report_deltas
             where workspace_id = ${workspaceId} and what = 'message' and kind = 'sent') c
     where day between ${today}::date - 6 and ${today}::date
  `;
  return counts ?? { today: 0, yesterday: 0, week: 0 };
}

/** Emails that are planned for the next 24 hours, as far as was counted. */
export interface PlannedSends {
  readonly sends: number;
  /** Steps looked at, emails or not. */
  readonly looked: number;
}

/**
 * Emails of active series and broadcasts that are due within 24 hours by the clock of the side, of the
 * first so many steps. Index: recipients_by_series, one range for each, and no row.
 */
export async function countPlannedSends(
  db: Db,
  { workspaceId, lookMax }: { workspaceId: string; lookMax: number },
): Promise<PlannedSends> {
  const [counts] = await db<PlannedSends[]>`
    with looked as materialized (
      select automation_id, version, step_id, count(*) as n
        from (select a.id as automation_id, r.version, r.step_id
                from automations a
               cross join lateral (
                 select version, step_id from recipients r
                  where r.automation_id = a.id
                    and r.due_at < (select coalesce(clock_now, db_now()) + interval '24 hours'
                                      from workspaces where id = ${workspaceId})
                  order by r.due_at
                  limit ${lookMax}) r
               where a.workspace_id = ${workspaceId} and a.status = 'active'
               limit ${lookMax}) l
       group by 1, 2, 3
    )
    select coalesce(sum(n) filter (where (
             select v.steps @> jsonb_build_array(jsonb_build_object('id', l.step_id, 'type', 'email'))
               from series_versions v
              where v.automation_id = l.automation_id and v.number = l.version)), 0)::integer as sends,
           coalesce(sum(n), 0)::integer as looked
      from looked l
  `;
  return counts ?? { sends: 0, looked: 0 };
}

/** How the last messages of a side fared by one kind of transport. */
export interface RecentHandovers {
  readonly kind: string;
  readonly count: number;
  /** Put off by the transport, and still to be tried again. */
  readonly putOff: number;
  readonly inDoubt: number;
  readonly lastAt: Date;
  /** What it said to the last one that was put off; null where none is. */
  readonly lastAnswer: string | null;
}

/** Messages of one look. */
const RECENT_MAX = 200;

/** The last messages of a side, by transport. Index: messages_by_age. */
export async function recentHandovers(db: Db, workspaceId: string): Promise<RecentHandovers[]> {
  return db<RecentHandovers[]>`
    select transport as kind, count(*)::integer as count,
           count(*) filter (where state = 'scheduled')::integer as "putOff",
           count(*) filter (where state = 'in_doubt')::integer as "inDoubt",
           max(attempted_at) as "lastAt",
           (array_agg(left(answer, 300) order by attempted_at desc)
              filter (where state = 'scheduled'))[1] as "lastAnswer"
      from (select transport, state, attempted_at, answer
              from messages
             where workspace_id = ${workspaceId} and attempted_at is not null
             order by created_at desc, id desc
             limit ${RECENT_MAX}) m
     group by transport
     order by transport
     limit ${RECENT_MAX}
  `;
}

/** Something about a series or a broadcast that somebody should look at. */
export interface Trouble {
  readonly automationId: string;
  readonly name: string;
  readonly type: 'series' | 'broadcast' | 'confirmation' | 'transactional';
  readonly reason: 'no_entries' | 'failing_steps' | 'in_doubt' | 'unpublished_changes';
  readonly count: number;
}

/** Of each kind. */
const TROUBLES_MAX = 50;
/** More are told as this many. */
const DOUBTS_MAX = 10_000;

/**
 * What is wrong with the automations of a side: active series that had entries and have none for seven
 * days, steps that failed within seven days, messages in doubt, and drafts that were changed since they
 * were published.
 *
 * Index: automations_by_age, enrollments_by_series (one row of each active series), step_days_failed,
 * messages_in_doubt.
 */
export async function troublesOf(
  db: Db,
  { workspaceId, today, timezone }: { workspaceId: string; today: string; timezone: string },
): Promise<Trouble[]> {
  return db<Trouble[]>`
    with failed as (
      select automation_id, sum(count)::integer as count
        from (select automation_id, day, count from step_days
               where workspace_id = ${workspaceId} and outcome = 'failed'
                 and day >= ${today}::date - 6
               union all
              select automation_id, day_in_zone(at, ${timezone}), count from report_deltas
               where workspace_id = ${workspaceId} and what = 'step' and kind = 'failed') f
       where day >= ${today}::date - 6
       group by 1
    ), doubted as (
      select automation_id, count(*)::integer as count
        from (select automation_id from messages
               where workspace_id = ${workspaceId} and state = 'in_doubt'
               limit ${DOUBTS_MAX}) m
       group by 1
    ), silent as (
      select a.id as automation_id,
             (${today}::date - day_in_zone(e.entered_at, ${timezone})) as count
        from automations a
       cross join lateral (select entered_at from enrollments
                            where automation_id = a.id
                            order by entered_at desc, id desc limit 1) e
        join workspaces w on w.id = a.workspace_id
       where a.workspace_id = ${workspaceId} and a.type = 'series' and a.status = 'active'
         and e.entered_at < coalesce(w.clock_now, db_now()) - interval '7 days'
         and (a.status_at is null or w.clock_now is not null
              or a.status_at < db_now() - interval '7 days')
    ), found as (
      select automation_id, 'in_doubt' as reason, count, 1 as rank from doubted
       union all
      select automation_id, 'failing_steps', count, 2 from failed
       union all
      select automation_id, 'no_entries', count, 3 from silent
       union all
      select id, 'unpublished_changes', 1, 4 from automations
       where workspace_id = ${workspaceId} and type = 'series' and has_edits
         and status in ('active', 'paused')
    )
    select a.id as "automationId", a.name, a.type, f.reason, f.count
      from found f
      join automations a on a.id = f.automation_id
     order by f.rank, f.count desc, a.name, a.id
     limit ${TROUBLES_MAX}
  `;
}

/** Domains of a side whose records are gone. Index: sender_domains_domain. */
export async function failingDomains(db: Db, workspaceId: string): Promise<string[]> {
  const rows = await db<{ domain: string }[]>`
    select domain from sender_domains
     where workspace_id = ${workspaceId} and state = 'failing'
     order by domain
     limit ${TROUBLES_MAX}
  `;
  return rows.map(({ domain }) => domain);
}

/** What has been done with a workspace so far, on either of its sides. */
export interface FirstSteps {
  readonly hasUser: boolean;
  /** On the test side. */
  readonly hasEnrolled: boolean;
  readonly hasAdvanced: boolean;
  /** On the live side. */
  readonly hasTransport: boolean;
  readonly wentLive: boolean;
}

/**
 * Facts for the first-run checklist. Index: workspaces_pair, users_by_age, passage_days_by_side,
 * transports_by_workspace, automations_by_age; one row of each is enough.
 */
export async function firstSteps(db: Db, workspaceId: string): Promise<FirstSteps> {
  const [steps] = await db<FirstSteps[]>`
    with pair as materialized (
      select w.id, w.side, w.clock_now, w.created_at
        from workspaces w
       where w.pair_id = (select pair_id from workspaces where id = ${workspaceId})
    )
    select exists (
             select from pair p
              cross join lateral (select from users u where u.workspace_id = p.id
                                   order by u.created_at desc, u.id desc limit 1) u) as "hasUser",
           exists (
             select from pair p
              cross join lateral (select from passage_days d where d.workspace_id = p.id
                                   order by d.entered_day limit 1) d
              where p.side = 'test')
           or exists (
             select from pair p
               join report_deltas d on d.workspace_id = p.id and d.what = 'passage'
              where p.side = 'test') as "hasEnrolled",
           exists (select from pair where clock_now > created_at) as "hasAdvanced",
           exists (
             select from pair p
              cross join lateral (select from transports t
                                   where t.workspace_id = p.id and t.is_enabled
                                   order by t.position limit 1) t
              where p.side = 'live') as "hasTransport",
           exists (
             select from pair p
              cross join lateral (select from automations a
                                   where a.workspace_id = p.id and a.version is not null
                                     and a.type in ('series', 'broadcast')
                                   limit 1) a
              where p.side = 'live') as "wentLive"
  `;
  if (steps === undefined) throw new Error('the first steps gave no row');
  return steps;
}
