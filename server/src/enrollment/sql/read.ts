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
     cross join lateral (
       select external_id from users where bucket = e.bucket and id = e.user_id limit 1) u
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
     cross join lateral (
       select external_id from users where bucket = r.bucket and id = r.user_id limit 1) u
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
