import { DomainError } from '../platform/errors.ts';
import { instantFrom } from '../platform/instant.ts';
import { faultOfData, isStorable } from '../platform/plain-data.ts';
import { isEmail } from '../platform/email-address.ts';
import { recordOf } from '../schedule/fault.ts';
import { canonicalZone } from '../schedule/zone.ts';
import { identifyInvalid } from './errors.ts';
import { OWN_TRAITS, RESERVED_TRAITS, USER_ID_LENGTH_MAX, type UserPatch } from './user.ts';

/** Traits plus context of one user, as JSON. */
export const USER_DATA_BYTES_MAX = 20_000;
/** How deep traits may nest: far more than anybody means, far less than hurts a parser. */
const NESTING_MAX = 32;
const OWN_TEXT_LENGTH_MAX = 1_000;
const YEAR_MIN = 1900;
const YEAR_MAX = 2200;

type Fields = Readonly<Record<string, unknown>>;

/**
 * Traits and context of one user, checked, and split into own columns and the rest.
 *
 * @param docsUrl where reserved keys are explained
 * @throws `audience.reserved_traits`, `audience.invalid_email`, `audience.invalid_traits`,
 *   `audience.data_too_large`
 */
export function patchOf(
  { traits, context }: { traits: Fields; context: Fields },
  { docsUrl }: { docsUrl: string },
): { patch: UserPatch; warnings: string[] } {
  assertPlainData(traits, 'traits');
  assertPlainData(context, 'context');
  assertSize(traits, context);
  assertNoReserved(traits, docsUrl);
  const own: Record<string, string | null> = {};
  for (const key of OWN_TRAITS) {
    if (Object.hasOwn(traits, key)) own[key] = ownValueOf(key, traits[key]);
  }
  const isOwn = (key: string): boolean => Object.hasOwn(own, key);
  const custom = Object.fromEntries(Object.entries(traits).filter(([key]) => !isOwn(key)));
  const { timezone } = own;
  const isUnknownZone =
    timezone !== undefined && timezone !== null && canonicalZone(timezone) === null;
  const warnings = isUnknownZone
    ? [
        `timezone ${JSON.stringify(timezone)} is not a known time zone and is not used for scheduling`,
      ]
    : [];
  return { patch: { own, traits: custom, context }, warnings };
}

function ownValueOf(key: string, value: unknown): string | null {
  if (value === null || value === '') return null;
  if (typeof value !== 'string') throw invalidTraits(`${key} must be a string`);
  if (value.length > OWN_TEXT_LENGTH_MAX) {
    throw invalidTraits(`${key} must be at most ${OWN_TEXT_LENGTH_MAX} characters`);
  }
  if (key === 'email' && !isEmail(value)) {
    throw new DomainError(
      'audience.invalid_email',
      'invalid',
      'email is not a valid email address',
    );
  }
  return key === 'signed_up_at' ? instantOf(key, value) : value;
}

function instantOf(key: string, value: string): string {
  const at = instantFrom(value);
  const year = at?.getUTCFullYear() ?? Number.NaN;
  if (at === null || !(year >= YEAR_MIN && year <= YEAR_MAX)) {
    throw invalidTraits(`${key} must be an ISO 8601 date between ${YEAR_MIN} and ${YEAR_MAX}`);
  }
  return at.toISOString();
}

function assertNoReserved(traits: Fields, docsUrl: string): void {
  const reserved = RESERVED_TRAITS.filter((key) => Object.hasOwn(traits, key));
  if (reserved.length === 0) return;
  throw new DomainError(
    'audience.reserved_traits',
    'invalid',
    `Reserved trait keys cannot be set: ${reserved.join(', ')}`,
    { reserved_keys: reserved, docs_url: docsUrl },
  );
}

function assertSize(traits: Fields, context: Fields): void {
  if (bytesOf(traits) + bytesOf(context) <= USER_DATA_BYTES_MAX) return;
  throw new DomainError(
    'audience.data_too_large',
    'too_large',
    `Traits and context exceed ${USER_DATA_BYTES_MAX} bytes`,
  );
}

/** Nothing is nothing, sent as `{}` or not at all. */
const bytesOf = (data: Fields): number =>
  Object.keys(data).length === 0 ? 0 : Buffer.byteLength(JSON.stringify(data));

/** Refuses what cannot be kept as it was sent. */
function assertPlainData(root: Fields, name: string): void {
  const fault = faultOfData(root, { nestingMax: NESTING_MAX });
  if (fault !== null) throw invalidTraits(`${name} ${fault.message}`);
}

const invalidTraits = (message: string): DomainError =>
  new DomainError('audience.invalid_traits', 'invalid', message);

/** What a call to `POST /api/sdk/users/identify` says, before traits and context are looked into. */
export interface IdentifyCall {
  readonly userId: string;
  readonly traits: Fields;
  readonly context: Fields;
  readonly token: string | null;
}

/**
 * Reads the body of an identify call.
 *
 * @throws `audience.identify_invalid`, `audience.invalid_traits`, naming the field
 */
export function identifyOf(body: unknown): IdentifyCall {
  const fields = recordOf(body);
  const userId = fields?.['user_id'];
  if (fields === null || userId === undefined || userId === null || userId === '') {
    throw identifyInvalid('user_id is required');
  }
  const token = fields['user_token'] ?? null;
  assertUserId(userId);
  const traits = recordOf(fields['traits'] ?? {});
  if (traits === null) throw invalidTraits('traits must be an object');
  const context = recordOf(fields['context'] ?? {});
  if (context === null) throw invalidTraits('context must be an object');
  const sessionId = fields['session_id'] ?? '';
  if (typeof sessionId !== 'string') throw identifyInvalid('session_id must be a string');
  if (token !== null && typeof token !== 'string')
    throw identifyInvalid('user_token must be a string');
  return { userId, traits, context, token };
}

/** @throws `audience.identify_invalid` */
export function assertUserId(userId: unknown): asserts userId is string {
  if (typeof userId !== 'string') throw identifyInvalid('user_id must be a string');
  if (userId.length > USER_ID_LENGTH_MAX) {
    throw identifyInvalid(`user_id must be at most ${USER_ID_LENGTH_MAX} characters`);
  }
  if (!isStorable(userId)) {
    throw identifyInvalid('user_id must not contain NUL or unpaired surrogates');
  }
}
