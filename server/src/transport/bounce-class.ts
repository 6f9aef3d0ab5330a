import { classOfCode, FAMILIES } from './bounce-words.ts';
import type { BounceClass } from './returned.ts';

/** What a server said when it refused, as far as it was told. */
export interface BounceAnswer {
  /** Enhanced status code, `5.1.1`; null when none was told: one in `diagnostic` is then found. */
  readonly code: string | null;
  /**
   * Basic reply code, 550; null when none was told: one at the front of `diagnostic` is then
   * found.
   */
  readonly status: number | null;
  /** The server's or the provider's words, of any length. */
  readonly diagnostic: string;
  /** Which command was answered; null when nobody knows, as in reports and webhooks. */
  readonly phase:
    | 'connect'
    | 'greeting'
    | 'hello'
    | 'tls'
    | 'auth'
    | 'mail'
    | 'rcpt'
    | 'data'
    | 'content'
    | null;
}

/** Words past these say what people may do about it, or repeat. */
const DIAGNOSTIC_LENGTH_MAX = 2_000;
const BEFORE_RECIPIENT = new Set(['connect', 'greeting', 'hello', 'tls', 'auth', 'mail']);
const AFTER_RECIPIENT = new Set(['data', 'content']);

/**
 * Whether a refusal says something about the person, for good.
 *
 * Nobody is given up on a guess. In this order:
 *
 * | what was said | class |
 * | --- | --- |
 * | a basic code 4xx, or no basic code and an enhanced 4.x.x | soft |
 * | words of a full mailbox, of another time, or that leave it open | soft |
 * | 5.7.x; or an answer to a command before the recipient was named | blocked |
 * | other words: the first of `FAMILIES` that has them | as listed there |
 * | an enhanced code alone, but not after DATA | as `classOfCode` lists it |
 * | anything else, such as a bare 550 | soft |
 *
 * Words come before codes, for many servers send 5.1.1 for a blocked sender, and 5.0.0 or nothing
 * for an unknown user. Never throws.
 * Source: RFC 5321 section 4.2, RFC 3463 section 3, and what servers are seen to answer.
 */
export function bounceClassOf({ code, status, diagnostic, phase }: BounceAnswer): BounceClass {
  const text = diagnostic.slice(0, DIAGNOSTIC_LENGTH_MAX);
  const basic = status ?? basicCodeIn(text);
  const inText = enhancedCodeIn(text);
  if (basic === null ? (code ?? inText)?.startsWith('4.') === true : basic < 500) return 'soft';
  const enhanced = tellingOf(code, inText);
  const words = wordsOf(text);
  const family = FAMILIES.find(({ phrases }) => phrases.some((phrase) => words.includes(phrase)));
  if (family?.class === 'soft') return 'soft';
  if ([code, inText].some((told) => told?.startsWith('5.7.') === true)) return 'blocked';
  if (phase !== null && BEFORE_RECIPIENT.has(phase)) return 'blocked';
  const byCode = enhanced === null ? 'soft' : classOfCode(enhanced);
  // Such as 5.1.8, a sender's domain: its words are those for a recipient's.
  if (family?.class === 'hard' && byCode === 'blocked') return 'blocked';
  if (family !== undefined) return family.class;
  return byCode === 'hard' && phase !== null && AFTER_RECIPIENT.has(phase) ? 'soft' : byCode;
}

/**
 * The more telling of the two codes: reports often say 5.0.0 where the server said more. One that
 * begins with 4 beside a basic code 5xx contradicts itself.
 */
function tellingOf(code: string | null, inText: string | null): string | null {
  const permanent = [code, inText].filter((told) => told?.startsWith('5.') === true);
  return permanent.find((told) => told !== '5.0.0' && told !== '5.5.0') ?? permanent[0] ?? null;
}

/**
 * Not a part of an IP address or a version, whose numbers have no word's end around three of them.
 */
const ENHANCED = /(?:^|[^\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.]*\d)/;
const BASIC = /(?:^|[:;#]\s{0,3}|<<<\s)([245]\d\d)(?=[\s-]|$)/;

/** The first enhanced status code in a text (`550 5.1.1 …`, `#5.1.1`), else null. */
export function enhancedCodeIn(text: string): string | null {
  return ENHANCED.exec(text.slice(0, DIAGNOSTIC_LENGTH_MAX))?.[1] ?? null;
}

/** The first basic code of a reply (`550-5.1.1 …`, `smtp; 550 …`, `mx said: 550 …`), else null. */
export function basicCodeIn(text: string): number | null {
  const code = BASIC.exec(text.slice(0, DIAGNOSTIC_LENGTH_MAX))?.[1];
  return code === undefined ? null : Number(code);
}

/**
 * The words alone, in lower case, a blank before and after each: without addresses, links and host
 * names, which anybody may have named after a thing that is no reason (`spam-filter.example.org`).
 */
function wordsOf(text: string): string {
  return ` ${text
    // One inside of a word (don't) is no quotation mark.
    .replaceAll(/(?<=\p{L})['’](?=\p{L})/gu, '')
    .split(SEPARATORS)
    .filter((token) => !token.includes('@') && !token.includes('//') && !HOST.test(token))
    .join(' ')
    .toLowerCase()
    .replaceAll('-', '')
    .replaceAll(NOT_A_WORD, ' ')} `;
}

const SEPARATORS = /[\s<>()"',;:[\]{}|]+/;
/** Host names are written small; `exist.Please` is the end of a sentence. */
const HOST = /[a-z\d-]\.[a-z]{2}/;
const NOT_A_WORD = /[^\p{L}\p{M}\p{N}]+/gu;
