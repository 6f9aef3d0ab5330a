import { createHash, randomBytes } from 'node:crypto';

/**
 * The two halves of a workspace, which share nothing: real mail, and captured mail on a clock of
 * its own.
 */
export type Side = 'live' | 'test';

/**
 * Widget keys are publishable, secret keys are for backends, identity secrets only sign user
 * tokens.
 */
export type KeyKind = 'widget' | 'secret' | 'identity';

/**
 * What the text of a key says about itself. Nothing of it is believed before the key is looked up.
 */
export interface KeyForm {
  readonly kind: KeyKind;
  readonly side: Side;
}

const LETTERS: Readonly<Record<KeyKind, string>> = { widget: 'wk', secret: 'sk', identity: 'is' };
const SIDES: readonly Side[] = ['live', 'test'];
const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** 238 bits: more than the hash that signs with an identity secret needs (RFC 7518 section 3.2). */
const RANDOM_LENGTH = 40;
/**
 * The largest multiple of 62 in a byte; bytes from here on are thrown away, so that no character is
 * likelier.
 */
const BYTE_BOUND = 248;
/** Characters of a key that are stored readable, to tell keys apart. */
const HINT_LENGTH = 4;

const PREFIXES: readonly { readonly prefix: string; readonly form: KeyForm }[] = (
  Object.keys(LETTERS) as KeyKind[]
).flatMap((kind) => SIDES.map((side) => ({ prefix: prefixOf(kind, side), form: { kind, side } })));

/** `mp_wk_live_` and its like. */
function prefixOf(kind: KeyKind, side: Side): string {
  return `mp_${LETTERS[kind]}_${side}_`;
}

/**
 * A new key: its prefix and 40 base62 characters, each equally likely.
 *
 * @param random gives that many random bytes; another source than the system's is for tests
 */
export function generateKey(
  kind: KeyKind,
  side: Side,
  random: (count: number) => Uint8Array = randomBytes,
): string {
  let text = '';
  while (text.length < RANDOM_LENGTH) {
    for (const byte of random(RANDOM_LENGTH)) {
      if (byte < BYTE_BOUND && text.length < RANDOM_LENGTH) text += BASE62.charAt(byte % 62);
    }
  }
  return prefixOf(kind, side) + text;
}

/**
 * Kind and side of a text that has the form of a key.
 *
 * Cheap and linear, so that garbage costs no look-up.
 *
 * @returns null when the text cannot be a key of this server
 */
export function parseKey(text: string): KeyForm | null {
  const known = PREFIXES.find(({ prefix }) => text.startsWith(prefix));
  if (known === undefined || text.length !== known.prefix.length + RANDOM_LENGTH) return null;
  for (let i = known.prefix.length; i < text.length; i += 1) {
    if (!isBase62(text.charCodeAt(i))) return null;
  }
  return known.form;
}

function isBase62(code: number): boolean {
  return (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122);
}

/** What is stored of a key and looked up: SHA-256 of the whole text. A random key needs no salt. */
export function hashKey(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/** The last characters of a key, which tell it from others and give nothing away. */
export function hintOf(text: string): string {
  return text.slice(-HINT_LENGTH);
}
