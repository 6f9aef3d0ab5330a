import type { Db } from '../../platform/db.ts';
import { bucketOf } from '../../platform/ids.ts';
import type { Reason } from '../../schedule/reason.ts';
import type { EnrollmentState } from '../enrollment.ts';

/** An enrollment as the API lists it. */
export interface ListedEnrollment {
  readonly id: string;
  readonly userExternalId: string;
  readonly version: number;
  readonly run: number;
  readonly state: EnrollmentState;
  readonly enteredAt: Date;
  readonly endedAt: Date | null;
  readonly endReason: string | null;
}

/**
 * A page of a series' enrollments, youngest first. Index: enrollments_by_series, or enrollments_run.
 *
 * A condition that is not asked for is not in the statement, so that each gets a plan of its own.
 */
export async function listEnrollments(
  db: Db,
  {
    workspaceId,
    automationId,
    userId,
    state,
    after,
    limit,
  }: {
    workspaceId: string;
    automationId: string;
    userId: string | null;
    state: EnrollmentState | null;
    after: { at: Date; id: string } | null;
    limit: number;
  },
): Promise<ListedEnrollment[]> {
  return db<ListedEnrollment[]>`
    select e.id, u.external_id as "userExternalId", e.version, e.run, e.state,
           e.entered_at as "enteredAt", e.ended_at as "endedAt", e.end_reason as "endReason"
      from enrollments e
      join users u on u.bucket = e.bucket and u.id = e.user_id
     where e.automation_id = ${automationId} and e.workspace_id = ${workspaceId}
       ${userId === null ? db`` : db`and e.bucket = ${bucketOf(userId)} and e.user_id = ${userId}`}
       ${state === null ? db`` : db`and e.state = ${state}`}
       ${after === null ? db`` : db`and (e.entered_at, e.id) < (${after.at}, ${after.id})`}
     order by e.entered_at desc, e.id desc
     limit ${limit}
  `;
}

/** A queue row as the API lists it. */
export interface ListedRecipient {
  readonly enrollmentId: string;
  readonly seq: number;
  readonly userExternalId: string;
  readonly stepId: string;
  readonly status: 'pending' | 'processing';
  readonly parked: boolean;
  readonly dueAt: Date;
  readonly attempts: number;
  readonly timezone: string;
  readonly reasons: readonly Reason[];
}

/**
 * A page of a series' waiting steps, soonest first. Index: recipients_by_series; for one user
 * enrollments_run and recipients_pkey.
 */
export async function listRecipients(
  db: Db,
  {
    workspaceId,
    automationId,
    userId,
    after,
    limit,
  }: {
    workspaceId: string;
    automationId: string;
    userId: string | null;
    after: { at: Date; id: string } | null;
    limit: number;
  },
): Promise<ListedRecipient[]> {
  return db<ListedRecipient[]>`
    select r.enrollment_id as "enrollmentId", r.seq, u.external_id as "userExternalId",
           r.step_id as "stepId", r.status, r.parked, r.due_at as "dueAt", r.attempts, r.timezone, r.reasons
      from recipients r
      join users u on u.bucket = r.bucket and u.id = r.user_id
     where r.automation_id = ${automationId} and r.workspace_id = ${workspaceId}
       ${userId === null ? db`` : ofUser(db, { userId, automationId })}
       ${after === null ? db`` : db`and (r.due_at, r.enrollment_id) > (${after.at}, ${after.id})`}
     order by r.due_at, r.enrollment_id
     limit ${limit}
  `;
}

/** The queue has no index by user: the way to a user's rows is by their passages. */
const ofUser = (db: Db, { userId, automationId }: { userId: string; automationId: string }) => db`
  and r.bucket = ${bucketOf(userId)}
  and r.enrollment_id in (
    select id from enrollments
     where bucket = ${bucketOf(userId)} and user_id = ${userId} and automation_id = ${automationId})`;

/** What became of one step, as it was logged. */
export interface LoggedStep {
  readonly stepId: string;
  readonly seq: number;
  readonly outcome: string;
  readonly reason: string | null;
  readonly dueAt: Date;
  readonly at: Date;
}

const LOG_MAX = 1_000;

/** The steps of one enrollment that are behind it, oldest first. Index: step_log_pkey. */
export async function listLog(
  db: Db,
  { bucket, enrollmentId }: { bucket: number; enrollmentId: string },
): Promise<LoggedStep[]> {
  return db<LoggedStep[]>`
    select step_id as "stepId", seq, outcome, reason, due_at as "dueAt", at
      from step_log
     where bucket = ${bucket} and enrollment_id = ${enrollmentId}
     order by seq
     limit ${LOG_MAX}
  `;
}

/** Counts of one series: people by state, waiting steps, and steps by what became of them. */
export interface SeriesStats {
  readonly enrollments: Readonly<Record<string, number>>;
  readonly ledger: {
    readonly planned: number;
    readonly passed: number;
    readonly skipped: number;
    readonly failed: number;
    readonly cancelled: number;
    readonly pending: number;
    readonly processing: number;
    readonly inDoubt: number;
    readonly unaccounted: number;
  };
  readonly messages: Readonly<Record<string, number>>;
  readonly steps: readonly {
    readonly stepId: string;
    readonly state: string;
    readonly count: number;
  }[];
}

/** Reads all rows of the series: for a person's look, not for a hot path. */
export async function seriesStats(
  db: Db,
  { workspaceId, automationId }: { workspaceId: string; automationId: string },
): Promise<SeriesStats> {
  const [counts] = await db<[SeriesStats]>`
    select (select coalesce(jsonb_object_agg(state, n), '{}') from (
              select state, count(*)::int as n from enrollments
               where automation_id = ${automationId} and workspace_id = ${workspaceId}
               group by state) e) as enrollments,
           (select coalesce(jsonb_object_agg(state, n), '{}') from (
              select state, count(*)::int as n from messages
               where automation_id = ${automationId} and workspace_id = ${workspaceId}
               group by state) m) as messages,
           (select coalesce(jsonb_agg(jsonb_build_object('stepId', step_id, 'state', state, 'count', n)), '[]')
              from (
                select step_id, outcome as state, count(*)::int as n from step_log
                 where automation_id = ${automationId} and workspace_id = ${workspaceId}
                 group by step_id, outcome
                union all
                select step_id, 'waiting', count(*)::int from recipients
                 where automation_id = ${automationId} and workspace_id = ${workspaceId} and advances
                 group by step_id) s) as steps,
           (select jsonb_build_object('planned', planned, 'passed', passed, 'skipped', skipped,
                     'failed', failed, 'cancelled', cancelled, 'pending', pending,
                     'processing', processing, 'inDoubt', in_doubt, 'unaccounted', unaccounted)
              from ledger_of(${automationId})) as ledger
  `;
  return counts;
}

/** A user's latest passage through a series, with the row that waits. */
export interface LatestEnrollment extends ListedEnrollment {
  readonly bucket: number;
}

/** The youngest enrollment of a user in a series. Index: enrollments_run. */
export async function findLatest(
  db: Db,
  { bucket, userId, automationId }: { bucket: number; userId: string; automationId: string },
): Promise<Omit<LatestEnrollment, 'userExternalId'> | null> {
  const rows = await db<Omit<LatestEnrollment, 'userExternalId'>[]>`
    select bucket, id, version, run, state, entered_at as "enteredAt", ended_at as "endedAt",
           end_reason as "endReason"
      from enrollments
     where bucket = ${bucket} and user_id = ${userId} and automation_id = ${automationId}
     order by run desc
     limit 1
  `;
  return rows[0] ?? null;
}
