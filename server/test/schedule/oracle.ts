import type { ScheduleSettings } from '../../src/schedule/settings.ts';
import type { Delay } from '../../src/schedule/delay.ts';

/**
 * The rules of the specification written once more, straight on Temporal and by trying every
 * minute: slow, simple, and without a line of the code under test. Holidays are not in it.
 */

const MINUTE_MS = 60_000;

/** One allowed day's window. Epoch milliseconds, half-open. */
export interface OracleWindow {
  readonly date: string;
  readonly opens: number;
  readonly closes: number;
}

/** The instant after the delay (rule 2). */
export function delayedByOracle(from: number, delay: Delay | null, zone: OracleZone): number {
  if (delay === null || delay.amount === 0) return from;
  const { amount, unit } = delay;
  const start = Temporal.Instant.fromEpochMilliseconds(from).toZonedDateTimeISO(zone.timezone);
  if (unit !== 'business_days') return start.add({ [unit]: amount }).epochMilliseconds;
  let date = start.toPlainDate();
  for (let left = amount; left > 0;) {
    date = date.add({ days: 1 });
    if (daysOf(zone).includes(date.dayOfWeek) && exists(date, zone.timezone)) left -= 1;
  }
  return date.toZonedDateTime({ timeZone: zone.timezone, plainTime: start.toPlainTime() })
    .epochMilliseconds;
}

export interface OracleZone {
  readonly timezone: string;
  readonly settings: ScheduleSettings;
}

/** The windows (rules 3 and 4) that touch the time from `from` to `until`. */
export function windowsByOracle(from: number, until: number, zone: OracleZone): OracleWindow[] {
  const { settings, timezone } = zone;
  const { start, end } = settings.send_window ?? { start: '00:00', end: '24:00' };
  const last = dateAt(until, timezone).add({ days: 3 });
  const windows: OracleWindow[] = [];
  let date = dateAt(from, timezone).subtract({ days: 3 });
  for (; Temporal.PlainDate.compare(date, last) <= 0; date = date.add({ days: 1 })) {
    const isAllowed = settings.business_days_only !== true || daysOf(zone).includes(date.dayOfWeek);
    if (!isAllowed || !exists(date, timezone)) continue;
    const opens = instantOn(date, start, timezone);
    const closes = instantOn(end < start ? date.add({ days: 1 }) : date, end, timezone);
    if (closes > opens) windows.push({ date: date.toString(), opens, closes });
  }
  return windows;
}

/** Whether mail may leave at an instant, given the windows around it. */
export const isOpen = (instant: number, windows: readonly OracleWindow[]): boolean =>
  windows.some(({ opens, closes }) => instant >= opens && instant < closes);

/**
 * The first open minute from `from` on, or `from` itself (rule 5); null when none comes before
 * `until`.
 */
export function firstOpenByOracle(
  from: number,
  until: number,
  windows: readonly OracleWindow[],
): number | null {
  if (isOpen(from, windows)) return from;
  const firstMinute = Math.floor(from / MINUTE_MS) * MINUTE_MS + MINUTE_MS;
  for (let minute = firstMinute; minute <= until; minute += MINUTE_MS) {
    if (isOpen(minute, windows)) return minute;
  }
  return null;
}

const daysOf = ({ settings }: OracleZone): readonly number[] =>
  settings.business_days ?? [1, 2, 3, 4, 5];

const dateAt = (instant: number, timezone: string): Temporal.PlainDate =>
  Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(timezone).toPlainDate();

/** False for a date that a clock change skips whole. */
const exists = (date: Temporal.PlainDate, timezone: string): boolean =>
  date.toZonedDateTime(timezone).toPlainDate().equals(date);

function instantOn(date: Temporal.PlainDate, time: string, timezone: string): number {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  return date
    .toPlainDateTime()
    .add({ hours, minutes })
    .toZonedDateTime(timezone, { disambiguation: 'compatible' }).epochMilliseconds;
}
