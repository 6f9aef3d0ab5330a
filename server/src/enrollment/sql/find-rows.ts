import type { Db } from '../../platform/db.ts';
import type { DueStep } from './claim-due.ts';
import type { RowRef } from './move-on.ts';

/** A queue row as the rules want it, and the database's clock beside the side's own. */
export type FoundRow = DueStep & { readonly dbNow: Date };

/** Rows by name, with what deciding about them needs. Locks nothing. Across workspaces. */
export async function findRows(db: Db, rows: readonly RowRef[]): Promise<FoundRow[]> {
  return db<FoundRow[]>`
    select r.bucket, r.enrollment_id as "enrollmentId", r.seq, r.workspace_id as "workspaceId",
           r.automation_id as "automationId", r.user_id as "userId", r.version,
           r.step_id as "stepId", r.live, r.advances, r.due_at as "dueAt", r.from_at as "fromAt",
           r.held, r.heard, e.entered_at as "enteredAt", e.entry_event as "entryEvent",
           e.properties, false as "isSignalled", false as "isCapped", e.is_moved as "isMoved", r.attempts, r.first_attempt_at as "firstAttemptAt", s.status as "seriesStatus",
           w.timezone as "workspaceTimezone", u.timezone as "userTimezone",
           coalesce(w.clock_now, db_now()) as now, db_now() as "dbNow"
      from unnest(
             ${rows.map(({ bucket }) => bucket)}::smallint[],
             ${rows.map(({ enrollmentId }) => enrollmentId)}::uuid[],
             ${rows.map(({ seq }) => seq)}::int[]
           ) as q (bucket, enrollment_id, seq)
      join recipients r on r.bucket = q.bucket and r.enrollment_id = q.enrollment_id and r.seq = q.seq
      join automations s on s.id = r.automation_id
      join enrollments e on e.bucket = r.bucket and e.id = r.enrollment_id
      join workspaces w on w.id = r.workspace_id
      left join users u on u.bucket = r.bucket and u.id = r.user_id
  `;
}

const SELECT_MAX = 500;

/**
 * Locks rows to be planned anew: parked ones of series that are active again.
 *
 * Across workspaces. Locks: the rows, skipping those that another holds. Index: recipients_parked, one
 * probe per series with parked rows, so that those of paused series are passed over at once.
 */
export async function lockParked(db: Db): Promise<RowRef[]> {
  return db<RowRef[]>`
    with recursive parked (automation_id) as (
      (select automation_id from recipients where parked order by automation_id limit 1)
      union all
      select (select r.automation_id from recipients r
               where r.parked and r.automation_id > p.automation_id
               order by r.automation_id limit 1)
        from parked p where p.automation_id is not null
    )
    select r.bucket, r.enrollment_id as "enrollmentId", r.seq
      from parked p
      join automations s on s.id = p.automation_id and s.status = 'active'
     cross join lateral (
       select bucket, enrollment_id, seq
         from recipients
        where automation_id = s.id and parked and status = 'pending'
        limit ${SELECT_MAX}
          for update skip locked) r
     limit ${SELECT_MAX}
  `;
}

/**
 * The same for one side, for a caller who must not go on before they are planned.
 *
 * Locks: the rows, waiting for a worker that plans them just now. Index: recipients_parked.
 */
export async function lockParkedOf(
  db: Db,
  { workspaceId }: { workspaceId: string },
): Promise<RowRef[]> {
  return db<RowRef[]>`
    select r.bucket, r.enrollment_id as "enrollmentId", r.seq
      from automations s
      join recipients r on r.automation_id = s.id and r.parked
     where s.workspace_id = ${workspaceId} and s.status = 'active' and r.status = 'pending'
     limit ${SELECT_MAX}
       for update of r
  `;
}

/** A row of one user, and whether it waits. */
export interface RowOfUser extends RowRef {
  readonly status: 'pending' | 'processing';
  readonly attempts: number;
}

/**
 * Locks the rows of one user, because their zone has changed.
 *
 * Locks: the rows in the order of their keys, waiting for whoever is just moving them on: whether a row
 * waits is known afterwards, not before. Index: enrollments_one_active, recipients_pkey.
 */
export async function lockRowsOfUser(
  db: Db,
  { bucket, userId }: { bucket: number; userId: string },
): Promise<RowOfUser[]> {
  return db<RowOfUser[]>`
    select r.bucket, r.enrollment_id as "enrollmentId", r.seq, r.status, r.attempts
      from enrollments e
      join recipients r on r.bucket = e.bucket and r.enrollment_id = e.id
     where e.bucket = ${bucket} and e.user_id = ${userId} and e.state = 'active'
     order by r.enrollment_id, r.seq
       for update of r
  `;
}

/**
 * Locks rows of one bucket that were planned with older time-zone data, in the order of their keys.
 */
export async function lockRowsOfOldZones(
  db: Db,
  { bucket, tzVersion, limit }: { bucket: number; tzVersion: string; limit: number },
): Promise<RowRef[]> {
  return db<RowRef[]>`
    select bucket, enrollment_id as "enrollmentId", seq
      from recipients
     where bucket = ${bucket} and status = 'pending' and attempts = 0
       and tz_version collate "C" < ${tzVersion} collate "C"
     order by enrollment_id, seq
     limit ${limit}
       for update skip locked
  `;
}
