import type { Db } from '../../platform/db.ts';
import { NIL_UUID } from '../../platform/ids.ts';

/** A message that somebody decides about, locked, with what planning it again needs. */
export interface Doubt {
  readonly state: string;
  readonly automationId: string;
  readonly version: number;
  readonly enrollmentState: string;
  readonly workspaceTimezone: string;
  readonly userTimezone: string | null;
  readonly now: Date;
}

/**
 * Locks: the message, and its enrollment (shared): a removal has either come before, and is seen, or
 * waits, and finds what was ordered. Index: messages_pkey, enrollments_pkey.
 */
export async function findDoubt(
  db: Db,
  { bucket, workspaceId, id }: { bucket: number; workspaceId: string; id: string },
): Promise<Doubt | null> {
  const rows = await db<Doubt[]>`
    select m.state, m.automation_id as "automationId", e.version, e.state as "enrollmentState",
           w.timezone as "workspaceTimezone", u.timezone as "userTimezone", db_now() as now
      from messages m
      join enrollments e on e.bucket = m.bucket and e.id = m.enrollment_id
      join workspaces w on w.id = m.workspace_id
      left join users u on u.bucket = m.bucket and u.id = m.user_id
     where m.bucket = ${bucket} and m.id = ${id} and m.workspace_id = ${workspaceId}
       for no key update of m
       for share of e
  `;
  return rows[0] ?? null;
}

interface Decided {
  readonly bucket: number;
  readonly id: string;
  readonly eventId: string;
}

/** Settles a message in doubt as sent, and its step as passed. The caller has locked it. */
export async function markSent(db: Db, { bucket, id, eventId }: Decided): Promise<void> {
  await db`
    with settled as (
      update messages
         set state = 'accepted', sent_at = attempted_at, answer = 'marked as sent by a member',
             updated_at = db_now()
       where bucket = ${bucket} and id = ${id} and state = 'in_doubt'
      returning *
    ), event as (
      insert into message_events (bucket, id, workspace_id, message_id, kind, at)
      select bucket, ${eventId}, workspace_id, id, 'marked_sent', db_now() from settled
    ), reported as (
      insert into report_deltas (workspace_id, automation_id, what, kind, step_id, variant, list_id, at,
                                 count)
      select workspace_id, automation_id, 'message', 'sent', step_id, coalesce(variant, ''),
             coalesce(list_id, ${NIL_UUID}), quarter_hour_of(created_at), 1
        from settled
    )
    insert into step_log (bucket, enrollment_id, seq, workspace_id, automation_id, user_id, step_id,
                          outcome, reason, due_at, at, reasons)
    select bucket, enrollment_id, seq, workspace_id, automation_id, user_id, step_id, 'passed',
           'marked_sent', scheduled_for, db_now(), reasons
      from settled
  `;
}

/** Puts a message in doubt back into the queue; its enrollment has gone on already. */
export async function orderAgain(
  db: Db,
  {
    bucket,
    id,
    eventId,
    dueAt,
    timezone,
    tzVersion,
    reasons,
  }: Decided & {
    dueAt: Date;
    timezone: string;
    tzVersion: string;
    reasons: string;
  },
): Promise<void> {
  await db`
    with ordered as (
      update messages
         set state = 'scheduled', updated_at = db_now(), answer = 'ordered again by a member'
       where bucket = ${bucket} and id = ${id} and state = 'in_doubt'
      returning *
    ), event as (
      insert into message_events (bucket, id, workspace_id, message_id, kind, at)
      select bucket, ${eventId}, workspace_id, id, 'resend_ordered', db_now() from ordered
    )
    insert into recipients (bucket, enrollment_id, seq, workspace_id, automation_id, user_id, version,
                            step_id, live, advances, due_at, from_at, timezone, tz_version, reasons)
    select m.bucket, m.enrollment_id, m.seq, m.workspace_id, m.automation_id, m.user_id,
           -- Where the enrollment has been moved since, its version may not have the step any more.
           coalesce((select v.number from series_versions v
                      where v.automation_id = m.automation_id
                        and v.steps @> jsonb_build_array(jsonb_build_object('id', m.step_id))
                      order by v.number = e.version desc, v.number desc limit 1), e.version),
           m.step_id, true, false, ${dueAt}, ${dueAt}, ${timezone}, ${tzVersion},
           ${reasons}::text::jsonb
      from ordered m
      join enrollments e on e.bucket = m.bucket and e.id = m.enrollment_id
  `;
}
