import { presentCause } from '../../platform/cause.ts';
import type { Db, Json, Transaction } from '../../platform/db.ts';
import type { Action } from './actions.ts';
import { deleteOldEntries, eraseWords, insertEntry } from './sql.ts';

/** How long the log is kept. Migration 0020 knows it too, and refuses to delete what is younger. */
const AUDIT_KEPT_DAYS = 400;
const TIDY_BATCH_MAX = 5_000;

/**
 * Writes a change into the audit log, in its transaction, where no trigger sees it: a decision about one
 * message, people added in numbers. What is configured needs no call, its tables have triggers.
 *
 * @param before only what differs; null where there was nothing. Secrets never belong here
 */
export async function recordChange(
  tx: Transaction,
  {
    target,
    ...change
  }: {
    workspaceId: string;
    action: Action;
    target: { kind: string; id: string; name?: string | null };
    before: Json;
    after: Json;
  },
): Promise<void> {
  await insertEntry(tx, { ...change, kind: target.kind, id: target.id, name: target.name ?? null });
}

/** Whether somebody makes the present change, and not the system by itself, on a hot path. */
export const isCaused = (): boolean => presentCause() !== null;

/**
 * Takes the words of an erased person, such as the address, out of the log of a side; the entries stay.
 * In any spelling of upper and lower case.
 */
export async function eraseFromAudit(
  tx: Transaction,
  { workspaceId, words }: { workspaceId: string; words: readonly string[] },
): Promise<void> {
  const patterns = words
    .filter((word) => word !== '')
    .map((word) =>
      JSON.stringify(word)
        .slice(1, -1)
        .replaceAll(/[^\p{L}\p{N}@]/gu, String.raw`\$&`),
    );
  if (patterns.length > 0) await eraseWords(tx, { workspaceId, patterns });
}

/**
 * Deletes entries older than 400 days, at most 5,000; call again while it returns that many.
 *
 * @returns how many were deleted
 */
export const tidyAudit = (
  db: Db,
  { limit = TIDY_BATCH_MAX }: { limit?: number } = {},
): Promise<number> => deleteOldEntries(db, { keptDays: AUDIT_KEPT_DAYS, limit });
