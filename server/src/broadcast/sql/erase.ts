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
 * Takes a person out of snapshots. Places that are behind become nobody's; one whose turn is still to
 * come goes, and counts as gone, as it would when its turn came.
 *
 * Locks: the broadcasts that have the person. Index: broadcast_recipients_pkey, one probe per broadcast
 * of the side.
 */
export async function eraseRecipient(
  tx: Transaction,
  {
    workspaceId,
    bucket,
    userId,
    nobody,
  }: { workspaceId: string; bucket: number; userId: string; nobody: string },
): Promise<void> {
  await tx`
    with mine as materialized (
      select b.automation_id, b.finished_at, b.fed_at, b.fed_id
        from broadcasts b
       where b.workspace_id = ${workspaceId}
         and exists (select from broadcast_recipients r
                      where r.bucket = ${bucket} and r.automation_id = b.automation_id
                        and r.user_id = ${userId})
       order by b.automation_id
         for update
    ), kept as (
      update broadcast_recipients r
         set user_id = ${nobody}
        from mine m
       where r.bucket = ${bucket} and r.automation_id = m.automation_id and r.user_id = ${userId}
         and (m.finished_at is not null or r.exclusion is not null
              or coalesce(r.due_at < m.fed_at, false))
    ), gone as (
      delete from broadcast_recipients r
       using mine m
       where r.bucket = ${bucket} and r.automation_id = m.automation_id and r.user_id = ${userId}
         and m.finished_at is null and r.exclusion is null
         and not coalesce(r.due_at < m.fed_at, false)
      returning r.automation_id,
                coalesce((r.due_at, r.user_id) <= (m.fed_at, m.fed_id), false) as is_fed
    )
    update broadcasts b
       set fed = b.fed + 1, gone = b.gone + 1
      from gone
     where b.automation_id = gone.automation_id and not gone.is_fed
  `;
}
