import type { Transaction } from '../../platform/db.ts';

/**
 * Deletes links of a side that tell somebody's words: they were written into one person's email by its
 * merge tags. Index: links_pkey.
 *
 * @param words in lower case
 */
export async function deleteLinksWith(
  tx: Transaction,
  {
    workspaceId,
    ids,
    words,
  }: { workspaceId: string; ids: readonly string[]; words: readonly string[] },
): Promise<number> {
  const rows = await tx`
    delete from links l
     where l.id = any (${[...ids]}::uuid[]) and l.workspace_id = ${workspaceId}
       and exists (select from unnest(${[...words]}::text[]) as w (word)
                    where strpos(lower(l.url), w.word) > 0)
    returning 1
  `;
  return rows.length;
}
