import { fieldWords, wordIn } from './fields.ts';
import { groupOf, negatedOf, recordOf, type FilterJson } from './filter.ts';

/** The names of what filters name by id. */
export interface Names {
  readonly lists?: ReadonlyMap<string, string>;
  /** Of the email steps of a series. */
  readonly emails?: ReadonlyMap<string, string>;
}

/** Entries of a list that are told one by one. */
const LISTED_MAX = 4;

/** A filter in plain words: 'plan is pro and did not do purchase in the last 30 days'. */
export function wordsOf(filter: FilterJson | null, names: Names = {}): string {
  return filter === null ? 'everybody' : words(filter, names);
}

function words(filter: FilterJson, names: Names): string {
  const negated = negatedOf(filter);
  if (negated !== null) return negationWords(negated, names);
  const group = groupOf(filter);
  if (group === null) return conditionWords(filter, names);
  return group.parts
    .map((part) => innerWords(part, names, group.parts.length))
    .join(` ${group.joiner} `);
}

/** In brackets where the words would be misread beside others. */
function innerWords(filter: FilterJson, names: Names, siblings: number): string {
  const text = words(filter, names);
  const isMany = (groupOf(filter)?.parts.length ?? 0) > 1;
  return isMany && siblings > 1 ? `(${text})` : text;
}

function negationWords(filter: FilterJson, names: Names): string {
  const { event, operator, count } = filter;
  if (event !== undefined && operator === 'at_least' && count === 1) {
    return eventWords({ ...filter, operator: 'never' }, names);
  }
  const group = groupOf(filter);
  if (group?.joiner === 'or' && group.parts.length > 1) return `none of (${words(filter, names)})`;
  return `not (${words(filter, names)})`;
}

function conditionWords(filter: FilterJson, names: Names): string {
  if (typeof filter['field'] === 'string') return fieldConditionWords(filter, filter['field']);
  if (filter['event'] !== undefined) return eventWords(filter, names);
  if (filter['list'] !== undefined) return listWords(filter, names);
  if (filter['consent'] !== undefined) {
    return filter['consent'] === 'unsubscribed'
      ? 'has unsubscribed from everything'
      : 'has not unsubscribed from everything';
  }
  if (filter['email'] !== undefined) return emailWords(filter, names);
  return JSON.stringify(filter);
}

function fieldConditionWords(filter: FilterJson, field: string): string {
  const zone = typeof filter['timezone'] === 'string' ? ` (${filter['timezone']})` : '';
  const write = wordIn(FIELD_WORDS, String(filter['operator']));
  const told = write === undefined ? String(filter['operator']) : write(filter['value']);
  return `${fieldWords(field)} ${told}${zone}`;
}

/** By operator, to follow the name of a field. */
const FIELD_WORDS: Readonly<Record<string, (value: unknown) => string>> = {
  equals: (value) => `is ${valueWords(value)}`,
  not_equals: (value) => `is not ${valueWords(value)}`,
  contains: (value) => `contains ${valueWords(value)}`,
  starts_with: (value) => `starts with ${valueWords(value)}`,
  ends_with: (value) => `ends with ${valueWords(value)}`,
  one_of: (value) => `is ${rowWords(value, 'or')}`,
  not_one_of: (value) => `is not ${rowWords(value, 'or')}`,
  greater_than: (value) => `is greater than ${valueWords(value)}`,
  at_least: (value) => `is at least ${valueWords(value)}`,
  less_than: (value) => `is less than ${valueWords(value)}`,
  at_most: (value) => `is at most ${valueWords(value)}`,
  between: (value) => `is between ${rowWords(value, 'and')}`,
  before: (value) => `is before ${valueWords(value)}`,
  after: (value) => `is after ${valueWords(value)}`,
  on: (value) => `is on ${valueWords(value)}`,
  within_last: (value) => `is within the last ${spanWords(value)}`,
  within_next: (value) => `is within the next ${spanWords(value)}`,
  more_than_ago: (value) => `is more than ${spanWords(value)} ago`,
  more_than_ahead: (value) => `is more than ${spanWords(value)} ahead`,
  contains_any: (value) => `contains ${rowWords(value, 'or')}`,
  contains_all: (value) => `contains ${rowWords(value, 'and')}`,
  size: (value) => `has exactly ${entriesWords(value)}`,
  size_at_least: (value) => `has at least ${entriesWords(value)}`,
  size_at_most: (value) => `has at most ${entriesWords(value)}`,
  is_set: () => 'is set',
  is_not_set: () => 'is not set',
};

