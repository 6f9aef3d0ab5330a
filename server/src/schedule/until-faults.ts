import { isAbsent, isIntegerIn, recordOf, type Fault } from './fault.ts';
import { minuteOf } from './send-window.ts';
import { daysFaults } from './settings-faults.ts';
import { isWallClock, type Offset } from './until.ts';

/** Five years, as delays: no series is that long. */
const OFFSET_DAYS_MAX = 5 * 365;
const OFFSET_MAX: Readonly<Record<Offset['unit'], number>> = {
  minutes: OFFSET_DAYS_MAX * 24 * 60,
  hours: OFFSET_DAYS_MAX * 24,
  days: OFFSET_DAYS_MAX,
  weeks: 5 * 52,
};

/**
 * Everything wrong with an `until` that a client sent but for what its date is called, each with its
 * path.
 *
 * @param path of the `until` itself
 */
export function faultsOfUntil(value: unknown, path: string): Fault[] {
  const fields = recordOf(value);
  if (fields === null) return [{ path, message: 'must be like {"time":"09:00"}' }];
  const { time, weekday, date, offset } = fields;
  const faults = [
    ...daysFaults(weekday, `${path}/weekday`),
    ...(isAbsent(offset) ? [] : faultsOfOffset(offset, { path, fields })),
  ];
  if (isAbsent(time) && isAbsent(weekday) && isAbsent(date)) {
    faults.push({ path, message: 'must have time, weekday or date' });
  }
  if (!isAbsent(time) && (minuteOf(time) === null || time === '24:00')) {
    faults.push({ path: `${path}/time`, message: 'must be a time from 00:00 to 23:59' });
  }
  if (!isAbsent(weekday) && !isAbsent(date)) {
    faults.push({ path: `${path}/weekday`, message: 'must be left out where there is a date' });
  }
  return faults;
}

function faultsOfOffset(
  value: unknown,
  { path: above, fields }: { path: string; fields: Readonly<Record<string, unknown>> },
): Fault[] {
  const path = `${above}/offset`;
  const { date, time } = fields;
  const offset = recordOf(value);
  if (offset === null) return [{ path, message: 'must be {"amount":-3,"unit":"days"}' }];
  const { amount, unit } = offset;
  const faults: Fault[] = [];
  if (isAbsent(date)) faults.push({ path, message: 'must be left out where there is no date' });
  if (!isUnit(unit)) {
    const message = `must be one of ${Object.keys(OFFSET_MAX).join(', ')}`;
    faults.push({ path: `${path}/unit`, message });
  } else if (!isAbsent(time) && !isWallClock(unit)) {
    const message = 'must be days or weeks where there is a time of day';
    faults.push({ path: `${path}/unit`, message });
  }
  const max = isUnit(unit) ? OFFSET_MAX[unit] : OFFSET_MAX.minutes;
  if (!isIntegerIn(amount, -max, max)) {
    const message = `must be an integer from ${-max} to ${max}`;
    faults.push({ path: `${path}/amount`, message });
  }
  return faults;
}

const isUnit = (value: unknown): value is Offset['unit'] =>
  typeof value === 'string' && Object.hasOwn(OFFSET_MAX, value);
