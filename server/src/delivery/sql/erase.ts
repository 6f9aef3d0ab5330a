import type { Db, Transaction } from '../../platform/db.ts';

interface Person {
  readonly bucket: number;
  readonly userId: string;
}

/** What there is of a person's messages. Index: messages_by_user, message_events_by_message. */
export async function countMessagesOf(
  db: Db,
  { bucket, userId }: Person,
): Promise<{ messages: number; messageEvents: number }> {
  const rows = await db<{ messages: number; messageEvents: number }[]>`
    select count(*)::int as messages,
           coalesce(sum((select count(*) from message_events e
                          where e.bucket = m.bucket and e.message_id = m.id)), 0)::int
             as "messageEvents"
      from messages m
     where m.bucket = ${bucket} and m.user_id = ${userId}
  `;
  return rows[0] ?? { messages: 0, messageEvents: 0 };
}

/** Whether a worker holds one of a person's messages just now. Index: messages_by_user. */
export async function isAnyLeased(db: Db, { bucket, userId }: Person): Promise<boolean> {
  const rows = await db`
    select 1 from messages
     where bucket = ${bucket} and user_id = ${userId} and lease_token is not null
     limit 1
  `;
  return rows.length > 0;
}

/** The messages of a person of which nobody knows whether they left. Index: messages_by_user. */
export async function doubtsOf(
  db: Db,
  { bucket, userId, limit }: Person & { limit: number },
): Promise<string[]> {
  const rows = await db<{ id: string }[]>`
    select id from messages
     where bucket = ${bucket} and user_id = ${userId} and state = 'in_doubt'
     limit ${limit}
  `;
  return rows.map(({ id }) => id);
}

/** A message that was made nobody's, with what it was. */
export interface ErasedMessage {
  readonly id: string;
  readonly html: string;
  readonly text: string;
}

/**
 * Makes up to `limit` of a person's messages nobody's: bodies, headers, addresses, reasons and the
 * answer go, and of what came back all but what is counted. That they were sent, and when, stays.
 *
 * Locks: the messages, in the order of their keys. Index: messages_by_user, message_events_by_message.
 *
 * @param nobody a user id that nobody has, in the same bucket
 * @returns those that were, as they were
 */
export async function eraseMessages(
  tx: Transaction,
  { bucket, userId, nobody, limit }: Person & { nobody: string; limit: number },
): Promise<ErasedMessage[]> {
  const rows = await tx<ErasedMessage[]>`
    with mine as materialized (
      select bucket, id, html, text
        from messages
       where bucket = ${bucket} and user_id = ${userId} and lease_token is null
       order by bucket, id
       limit ${limit}
         for update
    ), erased as (
      update messages m
         set user_id = ${nobody}, user_external_id = '', from_address = '', to_address = '',
             subject = '', html = '', text = '', headers = '{}', message_id = '', reasons = '[]',
             answer = null
        from mine
       where m.bucket = mine.bucket and m.id = mine.id
    )
    select id, html, text from mine
  `;
  if (rows.length === 0) return rows;
  await tx`
    update message_events e
       set detail = (select coalesce(jsonb_object_agg(d.key, d.value), '{}')
                       from jsonb_each(e.detail) d
                      where d.key in ('class', 'machine', 'link_id')
                         or d.key = 'reason' and e.kind in ('opened', 'clicked'))
     where e.bucket = ${bucket} and e.message_id = any (${rows.map(({ id }) => id)}::uuid[])
       and e.detail <> '{}'
  `;
  return rows;
}

/**
 * Keeps with a person's messages that they were unsubscribed by: the proof of it goes with the person,
 * and reports count it from either. Index: consent_changes_by_user, messages_pkey.
 */
export async function keepUnsubscribes(tx: Transaction, { bucket, userId }: Person): Promise<void> {
  await tx`
    insert into message_events (bucket, id, workspace_id, message_id, kind, at)
    select distinct on (m.id) m.bucket, c.id, m.workspace_id, m.id, 'unsubscribed', c.at
      from consent_changes c
      join messages m on m.bucket = c.bucket and m.id::text = c.detail ->> 'message_id'
     where c.bucket = ${bucket} and c.user_id = ${userId} and c.after = 'unsubscribed'
       and m.user_id = ${userId}
       and not exists (select from message_events e
                        where e.bucket = m.bucket and e.message_id = m.id
                          and e.kind = 'unsubscribed')
     order by m.id, c.at
        on conflict do nothing
  `;
}

/** Addresses that a person's messages went to, other than the present one. Index: messages_by_user. */
export async function addressesOf(
  db: Db,
  { bucket, userId, limit }: Person & { limit: number },
): Promise<string[]> {
  const rows = await db<{ address: string }[]>`
    select distinct to_address as address
      from messages
     where bucket = ${bucket} and user_id = ${userId} and to_address <> ''
     limit ${limit}
  `;
  return rows.map(({ address }) => address);
}

/** A message of a person whole, with what became of it, as their export has it. */
export interface OwnMessage {
  readonly id: string;
  readonly createdAt: Date;
  readonly message: Readonly<Record<string, unknown>>;
}

/** Messages of a person, youngest first. Index: messages_by_user, message_events_by_message. */
export async function messagesForExport(
  db: Db,
  {
    bucket,
    userId,
    after,
    limit,
  }: Person & { after: Pick<OwnMessage, 'id' | 'createdAt'> | null; limit: number },
): Promise<OwnMessage[]> {
  return db<OwnMessage[]>`
    select m.id, m.created_at as "createdAt",
           jsonb_build_object(
             'id', m.id, 'series_id', m.automation_id, 'enrollment_id', m.enrollment_id,
             'step_id', m.step_id, 'status', m.state, 'from', m.from_address, 'to', m.to_address,
             'subject', m.subject, 'html', m.html, 'text', m.text, 'headers', m.headers,
             'message_id', m.message_id, 'scheduled_for', m.scheduled_for, 'sent_at', m.sent_at,
             'answer', m.answer, 'reasons', m.reasons, 'created_at', m.created_at,
             'events', coalesce((select jsonb_agg(jsonb_build_object('kind', e.kind, 'at', e.at,
                                                                     'detail', e.detail)
                                                  order by e.at, e.id)
                                   from message_events e
                                  where e.bucket = m.bucket and e.message_id = m.id), '[]')
           ) as message
      from messages m
     where m.bucket = ${bucket} and m.user_id = ${userId}
       ${after === null ? db`` : db`and (m.created_at, m.id) < (${after.createdAt}, ${after.id}::uuid)`}
     order by m.created_at desc, m.id desc
     limit ${limit}
  `;
}
