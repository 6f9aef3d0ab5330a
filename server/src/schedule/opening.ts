import { NoOpenSlotError } from './errors.ts';
import { dayOf } from './local-date.ts';
import { crossesMidnight, WHOLE_DAY, windowOn, type Interval } from './send-window.ts';
import { isBusinessDay, type ScheduleRules } from './settings.ts';
import type { ZoneClock } from './zone-clock.ts';

/** The first instant at which mail may leave. */
export interface Opening {
  /** Epoch milliseconds. */
  readonly at: number;
  /** The window that `at` lies in and the day it belongs to; null when nothing is ever closed. */
  readonly window: (Interval & { readonly day: number }) | null;
}

/** How far ahead an opening is looked for. Source: spec/scheduling.md, rule 5. */
const SEARCH_DAYS_MAX = 800;
/**
 * How far back the day of a window can lie that is still open: yesterday's crosses midnight, and a
 * skipped date moves its end by one day more.
 */
const DAYS_BACK = 2;

/**
 * The first instant at or after `from` in a window of an allowed day.
 *
 * Days are tried in order, and their windows open in the same order, so the first that has not
 * closed is the answer. Source: spec/scheduling.md, rules 3 to 5.
 *
 * @param from epoch milliseconds
 * @throws NoOpenSlotError when nothing opens within `SEARCH_DAYS_MAX`
 */
export function firstOpening(from: number, clock: ZoneClock, rules: ScheduleRules): Opening {
  if (rules.isAlwaysOpen) return { at: from, window: null };
  const window = rules.window ?? WHOLE_DAY;
  const today = dayOf(clock.localAt(from));
  const daysBack = crossesMidnight(window) ? DAYS_BACK : DAYS_BACK - 1;
  for (let day = today - daysBack; day <= today + SEARCH_DAYS_MAX; day += 1) {
    if (rules.businessDaysOnly && !isBusinessDay(day, rules)) continue;
    const interval = windowOn(day, window, clock);
    if (interval === null || interval.closes <= from) continue;
    return { at: Math.max(from, interval.opens), window: { ...interval, day } };
  }
  throw new NoOpenSlotError({ fromAt: new Date(from), daysMax: SEARCH_DAYS_MAX });
}
