import type { Transaction } from '../../platform/db.ts';

/**
 * Empties answers that are kept for a day to be given again, where they tell one of these words: a call
 * that is repeated is still not done twice. Index: idempotency_pkey. Cost: reads the answers of the side.
 *
 * @param words as they stand in JSON, in lower case
 */
export async function eraseAnswers(
  tx: Transaction,
  { workspaceId, words }: { workspaceId: string; words: readonly string[] },
): Promise<number> {
  const rows = await tx`
    update idempotency i
       set body = '{}'
     where i.workspace_id = ${workspaceId} and i.body is not null
       and exists (select from unnest(${[...words]}::text[]) as w (word)
                    where strpos(lower(i.body), w.word) > 0)
    returning 1
  `;
  return rows.length;
}

/** Forgets how often somebody was enrolled. Index: rate_counters_pkey. */
export async function eraseCounters(
  tx: Transaction,
  { workspaceId, userId }: { workspaceId: string; userId: string },
): Promise<void> {
  await tx`
    delete from rate_counters where key = '3600:enroll:' || ${workspaceId}::text || ':' || ${userId}::text
  `;
}

/**
 * Takes what members wrote about suppressions of a person out of the audit log of a side: of entries
 * whose name has been erased, or is the given one. Index: audit_entries_by_age.
 */
export async function eraseAuditNotes(
  tx: Transaction,
  { workspaceId, notes }: { workspaceId: string; notes: readonly string[] },
): Promise<void> {
  if (notes.length === 0) return;
  await tx`select set_config('milepost.audit_erases', 'on', true)`;
  await tx`
    update audit_entries
       set before = before - 'note', after = after - 'note'
     where workspace_id = ${workspaceId} and target_kind = 'suppression'
       and (target_name = '•••' or target_name is null)
       and (before ->> 'note' = any (${[...notes]}::text[])
            or after ->> 'note' = any (${[...notes]}::text[]))
  `;
  await tx`select set_config('milepost.audit_erases', '', true)`;
}

/**
 * Makes what the audit log of a side says was done about a user be about nobody.
 *
 * @param internalId of the user
 * @param nobody an id that no user has
 */
export async function eraseAuditTarget(
  tx: Transaction,
  { workspaceId, internalId, nobody }: { workspaceId: string; internalId: string; nobody: string },
): Promise<void> {
  await tx`select set_config('milepost.audit_erases', 'on', true)`;
  await tx`
    update audit_entries
       set target_id = ${nobody}, target_name = '•••'
     where workspace_id = ${workspaceId} and target_kind = 'user' and target_id = ${internalId}
  `;
  await tx`select set_config('milepost.audit_erases', '', true)`;
}
