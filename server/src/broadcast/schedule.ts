import { instantFrom } from '../platform/instant.ts';
import { isAbsent, isIntegerIn, quoted, recordOf, type Fault } from '../schedule/fault.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../schedule/local-date.ts';
import { recipientZoneOf } from '../schedule/recipient-zone.ts';
import type { ScheduleRules } from '../schedule/settings.ts';
import { canonicalZone } from '../schedule/zone.ts';
import { zoneClockOf } from '../schedule/zone-clock.ts';

export const ALREADY_PAST = ['now', 'tomorrow', 'skip'] as const;

/** What becomes of people whose local time has passed when the broadcast starts. */
export type AlreadyPast = (typeof ALREADY_PAST)[number];

/** When a broadcast is sent, as it travels and is stored. */
export type SendTime =
  /** At once. */
  | { readonly now: true }
  | { readonly at: string }
  | {
      /** `2026-12-01T09:00`, as the wall clock of each person shows it. */
      readonly local: string;
      readonly already_past: AlreadyPast;
      /** Of people whose own zone is not known; the workspace's when null. */
      readonly timezone: string | null;
    };

/** A time, and over how many minutes the sends are spread from it. */
export type Schedule = SendTime & { readonly spread_minutes: number };

const SPREAD_MINUTES_MAX = 24 * 60;
const AHEAD_DAYS_MAX = 731;
/** The zones furthest ahead and furthest behind: Pacific/Kiritimati and Etc/GMT+12. */
const AHEAD_OF_UTC_MAX_MS = 14 * HOUR_MS;
const BEHIND_UTC_MAX_MS = 12 * HOUR_MS;
const LOCAL_FORM = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2})$/;

/** Everything wrong with a send time and a spread; absent is no fault of a draft. */
export function faultsOfSchedule(
  { schedule, spread_minutes: spread }: Readonly<Record<string, unknown>>,
  path = 'schedule',
): Fault[] {
  const faults = isAbsent(schedule) ? [] : timeFaults(schedule, path);
  if (!isAbsent(spread) && !isIntegerIn(spread, 0, SPREAD_MINUTES_MAX)) {
    const message = `must be an integer from 0 to ${SPREAD_MINUTES_MAX}`;
    faults.push({ path: 'spread_minutes', message });
  }
  return faults;
}

function timeFaults(value: unknown, path: string): Fault[] {
  const fields = recordOf(value);
  const below = (name: string): string => (path === '' ? name : `${path}/${name}`);
  if (fields === null) {
    return [{ path, message: 'must be {"at":"…"} or {"local":"2026-12-01T09:00"}' }];
  }
  const { at, local, already_past: past, timezone } = fields;
  if (isAbsent(at) === isAbsent(local)) {
    return [{ path, message: 'must have either at or local' }];
  }
  if (!isAbsent(at)) {
    const isInstant = typeof at === 'string' && instantFrom(at) !== null;
    return isInstant ? [] : [{ path: below('at'), message: 'must be an ISO 8601 date and time' }];
  }
  const faults: Fault[] = [];
  if (localFrom(local) === null) {
    faults.push({ path: below('local'), message: 'must be a local time such as 2026-12-01T09:00' });
  }
  if (!isAbsent(past) && !ALREADY_PAST.some((known) => known === past)) {
    faults.push({ path: below('already_past'), message: `must be ${ALREADY_PAST.join(', ')}` });
  }
  if (!isAbsent(timezone) && canonicalZone(timezone) === null) {
    const name = typeof timezone === 'string' ? quoted(timezone) : 'this';
    faults.push({ path: below('timezone'), message: `${name} is not a time zone` });
  }
  return faults;
}

/** A send time and a spread without faults; null where none was given. */
export function scheduleOf({
  schedule,
  spread_minutes: spread,
}: Readonly<Record<string, unknown>>): Schedule | null {
  const fields = recordOf(schedule);
  if (fields === null) return null;
  const spreadMinutes = typeof spread === 'number' ? spread : 0;
  const { at, local, already_past: past, timezone } = fields;
  if (typeof at === 'string') {
    const iso = instantFrom(at)?.toISOString() ?? at;
    return { at: iso, spread_minutes: spreadMinutes };
  }
  return {
    local: String(local),
    already_past: isAbsent(past) ? 'now' : (past as AlreadyPast),
    timezone: canonicalZone(timezone),
    spread_minutes: spreadMinutes,
  };
}

