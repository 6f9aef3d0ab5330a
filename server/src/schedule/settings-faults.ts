import { isAbsent, isIntegerIn, quoted, recordOf, type Fault } from './fault.ts';
import { faultOfPlace } from './holidays.ts';
import { minuteOf } from './send-window.ts';
import { canonicalZone } from './zone.ts';

/** A step later than a week was not late but stopped; what follows it should not be hurried. */
const MAX_LATENESS_HOURS_MAX = 7 * 24;
/** A window is never longer than a day, and a spread ends with its window. */
const SPREAD_MINUTES_MAX = 24 * 60;

/**
 * Everything wrong with schedule settings, each with its path. Fields it does not know are ignored.
 *
 * Settings without fault always have an open slot: a window is never empty but on the day of a
 * clock change, some weekday is allowed, and no place has a holiday on each of a year's Mondays (a
 * test looks at every place and weekday).
 *
 * @param path of the settings themselves
 */
export function faultsOf(settings: unknown, path = 'settings'): Fault[] {
  const fields = recordOf(settings);
  if (fields === null) return [{ path, message: 'must be an object' }];
  return [
    ...zoneFaults(fields['timezone'], `${path}/timezone`),
    ...booleanFaults(fields['use_user_timezone'], `${path}/use_user_timezone`),
    ...windowFaults(fields['send_window'], `${path}/send_window`),
    ...booleanFaults(fields['business_days_only'], `${path}/business_days_only`),
    ...daysFaults(fields['business_days'], `${path}/business_days`),
    ...holidaysFaults(fields['holidays'], `${path}/holidays`),
    ...latenessFaults(fields['max_lateness'], `${path}/max_lateness`),
    ...spreadFaults(fields['spread_minutes'], `${path}/spread_minutes`),
  ];
}

/**
 * What is wrong with the time zone of a series or a workspace, which is refused rather than
 * ignored.
 *
 * @param value absent is no fault
 */
function zoneFaults(value: unknown, path: string): Fault[] {
  if (isAbsent(value)) return [];
  if (typeof value !== 'string') return [{ path, message: 'must be a string' }];
  if (canonicalZone(value) !== null) return [];
  const right = 'use an IANA name such as Europe/Berlin, or UTC';
  const message = `${quoted(value)} is not a time zone; ${right}`;
  return [{ path, message }];
}

function booleanFaults(value: unknown, path: string): Fault[] {
  return isAbsent(value) || typeof value === 'boolean'
    ? []
    : [{ path, message: 'must be true or false' }];
}

function windowFaults(value: unknown, path: string): Fault[] {
  if (isAbsent(value)) return [];
  const fields = recordOf(value);
  if (fields === null)
    return [{ path, message: 'must be {"start":"HH:MM","end":"HH:MM"} or null' }];
  const start = minuteOf(fields['start']);
  const end = minuteOf(fields['end']);
  const faults: Fault[] = [];
  if (start === null || fields['start'] === '24:00') {
    faults.push({ path: `${path}/start`, message: 'must be a time from 00:00 to 23:59' });
  }
  if (end === null) {
    faults.push({ path: `${path}/end`, message: 'must be a time from 00:00 to 24:00' });
  }
  if (faults.length === 0 && start === end) {
    const message = 'must differ from start; for the whole day use 00:00 to 24:00, or null';
    faults.push({ path: `${path}/end`, message });
  }
  return faults;
}

/** What is wrong with a list of ISO weekdays; absent is no fault. */
export function daysFaults(value: unknown, path: string): Fault[] {
  if (isAbsent(value)) return [];
  const form = 'ISO weekdays from 1 (Monday) to 7 (Sunday)';
  if (!Array.isArray(value)) return [{ path, message: `must be a list of ${form}` }];
  if (value.length === 0) return [{ path, message: 'must name at least one day' }];
  if (value.length > 7) return [{ path, message: 'must name at most seven days' }];
  return value.flatMap((day: unknown, index) =>
    isIntegerIn(day, 1, 7)
      ? []
      : [{ path: `${path}/${index}`, message: `must be one of the ${form}` }],
  );
}

function holidaysFaults(value: unknown, path: string): Fault[] {
  if (isAbsent(value)) return [];
  const fields = recordOf(value);
  if (fields === null) return [{ path, message: 'must be {"country":"DE","region":"BE"} or null' }];
  const { country, region } = fields;
  const faults: Fault[] = [];
  if (typeof country !== 'string') {
    faults.push({ path: `${path}/country`, message: 'must be an ISO 3166 code, such as DE' });
  }
  if (!isAbsent(region) && typeof region !== 'string') {
    faults.push({ path: `${path}/region`, message: 'must be the code of a region, or null' });
  }
  if (typeof country !== 'string' || faults.length > 0) return faults;
  const fault = faultOfPlace({ country, region: typeof region === 'string' ? region : null });
  return fault === null ? [] : [{ path: `${path}/${fault.field}`, message: fault.message }];
}

function latenessFaults(value: unknown, path: string): Fault[] {
  if (isAbsent(value)) return [];
  const fields = recordOf(value);
  if (fields === null) return [{ path, message: 'must be {"amount":1,"unit":"hours"} or null' }];
  const { amount, unit } = fields;
  if (unit !== 'minutes' && unit !== 'hours') {
    return [{ path: `${path}/unit`, message: 'must be minutes or hours' }];
  }
  const amountMax = MAX_LATENESS_HOURS_MAX * (unit === 'hours' ? 1 : 60);
  return isIntegerIn(amount, 0, amountMax)
    ? []
    : [{ path: `${path}/amount`, message: `must be an integer from 0 to ${amountMax} ${unit}` }];
}

function spreadFaults(value: unknown, path: string): Fault[] {
  return isAbsent(value) || isIntegerIn(value, 0, SPREAD_MINUTES_MAX)
    ? []
    : [{ path, message: `must be an integer from 0 to ${SPREAD_MINUTES_MAX}` }];
}
