import type { Db, Transaction } from '../../platform/db.ts';

/**
 * Whether there is an enabled endpoint, and whether anything is due at one. Across workspaces. Index:
 * webhook_deliveries_due.
 */
export async function lookForDue(db: Db): Promise<{ hasWebhooks: boolean; isDue: boolean }> {
  const rows = await db<{ hasWebhooks: boolean; isDue: boolean }[]>`
    select exists (select from webhooks where is_enabled) as "hasWebhooks",
           exists (select from webhooks w
                    cross join lateral (
                      select from webhook_deliveries d
                       where d.webhook_id = w.id and d.status = 'pending' and d.next_at <= db_now()
                       limit 1) d
                    where w.is_enabled) as "isDue"
  `;
  return rows[0] ?? { hasWebhooks: false, isDue: false };
}

/** What an endpoint has in hand already. */
export interface InHand {
  readonly webhookId: string;
  readonly count: number;
}

/** A delivery that this worker holds until its lease ends. */
export interface ClaimedDelivery {
  readonly id: string;
  readonly webhookId: string;
  readonly leaseToken: string;
  readonly url: string;
  readonly secret: Uint8Array;
  /** Null when only the present one signs. */
  readonly previousSecret: Uint8Array | null;
  readonly attempts: number;
  readonly giveUpAt: Date;
  readonly eventId: string;
  readonly type: string;
  readonly at: Date;
  readonly workspaceId: string;
  readonly side: string;
  readonly data: unknown;
}

/**
 * Locks due deliveries, so many for each endpoint; those that others hold are passed over. Across
 * workspaces.
 *
 * Locks: the deliveries. Index: webhook_deliveries_due.
 */
export async function lockDue(
  tx: Transaction,
  {
    inHand,
    perWebhook,
    looksMax,
    limit,
  }: { inHand: readonly InHand[]; perWebhook: number; looksMax: number; limit: number },
): Promise<string[]> {
  const rows = await tx<{ id: string }[]>`
    with room as materialized (
      select w.id, ${perWebhook}::int - coalesce(h.count, 0) as free
        from webhooks w
        left join unnest(${inHand.map(({ webhookId }) => webhookId)}::uuid[],
                         ${inHand.map(({ count }) => count)}::int[]) as h (id, count) on h.id = w.id
       where w.is_enabled
    ), due as materialized (
      select d.id
        from room
       cross join lateral (
         select id from webhook_deliveries d
          where d.webhook_id = room.id and d.status = 'pending' and d.next_at <= db_now()
          order by d.next_at, d.seq
          limit ${looksMax}) d
       where room.free > 0
       limit ${limit}
    )
    select d.id
      from webhook_deliveries d
      join due on due.id = d.id
     where d.status = 'pending' and d.next_at <= db_now()
       for update of d skip locked
  `;
  return rows.map(({ id }) => id);
}

/**
 * Leases those that are the first of their order key, and puts the others off until the first has its
 * turn: whoever settles that one calls the next. A statement of its own after `lockDue`, so that it sees
 * what was settled before the locks were had.
 */
export async function leaseLocked(
  tx: Transaction,
  {
    ids,
    inHand,
    perWebhook,
    roomInAll,
    leaseMs,
  }: {
    ids: readonly string[];
    inHand: readonly InHand[];
    perWebhook: number;
    roomInAll: number;
    leaseMs: number;
  },
): Promise<ClaimedDelivery[]> {
  return tx<ClaimedDelivery[]>`
    with due as materialized (
      select d.id, d.webhook_id, d.seq, d.next_at,
             (select h.next_at from webhook_deliveries h
               where h.webhook_id = d.webhook_id and h.order_key = d.order_key
                 and h.status = 'pending' and h.seq < d.seq
               order by h.seq
               limit 1) as turn_at
        from webhook_deliveries d
       where d.id = any (${[...ids]}::uuid[])
    ), put_off as (
      update webhook_deliveries d
         set next_at = greatest(due.turn_at, db_now() + interval '1 second')
        from due
       where d.id = due.id and due.turn_at is not null
    ), ranked as (
      select due.*, row_number() over (partition by due.webhook_id order by due.next_at, due.seq) as rank
        from due
       where due.turn_at is null
    ), chosen as (
      select r.id
        from ranked r
        left join unnest(${inHand.map(({ webhookId }) => webhookId)}::uuid[],
                         ${inHand.map(({ count }) => count)}::int[]) as h (id, count)
          on h.id = r.webhook_id
       where r.rank <= ${perWebhook}::int - coalesce(h.count, 0)
       order by r.rank, r.next_at
       limit ${roomInAll}
    ), leased as (
      update webhook_deliveries d
         set lease_token = gen_random_uuid(),
             next_at = db_now() + ${leaseMs}::int * interval '1 millisecond'
        from chosen c
       where d.id = c.id
      returning d.*
    )
    select l.id, l.webhook_id as "webhookId", l.lease_token as "leaseToken", w.url, w.secret,
           case when w.previous_valid_until > db_now() then w.previous_secret end as "previousSecret",
           l.attempts, l.give_up_at as "giveUpAt", e.id as "eventId", e.type, e.at,
           e.workspace_id as "workspaceId", s.side, e.data
      from leased l
      join webhooks w on w.id = l.webhook_id
      join outbox_events e on e.id = l.event_id
      join workspaces s on s.id = e.workspace_id
     order by l.seq
  `;
}
