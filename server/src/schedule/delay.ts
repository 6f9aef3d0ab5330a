import { NoOpenSlotError } from './errors.ts';
import { isIntegerIn, recordOf, type Fault } from './fault.ts';
import { DAY_MS, dayOf, HOUR_MS, MINUTE_MS } from './local-date.ts';
import { recipientZoneOf } from './recipient-zone.ts';
import { isBusinessDay, type BusinessDays, type ScheduleRules } from './settings.ts';
import { zoneClockOf, type ZoneClock } from './zone-clock.ts';

export type DelayUnit = 'minutes' | 'hours' | 'days' | 'weeks' | 'business_days';

/** How long a step waits, as it travels and is stored. */
export interface Delay {
  /** A whole number, not negative; 0 changes nothing. */
  readonly amount: number;
  readonly unit: DelayUnit;
}

/**
 * Five years: zone data and holidays say nothing useful about later, and no series is that long.
 */
const DELAY_YEARS_MAX = 5;
/** The most of each unit that `DELAY_YEARS_MAX` holds. */
const AMOUNT_MAX: Readonly<Record<DelayUnit, number>> = {
  minutes: DELAY_YEARS_MAX * 365 * 24 * 60,
  hours: DELAY_YEARS_MAX * 365 * 24,
  days: DELAY_YEARS_MAX * 365,
  weeks: DELAY_YEARS_MAX * 52,
  business_days: DELAY_YEARS_MAX * 260,
};
/** Between two business days; the longest holidays known last two weeks. */
const BUSINESS_DAY_GAP_MAX = 800;

/**
 * Everything wrong with a delay that a client sent, each with its path.
 *
 * @param path of the delay itself, such as `steps/2/delay`
 */
export function faultsOfDelay(value: unknown, path: string): Fault[] {
  const fields = recordOf(value);
  if (fields === null) return [{ path, message: 'must be {"amount":1,"unit":"days"}' }];
  const { amount, unit } = fields;
  if (!isUnit(unit)) {
    const units = Object.keys(AMOUNT_MAX).join(', ');
    const faults = [{ path: `${path}/unit`, message: `must be one of ${units}` }];
    if (!isIntegerIn(amount, 0, Number.MAX_SAFE_INTEGER)) {
      faults.push({ path: `${path}/amount`, message: 'must be an integer from 0' });
    }
    return faults;
  }
  if (isIntegerIn(amount, 0, AMOUNT_MAX[unit])) return [];
  const message = `must be an integer from 0 to ${AMOUNT_MAX[unit]} for ${unit}`;
  return [{ path: `${path}/amount`, message }];
}

const isUnit = (value: unknown): value is DelayUnit =>
  typeof value === 'string' && Object.hasOwn(AMOUNT_MAX, value);

/** An instant with a delay added as it passes for one person; windows are not looked at. */
export function addDelay(
  from: Date,
  delay: Delay,
  { userTimezone, rules }: { userTimezone: string | null; rules: ScheduleRules },
): Date {
  const clock = zoneClockOf(recipientZoneOf(userTimezone, rules).timezone);
  return new Date(delayed(from.getTime(), delay, { clock, days: rules }));
}

/** `addDelay` in epoch milliseconds. */
export function delayed(from: number, delay: Delay, zone: DelayZone): number {
  const aim = aimOf(from, delay, zone);
  return aim === null ? from + elapsedMs(delay) : zone.clock.instantAt(aim);
}

/** What wall-clock delays are reckoned with. */
interface DelayZone {
  readonly clock: ZoneClock;
  readonly days: BusinessDays;
}

/**
 * The local time that a delay in days aims at, before clock changes: the same wall-clock time on
 * another date. Null for delays of elapsed time, and for an amount of 0.
 *
 * Source: spec/scheduling.md, rule 2.
 */
export function aimOf(
  from: number,
  { amount, unit }: Delay,
  { clock, days }: DelayZone,
): number | null {
  if (amount === 0 || unit === 'minutes' || unit === 'hours') return null;
  const local = clock.localAt(from);
  if (unit === 'days') return local + amount * DAY_MS;
  if (unit === 'weeks') return local + amount * 7 * DAY_MS;
  const day = dayOf(local);
  let target = day;
  for (let passed = 0; passed < amount; passed += 1) {
    target = businessDayAfter(target, { clock, days });
  }
  return local + (target - day) * DAY_MS;
}

function elapsedMs({ amount, unit }: Delay): number {
  if (unit === 'minutes') return amount * MINUTE_MS;
  return unit === 'hours' ? amount * HOUR_MS : 0;
}

function businessDayAfter(day: number, { clock, days }: DelayZone): number {
  for (let next = day + 1; next <= day + BUSINESS_DAY_GAP_MAX; next += 1) {
    if (isBusinessDay(next, days) && !clock.skipsDate(next)) return next;
  }
  throw new NoOpenSlotError({ fromAt: new Date(day * DAY_MS), daysMax: BUSINESS_DAY_GAP_MAX });
}
