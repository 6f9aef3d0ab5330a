import { DomainError } from '../platform/errors.ts';
import { isEmail } from '../platform/email-address.ts';
import { recordOf } from '../schedule/fault.ts';
import { canonicalZone } from '../schedule/zone.ts';
import { identifyInvalid } from './errors.ts';
import { assertData, dataOf, faultOfId, ownInstantOf, ownTextOf } from './traits-input.ts';
import { splitTraits, type Data } from './traits-input.ts';
import { OWN_TRAITS, RESERVED_TRAITS, type UserPatch } from './user.ts';

/** Traits plus context of one user, as JSON. */
const USER_DATA_BYTES_MAX = 20_000;

/**
 * Traits and context of one user, checked, and split into own columns and the rest.
 *
 * @param docsUrl where reserved keys are explained
 * @throws `audience.reserved_traits`, `audience.invalid_email`, `audience.invalid_traits`,
 *   `audience.data_too_large`
 */
export function patchOf(
  data: Data,
  { docsUrl }: { docsUrl: string },
): { patch: UserPatch; warnings: string[] } {
  assertData(data, { bytesMax: USER_DATA_BYTES_MAX, reserved: RESERVED_TRAITS, docsUrl });
  const { own, custom } = splitTraits(data.traits, OWN_TRAITS, ownValueOf);
  const { timezone = null } = own;
  const isUnknownZone = timezone !== null && canonicalZone(timezone) === null;
  const warnings = isUnknownZone
    ? [
        `timezone ${JSON.stringify(timezone)} is not a known time zone and is not used for scheduling`,
      ]
    : [];
  return { patch: { own, traits: custom, context: data.context }, warnings };
}

function ownValueOf(key: string, value: unknown): string | null {
  if (key === 'signed_up_at') return ownInstantOf(key, value);
  const text = ownTextOf(key, value);
  if (key === 'email' && text !== null && !isEmail(text)) {
    throw new DomainError(
      'audience.invalid_email',
      'invalid',
      'email is not a valid email address',
    );
  }
  return text;
}

/** What a call to `POST /api/sdk/users/identify` says, before traits and context are looked into. */
export interface IdentifyCall extends Data {
  readonly userId: string;
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
  const data = dataOf(fields);
  const sessionId = fields['session_id'] ?? '';
  if (typeof sessionId !== 'string') throw identifyInvalid('session_id must be a string');
  if (token !== null && typeof token !== 'string')
    throw identifyInvalid('user_token must be a string');
  return { userId, ...data, token };
}

/** @throws `audience.identify_invalid` */
export function assertUserId(userId: unknown): asserts userId is string {
  const fault = faultOfId(userId);
  if (fault !== null) throw identifyInvalid(`user_id ${fault}`);
}
