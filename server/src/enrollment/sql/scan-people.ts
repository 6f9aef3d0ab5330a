import type { Fragment } from '../../audience/index.ts';
import type { Db } from '../../platform/db.ts';
import type { ClaimedScan } from './scans.ts';

/** A piece of a side's users, and who of them is to enter. */
export interface LookedAt {
  readonly looked: number;
  /** Where it ended: instant and id. Null for an empty piece. */
  readonly last: readonly [at: string, id: string] | null;
  readonly chosen: readonly ChosenUsers[];
}

/** Users who are to enter and are alike in all that planning their first step looks at. */
export interface ChosenUsers {
  readonly timezone: string | null;
  /** Whether they have been in the series before. */
  readonly isKnown: boolean;
  /** Internal ids with blanks between, in the order in which they are written. */
  readonly userIds: string;
}

/**
 * The next users of a side, youngest first, and who of them matches and has never been in the series.
 *
 * Ids go out and back in one text: as arrays they would cost the driver as much as all else. The series
 * is compared as text, or a planner that has not seen it yet would read all who have entered, for each.
 * Index: users_by_age; enrollments_run, one probe each.
 *
 * @param matches a condition over `users u left join companies c`
 * @param matchedBefore a condition of which it is enough, for those who have been in it, that it does
 *   not hold; null where nobody may come back
 */
export async function lookAtUsers(
  tx: Db,
  {
    automationId,
    workspaceId,
    lane,
    lanes,
    cursorAt,
    cursorId,
    chunk,
  }: Pick<
    ClaimedScan,
    'automationId' | 'workspaceId' | 'lane' | 'lanes' | 'cursorAt' | 'cursorId' | 'chunk'
  >,
  {
    matches,
    matchedBefore,
    needsCompany,
  }: { matches: Fragment; matchedBefore: Fragment | null; needsCompany: boolean },
): Promise<LookedAt> {
  const isFree =
    matchedBefore === null ? tx`e.known is null` : tx`(e.known is null or not ${matchedBefore})`;
  const rows = await tx<(Omit<LookedAt, 'chosen'> & ChosenUsers)[]>`
    with page as materialized (
      select u.*
        from users u
       where u.workspace_id = ${workspaceId} and u.bucket % ${lanes}::int = ${lane}::int
         and (u.created_at, u.id) < (coalesce(${cursorAt}::text::timestamptz, 'infinity'),
                                     coalesce(${cursorId}::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff'))
       order by u.created_at desc, u.id desc
       limit ${chunk}
    ), chosen as (
      select u.timezone, e.known is not null as is_known,
             string_agg(u.id::text, ' ' order by u.bucket, u.id) as ids
        from page u
        left join lateral (
          select true as known from enrollments e
           where e.bucket = u.bucket and e.user_id = u.id
             and e.automation_id::text = ${automationId}
           limit 1) e on true
        ${joinCompanies(tx, needsCompany)}
       where ${isFree} and ${matches}
       group by 1, 2
    )
    select (select count(*)::int from page) as looked,
           (select array[created_at::text, id::text] from page order by created_at, id limit 1) as last,
           c.timezone, coalesce(c.is_known, false) as "isKnown", coalesce(c.ids, '') as "userIds"
      from (select) one
      left join chosen c on true
  `;
  const { looked, last } = rows[0] ?? { looked: 0, last: null };
  return { looked, last, chosen: rows.filter(({ userIds }) => userIds !== '') };
}

/** The company of the user `u`, as `c`. Index: companies_pkey, for a bucket is told by the id. */
const joinCompanies = (tx: Db, isNeeded: boolean): Fragment =>
  isNeeded
    ? tx`left join lateral (
           select c.* from companies c
            where c.bucket = ('x' || right(u.company_id::text, 2))::bit(8)::int % 64
              and c.id = u.company_id
            limit 1) c on true`
    : tx``;

/** Users who enter with the same first step at the same time. */
export interface FreshUsers {
  /** Internal ids of users with blanks between, and those of their enrollments. */
  readonly userIds: string;
  readonly ids: string;
  readonly timezone: string;
  readonly dueAt: Date;
  readonly fromAt: Date;
  readonly stepId: string;
  /** As JSON text. */
  readonly reasons: string;
}

/**
 * Enters users who have never been in a series, all at one instant: what `insertEnrollments` writes,
 * written once for all who are alike. Whoever has been entered meanwhile is left out.
 *
 * The caller holds the series, which is active. Measured over 100,000 users: 43 µs of processor time
 * each with the look before, 100 µs through `enterMany`.
 *
 * @returns how many have entered
 */
