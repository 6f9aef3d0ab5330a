import type { Transaction } from '../platform/db.ts';
import { eraseFromAudit } from './audit/record-change.ts';
import { eraseAnswers, eraseAuditTarget, eraseCounters } from './sql/erase.ts';

/** A shorter id, or a number, may stand for anything in a log. */
const TELLING_ID = /(?=.*\D).{6,}/s;

/**
 * Erases what a side keeps for itself of a person: answers to be given again, counters, and their words
 * in the audit log.
 *
 * @param userExternalId the id that the customer's system gives them
 * @param nobody an id that no user has
 * @param words what is the person's own: email, name
 */
export async function eraseKept(
  tx: Transaction,
  {
    workspaceId,
    userExternalId,
    internalId,
    nobody,
    words,
  }: {
    workspaceId: string;
    userExternalId: string;
    internalId: string;
    nobody: string;
    words: readonly string[];
  },
): Promise<void> {
  // A name may be a short one, which stands in many a text; between quotes it is a value.
  const inJson = words.map((word) =>
    word.includes('@') ? JSON.stringify(word).slice(1, -1) : JSON.stringify(word),
  );
  const lower = [JSON.stringify(userExternalId), ...inJson].map((word) => word.toLowerCase());
  await eraseAnswers(tx, { workspaceId, words: lower });
  await eraseCounters(tx, { workspaceId, userId: userExternalId });
  await eraseAuditTarget(tx, { workspaceId, internalId, nobody });
  const told = TELLING_ID.test(userExternalId) ? [userExternalId] : [];
  await eraseFromAudit(tx, { workspaceId, words: told });
}
