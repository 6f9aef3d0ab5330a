import { isStorable } from '../../platform/plain-data.ts';
import { isAbsent, recordOf, type Fault } from '../../schedule/fault.ts';
import { searchInvalid } from '../errors.ts';
import { faultsOfCompanyFilter, faultsOfFilter } from '../filter/index.ts';

/** What a saved filter selects. */
export const SAVED_FILTER_KINDS = ['users', 'companies'] as const;
export type SavedFilterKind = (typeof SAVED_FILTER_KINDS)[number];

/** A filter with a name, and the columns to show with it. */
export interface SavedFilter {
  readonly id: string;
  readonly name: string;
  readonly kind: SavedFilterKind;
  /** In JSON; null for everybody. */
  readonly filter: unknown;
  /** As filters name fields: `user.email`, `user.plan`. */
  readonly columns: readonly string[];
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** What a member may change of it. */
export type SavedFilterInput = Pick<SavedFilter, 'name' | 'filter' | 'columns'>;

export const NAME_LENGTH_MAX = 100;
export const COLUMNS_MAX = 50;
export const COLUMN_LENGTH_MAX = 200;

type Fields = Readonly<Record<string, unknown>>;

/**
 * Reads the body of a new saved filter.
 *
 * @throws `audience.search_invalid` with every fault
 */
export function newSavedFilterOf(body: unknown): SavedFilterInput & { kind: SavedFilterKind } {
  const fields = recordOf(body) ?? {};
  const kind = SAVED_FILTER_KINDS.find((known) => known === fields['kind']) ?? 'users';
  const faults = faultsOf(fields, { kind, members: ['name', 'kind', 'filter', 'columns'] });
  if (isAbsent(fields['name'])) faults.unshift({ path: 'name', message: 'is needed' });
  if (!isAbsent(fields['kind']) && kind !== fields['kind']) {
    faults.push({ path: 'kind', message: `must be one of ${SAVED_FILTER_KINDS.join(', ')}` });
  }
  if (faults.length > 0) throw searchInvalid(faults);
  return { kind, ...inputOf(fields, { name: '', filter: null, columns: [] }) };
}

/**
 * Reads a change of a saved filter; what is left out stays.
 *
 * @throws `audience.search_invalid` with every fault
 */
export function changedSavedFilterOf(body: unknown, before: SavedFilter): SavedFilterInput {
  const fields = recordOf(body) ?? {};
  const { kind } = before;
  const faults = faultsOf(fields, { kind, members: ['name', 'filter', 'columns'] });
  if (faults.length > 0) throw searchInvalid(faults);
  return inputOf(fields, before);
}

function inputOf(fields: Fields, before: SavedFilterInput): SavedFilterInput {
  const { name = before.name, filter = before.filter, columns = before.columns } = fields;
  return {
    name: (typeof name === 'string' ? name : before.name).trim(),
    filter: filter ?? null,
    columns: (columns as string[] | null) ?? before.columns,
  };
}

function faultsOf(
  fields: Fields,
  { kind, members }: { kind: SavedFilterKind; members: readonly string[] },
): Fault[] {
  const { name, filter, columns } = fields;
  const unknown = Object.keys(fields).find((key) => !members.includes(key));
  const isName =
    typeof name === 'string' &&
    name.trim() !== '' &&
    name.length <= NAME_LENGTH_MAX &&
    isStorable(name);
  const isColumn = (column: unknown): boolean =>
    typeof column === 'string' && column.length <= COLUMN_LENGTH_MAX && isStorable(column);
  const areColumns =
    Array.isArray(columns) && columns.length <= COLUMNS_MAX && columns.every(isColumn);
  const ofFilter = kind === 'users' ? faultsOfFilter : faultsOfCompanyFilter;
  return [
    ...(unknown === undefined
      ? []
      : [{ path: unknown.slice(0, 100).toWellFormed(), message: 'is not known here' }]),
    ...(isAbsent(name) || isName
      ? []
      : [{ path: 'name', message: `must be a text of 1 to ${NAME_LENGTH_MAX} characters` }]),
    ...(isAbsent(filter) ? [] : ofFilter(filter, 'filter')),
    ...(isAbsent(columns) || areColumns
      ? []
      : [{ path: 'columns', message: `must be a list of at most ${COLUMNS_MAX} names of fields` }]),
  ];
}
