import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Identifier } from './identify.ts';
import type { UserChanged } from './sql/users.ts';
import { userItemOf, type UserItem } from './update-users-input.ts';

/** What became of the users of one call. */
export interface UsersUpdated {
  readonly created: number;
  readonly updated: number;
  /** Not known, and `isUpdateOnly`. */
  readonly skipped: number;
  /** In the order of the call. */
  readonly errors: readonly { index: number; userId: string | null; error: string }[];
  /** Internal ids of those whose time zone is another one now. */
  readonly moved: readonly string[];
}

/** Users read in one go: long lists must not keep others waiting. */
const READ_AT_ONCE_MAX = 50;

/**
 * Writes data about many users. Not activity: nobody was seen, and nothing starts.
 *
 * Good ones are written even when others are wrong. One that is named twice is written twice, in order.
 *
 * @param docsUrl where reserved keys are explained
 */
export async function updateUsers(
  identifier: Identifier,
  {
    workspaceId,
    users,
    isUpdateOnly,
    docsUrl,
  }: { workspaceId: string; users: readonly unknown[]; isUpdateOnly: boolean; docsUrl: string },
): Promise<UsersUpdated> {
  const items = await itemsOf(users, docsUrl);
  const done = await Promise.all(
    items.flatMap((item) =>
      'patch' in item
        ? [
            identifier.update({
              workspaceId,
              externalId: item.userId,
              patch: item.patch,
              mayCreate: !isUpdateOnly,
            }),
          ]
        : [],
    ),
  );
  const count = (wanted: UserChanged['outcome']): number =>
    done.filter(({ outcome }) => outcome === wanted).length;
  return {
    created: count('created'),
    updated: count('changed'),
    skipped: count('absent'),
    errors: items.flatMap((item) => ('error' in item ? [item] : [])),
    moved: [...new Set(done.filter((each) => each.isTimezoneChanged).map(({ id }) => id))],
  };
}

async function itemsOf(users: readonly unknown[], docsUrl: string): Promise<UserItem[]> {
  const items: UserItem[] = [];
  for (const [index, user] of users.entries()) {
    if (index > 0 && index % READ_AT_ONCE_MAX === 0) await nextTurn();
    items.push(userItemOf(user, { index, docsUrl }));
  }
  return items;
}
