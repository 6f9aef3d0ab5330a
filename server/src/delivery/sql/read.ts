import type { Db } from '../../platform/db.ts';
import { bucketOf } from '../../platform/ids.ts';
import type { FullMessage, Message, MessageEvent, MessageState } from '../message.ts';

const EVENTS_MAX = 200;

/**
 * A page of a workspace side's messages, youngest first. Index: messages_by_age, or messages_by_user.
 *
 * A condition that is not asked for is not in the statement: with one that might be, a plan for any
 * values walks through all messages to find those of one user.
 */
export async function listMessages(
  db: Db,
  {
    workspaceId,
    userId,
    automationId,
    state,
    after,
    limit,
  }: {
    workspaceId: string;
    userId: string | null;
    automationId: string | null;
    state: MessageState | null;
    after: { at: Date; id: string } | null;
    limit: number;
  },
): Promise<Message[]> {
  return db<Message[]>`
    select id, bucket, workspace_id as "workspaceId", enrollment_id as "enrollmentId", seq,
           automation_id as "automationId", user_id as "userId",
           user_external_id as "userExternalId", step_id as "stepId", variant, state, transport,
           from_address as "from", to_address as "to", subject, message_id as "messageId",
           scheduled_for as "scheduledFor", attempt, attempted_at as "attemptedAt",
           sent_at as "sentAt", answer, created_at as "createdAt", updated_at as "updatedAt"
      from messages
     where workspace_id = ${workspaceId}
       ${userId === null ? db`` : db`and bucket = ${bucketOf(userId)} and user_id = ${userId}`}
       ${automationId === null ? db`` : db`and automation_id = ${automationId}`}
       ${state === null ? db`` : state === 'in_doubt' ? db`and state = 'in_doubt'` : db`and state = ${state}`}
       ${after === null ? db`` : db`and (created_at, id) < (${after.at}, ${after.id})`}
     order by created_at desc, id desc
     limit ${limit}
  `;
}

/** One message with its bodies. Index: messages_pkey, by the bucket that the id tells. */
export async function findMessage(
  db: Db,
  { workspaceId, id }: { workspaceId: string; id: string },
): Promise<FullMessage | null> {
  const rows = await db<FullMessage[]>`
    select id, bucket, workspace_id as "workspaceId", enrollment_id as "enrollmentId", seq,
           automation_id as "automationId", user_id as "userId",
           user_external_id as "userExternalId", step_id as "stepId", variant, state, transport,
           from_address as "from", to_address as "to", subject, html, text, headers, reasons,
           message_id as "messageId", scheduled_for as "scheduledFor", attempt,
           attempted_at as "attemptedAt", sent_at as "sentAt", answer,
           created_at as "createdAt", updated_at as "updatedAt"
      from messages
     where bucket = ${bucketOf(id)} and id = ${id} and workspace_id = ${workspaceId}
  `;
  return rows[0] ?? null;
}

/** All that happened to a message, oldest first. Index: message_events_by_message. */
export async function listEvents(
  db: Db,
  { bucket, messageId }: { bucket: number; messageId: string },
): Promise<MessageEvent[]> {
  return db<MessageEvent[]>`
    select kind, at, detail from message_events
     where bucket = ${bucket} and message_id = ${messageId}
     order by at, id
     limit ${EVENTS_MAX}
  `;
}

/** A user's messages of one series, youngest first. Index: messages_by_user. */
export async function messagesOfUser(
  db: Db,
  {
    bucket,
    userId,
    automationId,
    limit,
  }: {
    bucket: number;
    userId: string;
    automationId: string;
    limit: number;
  },
): Promise<Message[]> {
  return db<Message[]>`
    select id, bucket, workspace_id as "workspaceId", enrollment_id as "enrollmentId", seq,
           automation_id as "automationId", user_id as "userId",
           user_external_id as "userExternalId", step_id as "stepId", variant, state, transport,
           from_address as "from", to_address as "to", subject, message_id as "messageId",
           scheduled_for as "scheduledFor", attempt, attempted_at as "attemptedAt",
           sent_at as "sentAt", answer, created_at as "createdAt", updated_at as "updatedAt"
      from messages
     where bucket = ${bucket} and user_id = ${userId} and automation_id = ${automationId}
     order by created_at desc
     limit ${limit}
  `;
}
