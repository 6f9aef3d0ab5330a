import { faultsOfEventFilter, faultsOfFilter } from '../../audience/index.ts';
import { isAbsent, type Fault } from '../../schedule/fault.ts';
import { textFault } from '../fault.ts';
import { EVENT_NAME_LENGTH_MAX } from './entry.ts';

/** Something that may become true of a user: a filter they match, or an event of theirs. */
export type Watch =
  | { readonly filter: unknown }
  | {
      readonly event: string;
      /** A filter over the event; without it every event of that name counts. */
      readonly filter?: unknown;
    };

/** Everything wrong with a watch: without `event`, `filter` is over the user and must be there. */
export function watchFaults(fields: Readonly<Record<string, unknown>>, path: string): Fault[] {
  const { event, filter } = fields;
  if (isAbsent(event)) {
    return isAbsent(filter)
      ? [{ path, message: 'must have a filter or an event' }]
      : faultsOfFilter(filter, `${path}/filter`);
  }
  const name = textFault(event, `${path}/event`, EVENT_NAME_LENGTH_MAX);
  const faults = isAbsent(filter) ? [] : faultsOfEventFilter(filter, `${path}/filter`);
  return name === null ? faults : [name, ...faults];
}

/** A valid watch, without members that mean nothing. */
export function watchOf({ event, filter }: Readonly<Record<string, unknown>>): Watch {
  if (isAbsent(event)) return { filter };
  return { event: event as string, ...(isAbsent(filter) ? {} : { filter }) };
}
