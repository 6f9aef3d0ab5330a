import { domainToASCII, domainToUnicode } from 'node:url';

/** An email address, in ASCII, with the name that is shown beside it. */
export interface Address {
  /** Local part as given, domain in lower case and ASCII (IDN as `xn--…`). */
  readonly address: string;
  readonly name?: string;
}

/** RFC 5321 section 4.5.3.1: 64 + 1 + 255, but a path of 256 with its brackets leaves 254. */
const ADDRESS_LENGTH_MAX = 254;
const LOCAL_LENGTH_MAX = 64;
const DOMAIN_LENGTH_MAX = 253;
const NAME_LENGTH_MAX = 200;

/** RFC 5322 dot-atom, each of whose characters is looked at once. */
const LOCAL_PART = /^[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*$/;
const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
const NOT_ASCII = /[^\0-\x7F]/g;
/** ASCII that may stand in a domain before IDN mapping; without it `%41` would be decoded. */
const DOMAIN_ASCII = /^[a-zA-Z0-9.-]*$/;
const CONTROL = /[\p{Cc}\u2028\u2029]/u;
/** What a display name may hold outside quotes: no RFC 5322 specials but the dot, as in "Dr. Who". */
const BARE_NAME = /^[^"<>()[\]:;@\\,]*$/;

/**
 * Reads `ada@example.org`, `Ada <ada@example.org>` or `"Lovelace, Ada" <ada@example.org>`.
 *
 * Strict on purpose: one address; no comments, groups, routes, quoted local parts or address
 * literals, which mail libraries read in different ways; at least one dot in the domain. Linear.
 * Source: RFC 5321 section 4.1.2, RFC 5322 section 3.4, and GHSA-mm7p-fcc7-pg87.
 *
 * @returns null when the text is anything else
 */
export function parseAddress(text: string): Address | null {
  if (text.length > NAME_LENGTH_MAX * 2 + ADDRESS_LENGTH_MAX || CONTROL.test(text)) return null;
  const trimmed = text.trim();
  if (!trimmed.endsWith('>')) return addressOf(trimmed, '');
  const open = trimmed.lastIndexOf('<');
  const name = open === -1 ? null : nameOf(trimmed.slice(0, open).trim());
  return name === null ? null : addressOf(trimmed.slice(open + 1, -1), name);
}

/** Whether the text is one address and nothing else: no name, brackets or surrounding space. */
export function isEmail(text: string): boolean {
  return addressOf(text, '') !== null;
}

/** Whether the text can stand as sender or reply address: an address, with or without a name. */
export function isEmailSender(text: string): boolean {
  return parseAddress(text) !== null;
}

/** Writes an address so that `parseAddress` reads it back; for people, not for a header. */
export function formatAddress({ address, name }: Address): string {
  if (name === undefined || name === '') return address;
  const isBare = BARE_NAME.test(name) && name.trim() === name;
  return `${isBare ? name : `"${name.replaceAll(/[\\"]/g, '\\$&')}"`} <${address}>`;
}

/**
 * What an address is known by: whatever compares addresses, hashes them or makes an id of one takes this.
 * In lower case, its domain in ASCII, so that `X@MÜNCHEN.de` and `x@xn--mnchen-3ya.de` are one.
 */
export function addressKey(text: string): string {
  return (parseAddress(text)?.address ?? text.trim()).toLowerCase();
}

/**
 * The ways in which users may hold an address, in lower case: its domain in ASCII, as people read it,
 * and as it is given. `address_spellings` of migration 0026 says the same to statements.
 */
export function addressSpellings(text: string): string[] {
  const key = addressKey(text);
  const given = text.trim().toLowerCase();
  if (given === key && !key.includes('xn--')) return [key];
  const at = key.lastIndexOf('@');
  const unicode = key.slice(0, at + 1) + domainToUnicode(key.slice(at + 1)).toLowerCase();
  return [...new Set([key, unicode, given])];
}

function addressOf(text: string, name: string): Address | null {
  const at = text.lastIndexOf('@');
  const local = text.slice(0, at);
  if (at < 1 || local.length > LOCAL_LENGTH_MAX || !LOCAL_PART.test(local)) return null;
  const domain = domainOf(text.slice(at + 1));
  if (domain === null) return null;
  const address = `${local}@${domain}`;
  if (address.length > ADDRESS_LENGTH_MAX) return null;
  return name === '' ? { address } : { address, name };
}

function domainOf(text: string): string | null {
  if (text.length > DOMAIN_LENGTH_MAX) return null;
  const ascii = text.replaceAll(NOT_ASCII, '');
  if (!DOMAIN_ASCII.test(ascii)) return null;
  const lower = text.toLowerCase();
  // The look-up tables of IDN are for names that need them.
  const domain = ascii === text && !lower.includes('xn--') ? lower : domainToASCII(text);
  if (domain === '' || domain.length > DOMAIN_LENGTH_MAX) return null;
  const labels = domain.split('.');
  const top = labels.at(-1) ?? '';
  const isHost = labels.length > 1 && labels.every((label) => LABEL.test(label));
  // A last label of digits would be an IP address.
  return isHost && /[a-z]/.test(top) ? domain : null;
}

/** The display name before the brackets; '' for none, null when it is not one. */
function nameOf(text: string): string | null {
  const isQuoted = text.length > 1 && text.startsWith('"') && text.endsWith('"');
  const name = isQuoted ? unquoted(text.slice(1, -1)) : BARE_NAME.test(text) ? text : null;
  return name === null || name.length > NAME_LENGTH_MAX ? null : name;
}

/** The content of a quoted string; null when a quote or backslash in it is not escaped. */
function unquoted(text: string): string | null {
  const isWhole = /^(?:[^"\\]|\\.)*$/su.test(text);
  return isWhole ? text.replaceAll(/\\(.)/gsu, '$1') : null;
}
