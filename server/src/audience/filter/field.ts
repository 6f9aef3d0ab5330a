import { isStorable } from '../../platform/plain-data.ts';
import { recordOf } from '../../schedule/fault.ts';
import { NOTHING_NEEDED, type FactsNeeded } from './facts.ts';
import type { Fragment, Sql } from './fragment.ts';
import { FIELD_LENGTH_MAX, FIELD_PARTS_MAX } from './limits.ts';
import type { ColumnType } from './stored.ts';

/** Something that conditions can read of a subject: of the facts about a user, or of an event. */
export interface Field<S> {
  readonly column: ColumnType;
  /** Of what `needs` says; undefined and null are missing. */
  readonly read: (subject: S) => unknown;
  readonly sql: (sql: Sql) => Fragment;
  /** A to Z and a to z are the same: for what has no case of its own. Text only. */
  readonly ignoresCase?: boolean;
  /** Which of the facts it is; the subject itself where nothing is said. */
  readonly part?: FieldPart;
}

/** What of the facts a field may be, beside the subject itself. */
export type FieldPart = 'company' | 'properties';

/** What must be loaded to read a field. */
export const neededOf = <S>({ part }: Field<S>): FactsNeeded =>
  part === 'company' ? { ...NOTHING_NEEDED, company: true } : NOTHING_NEEDED;

/** Fields whose names begin alike: `user.…`. */
export interface FieldKind<S> {
  /** What stands before the first dot. */
  readonly prefix: string;
  /** In words, for the documents of the API. */
  readonly describes: string;
  /** The field of a name without its prefix, or why there is none, in words to follow its name. */
  readonly fieldOf: (parts: readonly string[]) => Field<S> | string;
  /** Known only to say that it belongs elsewhere: always a fault, and not told of otherwise. */
  readonly isElsewhere?: boolean;
}

/** A field with its declared name, of a table's columns. */
export type Columns<S> = Readonly<Record<string, Field<S>>>;

/** The field that a name means, or why there is none, in words to follow 'field'. */
export function fieldNamed<S>(kinds: readonly FieldKind<S>[], name: unknown): Field<S> | string {
  if (typeof name !== 'string' || name.length > FIELD_LENGTH_MAX || !isStorable(name)) {
    return `must be a text of at most ${FIELD_LENGTH_MAX} characters`;
  }
  const [prefix, ...parts] = name.split('.');
  const kind = kinds.find((known) => known.prefix === prefix);
  if (kind === undefined) return `must begin with one of ${prefixesOf(kinds)}`;
  if (parts.length === 0 || parts.includes('')) return `must be like ${kind.prefix}.plan`;
  if (parts.length > FIELD_PARTS_MAX) return `must have at most ${FIELD_PARTS_MAX} parts`;
  return kind.fieldOf(parts);
}

const prefixesOf = <S>(kinds: readonly FieldKind<S>[]): string =>
  kinds
    .filter(({ isElsewhere = false }) => !isElsewhere)
    .map(({ prefix }) => `${prefix}.`)
    .join(', ');

/**
 * Fields of a table: columns of their own, and everything else in its JSON.
 *
 * @param reserved names that are neither, and never will be in the JSON
 */
export function tableFields<S>({
  prefix,
  describes,
  columns,
  reserved,
  json,
}: {
  prefix: string;
  describes: string;
  columns: Columns<S>;
  reserved: readonly string[];
  json: (path: readonly string[]) => Field<S>;
}): FieldKind<S> {
  return {
    prefix,
    describes,
    fieldOf: (parts) => {
      const [first = ''] = parts;
      const column = Object.hasOwn(columns, first) ? columns[first] : undefined;
      if (column !== undefined) {
        return parts.length === 1
          ? column
          : `must end after ${prefix}.${first}, which has no parts`;
      }
      if (reserved.includes(first)) return `cannot be ${prefix}.${first}`;
      if (first === 'traits') return `must be like ${prefix}.plan, without traits in between`;
      return json(parts);
    },
  };
}

/** A place in JSON: members of objects only; an index of a list is no place. */
export function jsonField<S>(
  path: readonly string[],
  {
    of,
    sql,
    part,
  }: {
    of: (subject: S) => Readonly<Record<string, unknown>> | undefined;
    sql: (sql: Sql) => Fragment;
    part?: FieldPart;
  },
): Field<S> {
  return {
    column: 'json',
    ...(part === undefined ? {} : { part }),
    read: (subject) => {
      let value: unknown = of(subject);
      for (const key of path) {
        const record = recordOf(value);
        if (record === null || !Object.hasOwn(record, key)) return undefined;
        value = record[key];
      }
      return value;
    },
    sql: (tag) => {
      const place = path.reduce((json, key) => tag`${json} -> ${key}::text`, sql(tag));
      return tag`(${place})`;
    },
  };
}
