import type { Db, Transaction } from '../../platform/db.ts';
import { NIL_UUID } from '../../platform/ids.ts';
import type { PageAfter } from '../../platform/page.ts';
import type { Webhook } from '../webhook.ts';

interface Which {
  readonly workspaceId: string;
  readonly id: string;
}

/** The columns of an endpoint, without its secrets. */
const columns = (db: Db) => db`
  id, workspace_id as "workspaceId", url, event_types as "eventTypes", description,
  is_enabled as "isEnabled", disabled_reason as "disabledReason", disabled_at as "disabledAt",
  failures, failing_since as "failingSince", secret_hint as "secretHint",
  case when previous_valid_until > db_now() then previous_valid_until end as "previousValidUntil",
  created_at as "createdAt", updated_at as "updatedAt"`;

/** A page of a side's endpoints, youngest first. Index: webhooks_by_age. */
export async function listWebhooks(
  db: Db,
  { workspaceId, after, limit }: { workspaceId: string; after: PageAfter | null; limit: number },
): Promise<Webhook[]> {
  return db<Webhook[]>`
    select ${columns(db)}
      from webhooks
     where workspace_id = ${workspaceId}
       and (created_at, id) < (coalesce(${after?.at ?? null}::timestamptz, 'infinity'),
                               coalesce(${after?.id ?? null}::uuid, ${NIL_UUID}))
     order by created_at desc, id desc
     limit ${limit}
  `;
}

/** Index: webhooks_pkey. */
export async function findWebhook(db: Db, { workspaceId, id }: Which): Promise<Webhook | null> {
  const rows = await db<Webhook[]>`
    select ${columns(db)} from webhooks where id = ${id} and workspace_id = ${workspaceId}
  `;
  return rows[0] ?? null;
}

/** Locks: the endpoint. */
export async function lockWebhook(tx: Transaction, { workspaceId, id }: Which) {
  const rows = await tx<(Webhook & { secret: Uint8Array })[]>`
    select ${columns(tx)}, secret
      from webhooks
     where id = ${id} and workspace_id = ${workspaceId}
       for no key update
  `;
  return rows[0] ?? null;
}

/** Index: webhooks_by_age. */
export async function countWebhooks(db: Db, workspaceId: string): Promise<number> {
  const rows = await db<{ count: number }[]>`
    select count(*)::integer as count from webhooks where workspace_id = ${workspaceId}
  `;
  return rows[0]?.count ?? 0;
}

/** What is sealed, and its last characters. */
export interface SealedSecret {
  readonly sealed: Uint8Array;
  readonly hint: string;
}

export async function insertWebhook(
  tx: Transaction,
  {
    id,
    workspaceId,
    url,
    eventTypes,
    description,
    isEnabled,
    sealed,
    hint,
    now,
  }: Pick<Webhook, 'id' | 'workspaceId' | 'url' | 'eventTypes' | 'description' | 'isEnabled'> &
    SealedSecret & { now: Date },
): Promise<void> {
  await tx`
    insert into webhooks (id, workspace_id, url, event_types, description, is_enabled, secret,
                          secret_hint, created_at, updated_at)
    values (${id}, ${workspaceId}, ${url}, ${[...eventTypes]}::text[], ${description},
            ${isEnabled}, ${sealed}, ${hint}, ${now}, ${now})
  `;
}

/** The caller has locked it. Enabling it forgets how it fared, and nobody is told of it any more. */
export async function updateWebhook(
  tx: Transaction,
  {
    id,
    url,
    eventTypes,
    description,
    isEnabled,
    now,
  }: Pick<Webhook, 'id' | 'url' | 'eventTypes' | 'description' | 'isEnabled'> & { now: Date },
): Promise<void> {
  await tx`
    update webhooks
       set url = ${url}, event_types = ${[...eventTypes]}::text[], description = ${description},
           is_enabled = ${isEnabled},
           disabled_reason = case when ${isEnabled} then null else disabled_reason end,
           disabled_at = case when ${isEnabled} then null else coalesce(disabled_at, ${now}) end,
           failures = case when ${isEnabled} and not is_enabled then 0 else failures end,
           failing_since = case when ${isEnabled} and not is_enabled then null
                                else failing_since end,
           alert_due_at = case when ${isEnabled} then null else alert_due_at end,
           notice_due = notice_due and not ${isEnabled},
           updated_at = ${now}
     where id = ${id}
  `;
}

/** Where a walk over what waits at an endpoint stands. */
export interface WaitingPlace {
  readonly orderKey: string;
  readonly seq: string;
}

/**
 * Gives what waits at an endpoint three more days and its turn, a piece of it.
 *
 * Index: webhook_deliveries_in_order.
 *
 * @param after where the last piece ended; null for the first
 * @returns where this one ended; null when there is nothing left
 */
export async function hurryDeliveries(
  db: Db,
  { webhookId, after, limit }: { webhookId: string; after: WaitingPlace | null; limit: number },
): Promise<WaitingPlace | null> {
  const rows = await db<WaitingPlace[]>`
    with piece as materialized (
      select id, order_key, seq
        from webhook_deliveries
       where webhook_id = ${webhookId} and status = 'pending'
         and (order_key, seq) > (${after?.orderKey ?? '00000000-0000-0000-0000-000000000000'}::uuid,
                                 ${after?.seq ?? '0'}::bigint)
       order by order_key, seq
       limit ${limit}
    ), hurried as (
      update webhook_deliveries d
         set next_at = db_now(), give_up_at = db_now() + interval '3 days'
        from piece p
       where d.id = p.id and d.status = 'pending' and d.lease_token is null
    )
    select order_key as "orderKey", seq::text as seq
      from piece
     order by order_key desc, seq desc
     limit 1
  `;
  return rows[0] ?? null;
}

/** Deletes a piece of an endpoint's log, and of what waits. Index: webhook_deliveries_by_age. @returns how many */
export async function deleteDeliveries(
  db: Db,
  { workspaceId, id, limit }: Which & { limit: number },
): Promise<number> {
  const done = await db`
    delete from webhook_deliveries
     where id = any (array(
             select d.id
               from webhook_deliveries d
               join webhooks w on w.id = d.webhook_id
              where d.webhook_id = ${id} and w.workspace_id = ${workspaceId}
              limit ${limit}))
  `;
  return done.count;
}

/** The one before it goes on signing until then. The caller has locked it. */
export async function replaceSecret(
  tx: Transaction,
  { id, sealed, hint, validUntil, now }: SealedSecret & { id: string; validUntil: Date; now: Date },
): Promise<void> {
  await tx`
    update webhooks
       set previous_secret = secret, previous_valid_until = ${validUntil}, secret = ${sealed},
           secret_hint = ${hint}, updated_at = ${now}
     where id = ${id}
  `;
}

/** With all its deliveries. @returns false when there is none */
export async function deleteWebhook(tx: Transaction, { workspaceId, id }: Which): Promise<boolean> {
  const done = await tx`delete from webhooks where id = ${id} and workspace_id = ${workspaceId}`;
  return done.count === 1;
}

/** Endpoints of a side that were disabled by themselves. Index: webhooks_by_age. */
export async function disabledWebhooks(
  db: Db,
  workspaceId: string,
): Promise<Pick<Webhook, 'id' | 'url' | 'disabledReason'>[]> {
  return db<Pick<Webhook, 'id' | 'url' | 'disabledReason'>[]>`
    select id, url, disabled_reason as "disabledReason"
      from webhooks
     where workspace_id = ${workspaceId} and not is_enabled and disabled_reason is not null
     order by created_at
     limit 20
  `;
}
