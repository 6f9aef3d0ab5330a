import type { WeekSpan } from '../../../components/week-picture.tsx';

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
const DAY_MINUTES = 1_440;

/** A day of the calendar: `2026-03-27`. */
export type Day = string;

export const dayPlus = (day: Day, days: number): Day =>
  new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);

/** ISO: 1 is Monday. */
export const weekdayOf = (day: Day): number => new Date(`${day}T00:00:00Z`).getUTCDay() || 7;

/** The Monday of a day's week. */
export const mondayOf = (day: Day): Day => dayPlus(day, 1 - weekdayOf(day));

const label = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'UTC',
  weekday: 'short',
  day: 'numeric',
  month: 'short',
});

/** `Fri 27 Mar` */
export const dayWords = (day: Day): string =>
  label.format(new Date(`${day}T00:00:00Z`)).replace(',', '');

/** Which hours and days are open, on whosever clock. */
export interface OpenHours {
  /** Minutes of the day; null for the whole day. The end may be before the start, on the next day. */
  readonly window: { readonly start: number; readonly end: number } | null;
  /** Windows open on business days only. */
  readonly isBusinessDaysOnly: boolean;
  /** ISO weekdays. */
  readonly businessDays: readonly number[];
  /** Names of public holidays by day. */
  readonly holidays: ReadonlyMap<Day, string>;
}

/** Whether a window opens on a day. */
const opensOn = (day: Day, open: OpenHours): boolean =>
  !open.isBusinessDaysOnly ||
  (open.businessDays.includes(weekdayOf(day)) && !open.holidays.has(day));

/** What is open on a day: its own window, and the rest of one that the day before opened. */
export function spansOn(day: Day, open: OpenHours): WeekSpan[] {
  const { window } = open;
  const isOpen = opensOn(day, open);
  if (window === null) return isOpen ? [{ from: 0, to: DAY_MINUTES }] : [];
  const { start, end } = window;
  if (start < end) return isOpen ? [{ from: start, to: end }] : [];
  const spans: WeekSpan[] = [];
  if (end > 0 && opensOn(dayPlus(day, -1), open)) spans.push({ from: 0, to: end });
  if (isOpen) spans.push({ from: start, to: DAY_MINUTES });
  return spans;
}

/** The same hours on a clock that is ahead by so many minutes, in pieces where they pass midnight. */
export function shifted({ from, to }: WeekSpan, minutes: number): WeekSpan[] {
  const length = to - from;
  if (length >= DAY_MINUTES) return [{ from: 0, to: DAY_MINUTES }];
  const start = (((from + minutes) % DAY_MINUTES) + DAY_MINUTES) % DAY_MINUTES;
  const end = start + length;
  if (end <= DAY_MINUTES) return [{ from: start, to: end }];
  return [
    { from: 0, to: end - DAY_MINUTES },
    { from: start, to: DAY_MINUTES },
  ];
}

/** By how many minutes a zone is ahead of UTC at noon, UTC, of a day; null for what is no zone. */
export function offsetOn(day: Day, timeZone: string): number | null {
  const at = new Date(`${day}T12:00:00Z`);
  try {
    const text = new Intl.DateTimeFormat('sv-SE', {
      timeZone,
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
    }).format(at);
    return (Date.parse(`${text.replace(' ', 'T')}Z`) - at.getTime()) / MINUTE_MS;
  } catch {
    return null;
  }
}

/** `15:00`; `24:00` at the end of a day. */
export const clockWords = (minute: number): string =>
  `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;

/** `15:00–23:00`: the hours of a window told in one piece, wherever midnight is. */
export function windowWords(spans: readonly WeekSpan[]): string {
  const [first, second] = spans;
  if (first === undefined) return 'closed';
  const isWrapped = second !== undefined && first.from === 0 && second.to === DAY_MINUTES;
  if (isWrapped) return `${clockWords(second.from)}–${clockWords(first.to)}`;
  if (first.from === 0 && first.to === DAY_MINUTES) return 'all day';
  return `${clockWords(first.from)}–${clockWords(first.to)}`;
}
