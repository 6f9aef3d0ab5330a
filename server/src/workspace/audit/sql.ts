import type { Db, Json } from '../../platform/db.ts';
import type { PageAfter } from '../../platform/page.ts';
import type { AuditEntry, AuditFilter } from './entry.ts';

/** What a change says of itself where no trigger sees it. */
interface RecordedChange {
  readonly workspaceId: string;
  readonly action: string;
  readonly kind: string;
  readonly id: string;
  readonly name: string | null;
  readonly before: Json;
  readonly after: Json;
}

/** Writes an entry in the transaction of the change, with what is known of its cause. */
export async function insertEntry(
  tx: Db,
  { workspaceId, action, kind, id, name, before, after }: RecordedChange,
): Promise<void> {
  await tx`
    select audit_record(${workspaceId}::uuid, ${action}::text, ${kind}::text, ${id}::text,
                        ${name}::text, nullif(${tx.json(before)}::jsonb, 'null'),
                        nullif(${tx.json(after)}::jsonb, 'null'))
  `;
}

/**
 * A page of the log of a side, youngest first.
 *
 * Index: audit_entries_by_age, or the one of what is asked for, each in the order of the page.
 */
export async function listEntries(
  db: Db,
  {
    workspaceId,
    filter: { actor, action, targetKind, targetId, from, to },
    after,
    limit,
  }: { workspaceId: string; filter: AuditFilter; after: PageAfter | null; limit: number },
): Promise<AuditEntry[]> {
  const isAddress = actor?.includes('@') === true;
  return db<AuditEntry[]>`
    select e.id, e.at, w.side, e.actor_kind as "actorKind", e.actor_id as "actorId",
           e.actor_name as "actorName", e.reason, e.action, e.target_kind as "targetKind",
           e.target_id as "targetId", e.target_name as "targetName", e.before, e.after,
           e.is_cut as "isCut", e.request_id as "requestId", e.address
      from audit_entries e
      join workspaces w on w.id = e.workspace_id
     where e.workspace_id = ${workspaceId}
       ${actor === null ? db`` : isAddress ? db`and e.actor_name = ${actor}` : db`and e.actor_id = ${actor}`}
       ${action === null ? db`` : db`and e.action = ${action}`}
       ${targetKind === null ? db`` : db`and e.target_kind = ${targetKind}`}
       ${targetId === null ? db`` : db`and e.target_id = ${targetId}`}
       ${from === null ? db`` : db`and e.at >= ${from}`}
       ${to === null ? db`` : db`and e.at < ${to}`}
       ${after === null ? db`` : db`and (e.at, e.id) < (${after.at}, ${after.id}::uuid)`}
     order by e.at desc, e.id desc
     limit ${limit}
  `;
}

/**
 * Deletes what is older than the log is kept, of all sides: the worker's. The bound is the database's own
 * too, which refuses to delete anything younger. Index: audit_entries_old.
 *
 * @returns how many were deleted
 */
export async function deleteOldEntries(
  db: Db,
  { keptDays, limit }: { keptDays: number; limit: number },
): Promise<number> {
  const done = await db`
    delete from audit_entries
     where id in (select id from audit_entries
                   where at < db_now() - ${keptDays}::integer * interval '1 day'
                   limit ${limit})
  `;
  return done.count;
}

/**
 * Takes words out of the log of a side: what it says of a person who is erased. That something was done,
 * when and by whom stays. Index: audit_entries_by_age. Cost: reads the whole log of the side.
 */
export async function eraseWords(
  tx: Db,
  { workspaceId, patterns }: { workspaceId: string; patterns: readonly string[] },
): Promise<void> {
  await tx`select set_config('milepost.audit_erases', 'on', true)`;
  for (const pattern of patterns) {
    await tx`
      update audit_entries
         set target_name = regexp_replace(target_name, ${pattern}, '•••', 'gi'),
             actor_name = regexp_replace(actor_name, ${pattern}, '•••', 'gi'),
             before = regexp_replace(before::text, ${pattern}, '•••', 'gi')::jsonb,
             after = regexp_replace(after::text, ${pattern}, '•••', 'gi')::jsonb
       where workspace_id = ${workspaceId}
         and (target_name ~* ${pattern} or actor_name ~* ${pattern}
              or before::text ~* ${pattern} or after::text ~* ${pattern})
    `;
  }
  await tx`select set_config('milepost.audit_erases', '', true)`;
}
