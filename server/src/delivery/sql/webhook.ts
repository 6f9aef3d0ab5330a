import type { Db } from '../../platform/db.ts';
import type { AttemptOutcome } from '../webhook.ts';
import type { Held } from './release.ts';

/** A call that may be made now. */
export interface BegunWebhook extends Held {
  /** As the application knows the user; null when it was erased. */
  readonly userExternalId: string | null;
}

/**
 * Those of the given rows whose call may be made now: still held, the enrollment and the series active.
 *
 * Asked right before the call. A removal or a pause that was answered before is seen; nothing is
 * recorded, so one that is answered in the same moment is not waited for.
 * Index: recipients_pkey, enrollments_pkey, users_pkey.
 */
export async function callableAmong(db: Db, held: readonly Held[]): Promise<BegunWebhook[]> {
  return db<BegunWebhook[]>`
    select r.bucket, r.enrollment_id as "enrollmentId", r.seq, r.lease_token as "leaseToken",
           u.external_id as "userExternalId"
      from unnest(
             ${held.map(({ bucket }) => bucket)}::smallint[],
             ${held.map(({ enrollmentId }) => enrollmentId)}::uuid[],
             ${held.map(({ seq }) => seq)}::int[],
             ${held.map(({ leaseToken }) => leaseToken)}::uuid[]
           ) as h (bucket, enrollment_id, seq, lease_token)
      join recipients r on r.bucket = h.bucket and r.enrollment_id = h.enrollment_id and r.seq = h.seq
      join enrollments e on e.bucket = r.bucket and e.id = r.enrollment_id
      join automations s on s.id = r.automation_id
      left join users u on u.bucket = r.bucket and u.id = r.user_id
     where r.lease_token = h.lease_token and e.state = 'active' and s.status = 'active'
  `;
}

/** A row for which there was no room, and for how long it is put off. */
export interface PutOff extends Held {
  readonly delayMs: number;
  readonly reasons: string;
}

/**
 * Puts rows back that nobody has tried: later, and without counting an attempt. Fenced by their
 * leases. Index: recipients_pkey.
 */
export async function putOffRows(db: Db, rows: readonly PutOff[]): Promise<void> {
  await db`
    update recipients r
       set status = 'pending', worker_id = null, lease_token = null,
           due_at = db_now() + h.delay_ms * interval '1 millisecond', reasons = h.reasons::jsonb
      from unnest(
             ${rows.map(({ bucket }) => bucket)}::smallint[],
             ${rows.map(({ enrollmentId }) => enrollmentId)}::uuid[],
             ${rows.map(({ seq }) => seq)}::int[],
             ${rows.map(({ leaseToken }) => leaseToken)}::uuid[],
             ${rows.map(({ delayMs }) => delayMs)}::int[],
             ${rows.map(({ reasons }) => reasons)}::text[]
           ) as h (bucket, enrollment_id, seq, lease_token, delay_ms, reasons)
     where r.bucket = h.bucket and r.enrollment_id = h.enrollment_id and r.seq = h.seq
       and r.lease_token = h.lease_token
  `;
}

/** One attempt to call a webhook. */
export interface WebhookAttempt {
  readonly id: string;
  /** Of the step occurrence. */
  readonly seq: number;
  readonly at: Date;
  readonly outcome: AttemptOutcome;
  /** The HTTP status; null when there was no answer. */
  readonly status: number | null;
  readonly reason: string | null;
  /** How long it took. */
  readonly ms: number;
}

/** An attempt as it is written. */
export interface NewWebhookAttempt extends Omit<WebhookAttempt, 'at'> {
  readonly bucket: number;
  readonly workspaceId: string;
  readonly enrollmentId: string;
}

/** Keeps attempts, whoever owns their rows by now. Written again, they are the same. */
export async function insertWebhookAttempts(
  db: Db,
  attempts: readonly NewWebhookAttempt[],
): Promise<void> {
  const column = <T>(of: (attempt: NewWebhookAttempt) => T): T[] => attempts.map(of);
  await db`
    insert into webhook_attempts (bucket, enrollment_id, seq, id, workspace_id, at, outcome, status,
                                  reason, ms)
    select a.bucket, a.enrollment_id, a.seq, a.id, a.workspace_id, db_now(), a.outcome, a.status,
           a.reason, a.ms
      from unnest(
             ${column(({ bucket }) => bucket)}::smallint[],
             ${column(({ enrollmentId }) => enrollmentId)}::uuid[],
             ${column(({ seq }) => seq)}::int[],
             ${column(({ id }) => id)}::uuid[],
             ${column(({ workspaceId }) => workspaceId)}::uuid[],
             ${column(({ outcome }) => outcome)}::text[],
             ${column(({ status }) => status)}::smallint[],
             ${column(({ reason }) => reason)}::text[],
             ${column(({ ms }) => ms)}::int[]
           ) as a (bucket, enrollment_id, seq, id, workspace_id, outcome, status, reason, ms)
        on conflict (bucket, enrollment_id, seq, id) do nothing
  `;
}

/** Of one enrollment: the backoff makes some 40 of one step occurrence in its 24 hours. */
const ATTEMPTS_SHOWN_MAX = 200;

/** The latest attempts of an enrollment's webhooks, youngest first. Index: webhook_attempts_pkey. */
export async function webhookAttemptsOf(
  db: Db,
  {
    workspaceId,
    bucket,
    enrollmentId,
  }: { workspaceId: string; bucket: number; enrollmentId: string },
): Promise<WebhookAttempt[]> {
  return db<WebhookAttempt[]>`
    select id, seq, at, outcome, status, reason, ms
      from webhook_attempts
     where bucket = ${bucket} and enrollment_id = ${enrollmentId} and workspace_id = ${workspaceId}
     order by seq desc, id desc
     limit ${ATTEMPTS_SHOWN_MAX}
  `;
}
