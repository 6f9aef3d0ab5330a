import { createHash, timingSafeEqual } from 'node:crypto';
import type { Returned } from './returned.ts';
import type { TransportValues } from './transport-setting.ts';

/** One call of a provider's webhook. */
export interface EventRequest {
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** Byte for byte: signatures are over it. */
  readonly rawBody: Buffer;
  /** Of the transport that the webhook belongs to. */
  readonly values: TransportValues;
  readonly now: Date;
  readonly remember: Remember;
  /** A PEM certificate from a URL that was checked. Rejects when there is none to be had. */
  readonly fetchCertificate: (url: URL) => Promise<string>;
}

/**
 * Keeps a value under a key until a time, unless there is one already.
 *
 * @returns the value that was there, null when there was none
 */
export type Remember = (key: string, value: string, until: Date) => Promise<string | null>;

/** What a call of a webhook turned out to be. */
export type EventReading =
  /** Genuine. Empty when nothing in it is about a message of ours. */
  | { readonly kind: 'events'; readonly returned: readonly Returned[] }
  /** Genuine: a GET of this URL, which was checked, starts the subscription. */
  | { readonly kind: 'confirm'; readonly url: URL }
  /** Not genuine, not for us, or not to be read. The same however often it is sent. */
  | { readonly kind: 'refused'; readonly reason: string }
  /** Could not be verified now; sent again, it may be. */
  | { readonly kind: 'later'; readonly reason: string };

export type EventReader = (request: EventRequest) => Promise<EventReading>;

export const refused = (reason: string): EventReading => ({ kind: 'refused', reason });

/** By this name our message's id travels with a message, and comes back with its events. */
export const MESSAGE_ID_TAG = 'milepost_id';

const MESSAGE_ID = /^[\w-]{1,100}$/;

/** Our id of a message, null for anything that is none: the account sends other mail, too. */
export const ownIdOf = (value: unknown): string | null =>
  typeof value === 'string' && MESSAGE_ID.test(value) ? value : null;

/** Key of an event: the same for the same parts, without telling them. */
export function eventKey(source: string, ...parts: readonly string[]): string {
  const hash = createHash('sha256').update(JSON.stringify(parts)).digest('base64url');
  return `${source}:${hash}`;
}

/** A single header; null when it is missing or there more than once. */
export function headerOf({ headers }: Pick<EventRequest, 'headers'>, name: string): string | null {
  const value = headers[name];
  return typeof value === 'string' ? value : null;
}

/** Whether two texts are the same, in a time that tells nothing about the first. */
export function isSame(secret: string, given: string): boolean {
  const hash = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(hash(secret), hash(given));
}

/** The bytes of a text that is base64 to the letter; null when another text gives the same bytes. */
export function strictBase64(text: string): Buffer | null {
  const bytes = Buffer.from(text, 'base64');
  return bytes.length > 0 && bytes.toString('base64') === text ? bytes : null;
}

/** Whether seconds since the epoch, in digits, are within `ms` of now, before or after. */
export function isRecent(seconds: string, now: Date, ms: number): boolean {
  if (!/^\d{9,11}$/.test(seconds)) return false;
  return Math.abs(Number(seconds) * 1_000 - now.getTime()) <= ms;
}

export type Json = Readonly<Record<string, unknown>>;

/** JSON of a body; undefined when it is none. */
export function parseBody(rawBody: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(rawBody));
  } catch {
    return undefined;
  }
}

const isRecord = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A member that is an object; empty when there is none. */
export const recordOf = (value: unknown): Json => (isRecord(value) ? value : {});

/** Members of a list that are objects, as many as one call can have. */
export const recordsOf = (value: unknown): readonly Json[] =>
  Array.isArray(value) ? value.slice(0, RECORDS_MAX).filter(isRecord) : [];

const RECORDS_MAX = 5_000;

export const stringOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/** A text of others as a database can hold it, cut to a length. */
export const textWithin = (text: string, lengthMax: number): string =>
  text.slice(0, lengthMax).replaceAll('\0', '').toWellFormed();

/** An address as `Returned` has it. */
export function recipientOf(value: unknown): string | null {
  const text = textWithin(stringOf(value), 1_000).trim().toLowerCase();
  return text === '' || text.length > 320 ? null : text;
}

/** A time as text or as seconds since the epoch; null when it is neither. */
export function timeOf(value: unknown): Date | null {
  const ms =
    typeof value === 'number' ? value * 1_000 : typeof value === 'string' ? Date.parse(value) : NaN;
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? null : date;
}

const DETAIL_LENGTH_MAX = 2_000;

/** What is worth showing, without what is not there. */
export function detailOf(parts: Readonly<Record<string, unknown>>): Returned['detail'] {
  const detail: Record<string, string | number | boolean> = {};
  for (const [name, value] of Object.entries(parts)) {
    if (typeof value === 'boolean' || typeof value === 'number') detail[name] = value;
    if (typeof value === 'string' && value !== '') {
      detail[name] = textWithin(value, DETAIL_LENGTH_MAX);
    }
  }
  return detail;
}
