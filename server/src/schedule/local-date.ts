/**
 * Local dates and times as plain integers, so that planning needs no date objects.
 *
 * A local time is the milliseconds since 1970-01-01T00:00 as the wall clock shows it; a day is the
 * number of days since 1970-01-01. Neither says anything about a zone.
 */

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

const WEEKDAY_NAMES = ['', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'] as const;

/** The day that a local time falls on. */
export const dayOf = (local: number): number => Math.floor(local / DAY_MS);

/** ISO weekday of a day: 1 = Monday … 7 = Sunday. Day 0 was a Thursday. */
export const weekdayOf = (day: number): number => ((((day + 3) % 7) + 7) % 7) + 1;

/** 'Mon' … 'Sun' of an ISO weekday. */
export const weekdayName = (weekday: number): string => WEEKDAY_NAMES[weekday] ?? '';

/** The calendar year of a day. */
export const yearOf = (day: number): number => civilOf(day).year;

/** The first day of a calendar year. `Date.UTC` would read the years 0 to 99 as 1900 to 1999. */
export const firstDayOf = (year: number): number =>
  Math.floor(new Date(0).setUTCFullYear(year, 0, 1) / DAY_MS);

/** 'Fri 2026-11-20'. */
export function dateText(day: number): string {
  const { year, month, date } = civilOf(day);
  return `${weekdayName(weekdayOf(day))} ${pad(year, 4)}-${pad(month)}-${pad(date)}`;
}

/** 'Fri 2026-11-20 10:00', with seconds only where there are any. */
export function localText(local: number): string {
  const day = dayOf(local);
  const second = Math.floor((local - day * DAY_MS) / 1_000);
  const seconds = second % 60 === 0 ? '' : `:${pad(second % 60)}`;
  return `${dateText(day)} ${minuteText(Math.floor(second / 60))}${seconds}`;
}

/** 'HH:MM' of minutes after midnight; 1440 is '24:00'. */
export const minuteText = (minute: number): string =>
  `${pad(Math.floor(minute / 60))}:${pad(minute % 60)}`;

const pad = (value: number, length = 2): string => String(value).padStart(length, '0');

/**
 * Year, month and date of a day, in integer arithmetic: eras of 400 years that begin on 1 March, so
 * that the leap day is the last of its year. Source: H. Hinnant, chrono-compatible date algorithms.
 */
function civilOf(day: number): { year: number; month: number; date: number } {
  const shifted = day + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const leaps =
    Math.floor(dayOfEra / 1_460) - Math.floor(dayOfEra / 36_524) + Math.floor(dayOfEra / 146_096);
  const yearOfEra = Math.floor((dayOfEra - leaps) / 365);
  const centuries = Math.floor(yearOfEra / 100);
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - centuries);
  const marchMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const date = dayOfYear - Math.floor((153 * marchMonth + 2) / 5) + 1;
  const month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9;
  return { year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, date };
}
