import { Type } from 'typebox';
import { recordOf } from '../../schedule/fault.ts';

/** Answers stay small: an assistant asks for more when it needs more. */
const LIMIT = 20;
const LIMIT_MAX = 50;
const ID_LENGTH_MAX = 64;
const USER_ID_LENGTH_MAX = 255;

export const Paging = {
  limit: Type.Integer({ minimum: 1, maximum: LIMIT_MAX, default: LIMIT }),
  cursor: Type.Optional(
    Type.String({ maxLength: 500, description: '`next_cursor` of the answer before' }),
  ),
};

const idOf = (noun: string) =>
  Type.String({ minLength: 1, maxLength: ID_LENGTH_MAX, description: `The id of a ${noun}` });
export const SeriesId = idOf('series');
export const BroadcastId = idOf('broadcast');
export const StepId = Type.String({ minLength: 1, maxLength: ID_LENGTH_MAX });
export const UserId = Type.String({
  minLength: 1,
  maxLength: USER_ID_LENGTH_MAX,
  description: 'The id that the application gives the user',
});

/** A part of a path. */
export const at = encodeURIComponent;

/** A list as the API gives it. */
export interface PageOf<Row> {
  readonly data: readonly Row[];
  readonly next_cursor?: string | null;
}

/** Of each row what a reader needs; nothing that is null or empty. */
export function brief<Row extends object>(
  { data, next_cursor: next }: PageOf<Row>,
  rowOf: (row: Row) => object,
): object {
  const rows = data.map((row) => terse(rowOf(row)));
  return typeof next === 'string' ? { data: rows, next_cursor: next } : { data: rows };
}

/** The named members of an object, in this order. */
export const pick = <T extends object, Name extends keyof T>(
  from: T,
  names: readonly Name[],
): Pick<T, Name> => Object.fromEntries(names.map((name) => [name, from[name]])) as Pick<T, Name>;

/** Without members that say nothing: null, and empty lists and objects. */
export function terse(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(terse);
  const record = recordOf(value);
  if (record === null) return value;
  return Object.fromEntries(
    Object.entries(record)
      .map(([name, each]) => [name, terse(each)] as const)
      .filter(([, each]) => !isNothing(each)),
  );
}

const isNothing = (value: unknown): boolean =>
  value === null ||
  value === undefined ||
  (typeof value === 'object' && Object.keys(value).length === 0);

/** A long text by its beginning, and how much more there is. */
export function cut(text: string, lengthMax: number): string {
  const left = text.length - lengthMax;
  return left <= 0 ? text : `${text.slice(0, lengthMax).toWellFormed()}… (${left} characters more)`;
}

/** Every text below `value`, cut. */
export function cutAll(value: unknown, lengthMax: number): unknown {
  if (typeof value === 'string') return cut(value, lengthMax);
  if (Array.isArray(value)) return value.map((each) => cutAll(each, lengthMax));
  const record = recordOf(value);
  if (record === null) return value;
  return Object.fromEntries(
    Object.entries(record).map(([name, each]) => [name, cutAll(each, lengthMax)]),
  );
}

const NAMED_MAX = 10;
const NAME_LENGTH_MAX = 100;

/** `1 person`, `1,204 people`. */
export const peopleOf = (count: number): string => counted(count, 'person', 'people');

/** `1 email`, `3 emails`. */
export const counted = (count: number, one: string, many = `${one}s`): string =>
  `${count.toLocaleString('en')} ${count === 1 ? one : many}`;

/** The first names of many, in quotes. */
export function named(names: readonly string[]): string {
  const shown = names.slice(0, NAMED_MAX).map(quote).join(', ');
  const more = names.length - NAMED_MAX;
  return more > 0 ? `${shown} and ${more} more` : shown;
}

/** Breaks of lines, and what turns the direction of writing round: by it a name could pass for words of ours. */
const UNFIT = /[\p{Cc}\p{Zl}\p{Zp}\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]+/gu;

/** What somebody named something, so that it cannot end its own quotes. */
export const quote = (name: string): string =>
  `“${cut(name.replace(UNFIT, ' ').replace(/[“”]/g, '"'), NAME_LENGTH_MAX)}”`;
