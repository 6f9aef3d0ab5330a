import { generateKeyPair } from 'node:crypto';
import { promisify } from 'node:util';

export const DKIM_ALGORITHMS = ['rsa-2048', 'ed25519'] as const;
export type DkimAlgorithm = (typeof DKIM_ALGORITHMS)[number];

/**
 * - `pending`: made, and its record was not seen yet. - `active`: signs.
 * - `retiring`: signs no more; its record has to stay for mail on its way.
 * - `retired`: its record may go, and its private key is gone.
 */
export type DkimKeyState = 'pending' | 'active' | 'retiring' | 'retired';

/** A key that signs for a domain, without its private half. */
export interface StoredDkimKey {
  readonly id: string;
  readonly domainId: string;
  readonly selector: string;
  readonly algorithm: DkimAlgorithm;
  /** Base64, as in its record. */
  readonly publicKey: string;
  readonly state: DkimKeyState;
  /** Checks in a row that found no good record. */
  readonly misses: number;
  readonly createdAt: Date;
  readonly seenAt: Date | null;
  readonly activatedAt: Date | null;
  readonly retiresAt: Date | null;
}

const RSA_BITS = 2_048;
/** Of a DER key: what stands before the 32 bytes of an Ed25519 key does not go into its record. */
const ED25519_BYTES = 32;
/** RFC 1035 section 3.3.14: a string of a TXT record. */
const STRING_LENGTH_MAX = 255;
const DAY_MS = 86_400_000;
/** Keys are to be changed twice a year (M3AAWG, DKIM Key Rotation Best Common Practices). */
const KEY_AGE_MAX_DAYS = 180;

const generate = promisify(generateKeyPair);

/** A new pair: made on the thread pool, where 2,048 bits take a tenth of a second. */
export async function makeKeyPair(
  algorithm: DkimAlgorithm,
): Promise<{ publicKey: string; privateKey: string }> {
  const { publicKey, privateKey } =
    algorithm === 'rsa-2048'
      ? await generate('rsa', { modulusLength: RSA_BITS })
      : await generate('ed25519', {});
  const der = publicKey.export({ type: 'spki', format: 'der' });
  const bytes = algorithm === 'rsa-2048' ? der : der.subarray(-ED25519_BYTES);
  return {
    publicKey: bytes.toString('base64'),
    privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }),
  };
}

/** A selector nobody else has at the domain: from the random end of the key's id. */
export const selectorOf = (keyId: string): string => `mp${keyId.slice(-10)}`;

/** Where the record of a key stands. */
export const dkimNameOf = (selector: string, domain: string): string =>
  `${selector}._domainkey.${domain}`;

/** The record of a key. Source: RFC 6376 section 3.6.1, RFC 8463 section 4. */
export const dkimRecordOf = ({
  algorithm,
  publicKey,
}: Pick<StoredDkimKey, 'algorithm' | 'publicKey'>): string =>
  `v=DKIM1; k=${algorithm === 'ed25519' ? 'ed25519' : 'rsa'}; p=${publicKey}`;

/** The text of a TXT record in the strings that it is stored as. */
export function stringsOf(text: string): string[] {
  return text.match(new RegExp(`.{1,${STRING_LENGTH_MAX}}`, 'gs')) ?? [''];
}

/** Whole days since the key began to sign; null for one that does not. */
export function daysInUse(
  { state, activatedAt }: Pick<StoredDkimKey, 'state' | 'activatedAt'>,
  now: Date,
): number | null {
  if (state !== 'active' || activatedAt === null) return null;
  return Math.floor((now.getTime() - activatedAt.getTime()) / DAY_MS);
}

/** Whether it is time to rotate: a key has signed for more than 180 days. */
export const isRotationDue = (
  keys: readonly Pick<StoredDkimKey, 'state' | 'activatedAt'>[],
  now: Date,
): boolean => keys.some((key) => (daysInUse(key, now) ?? 0) > KEY_AGE_MAX_DAYS);
