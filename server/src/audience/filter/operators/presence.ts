import { rule, type Rule } from '../rule.ts';
import { nothing } from '../value-shape.ts';

/** Absent and null are not set; an empty text, 0, false and an empty list are. */
export const PRESENCE_RULES: readonly Rule[] = [
  rule({
    operator: 'is_set',
    reads: 'presence',
    value: nothing,
    words: () => 'is set',
    test: () => (isSet) => isSet,
    sql: (_sql, isSet) => isSet,
  }),
  rule({
    operator: 'is_not_set',
    reads: 'presence',
    value: nothing,
    words: () => 'is not set',
    test: () => (isSet) => !isSet,
    sql: (sql, isSet) => sql`not ${isSet}`,
  }),
];
