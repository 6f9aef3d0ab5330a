import { DAY_MS, dayOf } from '../../schedule/local-date.ts';
import type { ZoneClock } from '../../schedule/zone-clock.ts';

/**
 * A date, or a date and a time with an offset or `Z`. The same text is matched in JavaScript and in
 * PostgreSQL, so it has no `\d`, which some databases take for the digits of every script. Every text
 * that it matches can be read by both, but for days like 30 February.
 */
export const DATE_PATTERN =
  '^([1-9][0-9]{3})-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])' +
  '(?:T([01][0-9]|2[0-3]):([0-5][0-9])(?::([0-5][0-9])(?:[.]([0-9]{1,9}))?)?' +
  '(Z|[+-](?:0[0-9]|1[0-4]):?[0-5][0-9]))?$';
/** Of a date alone: what is longer has a time. */
export const DAY_LENGTH = 10;

const FORM = new RegExp(DATE_PATTERN);
const DATE_LENGTH_MAX = 40;

/** A date as somebody wrote it. */
export type WrittenDate =
  /** An instant, in epoch milliseconds. */
  | { readonly at: number }
  /** A day without a time, counted from 1970-01-01: an instant only once a zone is known. */
  | { readonly day: number };

/**
 * The date that a text names, or null when it names none: another form, no offset, a day that does
 * not exist. A time is cut to whole milliseconds.
 */
export function dateFrom(text: string): WrittenDate | null {
  if (text.length < DAY_LENGTH || text.length > DATE_LENGTH_MAX) return null;
  const match = FORM.exec(text);
  if (match === null) return null;
  const [, year, month, date, hour, minute, second = '0', fraction = '', offset] = match;
  const day = Date.UTC(Number(year), Number(month) - 1, Number(date));
  if (new Date(day).getUTCDate() !== Number(date)) return null;
  if (offset === undefined) return { day: day / DAY_MS };
  const minutes = Number(hour) * 60 + Number(minute) - offsetMinutesOf(offset);
  const milliseconds = Number(fraction.slice(0, 3).padEnd(3, '0'));
  return { at: day + minutes * 60_000 + Number(second) * 1_000 + milliseconds };
}

function offsetMinutesOf(offset: string): number {
  if (offset === 'Z') return 0;
  const minutes = Number(offset.slice(1, 3)) * 60 + Number(offset.slice(-2));
  return offset.startsWith('-') ? -minutes : minutes;
}

/**
 * One end of a stretch of time, for instants and for days: the first day whose midnight is not
 * before the instant. So a day is compared by its number, and only JavaScript reckons with zones.
 */
export interface Edge {
  readonly at: number;
  readonly day: number;
}

/** From inclusive, until exclusive; null is open. Whole milliseconds, so finer instants compare alike. */
export interface Stretch {
  readonly from: Edge | null;
  readonly until: Edge | null;
}

/** The edge at a date; the midnight of a day is the one of the zone. */
export function edgeAt(date: WrittenDate, clock: ZoneClock): Edge {
  return 'day' in date ? edgeOfDay(date.day, clock) : edgeOfInstant(date.at, clock);
}

/** The edge right after a date: the next midnight, or the next millisecond. */
export function edgeAfter(date: WrittenDate, clock: ZoneClock): Edge {
  return 'day' in date ? edgeOfDay(date.day + 1, clock) : edgeOfInstant(date.at + 1, clock);
}

const edgeOfDay = (day: number, clock: ZoneClock): Edge => ({
  at: clock.instantAt(day * DAY_MS),
  day,
});

function edgeOfInstant(at: number, clock: ZoneClock): Edge {
  let day = dayOf(clock.localAt(at)) - 1;
  while (clock.instantAt(day * DAY_MS) < at) day += 1;
  return { at, day };
}

/** Whether a date lies within. */
export function isWithin(date: WrittenDate, { from, until }: Stretch): boolean {
  return 'day' in date
    ? (from === null || date.day >= from.day) && (until === null || date.day < until.day)
    : (from === null || date.at >= from.at) && (until === null || date.at < until.at);
}

/** 'YYYY-MM-DD', or an instant in ISO 8601. */
export function dateWords(date: WrittenDate): string {
  return 'day' in date
    ? new Date(date.day * DAY_MS).toISOString().slice(0, DAY_LENGTH)
    : new Date(date.at).toISOString();
}
