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

/** The caller has locked it. Enabling it forgets how it fared. */
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
           updated_at = ${now}
     where id = ${id}
  `;
}

/** What waits at an endpoint gets three more days and its turn. Index: webhook_deliveries_due. */
export async function hurryDeliveries(tx: Transaction, webhookId: string): Promise<void> {
  await tx`
    update webhook_deliveries
       set next_at = db_now(), give_up_at = db_now() + interval '3 days'
     where webhook_id = ${webhookId} and status = 'pending' and lease_token is null
  `;
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
