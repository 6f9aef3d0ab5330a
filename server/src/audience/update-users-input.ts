import { DomainError } from '../platform/errors.ts';
import { isAbsent, recordOf } from '../schedule/fault.ts';
import { usersInvalid } from './errors.ts';
import { assertUserId, patchOf } from './identify-input.ts';
import { dataOf, EXTERNAL_ID_LENGTH_MAX } from './traits-input.ts';
import type { UserPatch } from './user.ts';

export const USERS_PER_CALL_MAX = 1_000;

/** What a call to `POST /api/sdk/users/update` says, before its users are looked into. */
export interface UsersCall {
  readonly users: readonly unknown[];
  readonly isUpdateOnly: boolean;
  readonly token: string | null;
}

/**
 * Reads the body of a users update call.
 *
 * @throws `audience.users_invalid`, naming the field
 */
export function usersCallOf(body: unknown): UsersCall {
  const fields = recordOf(body) ?? {};
  const { users } = fields;
  if (isAbsent(users)) throw usersInvalid('users is required');
  if (!Array.isArray(users)) throw usersInvalid('users must be an array');
  if (users.length > USERS_PER_CALL_MAX) {
    throw usersInvalid(`users must hold at most ${USERS_PER_CALL_MAX} users`);
  }
  const isUpdateOnly = fields['update_only'] ?? false;
  if (typeof isUpdateOnly !== 'boolean') throw usersInvalid('update_only must be a boolean');
  const token = fields['user_token'] ?? null;
  if (token !== null && typeof token !== 'string') {
    throw usersInvalid('user_token must be a string');
  }
  return { users, isUpdateOnly, token };
}

/** One user of a call: what to write, or what is wrong with it. */
export type UserItem =
  | { readonly index: number; readonly userId: string; readonly patch: UserPatch }
  | { readonly index: number; readonly userId: string | null; readonly error: string };

/**
 * Reads one user of a call by the rules of identify.
 *
 * @param docsUrl where reserved keys are explained
 */
export function userItemOf(
  value: unknown,
  { index, docsUrl }: { index: number; docsUrl: string },
): UserItem {
  const fields = recordOf(value);
  if (fields === null) return { index, userId: null, error: `users[${index}] must be an object` };
  const userId = fields['user_id'];
  if (isAbsent(userId) || userId === '') {
    return { index, userId: null, error: 'user_id is required' };
  }
  try {
    assertUserId(userId);
    return { index, userId, patch: patchOf(dataOf(fields), { docsUrl }).patch };
  } catch (error) {
    // A refusal of this user, which the answer tells beside the good ones.
    if (!(error instanceof DomainError)) throw error;
    return { index, userId: shownIdOf(userId), error: error.message };
  }
}

/** An id that was sent, as far as it can be told again. */
function shownIdOf(userId: unknown): string | null {
  if (typeof userId !== 'string') return null;
  return userId.slice(0, EXTERNAL_ID_LENGTH_MAX).toWellFormed();
}
