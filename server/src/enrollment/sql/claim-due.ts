import type { Db } from '../../platform/db.ts';
import type { AutomationStatus } from '../../series/index.ts';

/** A due step, locked by the transaction that read it, with what deciding about it needs. */
export interface DueStep {
  readonly bucket: number;
  readonly enrollmentId: string;
  readonly seq: number;
  readonly workspaceId: string;
  readonly automationId: string;
  readonly userId: string;
  readonly version: number;
  readonly stepId: string;
  readonly live: boolean;
  readonly advances: boolean;
  readonly dueAt: Date;
  readonly fromAt: Date;
  readonly held: boolean;
  /** The last event that this passage waited for and heard. */
  readonly heard: string | null;
  /** Whether something happened to the user that has not been looked at yet: the step waits for that. */
  readonly isSignalled: boolean;
  /** Whether its enrollment has changed its version: then its step may have been sent already. */
  readonly isMoved: boolean;
  /** Whether the side has a cap on emails to one person. */
  readonly isCapped: boolean;
  readonly enteredAt: Date;
  /** The event that started the passage. */
  readonly entryEvent: string | null;
  /** What the enrolling call brought along. */
  readonly properties: Readonly<Record<string, unknown>>;
  readonly attempts: number;
  readonly firstAttemptAt: Date | null;
  readonly seriesStatus: AutomationStatus;
  readonly workspaceTimezone: string;
  readonly userTimezone: string | null;
  /** The instant to decide by: the database's clock, or the test side's. */
  readonly now: Date;
}

/**
 * The buckets that have live rows due now.
 *
 * Across workspaces: this is the worker's statement, not a tenant's.
 * Index: recipients_due, one probe per bucket. `marks` keeps each probe from walking over the dead
 * entries of rows that were handled before: with a snapshot held elsewhere those stay for long.
 *
 * @param marks for each of the 64 buckets the due time before which nothing is looked for
 */
export async function dueBuckets(db: Db, { marks }: { marks: readonly Date[] }): Promise<number[]> {
  const rows = await db<{ bucket: number }[]>`
    select m.bucket
      from unnest(${marks.map((mark) => mark.toISOString())}::text[]::timestamptz[]) with ordinality as t (mark, position)
     cross join lateral (select (t.position - 1)::smallint as bucket) m
     where exists (
       select 1 from recipients r
        where r.bucket = m.bucket and r.status = 'pending' and r.live and not r.parked
          and r.due_at >= t.mark and r.due_at <= db_now())
  `;
  return rows.map(({ bucket }) => bucket);
}

/**
 * Locks up to `limit` due live rows of one bucket for the transaction, oldest first.
 *
 * Across workspaces. Locks: the chosen rows, skipping those that another holds, and their series
 * (shared), so that no pause is answered while a decision made before it is still being written.
 * Index: recipients_due; signals_pkey once for all, and signals_by_user for each row only if there are any.
 */
export async function claimDue(
  db: Db,
  { bucket, mark, limit }: { bucket: number; mark: Date; limit: number },
): Promise<DueStep[]> {
  return db<DueStep[]>`
    select r.bucket, r.enrollment_id as "enrollmentId", r.seq,
           r.workspace_id as "workspaceId", r.automation_id as "automationId",
           r.user_id as "userId", r.version, r.step_id as "stepId", r.live, r.advances,
           r.due_at as "dueAt", r.from_at as "fromAt", r.held, r.heard, r.attempts,
           e.entered_at as "enteredAt", e.entry_event as "entryEvent", e.properties,
           e.is_moved as "isMoved",
           (select exists (select 1 from signals g where g.bucket = ${bucket}))
             and coalesce((select true from signals g where g.bucket = r.bucket and g.user_id = r.user_id limit 1),
                          false) as "isSignalled",
           w.settings #>> '{limits,emails,count}' is not null as "isCapped",
           r.first_attempt_at as "firstAttemptAt", s.status as "seriesStatus",
           w.timezone as "workspaceTimezone", u.timezone as "userTimezone", db_now() as now
      from recipients r
      join automations s on s.id = r.automation_id
      join enrollments e on e.bucket = r.bucket and e.id = r.enrollment_id
      join workspaces w on w.id = r.workspace_id
      left join users u on u.bucket = r.bucket and u.id = r.user_id
     where r.bucket = ${bucket} and r.status = 'pending' and r.live and not r.parked
       and r.due_at >= ${mark} and r.due_at <= db_now()
     order by r.due_at
     limit ${limit}
       for update of r skip locked
       for share of s skip locked
  `;
}

/**
 * The same for one test side, whose clock stands still: rows due at or before that clock.
 *
 * While a call moves the clock, all steps are that call's: it counts them, and nothing else of the
 * side may happen beside it.
 * Locks: as `claimDue`. Index: recipients_due_test.
 *
 * @param token of the call that moves the clock; null for whoever only works off what is due
 */
export async function claimDueTest(
  db: Db,
  { workspaceId, token, limit }: { workspaceId: string; token: string | null; limit: number },
): Promise<DueStep[]> {
  return db<DueStep[]>`
    select r.bucket, r.enrollment_id as "enrollmentId", r.seq,
           r.workspace_id as "workspaceId", r.automation_id as "automationId",
           r.user_id as "userId", r.version, r.step_id as "stepId", r.live, r.advances,
           r.due_at as "dueAt", r.from_at as "fromAt", r.held, r.heard, r.attempts,
           e.entered_at as "enteredAt", e.entry_event as "entryEvent", e.properties,
           e.is_moved as "isMoved",
           coalesce((select true from signals g where g.bucket = r.bucket and g.user_id = r.user_id limit 1),
                    false) as "isSignalled",
           w.settings #>> '{limits,emails,count}' is not null as "isCapped",
           r.first_attempt_at as "firstAttemptAt", s.status as "seriesStatus",
           w.timezone as "workspaceTimezone", u.timezone as "userTimezone", w.clock_now as now
      from recipients r
      join automations s on s.id = r.automation_id
      join enrollments e on e.bucket = r.bucket and e.id = r.enrollment_id
      join workspaces w on w.id = r.workspace_id
      left join users u on u.bucket = r.bucket and u.id = r.user_id
     where r.workspace_id = ${workspaceId} and not r.live and r.status = 'pending'
       and not r.parked and r.due_at <= w.clock_now
       and (w.advancing_until is null or w.advancing_until < db_now()
            or w.advancing_token = ${token}::uuid)
     order by r.due_at, r.enrollment_id
     limit ${limit}
       for update of r skip locked
       for share of s skip locked
  `;
}
