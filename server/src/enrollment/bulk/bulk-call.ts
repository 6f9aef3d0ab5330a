import { assertUserId } from '../../audience/index.ts';
import { DomainError } from '../../platform/errors.ts';
import { isAbsent, isIntegerIn, recordOf, type Fault } from '../../schedule/fault.ts';
import { propertiesOf, type Properties } from '../properties.ts';
import { bulkInvalid } from './errors.ts';

/** Users in one call: what one statement writes within a fraction of a second. */
export const BULK_USERS_MAX = 1_000;

/** One user that a call names. */
export interface BulkUser {
  /** As it was sent; null where it was no text. */
  readonly userId: string | null;
  readonly properties: Properties | null;
  /** What is wrong with this one; null when nothing is. */
  readonly wrong: string | null;
}

/** What `POST /api/v1/series/{id}/enroll` or `…/remove` says. */
export interface BulkCall {
  readonly users: readonly BulkUser[];
  readonly isDryRun: boolean;
}

/**
 * Reads the body of a call about many users. What is wrong with one of them does not keep the others.
 *
 * @throws `enrollment.bulk_invalid` with every fault of the body itself
 */
export function bulkCallOf(body: unknown): BulkCall {
  const { users, dry_run: isDryRun } = recordOf(body) ?? {};
  const faults = [...usersFaults(users), ...dryRunFaults(isDryRun)];
  if (faults.length > 0) throw bulkInvalid(faults);
  return { users: (users as readonly unknown[]).map(bulkUserOf), isDryRun: isDryRun === true };
}

function usersFaults(users: unknown): Fault[] {
  const path = 'users';
  if (isAbsent(users)) return [{ path, message: 'is required' }];
  if (!Array.isArray(users)) return [{ path, message: 'must be an array' }];
  if (isIntegerIn(users.length, 1, BULK_USERS_MAX)) return [];
  return [{ path, message: `must hold 1 to ${BULK_USERS_MAX} users` }];
}

function dryRunFaults(isDryRun: unknown): Fault[] {
  if (isAbsent(isDryRun) || typeof isDryRun === 'boolean') return [];
  return [{ path: 'dry_run', message: 'must be true or false' }];
}

function bulkUserOf(sent: unknown): BulkUser {
  const fields = typeof sent === 'string' ? { user_id: sent } : recordOf(sent);
  const wrong = (message: string, userId: string | null = null): BulkUser => ({
    userId,
    properties: null,
    wrong: message,
  });
  if (fields === null) return wrong('must be a user_id or an object with one');
  const { user_id: userId } = fields;
  if (isAbsent(userId) || userId === '') return wrong('user_id is required');
  const fault = idFault(userId);
  if (fault !== null) return wrong(fault, typeof userId === 'string' ? userId : null);
  const id = userId as string;
  const read = propertiesOf('properties' in fields ? fields.properties : undefined);
  if ('wrong' in read) return wrong(`properties ${read.wrong}`, id);
  return { userId: id, properties: read.properties, wrong: null };
}

/** In the words of the contract. */
function idFault(userId: unknown): string | null {
  try {
    assertUserId(userId);
    return null;
  } catch (error) {
    if (error instanceof DomainError) return error.message;
    throw error;
  }
}
