import type { Db } from '../../platform/db.ts';
import type { HashedAsk, UserRef } from '../consent.ts';

/**
 * Why each email may not go, in the order of the asks; null for those that may.
 *
 * Index: suppressions_once, preferences_pkey, lists_pkey.
 */
export async function readRefusals(
  db: Db,
  asks: readonly (UserRef & HashedAsk & { workspaceId: string })[],
): Promise<(string | null)[]> {
  if (asks.length === 0) return [];
  const rows = await db<{ refusal: string | null }[]>`
    select refusal_of(a.workspace_id, a.bucket, a.user_id, decode(a.address_hash, 'hex'),
                      decode(a.user_hash, 'hex'), a.purpose, a.list_id) as refusal
      from unnest(
             ${asks.map(({ workspaceId }) => workspaceId)}::uuid[],
             ${asks.map(({ bucket }) => bucket)}::smallint[],
             ${asks.map(({ userId }) => userId)}::uuid[],
             ${asks.map((ask) => ask.addressHash)}::text[],
             ${asks.map((ask) => ask.userHash)}::text[],
             ${asks.map(({ purpose }) => purpose)}::text[],
             ${asks.map(({ listId }) => listId)}::uuid[]
           ) with ordinality
           as a (workspace_id, bucket, user_id, address_hash, user_hash, purpose, list_id, place)
     order by a.place
  `;
  return rows.map(({ refusal }) => refusal);
}
