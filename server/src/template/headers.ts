import type { Address } from '../platform/email-address.ts';
import { isStructured, structuredFault } from './structured-headers.ts';

/** Longest header value, before encoding. Far over any real one, far under what servers refuse. */
const VALUE_LENGTH_MAX = 4_000;
const NAME_LENGTH_MAX = 76;
/** RFC 5322 section 2.1.1: lines should have at most 78 characters and must have at most 998. */
const FOLD_AT = 76;
const WORD_LENGTH_MAX = 800;
/** A line is not broken within spaces either. */
const LONG_BLANK = / {100}/;

/** Headers that a message has exactly once and that only composing sets. */
const OWN_HEADERS = new Set([
  'from',
  'to',
  'cc',
  'bcc',
  'sender',
  'reply-to',
  'subject',
  'date',
  'message-id',
  'mime-version',
  'return-path',
  'received',
  'dkim-signature',
]);

const FIELD_NAME = /^[!-9;-~]+$/;
const CONTROL = /\p{Cc}/u;
const PRINTABLE_ASCII = /^[ -~]*$/;

/**
 * Why a header may not leave, or null when it may.
 *
 * Refuses CR, LF, NUL and every other control character in a value, and names that are not field
 * names: nothing that was merged into a header can end it and begin another.
 */
export function headerFault(name: string, value: string): string | null {
  if (name.length > NAME_LENGTH_MAX || !FIELD_NAME.test(name)) {
    return 'a header has a name that is not allowed';
  }
  if (CONTROL.test(value)) {
    return `the header ${name} holds a line break or another control character`;
  }
  if (value.length > VALUE_LENGTH_MAX) {
    return `the header ${name} is longer than ${VALUE_LENGTH_MAX} characters`;
  }
  return null;
}

/** Like `headerFault`, for a header that comes on top of those that composing sets. */
export function extraHeaderFault(name: string, value: string): string | null {
  const lower = name.toLowerCase();
  if (OWN_HEADERS.has(lower) || lower.startsWith('content-')) {
    return `the header ${name} is set by Milepost and cannot be given`;
  }
  const fault = headerFault(name, value);
  if (fault !== null || !isStructured(name)) return fault;
  const structured = structuredFault(name, value);
  return structured === null ? null : `the header ${name} ${structured}`;
}

/**
 * `Name: value` for a header that `extraHeaderFault` lets through: one with a grammar of its own
 * stays as it is, folded between its elements only; any other is unstructured text.
 */
export function extraHeader(name: string, value: string): string {
  // Elements are folded apart at the spaces between them.
  return isStructured(name)
    ? folded(name, value.replaceAll('>,<', '>, <'))
    : textHeader(name, value);
}

/** `Name: value` with the value as unstructured text: folded, encoded where it is not plain ASCII. */
export function textHeader(name: string, value: string): string {
  const keeps = isPlain(value) && !value.startsWith(' ') && !value.endsWith(' ');
  return folded(name, keeps ? value : encodedWords(value));
}

/** `Name: display name <address>`, the name quoted or encoded as needed. */
export function addressHeader(name: string, { address, name: shown }: Address): string {
  if (shown === undefined || shown === '') return folded(name, `<${address}>`);
  return folded(name, `${phraseOf(shown)} <${address}>`);
}

function phraseOf(name: string): string {
  if (!isPlain(name)) return encodedWords(name);
  if (/^[\w!#$%&'*+/=?^`{|}~-]+(?: [\w!#$%&'*+/=?^`{|}~-]+)*$/.test(name)) return name;
  const quoted = `"${name.replaceAll(/[\\"]/g, '\\$&')}"`;
  return isPlain(quoted) ? quoted : encodedWords(name);
}

/** ASCII that does not look encoded and has no word too long for a line. */
const isPlain = (value: string): boolean =>
  PRINTABLE_ASCII.test(value) &&
  !value.includes('=?') &&
  !LONG_BLANK.test(value) &&
  (value.length <= WORD_LENGTH_MAX ||
    value.split(' ').every((word) => word.length <= WORD_LENGTH_MAX));

/** Bytes of text in one encoded word: base64 and its frame then stay under 75 characters. */
const ENCODED_BYTES_MAX = 45;

/** RFC 2047 encoded words, each of whole characters, separated by spaces. */
function encodedWords(text: string): string {
  const words: string[] = [];
  let chunk = '';
  let bytes = 0;
  for (const character of text) {
    const size = Buffer.byteLength(character);
    if (bytes + size > ENCODED_BYTES_MAX) {
      words.push(chunk);
      chunk = '';
      bytes = 0;
    }
    chunk += character;
    bytes += size;
  }
  words.push(chunk);
  return words.map((word) => `=?UTF-8?B?${Buffer.from(word).toString('base64')}?=`).join(' ');
}

/** Breaks the line before spaces, so that unfolding gives back exactly what was there. */
function folded(name: string, value: string): string {
  const whole = `${name}: ${value}`;
  if (whole.length <= FOLD_AT) return whole;
  let lines = `${name}:`;
  let length = lines.length;
  for (const [word] of ` ${value}`.matchAll(/ +[^ ]*/g)) {
    const hasWord = word.trim() !== '';
    if (length + word.length > FOLD_AT && length > name.length + 1 && hasWord) {
      lines += '\r\n';
      length = 0;
    }
    lines += word;
    length += word.length;
  }
  return lines;
}
