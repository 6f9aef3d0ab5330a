import { afterOf, PAGE_LIMIT, PAGE_LIMIT_MAX } from '../../platform/page.ts';
import { isStorable } from '../../platform/plain-data.ts';
import { isAbsent, isIntegerIn, recordOf, type Fault } from '../../schedule/fault.ts';
import { searchInvalid } from '../errors.ts';
import type { Filter } from '../filter/index.ts';

/** By what a list of users may be ordered. `last_seen` is by its day. */
export const USER_SORTS = ['created_at', 'last_seen', 'email'] as const;
export type UserSort = (typeof USER_SORTS)[number];

/** By what a list of companies may be ordered. */
export const COMPANY_SORTS = ['created_at', 'name'] as const;
export type CompanySort = (typeof COMPANY_SORTS)[number];

export const ORDERS = ['asc', 'desc'] as const;
export type Order = (typeof ORDERS)[number];

/** Characters that a search may begin with. */
export const Q_LENGTH_MAX = 320;
const CURSOR_LENGTH_MAX = 2_000;
const NO_CURSOR = '-';
const UUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/;

/** Where a page of a search goes on: what the last one was ordered by, as text, and its id. */
export interface SearchKey {
  readonly value: string;
  readonly id: string;
}

/** What is looked for, and in which order. */
export interface Search<S extends string> {
  /** Null for everybody. */
  readonly filter: Filter | null;
  /** What an email, an id or a name begins with, in any case; null for anything. */
  readonly q: string | null;
  readonly sort: S;
  readonly order: Order;
  readonly limit: number;
  readonly after: SearchKey | null;
}

/** The language of the filter that a search may have. */
export interface FilterLanguage {
  readonly faultsOf: (json: unknown, path: string) => Fault[];
  readonly compile: (json: unknown, of: { timezone: string }) => Filter;
}

/**
 * Reads the body of a search.
 *
 * @param sorts the first is the one where none is named
 * @param timezone in which dates without a time are read
 * @throws `audience.search_invalid` with every fault, `request.cursor_invalid`
 */
export function searchOf<S extends string>(
  body: unknown,
  {
    sorts,
    language,
    timezone,
  }: { sorts: readonly S[]; language: FilterLanguage; timezone: string },
): Search<S> {
  const fields = isAbsent(body) ? {} : recordOf(body);
  if (fields === null) throw searchInvalid([{ path: '', message: 'must be an object' }]);
  const { filter, q, sort, order, limit, cursor } = fields;
  const [first] = sorts;
  const named = sorts.find((known) => known === sort) ?? first;
  const faults = [
    ...faultsOfUnknown(fields),
    ...(isAbsent(filter) ? [] : language.faultsOf(filter, 'filter')),
    ...faultsOfText(q),
    ...faultsOfChoice('sort', sort, sorts),
    ...faultsOfChoice('order', order, ORDERS),
    ...faultsOfLimit(limit),
  ];
  if (faults.length > 0 || named === undefined) throw searchInvalid(faults);
  const text = typeof q === 'string' ? q.trim() : '';
  const natural: Order = named === 'email' || named === 'name' ? 'asc' : 'desc';
  return {
    filter: isAbsent(filter) ? null : language.compile(filter, { timezone }),
    q: text === '' ? null : text,
    sort: named,
    order: ORDERS.find((known) => known === order) ?? natural,
    limit: typeof limit === 'number' ? limit : PAGE_LIMIT,
    after: keyOf(cursor, named),
  };
}

/**
 * The filter of a body that has nothing else.
 *
 * @returns null where it has none
 * @throws `audience.search_invalid` with every fault
 */
export function filterOfBody(
  body: unknown,
  { language, timezone }: { language: FilterLanguage; timezone: string },
): Filter | null {
  const filter = recordOf(body)?.['filter'];
  if (isAbsent(filter)) return null;
  const faults = language.faultsOf(filter, 'filter');
  if (faults.length > 0) throw searchInvalid(faults);
  return language.compile(filter, { timezone });
}

const MEMBERS = ['filter', 'q', 'sort', 'order', 'limit', 'cursor'];

const faultsOfUnknown = (fields: Readonly<Record<string, unknown>>): Fault[] =>
  Object.keys(fields)
    .filter((name) => !MEMBERS.includes(name))
    .slice(0, 1)
    .map((name) => ({ path: name.slice(0, 100).toWellFormed(), message: 'is not known here' }));

function faultsOfText(q: unknown): Fault[] {
  if (isAbsent(q)) return [];
  const isText = typeof q === 'string' && q.length <= Q_LENGTH_MAX && isStorable(q);
  return isText
    ? []
    : [{ path: 'q', message: `must be a text of at most ${Q_LENGTH_MAX} characters` }];
}

const faultsOfChoice = (path: string, value: unknown, known: readonly string[]): Fault[] =>
  isAbsent(value) || known.includes(value as string)
    ? []
    : [{ path, message: `must be one of ${known.join(', ')}` }];

const faultsOfLimit = (limit: unknown): Fault[] =>
  isAbsent(limit) || isIntegerIn(limit, 1, PAGE_LIMIT_MAX)
    ? []
    : [{ path: 'limit', message: `must be a whole number from 1 to ${PAGE_LIMIT_MAX}` }];

/** What a cursor's value must be to stand beside the column of a sort. */
const VALUE_OF: Readonly<Record<string, RegExp>> = {
  created_at: /^\d{4,6}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?\+00$/,
  last_seen: /^\d{4,6}-\d\d-\d\d$/,
};

/** A cursor is bound to the sort that it was given for. */
function keyOf(cursor: unknown, sort: string): SearchKey | null {
  if (isAbsent(cursor) || cursor === '') return null;
  const text = typeof cursor === 'string' && cursor.length <= CURSOR_LENGTH_MAX ? cursor : '';
  const [of, id, value] = partsOf(Buffer.from(text, 'base64url').toString('utf8'));
  const isSound = of === sort && UUID.test(id ?? '') && (VALUE_OF[sort]?.test(value ?? '') ?? true);
  if (isSound && id !== undefined && value !== undefined && isStorable(value)) return { value, id };
  // As every list refuses what is no cursor.
  afterOf(NO_CURSOR);
  throw new Error('a cursor that is none was read');
}

function partsOf(text: string): (string | undefined)[] {
  const [of, id, ...value] = text.split(' ');
  return [of, id, value.length === 0 ? undefined : value.join(' ')];
}

/** The cursor with which a search goes on after a key; null at its end. */
export const searchCursorOf = (sort: string, key: SearchKey | null): string | null =>
  key === null ? null : Buffer.from(`${sort} ${key.id} ${key.value}`).toString('base64url');
