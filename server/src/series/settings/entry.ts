import { faultsOfEventFilter, faultsOfFilter } from '../../audience/index.ts';
import { isAbsent, type Fault } from '../../schedule/fault.ts';
import { textFault } from '../fault.ts';

export const ENTRY_TRIGGERS = ['api', 'manual', 'user_created', 'event', 'segment_match'] as const;

export type EntryTrigger = (typeof ENTRY_TRIGGERS)[number];

/** Who enters a series without being asked for by a call, and when. */
export interface EntrySettings {
  /** What starts an enrollment beside a call, which enrolls whatever the trigger is. */
  readonly entry_trigger: EntryTrigger;
  /** The event that starts one; set exactly when the trigger is `event`. */
  readonly entry_event_name: string | null;
  /** A filter over that event; null for every event of that name. */
  readonly entry_filter: unknown;
  /** A filter over users: who may enter by the trigger; null for everybody. */
  readonly audience: unknown;
}

/** As events are cut: a longer name would never be heard. */
export const EVENT_NAME_LENGTH_MAX = 100;

/** Triggers that start with a set of people, and so must say which. */
const NEEDS_AUDIENCE: readonly unknown[] = ['manual', 'segment_match'];

/** Everything wrong with how people enter. */
export function entryFaults(fields: Readonly<Record<string, unknown>>): Fault[] {
  const { entry_trigger: sent, entry_event_name: name, entry_filter: filter, audience } = fields;
  const trigger = sent ?? 'api';
  const faults: Fault[] = [];
  if (!ENTRY_TRIGGERS.some((known) => known === trigger)) {
    const message = `must be one of ${ENTRY_TRIGGERS.join(', ')}`;
    faults.push({ path: 'settings/entry_trigger', message });
  }
  faults.push(...eventNameFaults(name, trigger));
  if (!isAbsent(filter)) {
    faults.push(...onlyWithEvent('settings/entry_filter', trigger));
    faults.push(...faultsOfEventFilter(filter, 'settings/entry_filter'));
  }
  if (!isAbsent(audience)) faults.push(...faultsOfFilter(audience, 'settings/audience'));
  else if (NEEDS_AUDIENCE.includes(trigger)) {
    const message = `is required when entry_trigger is "${trigger as string}"`;
    faults.push({ path: 'settings/audience', message });
  }
  return faults;
}

function eventNameFaults(name: unknown, trigger: unknown): Fault[] {
  const path = 'settings/entry_event_name';
  if (isAbsent(name)) {
    return trigger === 'event'
      ? [{ path, message: 'is required when entry_trigger is "event"' }]
      : [];
  }
  const fault = textFault(name, path, EVENT_NAME_LENGTH_MAX);
  return fault === null ? onlyWithEvent(path, trigger) : [fault];
}

const onlyWithEvent = (path: string, trigger: unknown): Fault[] =>
  trigger === 'event' ? [] : [{ path, message: 'is only for entry_trigger "event"' }];

/** How people enter, from valid settings, with its defaults. */
export const entrySettingsOf = (fields: Readonly<Record<string, unknown>>): EntrySettings => ({
  entry_trigger: (fields['entry_trigger'] ?? 'api') as EntryTrigger,
  entry_event_name: (fields['entry_event_name'] ?? null) as string | null,
  entry_filter: fields['entry_filter'] ?? null,
  audience: fields['audience'] ?? null,
});
