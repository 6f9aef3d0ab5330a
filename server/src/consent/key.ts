import { createHmac, hkdfSync } from 'node:crypto';
import type { Db } from '../platform/db.ts';
import { addressKey } from '../platform/email-address.ts';
import { storedIdOf } from '../platform/ids.ts';
import { SetupError } from '../platform/setup-error.ts';
import type { ConsentAsk, HashedAsk } from './consent.ts';
import { keepFirst } from './sql/key-check.ts';

/** What suppressed addresses are hashed with. Made once per process. */
export interface ConsentKey {
  readonly bytes: Uint8Array;
}

/** @param encryptionKey the 32 bytes of MILEPOST_ENCRYPTION_KEY */
export function createConsentKey(encryptionKey: Uint8Array): ConsentKey {
  return { bytes: Buffer.from(hkdfSync('sha256', encryptionKey, '', 'milepost consent', 32)) };
}

/** The keyed hash of an address, however it is written: 64 hexadecimal digits. */
export const addressHash = (key: ConsentKey, address: string): string =>
  hashOf(key, 'address', addressKey(address));

/** The keyed hash of a user's internal id: 64 hexadecimal digits. */
export const userHash = (key: ConsentKey, userId: string): string => hashOf(key, 'user', userId);

/** What the database is asked about an email. */
export const hashedAsk = (
  key: ConsentKey,
  { address, userId, purpose, listId }: Omit<ConsentAsk, 'workspaceId' | 'bucket'>,
): HashedAsk => ({
  purpose,
  // What cannot be an id is the id of no list, and a list that is missing refuses.
  listId: listId === null ? null : storedIdOf(listId),
  addressHash: addressHash(key, address),
  userHash: userHash(key, userId),
});

/**
 * Makes sure that this process hashes as those before it did. With another encryption key no hash
 * would match any more, and everybody suppressed would be mailed. The first process to ask leaves its
 * mark. To be asked after migrations and before anything is sent.
 *
 * @throws SetupError when the key is another one
 */
export async function assertConsentKey(db: Db, key: ConsentKey): Promise<void> {
  const mark = hashOf(key, 'check', '');
  if ((await keepFirst(db, mark)) === mark) return;
  throw new SetupError(
    'MILEPOST_ENCRYPTION_KEY is not the one that this database was used with. With another key ' +
      'nobody could tell any more who must not be mailed, so nothing is sent. Set the former key.',
  );
}

function hashOf(key: ConsentKey, kind: 'address' | 'user' | 'check', value: string): string {
  return createHmac('sha256', key.bytes).update(`${kind}\0${value}`).digest('hex');
}
