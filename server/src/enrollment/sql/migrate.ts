import type { Db } from '../../platform/db.ts';
import { bucketOf } from '../../platform/ids.ts';
import type { NextStep, RowRef } from './move-on.ts';

/** One order to move everybody of older versions to one, being worked off. */
export interface Migration {
  readonly automationId: string;
  readonly workspaceId: string;
  readonly toVersion: number;
  readonly cursorAt: Date | null;
  readonly cursorId: string | null;
  readonly isArchived: boolean;
  readonly workspaceTimezone: string;
  /** How long ago it was ordered, in milliseconds, by the database's clock. */
  readonly ageMs: number;
}

/** The messages that have left, or may have. Index: messages_step_occurrence. */
export async function sentStepRows(
  db: Db,
  enrollmentIds: readonly string[],
): Promise<{ enrollmentId: string; stepId: string }[]> {
  return db<{ enrollmentId: string; stepId: string }[]>`
    select m.enrollment_id as "enrollmentId", m.step_id as "stepId"
      from unnest(${enrollmentIds.map(bucketOf)}::smallint[], ${enrollmentIds as string[]}::uuid[])
           as e (bucket, id)
      join messages m on m.bucket = e.bucket and m.enrollment_id = e.id
     where m.state in ('sending', 'accepted', 'delivered', 'bounced', 'complained', 'in_doubt')
  `;
}

/**
 * The migrations under way that nobody works on just now, those first that have waited longest.
 *
 * A side whose clock is being moved is left to the call that moves it, unless it is that which asks.
 * Across workspaces where `workspaceId` is null. Index: series_migrations_running.
 */
export async function runningMigrations(
  db: Db,
  { workspaceId, limit }: { workspaceId: string | null; limit: number },
): Promise<{ automationId: string; toVersion: number }[]> {
  return db<{ automationId: string; toVersion: number }[]>`
    select m.automation_id as "automationId", m.to_version as "toVersion"
      from series_migrations m
      join automations s on s.id = m.automation_id
      join workspaces w on w.id = s.workspace_id
     where m.state = 'running'
       and case when ${workspaceId}::uuid is null
                then w.advancing_until is null or w.advancing_until < db_now()
                else s.workspace_id = ${workspaceId}::uuid end
     order by m.advanced_at
     limit ${limit}
  `;
}

/**
 * Locks one migration for the transaction.
 *
 * Locks: its row. Index: series_migrations_pkey.
 *
 * @returns null when another process works on it just now, or it has ended
 */
export async function lockMigration(
  db: Db,
  { automationId, toVersion }: { automationId: string; toVersion: number },
): Promise<Migration | null> {
  const rows = await db<Migration[]>`
    select m.automation_id as "automationId", s.workspace_id as "workspaceId",
           m.to_version as "toVersion", m.cursor_at as "cursorAt", m.cursor_id as "cursorId",
           s.status = 'archived' as "isArchived", w.timezone as "workspaceTimezone",
           (extract(epoch from db_now() - m.started_at) * 1000)::float8 as "ageMs"
      from series_migrations m
      join automations s on s.id = m.automation_id
      join workspaces w on w.id = s.workspace_id
     where m.automation_id = ${automationId} and m.to_version = ${toVersion}
       and m.state = 'running'
       for update of m skip locked
  `;
  return rows[0] ?? null;
}

/**
 * Locks waiting rows of people on older versions, in the order of their due times, from the cursor on.
 *
 * What is being worked waits for a later pass; rows of a version that there is not are left out.
 * Locks: the rows, skipping those that another holds. Index: recipients_by_series.
 */
export async function lockOlderRows(
  db: Db,
  { automationId, toVersion, cursorAt, cursorId }: Migration,
  { limit }: { limit: number },
): Promise<(RowRef & { dueAt: Date })[]> {
  return db<(RowRef & { dueAt: Date })[]>`
    select r.bucket, r.enrollment_id as "enrollmentId", r.seq, r.due_at as "dueAt"
      from recipients r
     where r.automation_id = ${automationId}
       and (r.due_at, r.enrollment_id) > (
         coalesce(${cursorAt}::timestamptz, '-infinity'),
         coalesce(${cursorId}::uuid, '00000000-0000-0000-0000-000000000000'))
       and r.version < ${toVersion} and r.status = 'pending' and r.advances
       and exists (
         select from series_versions v
          where v.automation_id = ${automationId} and v.number = r.version)
     order by r.due_at, r.enrollment_id
     limit ${limit}
       for update skip locked
  `;
}

