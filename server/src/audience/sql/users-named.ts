import type { Db } from '../../platform/db.ts';
import { addressSpellings } from '../../platform/email-address.ts';

/** Internal ids of users of a side by an email address, in any letter case and spelling. Index: users_by_email. */
export async function usersByEmail(
  db: Db,
  { workspaceId, email, limit }: { workspaceId: string; email: string; limit: number },
): Promise<string[]> {
  const rows = await db<{ id: string }[]>`
    select id from users
     where workspace_id = ${workspaceId}
       and lower(coalesce(email, '')) collate "C" = any (${addressSpellings(email)}::text[])
     limit ${limit}
  `;
  return rows.map(({ id }) => id);
}
