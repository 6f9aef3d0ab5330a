import { createHmac, hash, randomBytes, timingSafeEqual } from 'node:crypto';

const TOKEN_BYTES = 32;

/** What a link holds that is good for one use, and the hash by which it is stored. */
export interface OneTimeToken {
  readonly text: string;
  readonly hash: Buffer;
}

export function newToken(): OneTimeToken {
  const text = randomBytes(TOKEN_BYTES).toString('base64url');
  return { text, hash: hashToken(text) };
}

export const hashToken = (text: string): Buffer => hash('sha256', text, 'buffer');

/**
 * What the link holds that makes the first owner. It follows from the encryption key, so that every
 * process prints the same one; whether it is still good is asked of the database.
 */
export const setupTokenOf = (encryptionKey: Uint8Array): string =>
  createHmac('sha256', encryptionKey).update('milepost setup link').digest('base64url');

/** Takes the same time whatever differs. */
export const isSameToken = (sent: string, token: string): boolean =>
  timingSafeEqual(hashToken(sent), hashToken(token));
