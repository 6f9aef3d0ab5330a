import type { Rule } from '../rule.ts';
import { BOOLEAN_RULES } from './boolean.ts';
import { DATE_RULES } from './date.ts';
import { LIST_RULES } from './list.ts';
import { NUMBER_RULES } from './number.ts';
import { PRESENCE_RULES } from './presence.ts';
import { TEXT_RULES } from './text.ts';

/** Every operator over a field. Adding one adds it to the list of its type. */
export const RULES: readonly Rule[] = [
  ...TEXT_RULES,
  ...NUMBER_RULES,
  ...BOOLEAN_RULES,
  ...DATE_RULES,
  ...LIST_RULES,
  ...PRESENCE_RULES,
];
