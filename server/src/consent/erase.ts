import type { Transaction } from '../platform/db.ts';
import { addressSpellings } from '../platform/email-address.ts';
import { NIL_UUID, uuidv7 } from '../platform/ids.ts';
import { eraseAuditNotes, eraseFromAudit } from '../workspace/index.ts';
import type { UserRef } from './consent.ts';
import { addressHash, userHash, type ConsentKey } from './key.ts';
import { deleteChoices, lockPersons } from './sql/preferences.ts';
import { notesOf } from './sql/erase.ts';
import { forgetPlain, insertSuppressions, leftAll } from './sql/suppressions.ts';

/**
 * Erases what is known of a person's consent, but not what the person has refused: keyed hashes of the
 * address and of the user stay suppressed, and nobody can tell any more who they stand for. Who had
 * left all marketing stays out of it in the same way.
 *
 * @param user with the address, as it is before the user is erased; null for none
 */
export async function eraseConsent(
  tx: Transaction,
  key: ConsentKey,
  {
    workspaceId,
    bucket,
    userId,
    address,
    now,
  }: UserRef & { workspaceId: string; address: string | null; now: Date },
): Promise<void> {
  await lockPersons(tx, [{ bucket, userId }]);
  const hashes = [
    { kind: 'user' as const, hash: userHash(key, userId) },
    ...(address === null ? [] : [{ kind: 'address' as const, hash: addressHash(key, address) }]),
  ];
  if (await leftAll(tx, { bucket, userId, nil: NIL_UUID })) {
    const rows = hashes.map(({ kind, hash }) => ({
      id: uuidv7(now),
      changeId: uuidv7(now),
      kind,
      hash,
      address: null,
      userId: null,
      reason: 'unsubscribe' as const,
      detail: {},
    }));
    await insertSuppressions(tx, rows, { workspaceId, source: 'erased', now });
  }
  const notes = await notesOf(tx, { workspaceId, hashes: hashes.map(({ hash }) => hash) });
  await forgetPlain(tx, { workspaceId, hashes: hashes.map(({ hash }) => hash) });
  await deleteChoices(tx, { bucket, userId });
  if (address !== null) {
    await eraseFromAudit(tx, { workspaceId, words: addressSpellings(address) });
  }
  await eraseAuditNotes(tx, { workspaceId, notes });
}
