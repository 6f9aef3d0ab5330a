import type { Db } from '../../../platform/db.ts';
import type { KeyChange } from '../key-change.ts';
import type { StoredDkimKey } from '../dkim-key.ts';

const columns = (db: Db) => db`
  id, domain_id as "domainId", selector, algorithm, public_key as "publicKey", state, misses,
  created_at as "createdAt", seen_at as "seenAt", activated_at as "activatedAt",
  retires_at as "retiresAt"
`;

/** Twice what ten years of rotating leave. */
const KEYS_SHOWN_MAX = 100;

/** Keys of domains of one side, youngest first. Index: dkim_keys_selector. */
export async function keysOf(
  db: Db,
  { domainIds }: { domainIds: readonly string[] },
): Promise<StoredDkimKey[]> {
  return db<StoredDkimKey[]>`
    select ${columns(db)} from dkim_keys
     where domain_id = any (${[...domainIds]}::uuid[])
     order by created_at desc, id desc limit ${KEYS_SHOWN_MAX * Math.max(1, domainIds.length)}
  `;
}

/** @returns false when there is a pending key of this algorithm already */
export async function insertKey(
  db: Db,
  key: StoredDkimKey & { readonly sealed: Uint8Array },
): Promise<boolean> {
  const done = await db`
    insert into dkim_keys (id, domain_id, selector, algorithm, public_key, private_key, state,
                           created_at)
    values (${key.id}, ${key.domainId}, ${key.selector}, ${key.algorithm}, ${key.publicKey},
            ${key.sealed}, ${key.state}, ${key.createdAt})
        on conflict do nothing
  `;
  return done.count === 1;
}

/** A retired key loses its private half. */
export async function updateKey(db: Db, key: KeyChange): Promise<void> {
  await db`
    update dkim_keys
       set state = ${key.state}, misses = ${key.misses}, seen_at = ${key.seenAt},
           activated_at = ${key.activatedAt}, retires_at = ${key.retiresAt},
           private_key = case when ${key.state}::text = 'retired' then null else private_key end
     where id = ${key.id}
  `;
}

/** A key that may sign. */
export interface SigningKey {
  readonly id: string;
  readonly domain: string;
  readonly selector: string;
  readonly sealed: Uint8Array;
}

/**
 * The keys that sign for the longest of these domains that a side has keys for.
 *
 * Index: sender_domains_domain, dkim_keys_one_active.
 */
export async function signingKeys(
  db: Db,
  { workspaceId, domains }: { workspaceId: string; domains: readonly string[] },
): Promise<SigningKey[]> {
  return db<SigningKey[]>`
    select id, domain, selector, sealed
      from (select k.id, d.domain, k.selector, k.private_key as sealed, k.algorithm,
                   rank() over (order by length(d.domain) desc) as place
              from sender_domains d join dkim_keys k on k.domain_id = d.id and k.state = 'active'
             where d.workspace_id = ${workspaceId} and d.domain = any (${[...domains]}::text[])) k
     where place = 1
     order by algorithm limit 4
  `;
}
