import type { Db, Transaction } from '../../platform/db.ts';
import { ATTEMPTS_KEPT, type Attempt } from '../webhook.ts';
import type { ClaimedDelivery } from './claim.ts';
import type { DeliveryStatus } from './deliveries.ts';

/** How an endpoint has fared, after an attempt. */
export interface Fared {
  readonly failures: number;
  readonly failingSince: Date | null;
  readonly isEnabled: boolean;
}

/**
 * Writes what became of an attempt, fenced by its lease, and calls the next of its order key when this
 * one is done.
 *
 * Locks: the delivery, the next, and the endpoint where it failed or had failed before.
 *
 * @returns null when another worker has it by now, or it was erased
 */
export async function settleDelivery(
  tx: Transaction,
  {
    claimed: { id, leaseToken },
    status,
    nextAt,
    attempt,
    hasFailed,
  }: {
    claimed: ClaimedDelivery;
    status: DeliveryStatus;
    nextAt: Date | null;
    attempt: Attempt;
    hasFailed: boolean;
  },
): Promise<(Fared & { hasNext: boolean }) | null> {
  const rows = await tx<(Fared & { hasNext: boolean })[]>`
    with settled as (
      update webhook_deliveries d
         set status = ${status}, attempts = d.attempts + 1, lease_token = null,
             next_at = coalesce(${nextAt}::timestamptz, d.next_at),
             ended_at = case when ${status} = 'pending' then null else db_now() end,
             attempt_log = case when jsonb_array_length(d.attempt_log) >= ${ATTEMPTS_KEPT}
                                then d.attempt_log - 0 else d.attempt_log end
                           || ${JSON.stringify([attempt])}::text::jsonb
       where d.id = ${id} and d.lease_token = ${leaseToken}
      returning d.webhook_id, d.order_key, d.seq
    ), next as (
      update webhook_deliveries n
         set next_at = db_now()
       where ${status}::text <> 'pending'
         and n.id = (select f.id from webhook_deliveries f
                       join settled s on s.webhook_id = f.webhook_id and s.order_key = f.order_key
                      where f.status = 'pending' and f.seq > s.seq and f.lease_token is null
                      order by f.seq
                      limit 1)
      returning 1
    ), fared as (
      update webhooks w
         set failures = case when ${hasFailed} then w.failures + 1 else 0 end,
             failing_since = case when ${hasFailed} then coalesce(w.failing_since, db_now()) end
        from settled s
       where w.id = s.webhook_id and (${hasFailed} or w.failures > 0)
      returning w.id, w.failures, w.failing_since, w.is_enabled
    )
    select coalesce(f.failures, 0) as failures, f.failing_since as "failingSince",
           coalesce(f.is_enabled, true) as "isEnabled", exists (select from next) as "hasNext"
      from settled s
      left join fared f on f.id = s.webhook_id
  `;
  return rows[0] ?? null;
}

/** Stops an endpoint, of which owners and `alerts_url` are told; the audit log's trigger keeps it. @returns false when it is stopped already */
export async function disableWebhook(
  tx: Transaction,
  { id, reason }: { id: string; reason: string },
): Promise<boolean> {
  const done = await tx`
    update webhooks
       set is_enabled = false, disabled_reason = ${reason}, disabled_at = db_now(),
           alert_due_at = db_now(), alert_attempts = 0, notice_due = true, updated_at = db_now()
     where id = ${id} and is_enabled
  `;
  return done.count === 1;
}

/** Gives deliveries back untried. */
export async function releaseDeliveries(
  db: Db,
  claimed: readonly Pick<ClaimedDelivery, 'id' | 'leaseToken'>[],
): Promise<void> {
  await db`
    update webhook_deliveries d
       set lease_token = null, next_at = db_now()
      from unnest(${claimed.map(({ id }) => id)}::uuid[],
                  ${claimed.map(({ leaseToken }) => leaseToken)}::uuid[]) as c (id, token)
     where d.id = c.id and d.lease_token = c.token
  `;
}

/**
 * Whom an erasure was about is forgotten once everybody who asked has been told, or has gone: what is
 * left is that somebody was erased. Index: outbox_events_erased.
 *
 * @returns of how many
 */
export async function forgetErased(db: Db): Promise<number> {
  const done = await db`
    with told as (
      update outbox_events e
         set data = '{}'
       where e.type = 'user.erased' and e.data <> '{}'
         and not exists (select from webhook_deliveries d
                          where d.event_id = e.id and d.status = 'pending')
         and not exists (select from outbox_lines l where l.event_id = e.id)
      returning e.id
    )
    update webhook_deliveries d
       set attempt_log = (select coalesce(jsonb_agg(a || '{"answer": null}'), '[]')
                            from jsonb_array_elements(d.attempt_log) a)
      from told t
     where d.event_id = t.id
  `;
  return done.count;
}
