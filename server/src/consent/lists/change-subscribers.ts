import { bucketOf, userIdOf } from '../../platform/ids.ts';
import { changeMany, type ConsentDeps } from '../change-preferences.ts';
import type { ConsentState } from '../consent.ts';
import { knownUsers } from '../sql/lists.ts';
import { choicesOf } from '../sql/preferences.ts';

/** What became of one user. */
export interface SubscriberResult {
  readonly userExternalId: string;
  /** As it is now; null for a user who is not known. */
  readonly state: ConsentState | null;
  readonly result: 'changed' | 'unchanged' | 'unknown_user';
}

/**
 * Puts users on a list, or takes them off it: all who are known, in one transaction.
 *
 * @returns one result for each user, in order
 * @throws `consent.list_not_found`, `consent.list_archived`
 */
export async function changeSubscribers(
  deps: ConsentDeps,
  {
    workspaceId,
    listId,
    userExternalIds,
    to,
    source,
    now,
  }: {
    workspaceId: string;
    listId: string;
    userExternalIds: readonly string[];
    to: 'subscribed' | 'unsubscribed';
    source: string;
    now: Date;
  },
): Promise<SubscriberResult[]> {
  const asked = userExternalIds.map((userExternalId) => {
    const userId = userIdOf(workspaceId, userExternalId);
    return { userExternalId, userId, bucket: bucketOf(userId) };
  });
  const known = await knownUsers(deps.db, { users: asked });
  const users = asked.filter(({ userId }) => known.has(userId));
  const wishes = users.map(({ bucket, userId }) => ({ bucket, userId, listId, to }));
  const made = await changeMany(deps, { workspaceId, wishes, source, now });
  const changed = new Set(made.map(({ userId }) => userId));
  const choices = await choicesOf(deps.db, { users, listIds: [listId] });
  const states = new Map(choices.map(({ userId, state }) => [userId, state]));
  return asked.map(({ userExternalId, userId }) => {
    if (!known.has(userId)) return { userExternalId, state: null, result: 'unknown_user' };
    const result = changed.has(userId) ? 'changed' : 'unchanged';
    return { userExternalId, state: states.get(userId) ?? null, result };
  });
}
