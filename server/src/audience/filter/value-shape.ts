import { isStorable } from '../../platform/plain-data.ts';
import { isAbsent, isIntegerIn, type Fault } from '../../schedule/fault.ts';
import { dateFrom, type WrittenDate } from './date.ts';
import { DURATION_SCHEMA, faultsOfDuration, type Duration } from './duration.ts';
import { FILTER_LIST_LENGTH_MAX, FILTER_TEXT_LENGTH_MAX } from './limits.ts';
import { below } from './paths.ts';

/** A JSON Schema. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** What the `value` of a condition may look like. */
export interface ValueShape<V> {
  /** In words to follow 'must be'. */
  readonly says: string;
  /** Whether somebody who sent this meant this shape, right or wrong. */
  readonly isMeant: (json: unknown) => boolean;
  readonly faults: (json: unknown, path: string) => Fault[];
  /** Of JSON without faults. */
  readonly valueOf: (json: unknown) => V;
  /** Null: there must be no value. */
  readonly schema: JsonSchema | null;
}

type Scalar = string | number | boolean;

const UNSTORABLE = 'must not contain NUL or unpaired surrogates';

function textShape({ lengthMin }: { lengthMin: 0 | 1 }): ValueShape<string> {
  const says = `a text of at most ${FILTER_TEXT_LENGTH_MAX} characters`;
  return {
    says,
    isMeant: (json) => typeof json === 'string',
    faults: (json, path) => {
      if (typeof json !== 'string' || json.length > FILTER_TEXT_LENGTH_MAX) {
        return [{ path, message: `must be ${says}` }];
      }
      if (json.length < lengthMin) return [{ path, message: 'must not be empty' }];
      return isStorable(json) ? [] : [{ path, message: UNSTORABLE }];
    },
    valueOf: (json) => json as string,
    schema: { type: 'string', minLength: lengthMin, maxLength: FILTER_TEXT_LENGTH_MAX },
  };
}

/** A text, perhaps an empty one. */
export const anyText = textShape({ lengthMin: 0 });
/** A text that is not empty: every text contains the empty one. */
export const someText = textShape({ lengthMin: 1 });

const simple = <V>(
  says: string,
  isMeant: (json: unknown) => boolean,
  isRight: (json: unknown) => boolean,
  schema: JsonSchema,
): ValueShape<V> => ({
  says,
  isMeant,
  faults: (json, path) => (isRight(json) ? [] : [{ path, message: `must be ${says}` }]),
  valueOf: (json) => json as V,
  schema,
});

const isNumber = (json: unknown): json is number => typeof json === 'number';

/** A finite number. */
export const anyNumber = simple<number>('a number', isNumber, Number.isFinite, { type: 'number' });

/** True or false. */
export const yesOrNo = simple<boolean>(
  'true or false',
  (json) => typeof json === 'boolean',
  (json) => typeof json === 'boolean',
  { type: 'boolean' },
);

const SIZE_MAX = 1_000_000;

/** How many entries a list has. */
export const anySize = simple<number>(
  `a whole number from 0 to ${SIZE_MAX}`,
  isNumber,
  (json) => isIntegerIn(json, 0, SIZE_MAX),
  { type: 'integer', minimum: 0, maximum: SIZE_MAX },
);

/** A text, a number, or true or false. */
export const anyScalar: ValueShape<Scalar> = {
  says: 'a text, a number, or true or false',
  isMeant: (json) => typeof json !== 'object',
  faults: (json, path) => {
    if (typeof json === 'string') return anyText.faults(json, path);
    const isRight = typeof json === 'boolean' || Number.isFinite(json);
    return isRight ? [] : [{ path, message: `must be ${anyScalar.says}` }];
  },
  valueOf: (json) => json as Scalar,
  schema: { type: ['string', 'number', 'boolean'], maxLength: FILTER_TEXT_LENGTH_MAX },
};

