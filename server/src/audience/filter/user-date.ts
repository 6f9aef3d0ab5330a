import type { WrittenDate } from './date.ts';
import type { Facts, FactsNeeded } from './facts.ts';
import { fieldNamed, neededOf } from './field.ts';
import { COMPANY_FIELDS } from './fields/company.ts';
import { PROPERTY_FIELDS } from './fields/properties.ts';
import { CONTEXT_FIELDS, TRAIT_FIELDS, USER_FIELDS } from './fields/user.ts';
import { mayHold, READ } from './stored.ts';
import { valueWords } from './value-words.ts';

/** A field of a user, their company or their enrollment that holds a date, or may. */
export interface DateField {
  /** The date of one user; null when it is missing, or no date. */
  readonly dateOf: (facts: Facts) => WrittenDate | null;
  /** What it looked at, in words. */
  readonly found: (facts: Facts) => string;
  readonly needs: FactsNeeded;
}

const KINDS = [USER_FIELDS, TRAIT_FIELDS, CONTEXT_FIELDS, COMPANY_FIELDS, PROPERTY_FIELDS];

/**
 * The date field of a name as filters write it: `user.trial_ends_at`, `company.signed_up_at`.
 *
 * @returns what is wrong with the name, in words to follow it, when there is no such field
 */
export function dateFieldNamed(name: unknown): DateField | string {
  const field = fieldNamed(KINDS, name);
  if (typeof field === 'string') return field;
  if (!mayHold(field.column, 'date')) return `must name a date: ${String(name)} is none`;
  return {
    dateOf: (facts) => READ.date(field.read(facts)),
    found: (facts) => {
      const raw = field.read(facts);
      const isMissing = raw === null || raw === undefined;
      return `${String(name)} is ${isMissing ? 'not set' : valueWords(raw)}`;
    },
    needs: neededOf(field),
  };
}
