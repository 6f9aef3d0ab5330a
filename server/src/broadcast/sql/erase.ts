import type { Db, Transaction } from '../../platform/db.ts';

/** How many broadcasts have a person in their snapshot. Cost: one probe per broadcast of the side. */
export async function countRecipientsOf(
  db: Db,
  { workspaceId, bucket, userId }: { workspaceId: string; bucket: number; userId: string },
): Promise<number> {
  const rows = await db<{ count: number }[]>`
    select count(*)::int as count
      from broadcasts b
      join broadcast_recipients r
        on r.bucket = ${bucket} and r.automation_id = b.automation_id and r.user_id = ${userId}
     where b.workspace_id = ${workspaceId}
  `;
  return rows[0]?.count ?? 0;
}

/**
 * Makes a person's places in snapshots nobody's. A place whose turn is still to come keeps the internal
 * id, by which it stands in its order, until its broadcast has passed it: it is then counted as gone.
 *
 * Index: broadcast_recipients_pkey, one probe per broadcast of the side.
 */
export async function eraseRecipient(
  tx: Transaction,
  {
    workspaceId,
    bucket,
    userId,
    nobody,
  }: { workspaceId: string; bucket: number; userId: string; nobody: string },
): Promise<number> {
  const rows = await tx`
    update broadcast_recipients r
       set user_id = ${nobody}
      from broadcasts b
     where b.workspace_id = ${workspaceId} and r.automation_id = b.automation_id
       and r.bucket = ${bucket} and r.user_id = ${userId}
       and (b.finished_at is not null or r.exclusion is not null or r.due_at < b.fed_at)
    returning 1
  `;
  return rows.length;
}
