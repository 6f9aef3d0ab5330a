import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';

/**
 * Signs what stands in a link or an address of an email and comes back from a stranger.
 *
 * A token is base64url of the payload and a MAC over purpose and payload: one made for one purpose
 * opens for no other. Tokens live as long as the encryption key does.
 */
export interface LinkSigner {
  readonly sign: (purpose: LinkPurpose, payload: Uint8Array) => string;
  /** The payload; null for anything that `sign` has not made for this purpose. */
  readonly open: (purpose: LinkPurpose, token: string) => Buffer | null;
}

/** What a token is good for. */
export type LinkPurpose =
  | 'unsubscribe'
  | 'preferences'
  | 'confirm'
  | 'click'
  | 'open'
  | 'bounce'
  | 'inbound';

/** 128 bits: nobody guesses one in the lifetime of the key (NIST SP 800-107, section 5.3.4). */
const MAC_BYTES = 16;
const TOKEN_LENGTH_MAX = 512;
const BASE64URL = /^[\w-]+$/;

/** @param encryptionKey the 32 bytes of MILEPOST_ENCRYPTION_KEY */
export function createLinkSigner(encryptionKey: Uint8Array): LinkSigner {
  const key = Buffer.from(hkdfSync('sha256', encryptionKey, '', 'milepost links', 32));
  const macOf = (purpose: LinkPurpose, payload: Uint8Array): Buffer =>
    createHmac('sha256', key)
      .update(`${purpose}\0`)
      .update(payload)
      .digest()
      .subarray(0, MAC_BYTES);
  return {
    sign: (purpose, payload) =>
      Buffer.concat([payload, macOf(purpose, payload)]).toString('base64url'),
    open: (purpose, token) => {
      if (token.length > TOKEN_LENGTH_MAX || !BASE64URL.test(token)) return null;
      const bytes = Buffer.from(token, 'base64url');
      // Spare bits at the end would let several texts name one token.
      if (bytes.length <= MAC_BYTES || bytes.toString('base64url') !== token) return null;
      const payload = bytes.subarray(0, -MAC_BYTES);
      return timingSafeEqual(bytes.subarray(-MAC_BYTES), macOf(purpose, payload)) ? payload : null;
    },
  };
}
