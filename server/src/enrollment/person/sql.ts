import type { Db, Transaction } from '../../platform/db.ts';
import type { PageAfter } from '../../platform/page.ts';
import type { Reason } from '../../schedule/reason.ts';
import type { EnrollmentState } from '../enrollment.ts';

interface Person {
  readonly bucket: number;
  readonly userId: string;
}

/** One passage of a person, with where it stands. */
export interface PersonPassage {
  readonly id: string;
  readonly automationId: string;
  readonly type: 'series' | 'broadcast' | 'confirmation' | 'transactional';
  readonly seriesName: string;
  readonly version: number;
  readonly run: number;
  readonly state: EnrollmentState;
  readonly enteredBy: string;
  readonly enteredAt: Date;
  readonly endedAt: Date | null;
  readonly endReason: string | null;
  /** The step that waits or is being worked; null when there is none. */
  readonly stepId: string | null;
  readonly dueAt: Date | null;
  readonly isHeld: boolean;
  /** What the call that began it brought along. */
  readonly properties: Readonly<Record<string, unknown>>;
  readonly reasons: readonly Reason[];
  /** The last step that is behind. */
  readonly lastStepId: string | null;
  readonly lastOutcome: string | null;
  readonly lastReason: string | null;
}

/**
 * A page of a person's passages, youngest first.
 *
 * Index: enrollments_run, recipients_pkey, step_log_pkey.
 */
export async function listPassagesOf(
  db: Db,
  {
    bucket,
    userId,
    workspaceId,
    state,
    after,
    limit,
  }: Person & {
    workspaceId: string;
    state: EnrollmentState | null;
    after: PageAfter | null;
    limit: number;
  },
): Promise<PersonPassage[]> {
  return db<PersonPassage[]>`
    select e.id, e.automation_id as "automationId", a.type, a.name as "seriesName", e.version, e.run,
           e.state, e.entered_by as "enteredBy", e.entered_at as "enteredAt",
           e.ended_at as "endedAt", e.end_reason as "endReason", r.step_id as "stepId",
           r.due_at as "dueAt", coalesce(r.parked, false) as "isHeld",
           e.properties, coalesce(r.reasons, '[]') as reasons, l.step_id as "lastStepId",
           l.outcome as "lastOutcome", l.reason as "lastReason"
      from enrollments e
      join automations a on a.id = e.automation_id
      left join lateral (
        select * from recipients
         where bucket = e.bucket and enrollment_id = e.id
         order by advances desc, seq desc limit 1) r on true
      left join lateral (
        select * from step_log
         where bucket = e.bucket and enrollment_id = e.id
         order by seq desc limit 1) l on true
     where e.bucket = ${bucket} and e.user_id = ${userId} and e.workspace_id = ${workspaceId}
       ${state === null ? db`` : db`and e.state = ${state}`}
       ${after === null ? db`` : db`and (e.entered_at, e.id) < (${after.at}, ${after.id}::uuid)`}
     order by e.entered_at desc, e.id desc
     limit ${limit}
  `;
}

/** What there is of a person's passages. Index: enrollments_run, step_log_pkey. */
export async function countPassagesOf(
  db: Db,
  { bucket, userId }: Person,
): Promise<{ enrollments: number; active: number; steps: number }> {
  const rows = await db<{ enrollments: number; active: number; steps: number }[]>`
    select count(*)::int as enrollments, (count(*) filter (where state = 'active'))::int as active,
           coalesce(sum((select count(*) from step_log l
                          where l.bucket = e.bucket and l.enrollment_id = e.id)), 0)::int as steps
      from enrollments e
     where bucket = ${bucket} and user_id = ${userId}
  `;
  return rows[0] ?? { enrollments: 0, active: 0, steps: 0 };
}

/**
 * The series and broadcasts that something of a person is under way in: an active passage, or a row of
 * an ended one that was ordered again. Index: enrollments_run, recipients_pkey.
 */
