import type { Db, Transaction } from '../../platform/db.ts';

interface Person {
  readonly bucket: number;
  readonly userId: string;
}

/** How many events of a user there are. Index: events_by_user. */
export async function countEventsOf(db: Db, { bucket, userId }: Person): Promise<number> {
  const rows = await db<{ count: number }[]>`
    select count(*)::int as count from events where bucket = ${bucket} and user_id = ${userId}
  `;
  return rows[0]?.count ?? 0;
}

/** Deletes up to `limit` events of a user. Index: events_by_user. @returns how many */
export async function deleteEventsOf(
  tx: Db,
  { bucket, userId, limit }: Person & { limit: number },
): Promise<number> {
  const rows = await tx`
    delete from events e
     using (select bucket, id, stored_at from events
             where bucket = ${bucket} and user_id = ${userId}
             limit ${limit}) g
     where e.bucket = g.bucket and e.id = g.id and e.stored_at = g.stored_at
    returning 1
  `;
  return rows.length;
}

/** Locks a user until the transaction ends; false where there is none. Index: users_pkey. */
export async function lockUser(tx: Transaction, { bucket, userId }: Person): Promise<boolean> {
  const rows = await tx`
    select 1 from users where bucket = ${bucket} and id = ${userId} for update
  `;
  return rows.length > 0;
}

/** Deletes a user. Index: users_pkey. */
export async function deleteUser(tx: Transaction, { bucket, userId }: Person): Promise<void> {
  await tx`delete from users where bucket = ${bucket} and id = ${userId}`;
}

/** An event as a person's export has it. */
export interface OwnEvent {
  readonly id: string;
  readonly eventType: string;
  readonly occurredAt: Date;
  readonly receivedAt: Date;
  readonly eventId: string | null;
  readonly sessionId: string | null;
  readonly elementSelector: string | null;
  readonly pageUrl: string | null;
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** Events of a user by type and time, after one of them. Index: events_by_user. */
export async function eventsOfUser(
  db: Db,
  {
    bucket,
    userId,
    after,
    limit,
  }: Person & { after: Pick<OwnEvent, 'id' | 'eventType' | 'occurredAt'> | null; limit: number },
): Promise<OwnEvent[]> {
  return db<OwnEvent[]>`
    select id, event_type as "eventType", occurred_at as "occurredAt", received_at as "receivedAt",
           event_id as "eventId", session_id as "sessionId", element_selector as "elementSelector",
           page_url as "pageUrl", metadata
      from events
     where bucket = ${bucket} and user_id = ${userId}
       ${
         after === null
           ? db``
           : db`and (event_type, occurred_at, id)
                    > (${after.eventType}::text, ${after.occurredAt}, ${after.id}::uuid)`
       }
     order by event_type, occurred_at, id
     limit ${limit}
  `;
}
