import type { Db } from '../../platform/db.ts';

/** A list that was archived where it comes from. */
export async function archiveList(
  tx: Db,
  { workspaceId, id }: { workspaceId: string; id: string },
): Promise<void> {
  await tx`
    update lists set archived_at = updated_at where id = ${id} and workspace_id = ${workspaceId}
  `;
}
