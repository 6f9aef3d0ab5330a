import { DAY_MS, dayOf, MINUTE_MS } from './local-date.ts';
import type { ZoneClock } from './zone-clock.ts';

/**
 * Local hours in which mail may leave. A window that crosses midnight belongs to the day on which
 * it opens.
 */
export interface SendWindow {
  /** Minutes after local midnight, inclusive. 0 … 1439. */
  readonly opensAtMinute: number;
  /**
   * Minutes after local midnight, exclusive. 1 … 1440; less than `opensAtMinute` means the next
   * day.
   */
  readonly closesAtMinute: number;
}

/** Epoch milliseconds, half-open. */
export interface Interval {
  readonly opens: number;
  readonly closes: number;
}

/** No send window: the whole day, until the next one begins. */
export const WHOLE_DAY: SendWindow = { opensAtMinute: 0, closesAtMinute: 1_440 };

/** Whether the window closes on the day after the one on which it opens. */
export const crossesMidnight = (window: SendWindow): boolean =>
  window.closesAtMinute < window.opensAtMinute;

/**
 * One day's window as instants, or null where a clock change leaves it empty.
 *
 * A date that a clock change skips whole has no window; its hours, moved forward by the gap, would
 * be the next day's. Source: spec/scheduling.md, rule 3.
 */
export function windowOn(day: number, window: SendWindow, clock: ZoneClock): Interval | null {
  const { opensAtMinute, closesAtMinute } = window;
  const opens = clock.instantAt(day * DAY_MS + opensAtMinute * MINUTE_MS);
  const closesDay = crossesMidnight(window) ? day + 1 : day;
  const closes = clock.instantAt(closesDay * DAY_MS + closesAtMinute * MINUTE_MS);
  if (closes <= opens) return null;
  const isMoved = dayOf(clock.localAt(opens)) !== day;
  return isMoved && clock.skipsDate(day) ? null : { opens, closes };
}

/** Minutes after midnight of `HH:MM`; `24:00` is 1440. Null when it is no such text. */
export function minuteOf(text: unknown): number | null {
  if (typeof text !== 'string') return null;
  if (text === '24:00') return 1_440;
  const match = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(text);
  return match === null ? null : Number(match[1]) * 60 + Number(match[2]);
}
