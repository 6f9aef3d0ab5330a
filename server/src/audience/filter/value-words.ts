import { quoted } from '../../schedule/fault.ts';

const LISTED_MAX = 5;

/** A value as a sentence shows it: `'pro'`, `3`, `true`. */
export function valueWords(value: unknown): string {
  if (typeof value === 'string') return quoted(value);
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value))
    return `[${value.slice(0, LISTED_MAX).map(valueWords).join(', ')}${more(value)}]`;
  return typeof value === 'object' && value !== null ? 'an object' : String(value);
}

/** Values in a row, the first few of them: `'a', 'b' or 'c'`. */
export function listWords(values: readonly unknown[], lastWord: 'and' | 'or'): string {
  const words = values.slice(0, LISTED_MAX).map(valueWords);
  const left = values.length - words.length;
  if (left > 0) words.push(`${left} more`);
  const last = words.pop() ?? '';
  return words.length === 0 ? last : `${words.join(', ')} ${lastWord} ${last}`;
}

const more = (values: readonly unknown[]): string =>
  values.length > LISTED_MAX ? `, ${values.length - LISTED_MAX} more` : '';