function eventWords(filter: FilterJson, names: Names): string {
  const { event, operator, count, within, where } = filter;
  const parts = Array.isArray(where) ? where.map(recordOf) : [];
  const span = within === undefined || within === null ? '' : ` in the last ${spanWords(within)}`;
  const told = parts.map((part) => innerWords(part, names, 2)).join(' and ');
  const condition = parts.length === 0 ? '' : ` where ${told}`;
  return `${timesWords(String(event), String(operator), Number(count))}${span}${condition}`;
}

function timesWords(event: string, operator: string, count: number): string {
  const times = count === 1 ? 'once' : `${count} times`;
  switch (operator) {
    case 'never':
      return `did not do ${event}`;
    case 'at_least':
      return count === 1 ? `did ${event}` : `did ${event} at least ${times}`;
    case 'at_most':
      return count === 0 ? `did not do ${event}` : `did ${event} at most ${times}`;
    default:
      return count === 0 ? `did not do ${event}` : `did ${event} exactly ${times}`;
  }
}

const LIST_WORDS: Readonly<Record<string, string>> = {
  subscribed: 'is on',
  not_subscribed: 'is not on',
  unsubscribed: 'has left',
};

function listWords({ list, operator }: FilterJson, { lists }: Names): string {
  const name = lists?.get(String(list)) ?? (list === '' ? 'a list' : `the list ${String(list)}`);
  return `${wordIn(LIST_WORDS, String(operator)) ?? String(operator)} ${name}`;
}

const EMAIL_WORDS: Readonly<Record<string, string>> = {
  sent: 'was sent',
  delivered: 'was delivered',
  opened: 'was opened',
  clicked: 'was clicked',
  bounced: 'bounced',
};

function emailWords({ email, operator }: FilterJson, { emails }: Names): string {
  const name =
    email === 'any' ? 'any email' : `email ${emails?.get(String(email)) ?? String(email)}`;
  return `${name} ${wordIn(EMAIL_WORDS, String(operator)) ?? String(operator)}`;
}

function valueWords(value: unknown): string {
  if (value === true) return 'yes';
  if (value === false) return 'no';
  if (typeof value === 'number') return String(value);
  // Not said yet.
  if (typeof value !== 'string') return value ? JSON.stringify(value) : '…';
  // Quoted where it could be taken for words of the sentence.
  return value === '' || /^\s|\s$|[\s,()]/.test(value) ? `“${value}”` : value;
}

function rowWords(value: unknown, last: 'and' | 'or'): string {
  const all = Array.isArray(value) ? value : [value];
  const told = all.slice(0, LISTED_MAX).map(valueWords);
  if (all.length > LISTED_MAX) told.push(`${all.length - LISTED_MAX} more`);
  const end = told.pop() ?? 'nothing';
  return told.length === 0 ? end : `${told.join(', ')} ${last} ${end}`;
}

/** `3 days` */
function spanWords(value: unknown): string {
  const { amount, unit } = recordOf(value);
  const name = String(unit);
  return `${String(amount)} ${amount === 1 ? name.replace(/s$/, '') : name}`;
}

const entriesWords = (value: unknown): string =>
  `${String(value)} ${value === 1 ? 'entry' : 'entries'}`;
