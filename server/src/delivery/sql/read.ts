import type { Db } from '../../platform/db.ts';
import { bucketOf } from '../../platform/ids.ts';
import type { FullMessage, Message, MessageEvent } from '../message.ts';

const EVENTS_MAX = 200;

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