/** Whether anybody is left on an older version. Index: recipients_by_series. */
export async function hasOlderRows(
  db: Db,
  { automationId, toVersion }: { automationId: string; toVersion: number },
): Promise<boolean> {
  const rows = await db`
    select 1 from recipients r
     where r.automation_id = ${automationId} and r.version < ${toVersion} and r.advances
       and exists (
         select from series_versions v
          where v.automation_id = ${automationId} and v.number = r.version)
       and exists (select from enrollments e where e.bucket = r.bucket and e.id = r.enrollment_id)
     limit 1
  `;
  return rows.length > 0;
}

/** A row of somebody who is moved to another version. */
export interface MovedRow extends RowRef {
  /** Whether its step is left behind, in the same transaction: then it waits out no pause any more. */
  readonly isLeft: boolean;
  /** Null where its plan stays as it is. */
  readonly next: NextStep | null;
}

/**
 * Puts rows, which the caller has locked, and then their enrollments on another version; with a plan
 * where one is given.
 *
 * Locks: enrollments, after their rows. Index: recipients_pkey, enrollments_pkey.
 */
export async function moveRows(
  db: Db,
  rows: readonly MovedRow[],
  { version, tzVersion }: { version: number; tzVersion: string },
): Promise<void> {
  const column = <T>(of: (row: MovedRow) => T): T[] => rows.map(of);
  await db`
    with moved as (
      select * from unnest(
        ${column(({ bucket }) => bucket)}::smallint[],
        ${column(({ enrollmentId }) => enrollmentId)}::uuid[],
        ${column(({ seq }) => seq)}::int[],
        ${column(({ next }) => next?.dueAt.toISOString() ?? null)}::text[]::timestamptz[],
        ${column(({ next }) => next?.timezone ?? null)}::text[],
        ${column(({ next }) => (next === null ? null : JSON.stringify(next.reasons)))}::text[],
        ${column(({ isLeft }) => String(isLeft))}::boolean[]
      ) as m (bucket, enrollment_id, seq, due_at, timezone, reasons, is_left)
    ), planned as (
      update recipients r
         set version = ${version},
             due_at = coalesce(m.due_at, r.due_at), timezone = coalesce(m.timezone, r.timezone),
             reasons = coalesce(m.reasons::jsonb, r.reasons),
             tz_version = case when m.due_at is null then r.tz_version else ${tzVersion} end,
             held = m.due_at is null and r.held,
             parked = m.due_at is null and r.parked and not m.is_left
        from moved m
       where r.bucket = m.bucket and r.enrollment_id = m.enrollment_id and r.seq = m.seq
      returning r.bucket, r.enrollment_id
    )
    update enrollments e set version = ${version}, is_moved = true
      from planned p
     where e.bucket = p.bucket and e.id = p.enrollment_id
  `;
}

/** Writes how far a migration has come, or that it has ended. The caller has locked it. */
export async function advanceMigration(
  db: Db,
  {
    automationId,
    toVersion,
    cursor,
    moved,
    state,
  }: {
    automationId: string;
    toVersion: number;
    /** Null at the start of a pass. */
    cursor: { at: Date; id: string } | null;
    moved: number;
    state: 'running' | 'done' | 'cancelled';
  },
): Promise<void> {
  await db`
    update series_migrations
       set cursor_at = ${cursor?.at ?? null}, cursor_id = ${cursor?.id ?? null},
           moved_count = moved_count + ${moved}, state = ${state}, advanced_at = db_now(),
           finished_at = case when ${state} = 'running' then null else db_now() end
     where automation_id = ${automationId} and to_version = ${toVersion}
  `;
}
