import { rule, type Rule } from '../rule.ts';
import { anyText, listOf, someText } from '../value-shape.ts';
import { listWords, valueWords } from '../value-words.ts';

const texts = listOf(anyText, 'texts');

/** Texts compare as they are, character by character: case counts, and nothing is trimmed. */
export const TEXT_RULES: readonly Rule[] = [
  rule({
    operator: 'equals',
    reads: 'text',
    value: anyText,
    words: (value) => `is ${valueWords(value)}`,
    test: (value) => (stored) => stored === value,
    sql: (sql, stored, value) => sql`${stored} = ${value}::text`,
  }),
  rule({
    operator: 'not_equals',
    reads: 'text',
    value: anyText,
    words: (value) => `is set and not ${valueWords(value)}`,
    test: (value) => (stored) => stored !== value,
    sql: (sql, stored, value) => sql`${stored} <> ${value}::text`,
  }),
  rule({
    operator: 'contains',
    reads: 'text',
    value: someText,
    words: (value) => `contains ${valueWords(value)}`,
    test: (value) => (stored) => stored.includes(value),
    sql: (sql, stored, value) => sql`strpos(${stored}, ${value}::text) > 0`,
  }),
  rule({
    operator: 'starts_with',
    reads: 'text',
    value: someText,
    words: (value) => `starts with ${valueWords(value)}`,
    test: (value) => (stored) => stored.startsWith(value),
    sql: (sql, stored, value) => sql`starts_with(${stored}, ${value}::text)`,
  }),
  rule({
    operator: 'ends_with',
    reads: 'text',
    value: someText,
    words: (value) => `ends with ${valueWords(value)}`,
    test: (value) => (stored) => stored.endsWith(value),
    sql: (sql, stored, value) => sql`right(${stored}, length(${value}::text)) = ${value}::text`,
  }),
  rule({
    operator: 'one_of',
    reads: 'text',
    value: texts,
    words: (values) => `is ${listWords(values, 'or')}`,
    test: (values) => {
      const known = new Set(values);
      return (stored) => known.has(stored);
    },
    sql: (sql, stored, values) => sql`${stored} = any(${[...values]}::text[])`,
  }),
  rule({
    operator: 'not_one_of',
    reads: 'text',
    value: texts,
    words: (values) => `is set and not ${listWords(values, 'or')}`,
    test: (values) => {
      const known = new Set(values);
      return (stored) => !known.has(stored);
    },
    sql: (sql, stored, values) => sql`${stored} <> all(${[...values]}::text[])`,
  }),
];