/** What is wrong with a faultless send time at this moment. */
export function tooEarlyOrLate(schedule: Schedule, now: Date, path = 'schedule'): Fault[] {
  const below = (name: string): string => (path === '' ? name : `${path}/${name}`);
  const latest = now.getTime() + AHEAD_DAYS_MAX * DAY_MS;
  const tooFar = `must be at most ${AHEAD_DAYS_MAX} days ahead`;
  if ('at' in schedule) {
    const at = new Date(schedule.at).getTime();
    if (at < now.getTime()) return [{ path: below('at'), message: 'has passed already' }];
    return at > latest ? [{ path: below('at'), message: tooFar }] : [];
  }
  if (!('local' in schedule)) return [];
  const local = localOf(schedule.local);
  if (local + BEHIND_UTC_MAX_MS < now.getTime()) {
    return [{ path: below('local'), message: 'has passed already in every time zone' }];
  }
  return local > latest ? [{ path: below('local'), message: tooFar }] : [];
}

/** When a broadcast has to begin, so that nobody's time passes before: never before `now`. Pure. */
export function beginsAt(schedule: Schedule, now: Date): Date {
  if ('now' in schedule) return now;
  const first =
    'at' in schedule
      ? new Date(schedule.at).getTime()
      : localOf(schedule.local) - AHEAD_OF_UTC_MAX_MS;
  return new Date(Math.max(first, now.getTime()));
}

/**
 * When people of one zone are to get a broadcast that started at `startedAt`, before it is spread.
 *
 * A local time that a clock change skips moves forward by the length of the gap; of one that occurs
 * twice the first is meant. `tomorrow` is the first later day on which that time is still ahead. Pure.
 *
 * @param userTimezone as stored; may be no zone at all
 * @param rules of the version: whose zone holds for people without one
 * @returns null for those who are left out
 */
export function dueIn(
  userTimezone: string | null,
  { schedule, rules, startedAt }: { schedule: Schedule; rules: ScheduleRules; startedAt: Date },
): Date | null {
  const started = startedAt.getTime();
  if ('now' in schedule) return startedAt;
  if ('at' in schedule) return new Date(Math.max(new Date(schedule.at).getTime(), started));
  const clock = zoneClockOf(recipientZoneOf(userTimezone, rules).timezone);
  const local = localOf(schedule.local);
  const at = clock.instantAt(local);
  if (at >= started) return new Date(at);
  switch (schedule.already_past) {
    case 'now':
      return startedAt;
    case 'skip':
      return null;
    case 'tomorrow': {
      const days = Math.floor((clock.localAt(started) - local) / DAY_MS);
      let day = Math.max(1, days);
      while (clock.instantAt(local + day * DAY_MS) < started) day += 1;
      return new Date(clock.instantAt(local + day * DAY_MS));
    }
  }
}

/** Whether people of different zones are due at different times. */
export const isLocal = (schedule: Schedule): boolean => 'local' in schedule;

/** Over how long sends are spread. Milliseconds. */
export const spreadMsOf = ({ spread_minutes: minutes }: Schedule): number => minutes * MINUTE_MS;

/** A schedule in plain words, for the reasons of a message. */
export function scheduleWords(schedule: Schedule): string {
  const minutes = schedule.spread_minutes;
  const spread = minutes === 0 ? '' : `, spread over ${minutes} minutes`;
  if ('now' in schedule) return `sent at once${spread}`;
  if ('at' in schedule) return `sent at ${schedule.at}${spread}`;
  return `sent at ${schedule.local.replace('T', ' ')} of each person's own zone${spread}`;
}

/** A local time of `local-date.ts`; null when it is none. */
function localFrom(text: unknown): number | null {
  if (typeof text !== 'string') return null;
  const parts = LOCAL_FORM.exec(text)?.slice(1).map(Number);
  if (parts === undefined) return null;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0] = parts;
  if (hour > 23 || minute > 59) return null;
  const local = Date.UTC(year, month - 1, day, hour, minute);
  return new Date(local).toISOString().startsWith(text) ? local : null;
}

function localOf(text: string): number {
  const local = localFrom(text);
  if (local === null) throw new Error(`local time ${text} was stored without being checked`);
  return local;
}
