import type { Db } from '../../platform/db.ts';
import type { RowRef } from './move-on.ts';

/**
 * Locks the queue row that advances a user's active passage through a series, if there is one.
 *
 * Locks: the row, waiting for a worker that is deciding about it or starting its attempt.
 * Index: enrollments_one_active, recipients_pkey.
 */
export async function lockRows(
  db: Db,
  { bucket, userId, automationId }: { bucket: number; userId: string; automationId: string },
): Promise<RowRef[]> {
  return db<RowRef[]>`
    select r.bucket, r.enrollment_id as "enrollmentId", r.seq
      from recipients r
     where r.bucket = ${bucket}
       and r.enrollment_id in (
         select id from enrollments
          where bucket = ${bucket} and user_id = ${userId} and automation_id = ${automationId})
       for update
  `;
}

/**
 * The same, for whoever holds enrollments already: without waiting, because a worker that holds such a
 * row may be waiting for its enrollment.
 *
 * Fails with SQLSTATE 55P03 when somebody else holds one.
 */
export async function lockRowsAtOnce(
  db: Db,
  { bucket, userId, automationId }: { bucket: number; userId: string; automationId: string },
): Promise<RowRef[]> {
  return db<RowRef[]>`
    select r.bucket, r.enrollment_id as "enrollmentId", r.seq
      from recipients r
     where r.bucket = ${bucket}
       and r.enrollment_id in (
         select id from enrollments
          where bucket = ${bucket} and user_id = ${userId} and automation_id = ${automationId})
       for update nowait
  `;
}

/**
 * Ends a user's active passage through a series.
 *
 * Locks: the enrollment, after its row.
 *
 * @returns whether there was one
 */
export async function endActive(
  db: Db,
  {
    bucket,
    userId,
    automationId,
    reason,
    now,
  }: {
    bucket: number;
    userId: string;
    automationId: string;
    reason: string;
    now: Date;
  },
): Promise<boolean> {
  const rows = await db`
    update enrollments
       set state = 'removed', ended_at = greatest(${now}, entered_at), end_reason = ${reason}
     where bucket = ${bucket} and user_id = ${userId} and automation_id = ${automationId}
       and state = 'active'
    returning id
  `;
  return rows.length > 0;
}

/**
 * Whether a message of a passage that a user was removed from is being handed over just now.
 *
 * Index: enrollments_run, messages_step_occurrence.
 */
export async function isBeingHandedOver(
  db: Db,
  { bucket, userId, automationId }: { bucket: number; userId: string; automationId: string },
): Promise<boolean> {
  const rows = await db`
    select 1
      from enrollments e
      join messages m on m.bucket = e.bucket and m.enrollment_id = e.id
     where e.bucket = ${bucket} and e.user_id = ${userId} and e.automation_id = ${automationId}
       and e.state = 'removed' and m.lease_token is not null
     limit 1
  `;
  return rows.length > 0;
}

/** A waiting row that has nothing to wait for, and why. */
export interface EndedRow extends RowRef {
  readonly reason: string;
  readonly now: Date;
}

/**
 * Those of the given rows that wait although their enrollment has ended, locked: messages that came
 * back after a removal. A message that was ordered again outlives its enrollment, but no removal.
 *
 * Locks: the rows, skipping those that another holds. Index: recipients_pkey, enrollments_pkey.
 */
export async function lockEnded(db: Db, rows: readonly RowRef[]): Promise<EndedRow[]> {
  return db<EndedRow[]>`
    select r.bucket, r.enrollment_id as "enrollmentId", r.seq,
           coalesce(e.end_reason, e.state) as reason, coalesce(w.clock_now, db_now()) as now
      from unnest(
             ${rows.map(({ bucket }) => bucket)}::smallint[],
             ${rows.map(({ enrollmentId }) => enrollmentId)}::uuid[],
             ${rows.map(({ seq }) => seq)}::int[]
           ) as q (bucket, enrollment_id, seq)
      join recipients r on r.bucket = q.bucket and r.enrollment_id = q.enrollment_id and r.seq = q.seq
      join enrollments e on e.bucket = r.bucket and e.id = r.enrollment_id
      join workspaces w on w.id = r.workspace_id
     where r.status = 'pending' and e.state <> 'active' and (r.advances or e.state = 'removed')
       for update of r skip locked
  `;
}

/**
 * Whether anything waits to be tidied up: one cheap question instead of two transactions.
 *
 * Index: recipients_by_series, one probe per archived series; recipients_parked, one per series with
 * parked rows, however many those are. Spelled out, because a planner that believes in an even spread
 * reads the whole queue to find the first of rows that are not there.
 */
export async function tidyWork(db: Db): Promise<{ isArchived: boolean; isResumed: boolean }> {
  const rows = await db<{ isArchived: boolean; isResumed: boolean }[]>`
    with recursive parked (automation_id) as (
      (select automation_id from recipients where parked order by automation_id limit 1)
      union all
      select (select r.automation_id from recipients r
               where r.parked and r.automation_id > p.automation_id
               order by r.automation_id limit 1)
        from parked p where p.automation_id is not null
    )
    select exists (
             select 1 from automations s
              cross join lateral (
                select 1 from recipients r
                 where r.automation_id = s.id and r.status = 'pending'
                 order by r.due_at limit 1) r
              where s.status = 'archived'
           ) as "isArchived",
           exists (
             select 1 from parked p join automations s on s.id = p.automation_id
              where s.status = 'active') as "isResumed"
  `;
  return rows[0] ?? { isArchived: false, isResumed: false };
}

/**
 * Up to `limit` rows of archived series, locked, for ending their enrollments. Across workspaces.
 *
 * Locks: the rows, skipping those that another holds. Index: recipients_by_series.
 */
export async function lockArchivedRows(
  db: Db,
  { limit }: { limit: number },
): Promise<(RowRef & { now: Date })[]> {
  return db<(RowRef & { now: Date })[]>`
    select r.bucket, r.enrollment_id as "enrollmentId", r.seq, coalesce(w.clock_now, db_now()) as now
      from automations s
      join workspaces w on w.id = s.workspace_id
     cross join lateral (
       select bucket, enrollment_id, seq
         from recipients
        where automation_id = s.id and status = 'pending'
        order by due_at
        limit ${limit}
          for update skip locked) r
     where s.status = 'archived'
     limit ${limit}
  `;
}

/** The instant a workspace side goes by: the database's clock, or the test side's. */
export async function sideNow(db: Db, workspaceId: string): Promise<Date> {
  const rows = await db<{ now: Date }[]>`
    select coalesce(clock_now, db_now()) as now from workspaces where id = ${workspaceId}
  `;
  const [row] = rows;
  if (row === undefined) throw new Error(`workspace ${workspaceId} is missing`);
  return row.now;
}
