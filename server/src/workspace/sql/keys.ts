import type { Db } from '../../platform/db.ts';
import type { KeyKind, Side } from '../key.ts';
import type { StoredSettings } from '../settings.ts';
import type { PageAfter } from '../../platform/page.ts';

/** A key or identity secret as it is stored. */
export interface KeyRow {
  readonly id: string;
  readonly kind: KeyKind;
  /** The last characters of its text. */
  readonly hint: string;
  /** Its sealed text where it may be shown again: widget keys. */
  readonly sealed: Uint8Array | null;
  readonly createdAt: Date;
  readonly revokedAt: Date | null;
}

/** Adds a widget or secret key. */
export async function insertApiKey(
  db: Db,
  {
    id,
    workspaceId,
    kind,
    hash,
    sealed,
    hint,
    now,
  }: {
    id: string;
    workspaceId: string;
    kind: 'widget' | 'secret';
    hash: Uint8Array;
    sealed: Uint8Array | null;
    hint: string;
    now: Date;
  },
): Promise<void> {
  await db`
    insert into api_keys (id, workspace_id, kind, hash, encrypted, hint, created_at)
    values (${id}, ${workspaceId}, ${kind}, ${hash}, ${sealed}, ${hint}, ${now})
  `;
}

/** Adds an identity secret. */
export async function insertIdentitySecret(
  db: Db,
  {
    id,
    workspaceId,
    sealed,
    hint,
    now,
  }: {
    id: string;
    workspaceId: string;
    sealed: Uint8Array;
    hint: string;
    now: Date;
  },
): Promise<void> {
  await db`
    insert into identity_secrets (id, workspace_id, encrypted, hint, created_at)
    values (${id}, ${workspaceId}, ${sealed}, ${hint}, ${now})
  `;
}

/** A live key with all that a call made with it needs to know. */
export interface KeyHolderRow {
  readonly keyId: string;
  readonly hint: string;
  readonly kind: 'widget' | 'secret';
  readonly workspaceId: string;
  readonly side: Side;
  readonly name: string;
  readonly timezone: string;
  readonly stored: StoredSettings;
  /** Live identity secrets of the side, sealed, as hexadecimal text. */
  readonly identitySecrets: readonly { readonly id: string; readonly sealed: string }[];
}

/**
 * Whose live key has this hash.
 *
 * Across workspaces: it finds out which one is calling. Index: api_keys_hash,
 * identity_secrets_workspace.
 *
 * @param secretsMax more live identity secrets than this are never made
 */
export async function findKeyHolder(
  db: Db,
  { hash, secretsMax }: { hash: Uint8Array; secretsMax: number },
): Promise<KeyHolderRow | null> {
  const rows = await db<KeyHolderRow[]>`
    select k.id as "keyId", k.hint, k.kind, w.id as "workspaceId", w.side, w.name, w.timezone,
           w.settings as stored,
           coalesce((
             select jsonb_agg(jsonb_build_object('id', s.id, 'sealed', encode(s.encrypted, 'hex')))
               from (select id, encrypted
                       from identity_secrets
                      where workspace_id = w.id and revoked_at is null
                      order by created_at desc, id desc
                      limit ${secretsMax}) s
           ), '[]') as "identitySecrets"
      from api_keys k
      join workspaces w on w.id = k.workspace_id
     where k.hash = ${hash} and k.revoked_at is null
  `;
  return rows[0] ?? null;
}

/** A page of the keys and identity secrets of a side, revoked ones too, youngest first. */
export async function listKeyRows(
  db: Db,
  { workspaceId, after, limit }: { workspaceId: string; after: PageAfter | null; limit: number },
): Promise<KeyRow[]> {
  return db<KeyRow[]>`
    select id, kind, hint, sealed, created_at as "createdAt", revoked_at as "revokedAt"
      from (
        select id, kind, hint, encrypted as sealed, created_at, revoked_at
          from api_keys
         where workspace_id = ${workspaceId}
        union all
        select id, 'identity', hint, null, created_at, revoked_at
          from identity_secrets
         where workspace_id = ${workspaceId}
      ) k
     where ${after?.at ?? null}::timestamptz is null
        or (created_at, id) < (${after?.at ?? null}::timestamptz, ${after?.id ?? null}::uuid)
     order by created_at desc, id desc
     limit ${limit}
  `;
}

/** One key or identity secret of a side. */
export async function findKey(
  db: Db,
  { workspaceId, id }: { workspaceId: string; id: string },
): Promise<KeyRow | null> {
  const rows = await db<KeyRow[]>`
    select id, kind, hint, encrypted as sealed, created_at as "createdAt", revoked_at as "revokedAt"
      from api_keys
     where workspace_id = ${workspaceId} and id = ${id}
    union all
    select id, 'identity', hint, null, created_at, revoked_at
      from identity_secrets
     where workspace_id = ${workspaceId} and id = ${id}
     limit 1
  `;
  return rows[0] ?? null;
}

/** How many keys of a kind are live. */
export async function countLiveKeys(
  db: Db,
  { workspaceId, kind }: { workspaceId: string; kind: KeyKind },
): Promise<number> {
  const rows = await db<{ count: number }[]>`
    select (select count(*) from api_keys
             where workspace_id = ${workspaceId} and kind = ${kind} and revoked_at is null)
         + (select count(*) from identity_secrets
             where workspace_id = ${workspaceId} and ${kind} = 'identity' and revoked_at is null)
        as count
  `;
  return rows[0]?.count ?? 0;
}

/** Ends a key or identity secret. One that has ended already keeps its time. */
export async function markRevoked(
  db: Db,
  { workspaceId, id, now }: { workspaceId: string; id: string; now: Date },
): Promise<void> {
  await db`
    with key as (
      update api_keys
         set revoked_at = ${now}
       where workspace_id = ${workspaceId} and id = ${id} and revoked_at is null
    )
    update identity_secrets
       set revoked_at = ${now}
     where workspace_id = ${workspaceId} and id = ${id} and revoked_at is null
  `;
}
