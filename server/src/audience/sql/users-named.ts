import type { Db } from '../../platform/db.ts';

/** Internal ids of users of a side by an email address, in any letter case. Index: users_by_email. */
export async function usersByEmail(
  db: Db,
  { workspaceId, email, limit }: { workspaceId: string; email: string; limit: number },
): Promise<string[]> {
  const rows = await db<{ id: string }[]>`
    select id from users
     where workspace_id = ${workspaceId}
       and lower(coalesce(email, '')) collate "C" = lower(${email})
     limit ${limit}
  `;
  return rows.map(({ id }) => id);
}