export async function automationsUnderway(db: Db, { bucket, userId }: Person): Promise<string[]> {
  const rows = await db<{ id: string }[]>`
    select distinct e.automation_id as id
      from enrollments e
     where e.bucket = ${bucket} and e.user_id = ${userId}
       and (e.state = 'active'
            or exists (select from recipients r
                        where r.bucket = e.bucket and r.enrollment_id = e.id))
  `;
  return rows.map(({ id }) => id);
}

/** The steps behind some passages, for an export. Index: step_log_pkey. */
export async function stepsOf(
  db: Db,
  { bucket, enrollmentIds }: { bucket: number; enrollmentIds: readonly string[] },
): Promise<
  {
    enrollmentId: string;
    seq: number;
    stepId: string;
    outcome: string;
    reason: string | null;
    dueAt: Date;
    at: Date;
    reasons: readonly Reason[];
  }[]
> {
  return db`
    select enrollment_id as "enrollmentId", seq, step_id as "stepId", outcome, reason,
           due_at as "dueAt", at, reasons
      from step_log
     where bucket = ${bucket} and enrollment_id = any (${[...enrollmentIds]}::uuid[])
     order by enrollment_id, seq
  `;
}

/**
 * Makes up to `limit` of a person's passages nobody's, and the steps behind them: what a call brought
 * along goes, and what rules looked at. That they were, and how they ended, stays.
 *
 * Locks: the enrollments, in the order of their keys. Index: enrollments_run, step_log_pkey.
 *
 * @param nobody a user id that nobody has, in the same bucket
 * @returns how many passages and steps
 */
export async function erasePassages(
  tx: Transaction,
  { bucket, userId, nobody, limit }: Person & { nobody: string; limit: number },
): Promise<{ passages: number; steps: number }> {
  const rows = await tx<{ passages: number; steps: number }[]>`
    with mine as materialized (
      select bucket, id from enrollments e
       where bucket = ${bucket} and user_id = ${userId} and state <> 'active'
         and not exists (select from recipients r
                          where r.bucket = e.bucket and r.enrollment_id = e.id)
       order by bucket, id
       limit ${limit}
         for update
    ), erased as (
      update enrollments e
         set user_id = ${nobody}, properties = '{}', entry_event = null
        from mine
       where e.bucket = mine.bucket and e.id = mine.id
      returning 1
    ), steps as (
      update step_log l
         set user_id = ${nobody}, reasons = '[]',
             reason = case when l.reason ~ '^[a-z_]+:[a-z_]+$' then l.reason
                           else split_part(l.reason, ':', 1) end
        from mine
       where l.bucket = mine.bucket and l.enrollment_id = mine.id
      returning 1
    ), emails as (
      delete from transactional_emails t using mine
       where t.bucket = mine.bucket and t.enrollment_id = mine.id
    ), calls as (
      update webhook_attempts w
         set reason = null
        from mine
       where w.bucket = mine.bucket and w.enrollment_id = mine.id and w.reason is not null
    )
    select (select count(*)::int from erased) as passages, (select count(*)::int from steps) as steps
  `;
  return rows[0] ?? { passages: 0, steps: 0 };
}

/** Whether a passage is still the person's. Index: enrollments_run. */
export async function hasPassages(db: Db, { bucket, userId }: Person): Promise<boolean> {
  const rows = await db`
    select 1 from enrollments where bucket = ${bucket} and user_id = ${userId} limit 1
  `;
  return rows.length > 0;
}

/** Deletes what series were still to hear of a person. Index: signals_by_user. */
export async function deleteSignalsOf(tx: Transaction, { bucket, userId }: Person): Promise<void> {
  await tx`delete from signals where bucket = ${bucket} and user_id = ${userId}`;
  await tx`delete from set_aside_signals where bucket = ${bucket} and user_id = ${userId}`;
}
