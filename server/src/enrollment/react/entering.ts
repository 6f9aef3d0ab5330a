import { matches, matchesEvent, type EventFact, type Facts } from '../../audience/index.ts';
import type { EntryTrigger, PublishedSeries } from '../../series/index.ts';
import type { Signal } from '../sql/signals.ts';
import { reactRulesOf } from './rules.ts';

/** Whether a signal, by its kind and name, may start a series at all. Pure. */
export function isTriggeredBy(
  series: PublishedSeries,
  { kind, name, mayStart }: Pick<Signal, 'kind' | 'name' | 'mayStart'>,
): boolean {
  if (!mayStart) return false;
  const { settings } = series;
  const trigger: EntryTrigger = settings.entry_trigger;
  switch (trigger) {
    case 'user_created':
      return kind === 'created';
    case 'event':
      return kind === 'event' && name === settings.entry_event_name;
    case 'segment_match':
      return kind === 'event'
        ? reactRulesOf(series).audienceEvents.has(name ?? '')
        : kind === 'created' || kind === 'changed';
    case 'api':
    case 'manual':
      return false;
  }
}

/** Whether who it happened to is meant. Pure; asked when `isTriggeredBy` says so. */
export function isMeant(
  series: PublishedSeries,
  { event, person, now }: { event: EventFact | null; person: Facts | null; now: Date },
): boolean {
  const { audience, entryFilter } = reactRulesOf(series);
  if (entryFilter !== null && (event === null || !matchesEvent(entryFilter, event, now))) {
    return false;
  }
  return audience === null || (person !== null && matches(audience, person, now));
}

/**
 * Whether somebody matched the audience before what happened, as far as is known: then it is not what
 * happened that makes them match. Of events and companies it is not known.
 */
export function matchedBefore(
  series: PublishedSeries,
  { signal, person }: { signal: Pick<Signal, 'kind' | 'before' | 'now'>; person: Facts | null },
): boolean {
  const { audience } = reactRulesOf(series);
  if (signal.kind === 'created' || audience === null || person === null) return false;
  return (
    signal.before === null || matches(audience, { ...person, user: signal.before }, signal.now)
  );
}