/** A list of 1 to `FILTER_LIST_LENGTH_MAX` values of one shape. */
export function listOf<V>(entry: ValueShape<V>, entries: string): ValueShape<readonly V[]> {
  const says = `a list of 1 to ${FILTER_LIST_LENGTH_MAX} ${entries}`;
  return {
    says,
    isMeant: (json) => Array.isArray(json) && json.length > 0 && entry.isMeant(json[0]),
    faults: (json, path) => {
      const entryCount = Array.isArray(json) ? json.length : 0;
      if (!Array.isArray(json) || entryCount < 1 || entryCount > FILTER_LIST_LENGTH_MAX) {
        return [{ path, message: `must be ${says}` }];
      }
      return json.flatMap((value, index) => entry.faults(value, below(path, index)));
    },
    valueOf: (json) => (json as unknown[]).map((value) => entry.valueOf(value)),
    schema: { type: 'array', minItems: 1, maxItems: FILTER_LIST_LENGTH_MAX, items: entry.schema },
  };
}

/** Two values of one shape, the first not after the second. */
function pairOf<V>(
  entry: ValueShape<V>,
  entries: string,
  isInOrder: (first: V, second: V) => boolean,
): ValueShape<readonly [V, V]> {
  const valueOf = (json: unknown): readonly [V, V] => {
    const [first, second] = json as [unknown, unknown];
    return [entry.valueOf(first), entry.valueOf(second)];
  };
  return {
    says: `a list of two ${entries}, the lower one first`,
    isMeant: (json) => Array.isArray(json) && json.some((value) => entry.isMeant(value)),
    faults: (json, path) => {
      if (!Array.isArray(json) || json.length !== 2) {
        return [{ path, message: `must be a list of two ${entries}` }];
      }
      const faults = json.flatMap((value, index) => entry.faults(value, below(path, index)));
      if (faults.length > 0 || isInOrder(...valueOf(json))) return faults;
      return [{ path, message: 'must not have its lower end after its upper end' }];
    },
    valueOf,
    schema: { type: 'array', minItems: 2, maxItems: 2, items: entry.schema },
  };
}

/** Both ends included. */
export const numberPair = pairOf(anyNumber, 'numbers', (low, high) => low <= high);

function dateShape<D extends WrittenDate>(
  says: string,
  isRight: (date: WrittenDate) => boolean,
  schema: JsonSchema,
): ValueShape<D> {
  return {
    says,
    isMeant: (json) => typeof json === 'string',
    faults: (json, path) => {
      const date = typeof json === 'string' ? dateFrom(json) : null;
      return date !== null && isRight(date) ? [] : [{ path, message: `must be ${says}` }];
    },
    valueOf: (json) => dateFrom(json as string) as D,
    schema,
  };
}

/** A day, or an instant. */
export const anyDate = dateShape<WrittenDate>(
  'a date such as 2026-05-01 or 2026-05-01T09:30:00Z',
  () => true,
  { type: 'string', examples: ['2026-05-01', '2026-05-01T09:30:00Z'] },
);

/** A day, without a time. */
export const anyDay = dateShape<{ readonly day: number }>(
  'a date without a time, such as 2026-05-01',
  (date) => 'day' in date,
  { type: 'string', format: 'date' },
);

/** Both included: the second day whole. A day and an instant cannot be put in order without a zone. */
export const datePair = pairOf(anyDate, 'dates', (from, to) => {
  if ('day' in from && 'day' in to) return from.day <= to.day;
  return 'day' in from || 'day' in to || from.at <= to.at;
});

/** Elapsed time. */
export const anyDuration: ValueShape<Duration> = {
  says: 'a duration like {"amount":3,"unit":"days"}',
  isMeant: (json) => typeof json === 'object' && json !== null && !Array.isArray(json),
  faults: faultsOfDuration,
  valueOf: (json) => json as Duration,
  schema: DURATION_SCHEMA,
};

/** No value at all. */
export const nothing: ValueShape<null> = {
  says: 'left out',
  isMeant: isAbsent,
  faults: (json, path) => (isAbsent(json) ? [] : [{ path, message: 'must be left out' }]),
  valueOf: () => null,
  schema: null,
};
