import { dateFrom, type WrittenDate } from './date.ts';
import type { Fragment, Sql } from './fragment.ts';

/**
 * What an operator may find in a field. A trait is of the type that its JSON has, and nothing is
 * turned into anything else: `"30"` is a text and no number. A date is a text in the form of a date.
 * `presence` is there for every field: whether it is set.
 */
export interface StoredOf {
  readonly text: string;
  readonly number: number;
  readonly boolean: boolean;
  readonly date: WrittenDate;
  readonly list: readonly unknown[];
  readonly presence: boolean;
}

export type StoredType = keyof StoredOf;

/** What a column holds. `json` may be anything. */
export type ColumnType = 'text' | 'number' | 'date' | 'json';

/** Whether fields of a column may hold what an operator reads. */
export const mayHold = (column: ColumnType, type: StoredType): boolean =>
  column === 'json' || column === type || type === 'presence';

/** What is stored, as the type; null when it is missing or of another type. */
export const READ: { readonly [T in StoredType]: (raw: unknown) => StoredOf[T] | null } = {
  text: (raw) => (typeof raw === 'string' ? raw : null),
  number: (raw) => (typeof raw === 'number' ? raw : null),
  boolean: (raw) => (typeof raw === 'boolean' ? raw : null),
  date: (raw) => {
    if (typeof raw === 'string') return dateFrom(raw);
    return raw instanceof Date ? { at: raw.getTime() } : null;
  },
  list: (raw) => (Array.isArray(raw) ? raw : null),
  presence: (raw) => raw !== null && raw !== undefined,
};

/** A field in SQL. */
export interface StoredSql {
  readonly column: ColumnType;
  readonly value: Fragment;
}

/** The type's name in `jsonb_typeof`. */
const JSON_TYPE: Readonly<Record<StoredType, string>> = {
  text: 'string',
  number: 'number',
  boolean: 'boolean',
  date: 'string',
  list: 'array',
  presence: '',
};

/**
 * A condition that is false, never null, where the field is missing or of another type. In JSON it
 * stands in a `case`, for PostgreSQL may evaluate what `and` joins in any order, and reading a text
 * as a number would fail the whole statement.
 *
 * @param condition of the field's value in SQL: text, numeric, boolean, jsonb for a list; for a date
 *   as the column has it, or text
 */
export function guarded(
  sql: Sql,
  { column, value }: StoredSql,
  type: StoredType,
  condition: (typed: Fragment) => Fragment,
): Fragment {
  if (type === 'presence') {
    return condition(
      column === 'json'
        ? sql`coalesce(jsonb_typeof(${value}) <> 'null', false)`
        : sql`(${value} is not null)`,
    );
  }
  if (column !== 'json') {
    const typed = column === 'number' ? sql`${value}::numeric` : value;
    return sql`(${value} is not null and ${condition(typed)})`;
  }
  return sql`case when jsonb_typeof(${value}) = ${JSON_TYPE[type]}::text
    then ${condition(jsonAs(sql, value, type))} else false end`;
}

function jsonAs(sql: Sql, value: Fragment, type: StoredType): Fragment {
  switch (type) {
    case 'number':
      return sql`(${value} #>> '{}')::numeric`;
    case 'boolean':
      return sql`(${value})::boolean`;
    case 'list':
      return sql`(${value})`;
    case 'text':
    case 'date':
    case 'presence':
      return sql`(${value} #>> '{}')`;
  }
}
