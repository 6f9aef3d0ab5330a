import { fieldWords, type Property, wordIn } from '../../components/filter-builder/fields.ts';
import { recordOf } from '../../components/filter-builder/filter.ts';

/** What a list shows beside the name, by the names that filters use. */
export const PEOPLE_COLUMNS: readonly string[] = [
  'user.user_id',
  'user.timezone',
  'user.last_seen',
];
export const COMPANY_COLUMNS: readonly string[] = [
  'company.domain',
  'company.plan',
  'company.last_seen',
];

/** Columns that a list may have at once. */
export const COLUMNS_MAX = 12;

/** `user.plan` as the head of a column: 'Plan'. */
export function columnWords(field: string): string {
  const words = fieldWords(field.replace(/^company\./, 'user.')).replaceAll('_', ' ');
  return words === 'id' ? 'ID' : `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
}

/** The columns of an address (`user.plan,user.city`); those given where it names none. */
export function columnsOf(text: string, standard: readonly string[]): readonly string[] {
  const named = text.split(',').filter((name) => name.includes('.'));
  return named.length === 0 ? standard : [...new Set(named)].slice(0, COLUMNS_MAX);
}

/** What somebody has in a column: their own data, else a trait; undefined where there is none. */
export function valueIn(row: object, field: string): unknown {
  const [, ...parts] = field.split('.');
  const [first = ''] = parts;
  const record = recordOf(row);
  if (parts.length === 1 && first !== 'traits' && Object.hasOwn(record, first)) {
    return record[first] ?? undefined;
  }
  let value: unknown = record['traits'];
  for (const part of parts) value = wordIn(recordOf(value), part);
  return value ?? undefined;
}

/** The fields that may be columns, those chosen first. */
export function columnChoices(
  fields: readonly Property[],
  chosen: readonly string[],
): readonly string[] {
  return [...new Set([...chosen, ...fields.map(({ field }) => field)])].filter(
    // The name column has them.
    (field) => field !== 'user.name' && field !== 'user.email' && field !== 'company.name',
  );
}
