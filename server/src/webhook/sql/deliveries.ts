import type { Db, Transaction } from '../../platform/db.ts';
import { NIL_UUID } from '../../platform/ids.ts';
import type { PageAfter } from '../../platform/page.ts';
import type { Attempt } from '../webhook.ts';

export const DELIVERY_STATUSES = ['pending', 'delivered', 'given_up'] as const;
export type DeliveryStatus = (typeof DELIVERY_STATUSES)[number];

/** One event for one endpoint, as the log shows it. */
export interface Delivery {
  readonly id: string;
  readonly eventId: string;
  readonly type: string;
  readonly status: DeliveryStatus;
  readonly attempts: number;
  /** The last ones, oldest first. */
  readonly attemptLog: readonly Attempt[];
  /** Null unless it is pending. */
  readonly nextAt: Date | null;
  readonly giveUpAt: Date;
  readonly endedAt: Date | null;
  readonly createdAt: Date;
  readonly data: unknown;
}

const columns = (db: Db) => db`
  d.id, d.event_id as "eventId", d.type, d.status, d.attempts, d.attempt_log as "attemptLog",
  case when d.status = 'pending' then d.next_at end as "nextAt", d.give_up_at as "giveUpAt",
  d.ended_at as "endedAt", d.created_at as "createdAt", e.data`;

/**
 * A page of an endpoint's log, youngest first. The caller has found the endpoint. Index:
 * webhook_deliveries_by_age, or webhook_deliveries_by_status.
 */
export async function listDeliveries(
  db: Db,
  {
    webhookId,
    status,
    after,
    limit,
  }: { webhookId: string; status: DeliveryStatus | null; after: PageAfter | null; limit: number },
): Promise<Delivery[]> {
  const { at = null, id = NIL_UUID } = after ?? {};
  if (status === null) {
    return db<Delivery[]>`
      select ${columns(db)}
        from webhook_deliveries d
        join outbox_events e on e.id = d.event_id
       where d.webhook_id = ${webhookId}
         and (d.created_at, d.id) < (coalesce(${at}::timestamptz, 'infinity'), ${id}::uuid)
       order by d.created_at desc, d.id desc
       limit ${limit}
    `;
  }
  return db<Delivery[]>`
    select ${columns(db)}
      from webhook_deliveries d
      join outbox_events e on e.id = d.event_id
     where d.webhook_id = ${webhookId} and d.status = ${status}
       and (d.created_at, d.id) < (coalesce(${at}::timestamptz, 'infinity'), ${id}::uuid)
     order by d.created_at desc, d.id desc
     limit ${limit}
  `;
}

/** Index: webhook_deliveries_pkey. */
export async function findDelivery(
  db: Db,
  { webhookId, id }: { webhookId: string; id: string },
): Promise<Delivery | null> {
  const rows = await db<Delivery[]>`
    select ${columns(db)}
      from webhook_deliveries d
      join outbox_events e on e.id = d.event_id
     where d.id = ${id} and d.webhook_id = ${webhookId}
  `;
  return rows[0] ?? null;
}

/** Puts one delivery back, for three days. One that is being handed over just now stays as it is. */
export async function replayOne(
  tx: Transaction,
  { webhookId, id }: { webhookId: string; id: string },
): Promise<void> {
  await tx`
    update webhook_deliveries
       set status = 'pending', next_at = db_now(), give_up_at = db_now() + interval '3 days',
           ended_at = null
     where id = ${id} and webhook_id = ${webhookId} and lease_token is null
  `;
}

/**
 * Puts what happened in a period back, oldest first, and adds what this endpoint did not get at all.
 * The words of somebody who was erased are gone, and such an event with them. Index:
 * outbox_events_by_side.
 *
 * @returns how many
 */
export async function replayMany(
  tx: Transaction,
  {
    workspaceId,
    webhookId,
    from,
    to,
    types,
    status,
    limit,
  }: {
    workspaceId: string;
    webhookId: string;
    from: Date;
    to: Date;
    /** Null: all. */
    types: readonly string[] | null;
    /** Null: whatever became of them. */
    status: DeliveryStatus | null;
    limit: number;
  },
): Promise<number> {
  const done = await tx`
    with wanted as (
      select e.id, e.type, e.order_key, e.seq
        from outbox_events e
        left join webhook_deliveries d on d.event_id = e.id and d.webhook_id = ${webhookId}
       where e.workspace_id = ${workspaceId} and e.written_at >= ${from} and e.written_at < ${to}
         and e.only_webhook is null and e.data <> '{}'
         and (${types === null ? null : [...types]}::text[] is null
              or e.type = any (${types === null ? null : [...types]}::text[]))
         and (${status}::text is null or d.status = ${status}::text)
         and d.lease_token is null and d.status is distinct from 'pending'
       order by e.written_at, e.seq
       limit ${limit}
    )
    insert into webhook_deliveries as d (webhook_id, event_id, type, order_key, seq)
    select ${webhookId}, id, type, order_key, seq from wanted order by seq
        on conflict (event_id, webhook_id) do update
           set status = 'pending', next_at = db_now(), give_up_at = db_now() + interval '3 days',
               ended_at = null
         where d.lease_token is null
  `;
  return done.count;
}

/** Writes an event that only one endpoint gets. @returns its delivery */
export async function insertTest(
  tx: Transaction,
  {
    workspaceId,
    webhookId,
    type,
    data,
  }: { workspaceId: string; webhookId: string; type: string; data: object },
): Promise<string> {
  const [event] = await tx<{ id: string }[]>`
    insert into outbox_events (workspace_id, type, order_key, at, data, only_webhook)
    select id, ${type}, gen_random_uuid(), coalesce(clock_now, db_now()),
           ${JSON.stringify(data)}::text::jsonb, ${webhookId}
      from workspaces
     where id = ${workspaceId}
    returning id
  `;
  const [delivery] = await tx<{ id: string }[]>`
    select id from webhook_deliveries
     where event_id = ${event?.id ?? null} and webhook_id = ${webhookId}
  `;
  if (delivery === undefined) throw new Error(`webhook ${webhookId} got no test event`);
  return delivery.id;
}

/**
 * Deletes events with their deliveries that are older than the log is kept, and streams that nobody has
 * written for as long. Across workspaces. Index: outbox_events_old.
 */
export async function deleteOldEvents(
  db: Db,
  { days, limit }: { days: number; limit: number },
): Promise<number> {
  await db`
    delete from outbox_streams where seen_at < db_now() - make_interval(days => ${days})
  `;
  const done = await db`
    delete from outbox_events
     where id = any (array(
             select id from outbox_events
              where written_at < db_now() - make_interval(days => ${days})
              limit ${limit}))
  `;
  return done.count;
}
