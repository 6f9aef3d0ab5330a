import { aimOf, type Delay } from './delay.ts';
import { quoted } from './fault.ts';
import { dateText, dayOf, localText, minuteText, weekdayName, weekdayOf } from './local-date.ts';
import type { Opening } from './opening.ts';
import type { Reason } from './reason.ts';
import type { RecipientZone } from './recipient-zone.ts';
import { crossesMidnight } from './send-window.ts';
import type { ScheduleRules } from './settings.ts';
import type { ZoneClock } from './zone-clock.ts';

/** A plan as it was made. Instants in epoch milliseconds. */
export interface Course {
  readonly input: {
    readonly delay: Delay | null;
    readonly userTimezone: string | null;
    readonly rules: ScheduleRules;
    readonly spreadKey?: string;
  };
  readonly zone: RecipientZone;
  readonly clock: ZoneClock;
  readonly from: number;
  /** After the delay. */
  readonly ready: number;
  /** Null for a step that reaches nobody. */
  readonly opening: Opening | null;
  readonly due: number;
}

/** Holidays named in one plan; a reader does not need more. */
const HOLIDAYS_NAMED_MAX = 5;

/** Why a step is due when it is: each rule applied, in order. */
export function reasonsOf(course: Course): Reason[] {
  return [
    ...zoneReasons(course),
    ...delayReasons(course),
    ...holidayReasons(course),
    ...windowReasons(course),
    ...spreadReasons(course),
  ];
}

function zoneReasons({ input, zone }: Course): Reason[] {
  const { userTimezone, rules } = input;
  const user = `user's timezone ${userTimezone === null ? '' : quoted(userTimezone)}`;
  if (zone.zoneSource === 'user') return [{ rule: 'zone', input: user, outcome: zone.timezone }];
  const reasons: Reason[] = [];
  if (userTimezone !== null) {
    const outcome = rules.useUserTimezone
      ? 'not a known time zone; ignored'
      : 'not used: the series keeps one zone for everybody';
    reasons.push({ rule: 'zone', input: user, outcome });
  } else if (rules.useUserTimezone) {
    reasons.push({ rule: 'zone', input: "user's timezone", outcome: 'not known' });
  }
  for (const { of, name } of rules.unknownZones) {
    const outcome = 'not a time zone known here; ignored';
    reasons.push({ rule: 'zone', input: `${OWNER[of]} timezone ${quoted(name)}`, outcome });
  }
  const { zoneSource, timezone } = zone;
  const fallback = zoneSource === 'default' ? 'no timezone set' : `${OWNER[zoneSource]} timezone`;
  reasons.push({ rule: 'zone', input: fallback, outcome: timezone });
  return reasons;
}

const OWNER = { series: "series'", workspace: "workspace's" } as const;

function delayReasons({ input, clock, from, ready }: Course): Reason[] {
  const { delay, rules } = input;
  const start = localText(clock.localAt(from));
  if (delay === null || delay.amount === 0) {
    return [{ rule: 'delay', input: `no delay after ${start}`, outcome: 'no change' }];
  }
  const end = localText(clock.localAt(ready));
  const reasons: Reason[] = [
    { rule: 'delay', input: `${delayText(delay)} after ${start}`, outcome: end },
  ];
  const aim = aimOf(from, delay, { clock, days: rules });
  const occurrence = aim === null ? 'once' : clock.occurrenceOf(aim);
  if (aim !== null && occurrence !== 'once') {
    const outcome =
      occurrence === 'skipped' ? `skipped by a clock change; ${end}` : 'occurs twice; the first';
    reasons.push({ rule: 'clock_change', input: localText(aim), outcome });
  }
  return reasons;
}

