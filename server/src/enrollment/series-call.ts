import { assertUserId } from '../audience/index.ts';
import { DomainError } from '../platform/errors.ts';
import { recordOf } from '../schedule/fault.ts';
import { propertiesOf, type Properties } from './properties.ts';

/** What a call to `POST /api/sdk/series` says. */
export interface SeriesCall {
  readonly action: 'enroll' | 'remove';
  readonly userId: string;
  readonly seriesId: string;
  readonly token: string | null;
  /** What merge tags and conditions of this passage name `event`. */
  readonly properties: Properties | null;
}

const REQUIRED = ['action', 'user_id', 'series_id'] as const;

/**
 * Reads the body of a series call. What is missing is told before what is wrong, and a wrong type
 * before a wrong value.
 *
 * @throws `enrollment.call_invalid` or `audience.identify_invalid`, in the words of the contract
 */
export function seriesCallOf(body: unknown): SeriesCall {
  const fields = recordOf(body) ?? {};
  const isMissing = REQUIRED.some((field) => {
    const value = fields[field];
    return value === undefined || value === null || value === '';
  });
  if (isMissing) throw callInvalid('action, user_id, and series_id are required');
  for (const field of [...REQUIRED, 'user_token'] as const) {
    const value = fields[field];
    if (value !== undefined && value !== null && typeof value !== 'string') {
      throw callInvalid(`${field} must be a string`);
    }
  }
  const { action, user_id: userId, series_id: seriesId, user_token: token } = fields;
  assertUserId(userId);
  if (action !== 'enroll' && action !== 'remove') {
    throw callInvalid('action must be "enroll" or "remove"');
  }
  return {
    action,
    userId,
    seriesId: String(seriesId),
    token: typeof token === 'string' ? token : null,
    properties: sentProperties(fields['properties']),
  };
}

function sentProperties(value: unknown): Properties | null {
  const read = propertiesOf(value);
  if ('wrong' in read) throw callInvalid(`properties ${read.wrong}`);
  return read.properties;
}

const callInvalid = (message: string): DomainError =>
  new DomainError('enrollment.call_invalid', 'invalid', message);
