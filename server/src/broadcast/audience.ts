import { faultsOfFilter } from '../audience/index.ts';
import { isAbsent, recordOf, type Fault } from '../schedule/fault.ts';

/** To whom a broadcast goes, as it travels and is stored: to everybody, by a filter, to a list. */
export type Audience =
  | { readonly everybody: true }
  | { readonly filter: unknown }
  | { readonly list_id: string; readonly filter?: unknown };

const UUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i;
const FORM =
  'must be {"everybody":true}, {"filter":…} or {"list_id":"…"}, the last with a filter or not';

/** Everything wrong with an audience; absent is no fault of a draft. */
export function faultsOfAudience(value: unknown, path = 'audience'): Fault[] {
  if (isAbsent(value)) return [];
  const fields = recordOf(value);
  if (fields === null) return [{ path, message: FORM }];
  const { everybody, filter, list_id: listId } = fields;
  const isEverybody = everybody === true;
  if (!isAbsent(everybody) && typeof everybody !== 'boolean') {
    return [{ path: `${path}/everybody`, message: 'must be true' }];
  }
  if (isEverybody === (!isAbsent(filter) || !isAbsent(listId))) return [{ path, message: FORM }];
  const faults: Fault[] = isAbsent(filter) ? [] : faultsOfFilter(filter, `${path}/filter`);
  if (!isAbsent(listId) && !(typeof listId === 'string' && UUID.test(listId))) {
    faults.push({ path: `${path}/list_id`, message: 'must be the id of a list' });
  }
  return faults;
}

/** An audience without faults, with nothing beside what it says. */
export function audienceOf(value: unknown): Audience | null {
  const fields = recordOf(value);
  if (fields === null) return null;
  const { filter, list_id: listId } = fields;
  if (typeof listId === 'string') {
    const id = listId.toLowerCase();
    return isAbsent(filter) ? { list_id: id } : { list_id: id, filter };
  }
  return isAbsent(filter) ? { everybody: true } : { filter };
}

/** The list of an audience; null where it has none. */
export const listOf = (audience: Audience): string | null =>
  'list_id' in audience ? audience.list_id : null;

/** The filter of an audience, as JSON; null where everybody is meant. */
export const filterJsonOf = (audience: Audience): unknown =>
  'filter' in audience ? (audience.filter ?? null) : null;
