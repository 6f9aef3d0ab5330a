import type { Fragment, Sql } from '../fragment.ts';
import { rule, type Rule } from '../rule.ts';
import { anyScalar, anySize, listOf } from '../value-shape.ts';
import { listWords, valueWords } from '../value-words.ts';

const scalars = listOf(anyScalar, 'texts, numbers, or true or false');

/** How many entries a list has, compared with a number. */
function sizeRule(
  operator: string,
  words: string,
  isRight: (size: number, value: number) => boolean,
  sqlOf: (sql: Sql, size: Fragment, value: number) => Fragment,
): Rule {
  return rule({
    operator,
    reads: 'list',
    value: anySize,
    words: (value) => `has ${words} ${value} ${value === 1 ? 'entry' : 'entries'}`,
    test: (value) => (stored) => isRight(stored.length, value),
    sql: (sql, stored, value) => sqlOf(sql, sql`jsonb_array_length(${stored})`, value),
  });
}

/** Entries are equal when type and value are; lists and objects within a list equal nothing. */
export const LIST_RULES: readonly Rule[] = [
  rule({
    operator: 'contains',
    reads: 'list',
    value: anyScalar,
    words: (value) => `contains ${valueWords(value)}`,
    test: (value) => (stored) => stored.includes(value),
    sql: (sql, stored, value) => sql`${stored} @> ${sql.json([value])}::jsonb`,
  }),
  rule({
    operator: 'contains_any',
    reads: 'list',
    value: scalars,
    words: (values) => `contains ${listWords(values, 'or')}`,
    test: (values) => {
      const known = new Set<unknown>(values);
      return (stored) => stored.some((entry) => known.has(entry));
    },
    sql: (sql, stored, values) => sql`exists (
      select from jsonb_array_elements(${sql.json([...values])}::jsonb) as wanted (entry)
       where ${stored} @> wanted.entry)`,
  }),
  rule({
    operator: 'contains_all',
    reads: 'list',
    value: scalars,
    words: (values) => `contains ${listWords(values, 'and')}`,
    test: (values) => (stored) => {
      const entries = new Set(stored);
      return values.every((value) => entries.has(value));
    },
    sql: (sql, stored, values) => sql`${stored} @> ${sql.json([...values])}::jsonb`,
  }),
  sizeRule(
    'size',
    'exactly',
    (size, value) => size === value,
    (sql, size, value) => sql`${size} = ${value}::integer`,
  ),
  sizeRule(
    'size_at_least',
    'at least',
    (size, value) => size >= value,
    (sql, size, value) => sql`${size} >= ${value}::integer`,
  ),
  sizeRule(
    'size_at_most',
    'at most',
    (size, value) => size <= value,
    (sql, size, value) => sql`${size} <= ${value}::integer`,
  ),
];
