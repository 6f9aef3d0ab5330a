import { aimOf, delayed } from './delay.ts';
import { count, daysText } from './explain.ts';
import { isAbsent } from './fault.ts';
import { DAY_MS, dayOf, localText, MINUTE_MS, weekdayOf } from './local-date.ts';
import type { Reason } from './reason.ts';
import { recipientZoneOf } from './recipient-zone.ts';
import { minuteOf } from './send-window.ts';
import type { ScheduleRules } from './settings.ts';
import { zoneClockOf, type ZoneClock } from './zone-clock.ts';

/**
 * A local time to wait for, as it travels and is stored: with `date` a moment around that date, else
 * the next time of day, on some weekdays or on any.
 */
export interface Until {
  /**
   * `HH:MM`, in the recipient's zone. Without it: the moment of the date, the beginning of a date
   * without a time, or any time of the weekday.
   */
  readonly time?: string | null;
  /** ISO weekdays, 1 = Monday. */
  readonly weekday?: readonly number[] | null;
  /** The name of a date: `user.trial_ends_at`, in double braces or not. */
  readonly date?: string | null;
  /** Added to the date; an amount below 0 is before it. */
  readonly offset?: Offset | null;
}

export interface Offset {
  readonly amount: number;
  /** Minutes and hours are elapsed time, days and weeks the same time on the wall clock. */
  readonly unit: 'minutes' | 'hours' | 'days' | 'weeks';
}

/** A date as it was found: an instant in epoch milliseconds, or a day counted from 1970-01-01. */
export type FoundDate = { readonly at: number } | { readonly day: number };

const DAYS_A_WEEK = 7;
/** A weekday comes again within a week; twice that when a clock change skips its date. */
const SEARCH_DAYS_MAX = 2 * DAYS_A_WEEK + 2;
/** The last instant whose ISO text has four digits of a year: later ones are held until then. */
const AT_MAX = Date.UTC(10_000, 0) - 1;

/** Whether a unit keeps the time on the wall clock. */
export const isWallClock = (unit: Offset['unit']): boolean => unit === 'days' || unit === 'weeks';

/** What a wait is reckoned with. */
export interface UntilInput {
  /** When the wait began: the instant found is this one or later, unless a date says otherwise. */
  readonly fromAt: Date;
  /** What `until.date` names; not looked at where it names nothing. */
  readonly date: FoundDate | null;
  readonly userTimezone: string | null;
  readonly rules: ScheduleRules;
}

/** The instant that is waited for. */
export interface UntilAnswer {
  /** May have passed already. */
  readonly at: Date;
  /** `at` as the wall clock of the recipient shows it. */
  readonly local: string;
  readonly why: readonly Reason[];
}

/**
 * The instant that somebody waits for: the first one, not before `fromAt`, that has the time of day
 * and the weekday; or the date with its offset, wherever that lies.
 *
 * Local times that a clock change skips move forward by the length of the gap, those that occur twice
 * mean the first, and a date that a zone skips whole has no times of day.
 * Source: spec/scheduling.md, rules 1 and 2.
 *
 * @param until without faults
 * @returns null when it waits for a date and there is none
 */
export function untilOf(until: Until, input: UntilInput): UntilAnswer | null {
  const { fromAt, date, userTimezone, rules } = input;
  const clock = zoneClockOf(recipientZoneOf(userTimezone, rules).timezone);
  const isAboutDate = !isAbsent(until.date);
  if (isAboutDate && date === null) return null;
  const moment =
    isAboutDate && date !== null
      ? momentOfDate(until, date, { clock, rules })
      : nextMoment(until, fromAt.getTime(), clock);
  const at = Math.min(moment.at, AT_MAX);
  const local = localText(clock.localAt(at));
  const start = isAboutDate ? '' : ` after ${localText(clock.localAt(fromAt.getTime()))}`;
  const why: Reason[] = [{ rule: 'until', input: `${untilWords(until)}${start}`, outcome: local }];
  const occurrence = moment.aim === null ? 'once' : clock.occurrenceOf(moment.aim);
  if (moment.aim !== null && occurrence !== 'once') {
    const outcome =
      occurrence === 'skipped' ? `skipped by a clock change; ${local}` : 'occurs twice; the first';
    why.push({ rule: 'clock_change', input: localText(moment.aim), outcome });
  }
  return { at: new Date(at), local, why };
}

/** An instant, and the local time that was aimed at; null where none was. */
interface Moment {
  readonly at: number;
  readonly aim: number | null;
}

function nextMoment({ time, weekday }: Until, from: number, clock: ZoneClock): Moment {
  const minute = minuteOf(time);
  const today = dayOf(clock.localAt(from));
  // From yesterday on: a clock change at midnight may move its last minutes past this one.
  for (let day = today - 1; day <= today + SEARCH_DAYS_MAX; day += 1) {
    const isMeant = isAbsent(weekday) || weekday.includes(weekdayOf(day));
    if (!isMeant || clock.skipsDate(day)) continue;
    if (minute === null && day === today) return { at: from, aim: null };
    const aim = day * DAY_MS + (minute ?? 0) * MINUTE_MS;
    const at = clock.instantAt(aim);
    if (at >= from) return { at, aim };
  }
  throw new Error(`no ${time} on ${String(weekday)} after ${from}`);
}

function momentOfDate(
  { time, offset: given }: Until,
  date: FoundDate,
  { clock, rules }: { clock: ZoneClock; rules: ScheduleRules },
): Moment {
  const minute = minuteOf(time);
  const offset = given ?? { amount: 0, unit: 'minutes' };
  const zone = { clock, days: rules };
  if ('at' in date && minute === null) {
    return { at: delayed(date.at, offset, zone), aim: aimOf(date.at, offset, zone) };
  }
  const named = 'day' in date ? date.day : dayOf(clock.localAt(date.at));
  if (!isWallClock(offset.unit)) {
    const aim = named * DAY_MS + (minute ?? 0) * MINUTE_MS;
    return { at: delayed(clock.instantAt(aim), offset, zone), aim };
  }
  const day = named + offset.amount * (offset.unit === 'weeks' ? DAYS_A_WEEK : 1);
  const aim = day * DAY_MS + (minute ?? 0) * MINUTE_MS;
  return { at: clock.instantAt(aim), aim };
}

/** '09:00 on Mon–Fri', '3 days before user.trial_ends_at, at 09:00'. */
export function untilWords({ time, weekday, date, offset }: Until): string {
  const days = isAbsent(weekday) ? null : daysText(weekdaysOf(weekday));
  if (isAbsent(date))
    return days === null ? `${time}` : isAbsent(time) ? days : `${time} on ${days}`;
  const clock = isAbsent(time) ? '' : `, at ${time}`;
  if (isAbsent(offset) || offset.amount === 0) return `${date}${clock}`;
  const { amount, unit } = offset;
  const span = count(Math.abs(amount), unit.replace(/s$/, ''));
  return `${span} ${amount < 0 ? 'before' : 'after'} ${date}${clock}`;
}

const weekdaysOf = (days: readonly number[]): boolean[] =>
  [0, 1, 2, 3, 4, 5, 6, 7].map((weekday) => days.includes(weekday));
