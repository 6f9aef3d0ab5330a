import { isAbsent } from './fault.ts';
import { holidayCalendarOf, type HolidayCalendar } from './holidays.ts';
import { HOUR_MS, MINUTE_MS, weekdayOf } from './local-date.ts';
import { minuteOf, WHOLE_DAY, type SendWindow } from './send-window.ts';
import { canonicalZone } from './zone.ts';

export { faultsOf } from './settings-faults.ts';

/**
 * The part of a series' settings that decides when its steps are due, as it travels and is stored.
 */
export interface ScheduleSettings {
  /** IANA name; the workspace's zone when absent. */
  readonly timezone?: string | null;
  /** Whether a user's own zone goes before the series'. Default true. */
  readonly use_user_timezone?: boolean | null;
  /** Local `HH:MM`, half-open, `24:00` allowed as the end; absent means the whole day. */
  readonly send_window?: { readonly start: string; readonly end: string } | null;
  /** Whether windows open on business days only. Default false. */
  readonly business_days_only?: boolean | null;
  /** ISO weekdays, 1 = Monday … 7 = Sunday. Default 1 to 5. */
  readonly business_days?: readonly number[] | null;
  /** Whose public holidays are no business days; absent means nobody's. */
  readonly holidays?: { readonly country: string; readonly region?: string | null } | null;
  /** How late a step may be handled without moving the steps after it. Default one hour. */
  readonly max_lateness?: { readonly amount: number; readonly unit: 'minutes' | 'hours' } | null;
  /** Over how many minutes the sends of a window's opening are spread. Default 0. */
  readonly spread_minutes?: number | null;
}

/** Which days count as business days. */
export interface BusinessDays {
  /** By ISO weekday, 1 … 7. */
  readonly weekdays: readonly boolean[];
  readonly holidays: HolidayCalendar | null;
}

/** Settings made ready for planning. Compile once and keep; it never changes. */
export interface ScheduleRules extends BusinessDays {
  readonly useUserTimezone: boolean;
  /** The zone without a user's, and whose it is. */
  readonly timezone: string;
  readonly zoneSource: 'series' | 'workspace' | 'default';
  /** Zones of the series or the workspace that this runtime does not know, as stored. */
  readonly unknownZones: readonly { readonly of: 'series' | 'workspace'; readonly name: string }[];
  /** Null: no send window, the whole day. */
  readonly window: SendWindow | null;
  readonly businessDaysOnly: boolean;
  /** Neither hours nor days are ever closed. */
  readonly isAlwaysOpen: boolean;
  readonly maxLatenessMs: number;
  readonly spreadMs: number;
}

const DEFAULT_BUSINESS_DAYS: readonly number[] = [1, 2, 3, 4, 5];
const MAX_LATENESS_DEFAULT_MS = HOUR_MS;

/** Whether a day (see `local-date.ts`) is a business day. */
export function isBusinessDay(day: number, { weekdays, holidays }: BusinessDays): boolean {
  return weekdays[weekdayOf(day)] === true && (holidays === null || holidays.nameOn(day) === null);
}

/**
 * Compiles settings in which `faultsOf` found nothing.
 *
 * @param workspaceTimezone what the series falls back to; null for UTC
 */
export function rulesOf(
  settings: ScheduleSettings,
  workspaceTimezone: string | null,
): ScheduleRules {
  const { holidays, max_lateness: lateness, business_days_only: only, spread_minutes } = settings;
  const days = settings.business_days ?? DEFAULT_BUSINESS_DAYS;
  const weekdays = [0, 1, 2, 3, 4, 5, 6, 7].map((weekday) => days.includes(weekday));
  const calendar = isAbsent(holidays)
    ? null
    : holidayCalendarOf({ country: holidays.country, region: holidays.region ?? null });
  const window = windowOf(settings);
  const isWholeDay = window === null || isSameWindow(window, WHOLE_DAY);
  const isEveryDay = only !== true || (weekdays.slice(1).every(Boolean) && calendar === null);
  return {
    ...zonesOf(settings, workspaceTimezone),
    useUserTimezone: settings.use_user_timezone ?? true,
    window,
    businessDaysOnly: only ?? false,
    weekdays,
    holidays: calendar,
    isAlwaysOpen: isWholeDay && isEveryDay,
    maxLatenessMs: isAbsent(lateness)
      ? MAX_LATENESS_DEFAULT_MS
      : lateness.amount * (lateness.unit === 'hours' ? HOUR_MS : MINUTE_MS),
    spreadMs: (spread_minutes ?? 0) * MINUTE_MS,
  };
}

function windowOf({ send_window: window }: ScheduleSettings): SendWindow | null {
  if (isAbsent(window)) return null;
  const opensAtMinute = minuteOf(window.start);
  const closesAtMinute = minuteOf(window.end);
  if (opensAtMinute === null || closesAtMinute === null || opensAtMinute === closesAtMinute) {
    throw new Error(
      `send window ${window.start} to ${window.end} was stored without being checked`,
    );
  }
  return { opensAtMinute, closesAtMinute };
}

const isSameWindow = (one: SendWindow, other: SendWindow): boolean =>
  one.opensAtMinute === other.opensAtMinute && one.closesAtMinute === other.closesAtMinute;

/**
 * The first known zone of series and workspace; what was stored may be unknown to another runtime.
 */
function zonesOf(
  { timezone }: ScheduleSettings,
  workspaceTimezone: string | null,
): Pick<ScheduleRules, 'timezone' | 'zoneSource' | 'unknownZones'> {
  const named = [
    { of: 'series', name: timezone ?? null },
    { of: 'workspace', name: workspaceTimezone },
  ] as const;
  const unknownZones: { of: 'series' | 'workspace'; name: string }[] = [];
  for (const { of, name } of named) {
    if (name === null || name === '') continue;
    const zone = canonicalZone(name);
    if (zone !== null) return { timezone: zone, zoneSource: of, unknownZones };
    unknownZones.push({ of, name });
  }
  return { timezone: 'UTC', zoneSource: 'default', unknownZones };
}
