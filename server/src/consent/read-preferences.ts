import type { Db } from '../platform/db.ts';
import { stateWithoutChoice, type ConsentState, type ListKind, type UserRef } from './consent.ts';
import { hasLeftAll, listChoices } from './sql/preferences.ts';

/** Far more lists than anybody would read through. */
const LISTS_MAX = 500;

/** What a person gets: of all marketing, and of each list. */
export interface Preferences {
  readonly all: 'subscribed' | 'unsubscribed';
  readonly lists: readonly ListPreference[];
}

export interface ListPreference {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly kind: ListKind;
  readonly doubleOptIn: boolean;
  /** As it is in effect: where nothing was chosen, by the kind of the list. */
  readonly state: ConsentState;
  /** When the person chose; null where nothing was chosen. */
  readonly at: Date | null;
}

/** What a person gets now, list by list. Archived lists are left out. */
export async function readPreferences(
  db: Db,
  user: UserRef & { workspaceId: string },
): Promise<Preferences> {
  const [lists, hasLeft] = await Promise.all([
    listChoices(db, { ...user, limit: LISTS_MAX }),
    hasLeftAll(db, user),
  ]);
  return {
    all: hasLeft ? 'unsubscribed' : 'subscribed',
    lists: lists.map((list) => ({ ...list, state: list.state ?? stateWithoutChoice(list.kind) })),
  };
}
