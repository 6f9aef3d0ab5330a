import { count, daysText } from './explain.ts';
import { HOUR_MS, MINUTE_MS, minuteText } from './local-date.ts';
import { crossesMidnight } from './send-window.ts';
import { rulesOf, type ScheduleRules, type ScheduleSettings } from './settings.ts';

/** What most series have: it goes without saying. */
const WEEKDAYS_USUAL = 'Mon–Fri';
const LATENESS_USUAL_MS = HOUR_MS;

/** How the holidays of a country are called where it is not by its name. */
const DEMONYMS: Readonly<Record<string, string>> = {
  AT: 'Austrian',
  AU: 'Australian',
  BE: 'Belgian',
  BR: 'Brazilian',
  CA: 'Canadian',
  CH: 'Swiss',
  CZ: 'Czech',
  DE: 'German',
  DK: 'Danish',
  ES: 'Spanish',
  FI: 'Finnish',
  FR: 'French',
  GB: 'British',
  GR: 'Greek',
  HU: 'Hungarian',
  IE: 'Irish',
  IN: 'Indian',
  IT: 'Italian',
  JP: 'Japanese',
  MX: 'Mexican',
  NL: 'Dutch',
  NO: 'Norwegian',
  PL: 'Polish',
  PT: 'Portuguese',
  SE: 'Swedish',
  US: 'US',
};

/**
 * When a series sends, in one sentence: `Sends Mon–Fri 09:00–17:00 in the person's time zone, else
 * Europe/Berlin; not on German public holidays`. Pure.
 *
 * What is as usual is left out; settings that mean different times give different words.
 *
 * @param settings without faults
 * @param workspaceTimezone what the series falls back to; null for UTC
 */
export function windowWords(settings: ScheduleSettings, workspaceTimezone: string | null): string {
  const rules = rulesOf(settings, workspaceTimezone);
  return [
    `Sends ${daysWords(rules)} ${hoursWords(rules)} ${zoneWords(rules)}`,
    ...businessDaysWords(rules),
    ...spreadWords(rules),
    ...latenessWords(rules),
  ].join('; ');
}

const daysWords = ({ businessDaysOnly, weekdays }: ScheduleRules): string =>
  businessDaysOnly ? daysText(weekdays) : 'every day';

function hoursWords({ window }: ScheduleRules): string {
  if (window === null) return 'at any time';
  const nextDay = crossesMidnight(window) ? ' the next day' : '';
  return `${minuteText(window.opensAtMinute)}–${minuteText(window.closesAtMinute)}${nextDay}`;
}

function zoneWords({ useUserTimezone, timezone, zoneSource }: ScheduleRules): string {
  const whose = { series: '', workspace: " (the workspace's)", default: ' (no other is set)' };
  const zone = `${timezone}${whose[zoneSource]}`;
  return useUserTimezone ? `in the person's time zone, else ${zone}` : `in the time zone ${zone}`;
}

/** Which days are none, or which ones waits count where emails may leave on any. */
function businessDaysWords({ businessDaysOnly, weekdays, holidays }: ScheduleRules): string[] {
  const free = holidays === null ? null : holidayWords(holidays.place);
  if (businessDaysOnly) return free === null ? [] : [`not on ${free}`];
  const days = daysText(weekdays);
  if (days === WEEKDAYS_USUAL && free === null) return [];
  return [`waits count ${days}${free === null ? '' : ` without ${free}`} as business days`];
}

/** 'German public holidays', 'the public holidays of DE-BY'. */
function holidayWords(place: string): string {
  const demonym = DEMONYMS[place];
  return demonym === undefined ? `the public holidays of ${place}` : `${demonym} public holidays`;
}

function spreadWords({ spreadMs }: ScheduleRules): string[] {
  if (spreadMs === 0) return [];
  const over = count(spreadMs / MINUTE_MS, 'minute');
  return [`what waits for an opening is spread over ${over}`];
}

function latenessWords({ maxLatenessMs }: ScheduleRules): string[] {
  if (maxLatenessMs === LATENESS_USUAL_MS) return [];
  const hours = maxLatenessMs / HOUR_MS;
  const limit = Number.isInteger(hours)
    ? count(hours, 'hour')
    : count(maxLatenessMs / MINUTE_MS, 'minute');
  return [`a step more than ${limit} late moves those after it`];
}
