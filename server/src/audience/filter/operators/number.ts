import type { Fragment, Sql } from '../fragment.ts';
import { rule, type Rule } from '../rule.ts';
import { anyNumber, listOf, numberPair } from '../value-shape.ts';
import { listWords } from '../value-words.ts';

const numbers = listOf(anyNumber, 'numbers');

/** A comparison with one number. */
function comparison(
  operator: string,
  words: string,
  isRight: (stored: number, value: number) => boolean,
  sqlOf: (sql: Sql, stored: Fragment, value: Fragment) => Fragment,
): Rule {
  return rule({
    operator,
    reads: 'number',
    value: anyNumber,
    words: (value) => `${words} ${value}`,
    test: (value) => (stored) => isRight(stored, value),
    sql: (sql, stored, value) => sqlOf(sql, stored, sql`${value}::numeric`),
  });
}

/**
 * In SQL numbers are compared as decimals, which hold every number of JSON. The shortest decimals of
 * two JavaScript numbers are equal or in order as the numbers are, so both sides agree.
 */
export const NUMBER_RULES: readonly Rule[] = [
  comparison(
    'equals',
    'is',
    (stored, value) => stored === value,
    (sql, stored, value) => sql`${stored} = ${value}`,
  ),
  comparison(
    'not_equals',
    'is a number and not',
    (stored, value) => stored !== value,
    (sql, stored, value) => sql`${stored} <> ${value}`,
  ),
  comparison(
    'greater_than',
    'is greater than',
    (stored, value) => stored > value,
    (sql, stored, value) => sql`${stored} > ${value}`,
  ),
  comparison(
    'at_least',
    'is at least',
    (stored, value) => stored >= value,
    (sql, stored, value) => sql`${stored} >= ${value}`,
  ),
  comparison(
    'less_than',
    'is less than',
    (stored, value) => stored < value,
    (sql, stored, value) => sql`${stored} < ${value}`,
  ),
  comparison(
    'at_most',
    'is at most',
    (stored, value) => stored <= value,
    (sql, stored, value) => sql`${stored} <= ${value}`,
  ),
  rule({
    operator: 'between',
    reads: 'number',
    value: numberPair,
    words: ([low, high]) => `is between ${low} and ${high}`,
    test:
      ([low, high]) =>
      (stored) =>
        stored >= low && stored <= high,
    sql: (sql, stored, [low, high]) => sql`${stored} between ${low}::numeric and ${high}::numeric`,
  }),
  rule({
    operator: 'one_of',
    reads: 'number',
    value: numbers,
    words: (values) => `is ${listWords(values, 'or')}`,
    test: (values) => {
      const known = new Set(values);
      return (stored) => known.has(stored);
    },
    sql: (sql, stored, values) => sql`${stored} = any(${values.map(String)}::numeric[])`,
  }),
  rule({
    operator: 'not_one_of',
    reads: 'number',
    value: numbers,
    words: (values) => `is a number and not ${listWords(values, 'or')}`,
    test: (values) => {
      const known = new Set(values);
      return (stored) => !known.has(stored);
    },
    sql: (sql, stored, values) => sql`${stored} <> all(${values.map(String)}::numeric[])`,
  }),
];