export async function insertFresh(
  tx: Db,
  groups: readonly FreshUsers[],
  {
    automationId,
    workspaceId,
    version,
    live,
    enteredAt,
    source,
    tzVersion,
  }: {
    automationId: string;
    workspaceId: string;
    version: number;
    live: boolean;
    enteredAt: Date;
    source: 'manual' | 'segment_match';
    tzVersion: string;
  },
): Promise<number> {
  const written = await tx`
    with plan as materialized (
      select p.user_ids, p.ids, p.timezone, p.due_at, p.from_at, p.step_id, p.reasons::jsonb as reasons
        from unnest(
          ${groups.map(({ userIds }) => userIds)}::text[],
          ${groups.map(({ ids }) => ids)}::text[],
          ${groups.map(({ timezone }) => timezone)}::text[],
          ${groups.map(({ dueAt }) => dueAt.toISOString())}::text[]::timestamptz[],
          ${groups.map(({ fromAt }) => fromAt.toISOString())}::text[]::timestamptz[],
          ${groups.map(({ stepId }) => stepId)}::text[],
          ${groups.map(({ reasons }) => reasons)}::text[]
        ) as p (user_ids, ids, timezone, due_at, from_at, step_id, reasons)
    ), entry as materialized (
      select (('x' || right(n.id::text, 2))::bit(8)::int % 64)::smallint as bucket, n.id, n.user_id,
             p.timezone, p.due_at, p.from_at, p.step_id, p.reasons
        from plan p
       cross join lateral unnest(string_to_array(p.user_ids, ' ')::uuid[],
                                 string_to_array(p.ids, ' ')::uuid[]) as n (user_id, id)
    ), entered as (
      insert into enrollments (bucket, id, workspace_id, user_id, automation_id, version, run, state,
                               entered_at, entered_by)
      select bucket, id, ${workspaceId}, user_id, ${automationId}, ${version}, 1, 'active',
             ${enteredAt}, ${source}
        from entry
       order by bucket, user_id
          on conflict do nothing
      returning id
    ), told as (
      insert into signals (bucket, workspace_id, live, user_id, kind, name, at, may_start)
      select e.bucket, w.id, ${live}, e.user_id, 'entered', ${automationId}, ${enteredAt}, true
        from entry e
        join workspaces w on w.id = ${workspaceId} and ${`entered:${automationId}`} = any (w.listens)
       where (e.id in (select id from entered)) is true
    )
    insert into recipients (bucket, enrollment_id, seq, workspace_id, automation_id, user_id, version,
                            step_id, live, due_at, from_at, timezone, tz_version, reasons)
    select e.bucket, e.id, 1, ${workspaceId}, ${automationId}, e.user_id, ${version},
           e.step_id, ${live}, e.due_at, e.from_at, e.timezone, ${tzVersion}, e.reasons
      from entry e
     where (e.id in (select id from entered)) is true
  `;
  return written.count;
}

/** Counted exactly up to here; beyond, the planner's estimate has to do. */
const COUNT_MAX = 20_000;

/** About how many users a side has. Index: users_by_age. */
export async function estimateUsers(
  db: Db,
  { workspaceId }: { workspaceId: string },
): Promise<number> {
  const counted = await db<{ count: number }[]>`
    select count(*)::int as count
      from (select from users where workspace_id = ${workspaceId} limit ${COUNT_MAX}) u
  `;
  const count = counted[0]?.count ?? 0;
  if (count < COUNT_MAX) return count;
  const rows = await db<{ 'QUERY PLAN': readonly { Plan: { 'Plan Rows': number } }[] }[]>`
    explain (format json) select from users where workspace_id = ${workspaceId}
  `;
  return Math.max(COUNT_MAX, rows[0]?.['QUERY PLAN'][0]?.Plan['Plan Rows'] ?? 0);
}

/** Somebody under way in a series. */
export interface PassageRef {
  readonly bucket: number;
  readonly userId: string;
  readonly version: number;
  readonly dueAt: string;
  readonly enrollmentId: string;
}

/**
 * The next people under way in a series, in the order in which their steps are due. Whoever goes on
 * meanwhile is met again further on.
 *
 * Index: recipients_by_series, which holds those under way and nobody else.
 */
export async function lookAtPassages(
  tx: Db,
  {
    automationId,
    cursorAt,
    cursorId,
    chunk,
  }: Pick<ClaimedScan, 'automationId' | 'cursorAt' | 'cursorId' | 'chunk'>,
): Promise<PassageRef[]> {
  return tx<PassageRef[]>`
    select bucket, user_id as "userId", version, due_at::text as "dueAt",
           enrollment_id as "enrollmentId"
      from recipients
     where automation_id = ${automationId}
       and (due_at, enrollment_id) > (coalesce(${cursorAt}::text::timestamptz, '-infinity'),
                                      coalesce(${cursorId}::uuid, '00000000-0000-0000-0000-000000000000'))
     order by due_at, enrollment_id
     limit ${chunk}
  `;
}

/**
 * Writes a signal for each of some users who match and have none: whoever reacts to it decides. It
 * starts nobody.
 *
 * Index: users_pkey, signals_by_user.
 *
 * @param matches a condition over `users u left join companies c`
 * @returns how many were written
 */
export async function tellMatching(
  tx: Db,
  users: readonly { bucket: number; userId: string }[],
  {
    matches,
    needsCompany,
    live,
    now,
  }: { matches: Fragment; needsCompany: boolean; live: boolean; now: Date },
): Promise<number> {
  const told = await tx`
    insert into signals (bucket, workspace_id, live, user_id, kind, at, may_start)
    select u.bucket, u.workspace_id, ${live}, u.id, 'changed', ${now}, false
      from (select distinct * from unnest(
              ${users.map(({ bucket }) => bucket)}::smallint[],
              ${users.map(({ userId }) => userId)}::uuid[]) as q (bucket, id)) q
      join users u on u.bucket = q.bucket and u.id = q.id
      ${joinCompanies(tx, needsCompany)}
     where ${matches}
       and not exists (select from signals g where g.bucket = u.bucket and g.user_id = u.id)
     order by u.bucket, u.id
  `;
  return told.count;
}
