import type { Db } from '../../platform/db.ts';

/** Live identity secrets of a side, sealed, the youngest first. Index: identity_secrets_workspace. */
export async function listIdentitySecrets(
  db: Db,
  { workspaceId, limit }: { workspaceId: string; limit: number },
): Promise<{ id: string; encrypted: Uint8Array }[]> {
  return db<{ id: string; encrypted: Uint8Array }[]>`
    select id, encrypted from identity_secrets
     where workspace_id = ${workspaceId} and revoked_at is null
     order by created_at desc, id desc
     limit ${limit}
  `;
}
