import type { Db } from '../../platform/db.ts';

/** A secret that signs webhooks, as it is stored. */
export interface WebhookSecretRow {
  readonly id: string;
  readonly sealed: Uint8Array;
  /** The last four characters. */
  readonly hint: string;
  readonly createdAt: Date;
  /** Null for the present one. */
  readonly validUntil: Date | null;
}

/** More than these never sign: the present one, and the one before it. */
const SIGNING_MAX = 2;

/** The secrets of a side that sign now, the present one first. Index: webhook_secrets_workspace. */
export async function findWebhookSecrets(
  db: Db,
  { workspaceId, now }: { workspaceId: string; now: Date },
): Promise<WebhookSecretRow[]> {
  return db<WebhookSecretRow[]>`
    select id, encrypted as sealed, hint, created_at as "createdAt", valid_until as "validUntil"
      from webhook_secrets
     where workspace_id = ${workspaceId} and (valid_until is null or valid_until > ${now})
     order by valid_until desc nulls first
     limit ${SIGNING_MAX}
  `;
}

/** Adds the present secret of a side, unless it has one. */
export async function insertWebhookSecret(
  db: Db,
  {
    id,
    workspaceId,
    sealed,
    hint,
    now,
  }: { id: string; workspaceId: string; sealed: Uint8Array; hint: string; now: Date },
): Promise<void> {
  await db`
    insert into webhook_secrets (id, workspace_id, encrypted, hint, created_at)
    values (${id}, ${workspaceId}, ${sealed}, ${hint}, ${now})
        on conflict (workspace_id) where valid_until is null do nothing
  `;
}

/** Ends the present secret of a side at `validUntil`, and forgets those before it at once. */
export async function retireWebhookSecrets(
  db: Db,
  { workspaceId, validUntil }: { workspaceId: string; validUntil: Date },
): Promise<void> {
  await db`
    with gone as (
      delete from webhook_secrets where workspace_id = ${workspaceId} and valid_until is not null
    )
    update webhook_secrets set valid_until = ${validUntil}
     where workspace_id = ${workspaceId} and valid_until is null
  `;
}
