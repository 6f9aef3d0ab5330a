import type { Db } from '../../platform/db.ts';

/** A user whose emails may be limited. */
export interface CapRef {
  readonly bucket: number;
  readonly userId: string;
  readonly workspaceId: string;
}

/** A user whose emails are limited, and how. */
export interface CappedUser extends CapRef {
  readonly count: number;
  readonly days: number;
  /** The clock of the side. */
  readonly now: Date;
}

/** Those users whose workspace side has a cap on emails. Index: workspaces_pkey. */
export async function cappedUsers(db: Db, users: readonly CapRef[]): Promise<CappedUser[]> {
  return db<CappedUser[]>`
    select q.bucket, q.user_id as "userId", q.workspace_id as "workspaceId",
           (w.settings #>> '{limits,emails,count}')::int as count,
           (w.settings #>> '{limits,emails,days}')::int as days,
           coalesce(w.clock_now, db_now()) as now
      from unnest(
             ${users.map(({ bucket }) => bucket)}::smallint[],
             ${users.map(({ userId }) => userId)}::uuid[],
             ${users.map(({ workspaceId }) => workspaceId)}::uuid[]
           ) as q (bucket, user_id, workspace_id)
      join workspaces w on w.id = q.workspace_id
     where w.settings #>> '{limits,emails,count}' is not null
  `;
}

/**
 * When the latest emails to users began to leave, at most as many of each as their cap counts.
 *
 * A message is made at its first attempt, and is tried for a day at most: hence the two days more, which
 * let the index find it by its age. One that waits for another attempt has not left.
 * Index: messages_by_user.
 */
export async function sendsOf(
  db: Db,
  users: readonly CappedUser[],
): Promise<{ userId: string; at: Date }[]> {
  return db<{ userId: string; at: Date }[]>`
    select q.user_id as "userId", s.at
      from unnest(
             ${users.map(({ bucket }) => bucket)}::smallint[],
             ${users.map(({ userId }) => userId)}::uuid[],
             ${users.map(({ count }) => count)}::int[],
             ${users.map(({ days }) => days)}::int[],
             ${users.map(({ now }) => now.toISOString())}::text[]::timestamptz[]
           ) as q (bucket, user_id, count, days, now)
     cross join lateral (
       select coalesce(m.sent_at, m.attempted_at, m.created_at) as at
         from messages m
        where m.bucket = q.bucket and m.user_id = q.user_id
          and m.state in ('sending', 'accepted', 'delivered', 'bounced', 'complained', 'in_doubt')
          and m.created_at > q.now - make_interval(hours => 24 * (q.days + 2))
        order by at desc
        limit q.count
     ) s
  `;
}

/** A row that is on its way out, and whose message has not begun to leave. */
export interface UnderwayRow {
  readonly userId: string;
  readonly automationId: string;
  readonly number: number;
  readonly workspaceTimezone: string;
  readonly stepId: string;
}

/**
 * Rows of users' passages that a worker holds under a lease, without those whose message `sendsOf`
 * counts. Index: enrollments_one_active, recipients_pkey, messages_step_occurrence.
 */
export async function rowsUnderway(db: Db, users: readonly CapRef[]): Promise<UnderwayRow[]> {
  return db<UnderwayRow[]>`
    select e.user_id as "userId", r.automation_id as "automationId", r.version as number,
           w.timezone as "workspaceTimezone", r.step_id as "stepId"
      from unnest(
             ${users.map(({ bucket }) => bucket)}::smallint[],
             ${users.map(({ userId }) => userId)}::uuid[]
           ) as q (bucket, user_id)
      join enrollments e on e.bucket = q.bucket and e.user_id = q.user_id and e.state = 'active'
      join recipients r on r.bucket = e.bucket and r.enrollment_id = e.id
                       and r.status = 'processing'
      join workspaces w on w.id = r.workspace_id
     where not exists (
       select from messages m
        where m.bucket = r.bucket and m.enrollment_id = r.enrollment_id and m.seq = r.seq
          and m.state <> 'scheduled')
  `;
}
