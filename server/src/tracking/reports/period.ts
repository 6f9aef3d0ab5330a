import type { Fault } from '../../schedule/fault.ts';
import { periodInvalid } from '../errors.ts';

export const INTERVALS = ['day', 'week', 'month'] as const;
export type Interval = (typeof INTERVALS)[number];

/** What messages may be put together by. */
export const GROUPINGS = ['none', 'series', 'broadcast', 'step', 'variant', 'list'] as const;
export type Grouping = (typeof GROUPINGS)[number];

/** Days of a calendar, both included, as `2026-11-02`. */
export interface Period {
  readonly from: string;
  readonly to: string;
}

/** Days of a period by interval: as many points as somebody can look at, or a database add up. */
export const DAYS_MAX: Readonly<Record<Interval, number>> = {
  day: 400,
  week: 3_660,
  month: 3_660,
};
const DAYS_DEFAULT = 30;
const DAY_MS = 86_400_000;
const DAY_FORM = /^\d{4}-\d{2}-\d{2}$/;

/** The day so many days after another. Pure. */
export const dayAfter = (day: string, days: number): string =>
  textOf(new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS));

/** How many days from one day to another. Pure. */
export const daysBetween = (from: string, to: string): number =>
  Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / DAY_MS);

const textOf = (at: Date): string => at.toISOString().slice(0, 10);

/** The first day of the interval that a day is in; weeks begin on Monday. Pure. */
export function intervalOf(day: string, by: Interval): string {
  switch (by) {
    case 'day':
      return day;
    case 'week':
      return dayAfter(day, -((new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7));
    case 'month':
      return `${day.slice(0, 8)}01`;
  }
}

/** The first day of the interval so many after that of a day. Pure. */
export function intervalAfter(day: string, by: Interval, count: number): string {
  const first = intervalOf(day, by);
  if (by !== 'month') return dayAfter(first, count * (by === 'week' ? 7 : 1));
  const at = new Date(`${first}T00:00:00Z`);
  at.setUTCMonth(at.getUTCMonth() + count);
  return textOf(at);
}

/** The first day of every interval that a period touches, in order. Pure. */
export function intervalsOf({ from, to }: Period, by: Interval): string[] {
  const days: string[] = [];
  for (let at = intervalOf(from, by); at <= to; at = intervalAfter(at, by, 1)) days.push(at);
  return days;
}

/**
 * The period that is asked for. Left out, it ends today and has 30 days. Pure.
 *
 * @param today by the clock and zone of the side
 * @param daysMax longest
 * @throws `tracking.period_invalid`
 */
export function periodOf(
  { from, to }: { from?: string | undefined; to?: string | undefined },
  {
    today,
    daysMax,
    first = (last) => dayAfter(last, 1 - DAYS_DEFAULT),
  }: { today: string; daysMax: number; first?: (last: string) => string },
): Period {
  const faults: Fault[] = [];
  if (from !== undefined && !isDay(from)) faults.push({ path: 'from', message: 'is no day' });
  if (to !== undefined && !isDay(to)) faults.push({ path: 'to', message: 'is no day' });
  if (faults.length > 0) throw periodInvalid(faults);
  const last = to ?? (from !== undefined && from > today ? from : today);
  const period = { from: from ?? first(last), to: last };
  if (period.from > period.to) {
    throw periodInvalid([{ path: 'from', message: 'must not be after to' }]);
  }
  if (daysBetween(period.from, period.to) >= daysMax) {
    const message = `must be less than ${daysMax} days before to`;
    throw periodInvalid([{ path: 'from', message }]);
  }
  return period;
}

/** Years from 1000 on: what is before has another form in the database. */
const isDay = (text: string): boolean => {
  const at = Date.parse(`${text}T00:00:00Z`);
  return (
    DAY_FORM.test(text) && text >= '1000' && !Number.isNaN(at) && textOf(new Date(at)) === text
  );
};
