import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import { uuidOf } from './uuid.ts';

/** What mail to a signed address is about. */
export type ReturnPurpose = 'bounce' | 'unsubscribe';

/** Addresses of an inbox that name one message and that nobody else can make. */
export interface ReturnPaths {
  /**
   * Where bounces of one message go: `bounces+<token>@mail.example.com` for the inbox
   * `bounces@mail.example.com`.
   *
   * @param inboxAddress whose local part has at most `INBOX_LOCAL_MAX` characters
   */
  readonly returnPathOf: (to: { inboxAddress: string; messageId: string }) => string;
  /** The address of `List-Unsubscribe: <mailto:…>`: whatever a person sends there unsubscribes. */
  readonly unsubscribeAddressOf: (to: { inboxAddress: string; messageId: string }) => string;
  /** What an address was made for; null for every one that was not made here. */
  readonly open: (address: string) => { purpose: ReturnPurpose; messageId: string } | null;
  /** All addresses in a text that were made here, at most `limit`. */
  readonly findIn: (text: string, limit?: number) => readonly OpenedPath[];
}

export interface OpenedPath {
  readonly purpose: ReturnPurpose;
  readonly messageId: string;
}

const UUID_BYTES = 16;
/**
 * 96 bits: a forger's guess is one mail each (NIST SP 800-107, section 5.3.4, asks for 32 and
 * more).
 */
const MAC_BYTES = 12;
const TOKEN_LENGTH = 45;
/** RFC 5321 section 4.5.3.1.1: 64 octets before the @, of which a sign and the token take 46. */
export const INBOX_LOCAL_MAX = 64 - 1 - TOKEN_LENGTH;
const FOUND_MAX = 20;
/** Servers that cut a long text would otherwise be asked for a MAC per character. */
const TRIED_MAX = 200;

/** RFC 4648 section 6, in small letters: mail servers change the case of local parts. */
const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567';
/** What may stand before a token: `+` as we write it, `-` and `=` as qmail and relays write it. */
const TOKEN = /[+=_.-]([a-z2-7]{45})@/gi;
const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;

/**
 * @param encryptionKey the 32 bytes of MILEPOST_ENCRYPTION_KEY; the addresses live as long as it
 */
export function createReturnPaths(encryptionKey: Uint8Array): ReturnPaths {
  const key = Buffer.from(hkdfSync('sha256', encryptionKey, '', 'milepost return paths', 32));
  const macOf = (purpose: ReturnPurpose, id: Uint8Array): Buffer =>
    createHmac('sha256', key).update(`${purpose}\0`).update(id).digest().subarray(0, MAC_BYTES);
  const addressOf = (
    purpose: ReturnPurpose,
    { inboxAddress, messageId }: { inboxAddress: string; messageId: string },
  ): string => {
    const id = bytesOf(messageId);
    const at = inboxAddress.lastIndexOf('@');
    if (at < 1 || at > INBOX_LOCAL_MAX) {
      throw new Error(`an inbox has 1 to ${INBOX_LOCAL_MAX} characters before its @`);
    }
    const token = base32Of(Buffer.concat([id, macOf(purpose, id)]));
    return `${inboxAddress.slice(0, at)}+${token}${inboxAddress.slice(at)}`;
  };
  const openToken = (token: string): OpenedPath | null => {
    const bytes = base32Bytes(token.toLowerCase());
    const id = bytes.subarray(0, UUID_BYTES);
    const mac = bytes.subarray(UUID_BYTES);
    // Spare bits at the end would let several texts name one token.
    if (mac.length !== MAC_BYTES || base32Of(bytes) !== token.toLowerCase()) return null;
    for (const purpose of ['bounce', 'unsubscribe'] as const) {
      if (timingSafeEqual(mac, macOf(purpose, id))) return { purpose, messageId: uuidOf(id) };
    }
    return null;
  };
  const findIn = (text: string, limit = FOUND_MAX): OpenedPath[] => {
    const found: OpenedPath[] = [];
    let tried = 0;
    for (const [, token = ''] of text.matchAll(TOKEN)) {
      tried += 1;
      const opened = openToken(token);
      if (opened !== null) found.push(opened);
      if (found.length >= limit || tried >= TRIED_MAX) break;
    }
    return found;
  };
  return {
    returnPathOf: (to) => addressOf('bounce', to),
    unsubscribeAddressOf: (to) => addressOf('unsubscribe', to),
    open: (address) => findIn(address.slice(0, 320), 1)[0] ?? null,
    findIn,
  };
}

function bytesOf(messageId: string): Buffer {
  if (!UUID.test(messageId)) throw new Error(`no message id: ${messageId}`);
  return Buffer.from(messageId.replaceAll('-', ''), 'hex');
}

function base32Of(bytes: Uint8Array): string {
  let text = '';
  let held = 0;
  let bits = 0;
  for (const byte of bytes) {
    held = (held << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += ALPHABET[(held >>> bits) & 31];
    }
    held &= (1 << bits) - 1;
  }
  return bits === 0 ? text : text + ALPHABET[(held << (5 - bits)) & 31];
}

/** @param text of the alphabet only */
function base32Bytes(text: string): Buffer {
  const bytes: number[] = [];
  let held = 0;
  let bits = 0;
  for (const letter of text) {
    held = (held << 5) | ALPHABET.indexOf(letter);
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes.push((held >>> bits) & 255);
    }
    held &= (1 << bits) - 1;
  }
  return Buffer.from(bytes);
}
