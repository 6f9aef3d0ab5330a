import { matches, matchesEvent, whyNot, wordsOf } from '../../audience/index.ts';
import type { Facts } from '../../audience/index.ts';
import type { Reason } from '../../schedule/reason.ts';
import type { PublishedSeries } from '../../series/index.ts';
import { placeOf as roomOf } from '../at-once.ts';
import { reactRulesOf } from '../react/rules.ts';
import { personExplained, type PersonCodeName, type PersonState, type Words } from './codes.ts';
import type { Explained, ExplainFacts, TriggerFacts } from './facts.ts';
import { zoneWords } from './when.ts';

type NotEntered = Explained<PersonCodeName> & { readonly state: PersonState };
type Verdict = { readonly code: PersonCodeName; readonly words?: Partial<Words> };

/** Conditions told of one filter; a filter may have 200. */
const CONDITIONS_MAX = 20;

/** Why somebody who was never in a series is not in it: the first rule that keeps them out. Pure. */
export function notEntered(facts: ExplainFacts): NotEntered {
  const { code, words = {} } = verdictOf(facts);
  return personExplained(code, { series: `"${facts.automation.name}"`, ...words });
}

function verdictOf(facts: ExplainFacts): Verdict {
  const { automation, entered } = facts;
  switch (automation.status) {
    case 'draft':
      return { code: 'not_entered_draft' };
    case 'paused':
      return { code: 'not_entered_paused' };
    case 'completed':
      return { code: 'not_entered_series_completed' };
    case 'archived':
      return { code: 'not_entered_archived' };
    case 'active':
      return entered === null ? { code: 'not_entered_draft' } : triggerVerdict(facts, entered);
  }
}

function triggerVerdict(facts: ExplainFacts, series: PublishedSeries): Verdict {
  if (series.settings.entry_trigger === 'api') return { code: 'not_entered_never_called' };
  const fit = fitOf(facts, series);
  if (fit !== null) return fit;
  if (facts.isSignalled) return { code: 'not_entered_signal_pending' };
  const full = fullIn(facts, series);
  if (full !== null) return { code: 'not_entered_series_limit', words: { detail: full } };
  const { scan } = facts.trigger;
  if (scan !== null) {
    const of = scan.total === null ? '' : ` of about ${scan.total}`;
    return { code: 'not_entered_scan_running', words: { detail: `${scan.looked}${of}` } };
  }
  return missedVerdict(facts, series);
}

/** Whether what happened, and the user as they are now, are what the trigger asks for. */
function fitOf({ now, trigger }: ExplainFacts, series: PublishedSeries): Verdict | null {
  const { audience, entryFilter } = reactRulesOf(series);
  const { entry_trigger: kind, entry_event_name: name } = series.settings;
  if (kind === 'event') {
    const detail = `"${name ?? ''}"`;
    if (trigger.events.length === 0) {
      return { code: 'not_entered_event_not_seen', words: { detail } };
    }
    const isMeant = trigger.events.some(
      (event) => entryFilter === null || matchesEvent(entryFilter, event, now),
    );
    if (!isMeant && entryFilter !== null) {
      return { code: 'not_entered_event_filtered', words: { detail: wordsOf(entryFilter) } };
    }
  }
  if (audience === null) return null;
  if (trigger.person !== null && matches(audience, trigger.person, now)) return null;
  return { code: 'not_entered_not_in_audience', words: { detail: wordsOf(audience) } };
}

/** The user is meant, and nothing waits to be looked at: then what would have entered them was missed. */
function missedVerdict(
  { user, rules, trigger, now }: ExplainFacts,
  series: PublishedSeries,
): Verdict {
  const { at } = zoneWords(user.timezone, rules);
  const { entry_trigger: kind, entry_event_name: name } = series.settings;
  switch (kind) {
    case 'manual':
      return { code: 'not_entered_manual' };
    case 'event': {
      const { entryFilter } = reactRulesOf(series);
      const event = trigger.events.findLast(
        (each) => entryFilter === null || matchesEvent(entryFilter, each, now),
      );
      const cameAt = event?.receivedAt ?? now;
      const words = { detail: `"${name ?? ''}"`, at: at(cameAt) };
      const code = isBefore(cameAt, trigger)
        ? 'not_entered_event_before'
        : 'not_entered_event_missed';
      return { code, words };
    }
    case 'user_created': {
      const words = { at: at(user.createdAt) };
      if (isBefore(user.createdAt, trigger)) return { code: 'not_entered_known_before', words };
      return { code: 'not_entered_created_quietly', words };
    }
    default:
      return { code: 'not_entered_next_look' };
  }
}

const isBefore = (at: Date, { activeSince }: TriggerFacts): boolean =>
  activeSince !== null && at < activeSince;

/** In how many series somebody is who may be in no more; null where there is room. */
export function fullIn(
  { entry, active }: ExplainFacts,
  { settings: { priority } }: PublishedSeries,
): string | null {
  const { seriesAtOnce } = entry;
  if (seriesAtOnce === null) return null;
  if (roomOf(active, { seriesAtOnce, priority }).kind !== 'full') return null;
  return `${active.length} series`;
}

/** What the trigger asked and what it found, condition by condition. */
export function triggerReasons({ entered, trigger, now }: ExplainFacts): Reason[] {
  if (entered === null) return [];
  const { settings } = entered;
  const { audience, entryFilter } = reactRulesOf(entered);
  const reasons: Reason[] = [
    { rule: 'entry_trigger', input: settings.entry_trigger, outcome: triggerWords(entered) },
  ];
  if (settings.entry_trigger === 'event') {
    const latest = trigger.events.at(-1);
    const input = `event "${settings.entry_event_name ?? ''}"`;
    const outcome =
      latest === undefined ? 'not seen' : `last came at ${latest.receivedAt.toISOString()}`;
    reasons.push({ rule: 'trigger_event', input, outcome });
    if (entryFilter !== null && latest !== undefined) {
      reasons.push(
        ...entryFilter.root.conditions.slice(0, CONDITIONS_MAX).map(({ path, condition }) => ({
          rule: path === '' ? 'entry_filter' : `entry_filter/${path}`,
          input: `${condition.words}; ${condition.found(latest, now.getTime())}`,
          outcome: condition.holds(latest, now.getTime()) ? 'holds' : 'does not hold',
        })),
      );
    }
  }
  if (audience !== null && trigger.person !== null) {
    reasons.push(...audienceReasons(audience, trigger.person, now));
  }
  return reasons;
}

function audienceReasons(
  audience: Parameters<typeof whyNot>[0],
  person: Facts,
  now: Date,
): Reason[] {
  return whyNot(audience, person, now)
    .slice(0, CONDITIONS_MAX)
    .map((reason) => ({ ...reason, rule: reason.rule.replace(/^filter/, 'audience') }));
}

function triggerWords({ settings }: PublishedSeries): string {
  switch (settings.entry_trigger) {
    case 'api':
      return 'only calls enter it';
    case 'manual':
      return 'everybody in its audience enters when it is activated, and calls';
    case 'user_created':
      return 'new users enter it, and calls';
    case 'event':
      return `the event "${settings.entry_event_name ?? ''}" enters it, and calls`;
    case 'segment_match':
      return 'whoever comes to match its audience enters it, and calls';
  }
}