/** Holidays that were passed over, while counting business days or while looking for a window. */
function holidayReasons({ input, clock, from, ready, opening }: Course): Reason[] {
  const { delay, rules } = input;
  const { holidays, weekdays, businessDaysOnly } = rules;
  if (holidays === null) return [];
  const isCounted = delay !== null && delay.unit === 'business_days' && delay.amount > 0;
  const isSearched = businessDaysOnly && opening !== null;
  const firstDay = dayOf(clock.localAt(isCounted ? from : ready));
  const readyDay = dayOf(clock.localAt(ready));
  const lastDay = isSearched
    ? (opening.window?.day ?? readyDay)
    : isCounted
      ? readyDay
      : firstDay - 1;
  const reasons: Reason[] = [];
  for (let day = firstDay + (isCounted ? 1 : 0); day <= lastDay; day += 1) {
    const name = weekdays[weekdayOf(day)] === true ? holidays.nameOn(day) : null;
    if (name === null) continue;
    const what = `${dateText(day)} is ${name} (${holidays.place})`;
    reasons.push({ rule: 'holiday', input: what, outcome: 'not a business day' });
    if (reasons.length === HOLIDAYS_NAMED_MAX) break;
  }
  return reasons;
}

function windowReasons({ input, clock, ready, opening }: Course): Reason[] {
  const { rules } = input;
  if (opening === null) {
    const outcome = 'send window and days do not apply';
    return [{ rule: 'window', input: 'a step that reaches nobody', outcome }];
  }
  const { at, window } = opening;
  const rule = rules.window === null && rules.businessDaysOnly ? 'business_days' : 'window';
  const limits = limitsText(rules);
  if (at > ready) {
    return [{ rule, input: limits, outcome: `moved to ${localText(clock.localAt(at))}` }];
  }
  const isOpenSinceBefore = window !== null && window.day !== dayOf(clock.localAt(at));
  const since = isOpenSinceBefore ? ` since ${localText(clock.localAt(window.opens))}` : '';
  return [{ rule, input: limits, outcome: `open${since}; no change` }];
}

function spreadReasons({ input, clock, ready, opening, due }: Course): Reason[] {
  const { spreadMs } = input.rules;
  if (spreadMs === 0 || opening === null || opening.window === null || opening.at === ready)
    return [];
  const minutes = count(Math.floor(spreadMs / 60_000), 'minute');
  const over = `sends of an opening are spread over ${minutes}`;
  const outcome =
    input.spreadKey === undefined
      ? 'depends on the recipient; not applied here'
      : localText(clock.localAt(due));
  return [{ rule: 'spread', input: over, outcome }];
}

/** '09:00–17:00, Mon–Fri'. */
function limitsText({ window, businessDaysOnly, weekdays, holidays }: ScheduleRules): string {
  const days = businessDaysOnly ? daysText(weekdays) : 'every day';
  const free =
    businessDaysOnly && holidays !== null ? ` without holidays of ${holidays.place}` : '';
  if (window === null) return `no send window, ${days}${free}`;
  const closes = minuteText(window.closesAtMinute);
  const nextDay = crossesMidnight(window) ? ' the next day' : '';
  return `${minuteText(window.opensAtMinute)}–${closes}${nextDay}, ${days}${free}`;
}

/** 'Mon–Fri', 'Mon, Wed, Fri'. */
export function daysText(weekdays: readonly boolean[]): string {
  const runs: { first: number; last: number }[] = [];
  for (let weekday = 1; weekday <= 7; weekday += 1) {
    if (weekdays[weekday] !== true) continue;
    const run = runs.at(-1);
    if (run !== undefined && run.last === weekday - 1) run.last = weekday;
    else runs.push({ first: weekday, last: weekday });
  }
  return runs
    .map(({ first, last }) => {
      if (first === last) return weekdayName(first);
      return `${weekdayName(first)}–${weekdayName(last)}`;
    })
    .join(', ');
}

/** '2 business days'. */
export const delayText = ({ amount, unit }: Delay): string =>
  count(amount, unit.replace('_', ' ').replace(/s$/, ''));

/** '1 day', '2 days'. */
export const count = (amount: number, noun: string): string =>
  `${amount} ${noun}${amount === 1 ? '' : 's'}`;
