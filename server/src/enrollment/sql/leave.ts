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

/** Up to `limit` rows of archived series, locked, for ending their enrollments. Across workspaces. */
export async function lockArchivedRows(
  db: Db,
  { limit }: { limit: number },
): Promise<(RowRef & { now: Date })[]> {
  return db<(RowRef & { now: Date })[]>`
    select r.bucket, r.enrollment_id as "enrollmentId", r.seq, coalesce(w.clock_now, db_now()) as now
      from automations s
      join recipients r on r.automation_id = s.id
      join workspaces w on w.id = s.workspace_id
     where s.status = 'archived' and r.status = 'pending'
     limit ${limit}
       for update of r skip locked
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
