import type { FilterJson } from './filter.ts';

/** What a value is, as operators tell types apart. */
export const VALUE_KINDS = ['text', 'number', 'boolean', 'date', 'list', 'presence'] as const;
export type ValueKind = (typeof VALUE_KINDS)[number];

export const KIND_WORDS: Readonly<Record<ValueKind, string>> = {
  text: 'As a text',
  number: 'As a number',
  boolean: 'As yes or no',
  date: 'As a date',
  list: 'As a list',
  presence: 'Of any kind',
};

/** What is filled in beside an operator. */
export type ValueShape =
  | 'text'
  | 'texts'
  | 'number'
  | 'numbers'
  | 'two numbers'
  | 'yes or no'
  | 'date'
  | 'day'
  | 'two dates'
  | 'duration'
  | 'entry'
  | 'entries'
  | 'size'
  | 'nothing';

export interface Operator {
  readonly operator: string;
  readonly kind: ValueKind;
  /** To follow the name of a field: 'is at least'. */
  readonly label: string;
  readonly shape: ValueShape;
}

const of = (
  kind: ValueKind,
  operators: readonly (readonly [operator: string, label: string, shape: ValueShape])[],
): Operator[] => operators.map(([operator, label, shape]) => ({ operator, kind, label, shape }));

/** Every operator over a field. The server has the last word. */
export const OPERATORS: readonly Operator[] = [
  ...of('text', [
    ['equals', 'is', 'text'],
    ['not_equals', 'is not', 'text'],
    ['contains', 'contains', 'text'],
    ['starts_with', 'starts with', 'text'],
    ['ends_with', 'ends with', 'text'],
    ['one_of', 'is one of', 'texts'],
    ['not_one_of', 'is none of', 'texts'],
  ]),
  ...of('number', [
    ['equals', 'is', 'number'],
    ['not_equals', 'is not', 'number'],
    ['greater_than', 'is greater than', 'number'],
    ['at_least', 'is at least', 'number'],
    ['less_than', 'is less than', 'number'],
    ['at_most', 'is at most', 'number'],
    ['between', 'is between', 'two numbers'],
    ['one_of', 'is one of', 'numbers'],
    ['not_one_of', 'is none of', 'numbers'],
  ]),
  ...of('boolean', [
    ['equals', 'is', 'yes or no'],
    ['not_equals', 'is not', 'yes or no'],
  ]),
  ...of('date', [
    ['within_last', 'is within the last', 'duration'],
    ['within_next', 'is within the next', 'duration'],
    ['more_than_ago', 'is longer ago than', 'duration'],
    ['more_than_ahead', 'is further ahead than', 'duration'],
    ['before', 'is before', 'date'],
    ['after', 'is after', 'date'],
    ['on', 'is on', 'day'],
    ['between', 'is between', 'two dates'],
  ]),
  ...of('list', [
    ['contains', 'contains', 'entry'],
    ['contains_any', 'contains one of', 'entries'],
    ['contains_all', 'contains all of', 'entries'],
    ['size', 'has exactly', 'size'],
    ['size_at_least', 'has at least', 'size'],
    ['size_at_most', 'has at most', 'size'],
  ]),
  ...of('presence', [
    ['is_set', 'is set', 'nothing'],
    ['is_not_set', 'is not set', 'nothing'],
  ]),
];

export const operatorOf = (kind: ValueKind, operator: unknown): Operator | undefined =>
  OPERATORS.find((known) => known.kind === kind && known.operator === operator);

/**
 * The kind that a condition is about, by its operator and its value. Several share a name: `equals`
 * with a number is about numbers.
 *
 * @param likely the kinds of the field: decide where the value does not
 */
export function kindOf(condition: FilterJson, likely: readonly ValueKind[]): ValueKind {
  const { operator, value } = condition;
  const possible = OPERATORS.filter(
    (known) => known.operator === operator && isOfShape(value, known.shape),
  );
  const first = likely.find((kind) => possible.some((known) => known.kind === kind));
  return first ?? possible[0]?.kind ?? likely[0] ?? 'text';
}

const isText = (value: unknown): boolean => typeof value === 'string';
const isNumber = (value: unknown): boolean => typeof value === 'number';
const isScalar = (value: unknown): boolean =>
  isText(value) || isNumber(value) || typeof value === 'boolean';
const isListOf = (value: unknown, isEntry: (entry: unknown) => boolean): boolean =>
  Array.isArray(value) && value.every(isEntry);

function isOfShape(value: unknown, shape: ValueShape): boolean {
  switch (shape) {
    case 'text':
    case 'date':
    case 'day':
      return isText(value);
    case 'texts':
    case 'two dates':
      return isListOf(value, isText);
    case 'number':
    case 'size':
      return isNumber(value);
    case 'numbers':
    case 'two numbers':
      return isListOf(value, isNumber);
    case 'yes or no':
      return typeof value === 'boolean';
    case 'entry':
      return isScalar(value);
    case 'entries':
      return isListOf(value, isScalar);
    case 'duration':
      return typeof value === 'object' && value !== null && !Array.isArray(value);
    default:
      return value === undefined || value === null;
  }
}

/**
 * A condition with another operator. A value of the same shape stays.
 *
 * @param today 'YYYY-MM-DD', where a date is asked for
 */
export function withOperator(
  condition: FilterJson,
  { before, next, today }: { before: Operator | undefined; next: Operator; today: string },
): FilterJson {
  const { value, timezone, ...rest } = condition;
  const keeps = before?.shape === next.shape && isOfShape(value, next.shape);
  const kept = keeps ? value : carried(value, next.shape, today);
  return {
    ...rest,
    operator: next.operator,
    ...(next.shape === 'nothing' ? {} : { value: kept }),
    ...(next.kind === 'date' && timezone !== undefined ? { timezone } : {}),
  };
}

/** What of a value goes over into another shape, else where one begins. */
function carried(value: unknown, shape: ValueShape, today: string): unknown {
  const one: unknown = Array.isArray(value) ? value[0] : value;
  switch (shape) {
    case 'text':
    case 'entry':
      // Nothing rather than an empty text: a condition that nobody finished is told of.
      return isText(one) && one !== '' ? one : undefined;
    case 'texts':
    case 'entries':
      return isText(one) && one !== '' ? [one] : [];
    case 'number':
      return isNumber(one) ? one : 0;
    case 'size':
      return isNumber(one) ? one : 1;
    case 'numbers':
      return isNumber(one) ? [one] : [];
    case 'two numbers':
      return isNumber(one) ? [one, one] : [0, 10];
    case 'yes or no':
      return true;
    case 'date':
    case 'day':
      return isDay(one) ? one : today;
    case 'two dates':
      return isDay(one) ? [one, one] : [today, today];
    case 'duration':
      return { amount: 30, unit: 'days' };
    default:
      return undefined;
  }
}

const isDay = (value: unknown): boolean =>
  typeof value === 'string' && /^\d{4}-\d\d-\d\d$/.test(value);
