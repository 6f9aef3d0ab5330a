import { eventFilterOf, filterOf, wordsOf } from '../audience/index.ts';
import { delayText } from '../schedule/explain.ts';
import { isAbsent, quoted } from '../schedule/fault.ts';
import { windowWords } from '../schedule/words.ts';
import type { SeriesSettings } from './settings.ts';
import type { EntrySettings } from './settings/entry.ts';
import type { ExitRule } from './settings/exit.ts';
import type { Watch } from './settings/watch.ts';

/** The rules of a series as sentences, for screens and documents alike. */
export interface SettingsWords {
  readonly window: string;
  readonly entry: string;
  readonly audience: string;
  readonly reenrollment: string;
  readonly goal: string;
  /** One for each rule, in their order. */
  readonly exits: readonly string[];
  readonly caps: string;
  readonly resume: string;
}

/**
 * Says settings in words. Pure; settings that mean different things give different words, as far as
 * filters are told in full.
 *
 * @param settings without faults
 */
export function wordsOfSettings(
  settings: SeriesSettings,
  { workspaceTimezone }: { workspaceTimezone: string },
): SettingsWords {
  // As the engine reads them: days in filters are those of the zone of the series.
  const zone = { timezone: settings.timezone ?? workspaceTimezone };
  return {
    window: windowWords(settings, workspaceTimezone),
    entry: entryWords(settings, zone),
    audience: audienceWords(settings, zone),
    reenrollment: reenrollmentWords(settings),
    goal: goalWords(settings, zone),
    exits: settings.exit.map((rule) => exitWords(rule, zone)),
    caps: capWords(settings),
    resume: resumeWords(settings),
  };
}

interface Zone {
  readonly timezone: string;
}

function entryWords(settings: EntrySettings, zone: Zone): string {
  const { entry_trigger: trigger, entry_event_name: name, entry_filter: filter } = settings;
  switch (trigger) {
    case 'api':
      return 'Only by a call';
    case 'manual':
      return 'Everybody in the audience when it is activated; later by a call';
    case 'user_created':
      return 'Whoever is identified for the first time; or by a call';
    case 'event':
      return `Whoever does ${eventWords({ event: name ?? '', filter }, zone)}; or by a call`;
    case 'segment_match':
      return 'Whoever is in the audience or comes to be; or by a call';
  }
}

const audienceWords = ({ audience }: EntrySettings, zone: Zone): string =>
  isAbsent(audience) ? 'Everybody' : `Where ${wordsOf(filterOf(audience, zone))}`;

function reenrollmentWords({ reenrollment }: SeriesSettings): string {
  const { enabled, cooldown, max_runs: runs, after } = reenrollment;
  if (!enabled) return 'Once: who has been through it does not enter again';
  const once = after === 'leaving' ? 'ended in any way' : 'been completed';
  const pause = cooldown === null ? '' : `, ${delayText(cooldown)} later at the earliest`;
  const most = runs === null ? 'any number of times' : `${runs} in all at most`;
  return `Again once the last run has ${once}${pause}; ${most}`;
}

function goalWords({ goal }: SeriesSettings, zone: Zone): string {
  if (goal === null) return 'None';
  const within = goal.within === undefined ? '' : `, within ${delayText(goal.within)} of entering`;
  return `Reached when ${watchWords(goal, zone)}${within}`;
}

function exitWords(rule: ExitRule, zone: Zone): string {
  if ('on' in rule) return `Leaves on ${SIGNALS[rule.on]}`;
  if ('enters' in rule) return `Leaves on entering the series ${rule.enters}`;
  return `Leaves when ${watchWords(rule, zone)}`;
}

const SIGNALS = {
  unsubscribe: 'unsubscribing',
  hard_bounce: 'a hard bounce',
  complaint: 'a complaint',
} as const;

const watchWords = (watch: Watch, zone: Zone): string =>
  'event' in watch ? `they do ${eventWords(watch, zone)}` : wordsOf(filterOf(watch.filter, zone));

function eventWords({ event, filter }: { event: string; filter?: unknown }, zone: Zone): string {
  const where = isAbsent(filter) ? '' : ` where ${wordsOf(eventFilterOf(filter, zone))}`;
  return `${quoted(event)}${where}`;
}

function capWords({ priority, over_cap: overCap }: SeriesSettings): string {
  const over = overCap === 'skip' ? 'is skipped' : 'waits until it may leave';
  return `Priority ${priority} of 100; an email over the frequency cap ${over}`;
}

function resumeWords({ resume: { late, after } }: SeriesSettings): string {
  const all = 'What falls due in a pause is sent in the next window';
  if (late === 'send') return all;
  const over = after.amount === 0 ? '' : ` by more than ${delayText(after)}`;
  const then = late === 'skip' ? 'skipped' : 'the end of the run';
  return `${all}; what is overdue${over} is ${then}`;
}
