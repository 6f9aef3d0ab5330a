import { rule, type Rule } from '../rule.ts';
import { yesOrNo } from '../value-shape.ts';

/** Only true and false are booleans: not 1, not "true". */
export const BOOLEAN_RULES: readonly Rule[] = [
  rule({
    operator: 'equals',
    reads: 'boolean',
    value: yesOrNo,
    words: (value) => `is ${value}`,
    test: (value) => (stored) => stored === value,
    sql: (sql, stored, value) => sql`${stored} = ${value}::boolean`,
  }),
  rule({
    operator: 'not_equals',
    reads: 'boolean',
    value: yesOrNo,
    words: (value) => `is ${!value}`,
    test: (value) => (stored) => stored !== value,
    sql: (sql, stored, value) => sql`${stored} <> ${value}::boolean`,
  }),
];
