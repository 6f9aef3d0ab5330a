import { DomainError } from '../platform/errors.ts';
import { instantFrom } from '../platform/instant.ts';
import { faultOfData, isStorable } from '../platform/plain-data.ts';
import { recordOf } from '../schedule/fault.ts';

/** How deep data of customers may nest: far more than anybody means, far less than hurts a parser. */
export const NESTING_MAX = 32;
/** Ids that the customer's system gives, as JavaScript counts characters. */
export const EXTERNAL_ID_LENGTH_MAX = 255;
const OWN_TEXT_LENGTH_MAX = 1_000;
const YEAR_MIN = 1900;
const YEAR_MAX = 2200;

/** A JSON object from outside. */
export type Fields = Readonly<Record<string, unknown>>;

/** Traits and context of a user or a company, as they were sent. */
export interface Data {
  readonly traits: Fields;
  readonly context: Fields;
}

/**
 * The members `traits` and `context` of a body; what is left out is empty.
 *
 * @throws `audience.invalid_traits`
 */
export function dataOf(fields: Fields): Data {
  const traits = recordOf(fields['traits'] ?? {});
  if (traits === null) throw invalidTraits('traits must be an object');
  const context = recordOf(fields['context'] ?? {});
  if (context === null) throw invalidTraits('context must be an object');
  return { traits, context };
}

/**
 * Refuses traits and context that cannot be kept as they were sent, are too large, or are the server's
 * own.
 *
 * @param bytesMax of both together, as JSON
 * @param docsUrl where reserved keys are explained
 * @throws `audience.invalid_traits`, `audience.data_too_large`, `audience.reserved_traits`
 */
export function assertData(
  { traits, context }: Data,
  {
    bytesMax,
    reserved,
    docsUrl,
  }: { bytesMax: number; reserved: readonly string[]; docsUrl: string },
): void {
  assertPlainData(traits, 'traits');
  assertPlainData(context, 'context');
  if (bytesOf(traits) + bytesOf(context) > bytesMax) throw dataTooLarge(bytesMax);
  const refused = reserved.filter((key) => Object.hasOwn(traits, key));
  if (refused.length > 0) throw reservedTraits(refused, docsUrl);
}

/**
 * Parts traits into those that have columns of their own and the rest.
 *
 * @param own names of the columns
 * @param valueOf the column's value, as text
 */
export function splitTraits(
  traits: Fields,
  own: readonly string[],
  valueOf: (key: string, value: unknown) => string | null,
): { own: Record<string, string | null>; custom: Fields } {
  const sent = own.filter((key) => Object.hasOwn(traits, key));
  return {
    own: Object.fromEntries(sent.map((key) => [key, valueOf(key, traits[key])])),
    custom: Object.fromEntries(Object.entries(traits).filter(([key]) => !sent.includes(key))),
  };
}

/**
 * The value of a column of text; null and nothing empty it.
 *
 * @throws `audience.invalid_traits`
 */
export function ownTextOf(key: string, value: unknown): string | null {
  if (value === null || value === '') return null;
  if (typeof value !== 'string') throw invalidTraits(`${key} must be a string`);
  if (value.length > OWN_TEXT_LENGTH_MAX) {
    throw invalidTraits(`${key} must be at most ${OWN_TEXT_LENGTH_MAX} characters`);
  }
  return value;
}

/**
 * The value of a column of instants, in ISO 8601.
 *
 * @throws `audience.invalid_traits`
 */
export function ownInstantOf(key: string, value: unknown): string | null {
  const text = ownTextOf(key, value);
  if (text === null) return null;
  const at = plausibleInstantOf(text);
  if (at === null) throw invalidTraits(`${key} ${NO_INSTANT}`);
  return at.toISOString();
}

/** What is wrong with a text that `plausibleInstantOf` does not read. */
export const NO_INSTANT = `must be an ISO 8601 date between ${YEAR_MIN} and ${YEAR_MAX}`;

/** The instant that an ISO 8601 text names, when it lies in the lives of people we may write to. */
export function plausibleInstantOf(text: string): Date | null {
  const at = instantFrom(text);
  const year = at?.getUTCFullYear() ?? Number.NaN;
  return year >= YEAR_MIN && year <= YEAR_MAX ? at : null;
}

/** What is wrong with an id that the customer's system gave, in words to follow its name; null when nothing. */
export function faultOfId(id: unknown): string | null {
  if (typeof id !== 'string') return 'must be a string';
  if (id.length > EXTERNAL_ID_LENGTH_MAX) {
    return `must be at most ${EXTERNAL_ID_LENGTH_MAX} characters`;
  }
  return isStorable(id) ? null : UNSTORABLE_TEXT;
}

/** What is wrong with a text that is not storable, in words to follow its name. */
export const UNSTORABLE_TEXT = 'must not contain NUL or unpaired surrogates';

/** Bytes of an object as JSON. Nothing is nothing, sent as `{}` or not at all. */
function bytesOf(data: Fields): number {
  return Object.keys(data).length === 0 ? 0 : Buffer.byteLength(JSON.stringify(data));
}

/** Refuses what cannot be kept as it was sent. */
function assertPlainData(root: Fields, name: string): void {
  const fault = faultOfData(root, { nestingMax: NESTING_MAX });
  if (fault !== null) throw invalidTraits(`${name} ${fault.message}`);
}

/** @param message names the field */
export const invalidTraits = (message: string): DomainError =>
  new DomainError('audience.invalid_traits', 'invalid', message);

const dataTooLarge = (bytesMax: number): DomainError =>
  new DomainError(
    'audience.data_too_large',
    'too_large',
    `Traits and context exceed ${bytesMax} bytes`,
  );

const reservedTraits = (keys: readonly string[], docsUrl: string): DomainError =>
  new DomainError(
    'audience.reserved_traits',
    'invalid',
    `Reserved trait keys cannot be set: ${keys.join(', ')}`,
    { reserved_keys: keys, docs_url: docsUrl },
  );
