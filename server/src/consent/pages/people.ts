import { DomainError } from '../../platform/errors.ts';
import { bucketOf } from '../../platform/ids.ts';
import { changePreferences, type ConsentDeps } from '../change-preferences.ts';
import type { ConsentChange, PreferenceChange, UserRef } from '../consent.ts';
import { addressHash } from '../key.ts';
import { readPreferences, type Preferences } from '../read-preferences.ts';
import { changesOf, type Choice } from './choice.ts';
import { isSentTo, type ConfirmLink, type ConsentLink } from './link.ts';
import { addressOf, lastLeft } from './sql.ts';

/** What the pages need to change what a person gets. */
export interface PeopleDeps extends ConsentDeps {
  /** The time of a workspace side. */
  readonly sideNow: (workspaceId: string) => Promise<Date>;
}

type Person = UserRef & { readonly workspaceId: string };

/** Whose link it is. */
const personOf = ({
  workspaceId,
  userId,
}: Pick<ConsentLink, 'workspaceId' | 'userId'>): Person => ({
  workspaceId,
  userId,
  bucket: bucketOf(userId),
});

/** What the preference page is made of. */
export interface State extends Preferences {
  readonly address: string | null;
}

export async function stateOf({ db }: PeopleDeps, link: ConsentLink): Promise<State> {
  const person = personOf(link);
  const [preferences, address] = await Promise.all([
    readPreferences(db, person),
    addressOf(db, person),
  ]);
  return { ...preferences, address };
}

/**
 * Ends what the link's email was about. Once this resolves, none of it begins to leave any more.
 *
 * Of a list that there is no longer nothing comes anyway.
 */
export async function unsubscribe(
  deps: PeopleDeps,
  link: ConsentLink,
  source: 'one_click' | 'page',
): Promise<void> {
  await change(deps, link, { source, changes: [{ listId: link.listId, to: 'unsubscribed' }] });
}

/**
 * Brings back what `unsubscribe` has ended, as it was: who had confirmed a list need not do so again,
 * and who had not been on it is not put there.
 */
export async function undo(deps: PeopleDeps, link: ConsentLink): Promise<void> {
  const { listId } = link;
  const left = await lastLeft(deps.db, { ...personOf(link), listId });
  if (left === null) return;
  const wasOn =
    left.before === 'subscribed' ||
    (left.before === null && (listId === null || left.kind === 'opt_out'));
  if (!wasOn && left.before !== 'pending') return;
  const source = wasOn ? 'confirmed' : 'page';
  const changes = [{ listId, to: 'subscribed' as const }];
  await change(deps, link, { source, changes, by: 'undo' });
}

/** @returns what really changed */
export async function choose(
  deps: PeopleDeps,
  link: ConsentLink,
  choice: Choice,
): Promise<ConsentChange[]> {
  const now = await readPreferences(deps.db, personOf(link));
  return change(deps, link, { source: 'page', changes: changesOf(now, choice) });
}

/** Turns all marketing off, or back to what the lists say. */
export async function turnAll(
  deps: PeopleDeps,
  link: ConsentLink,
  to: 'subscribed' | 'unsubscribed',
): Promise<void> {
  await change(deps, link, { source: 'page', changes: [{ listId: null, to }] });
}

/**
 * Confirms that somebody joins a list, if that is still open and the link came to their present
 * address. Who had left everything gets this list then, and nothing else.
 *
 * @returns whether the person is on the list now
 */
export async function confirm(deps: PeopleDeps, link: ConfirmLink): Promise<boolean> {
  const { listId } = link;
  const person = personOf(link);
  const [now, address] = await Promise.all([
    readPreferences(deps.db, person),
    addressOf(deps.db, person),
  ]);
  const state = now.lists.find(({ id }) => id === listId)?.state;
  if (state === undefined || state === 'unsubscribed') return false;
  if (address === null || !isSentTo(link, addressHash(deps.key, address))) return false;
  // A link that has done its work does not undo what was chosen since.
  if (state === 'subscribed') return now.all === 'subscribed';
  const shown = new Set(now.lists.map(({ id }) => id));
  const changes =
    now.all === 'unsubscribed'
      ? changesOf(now, { shown, on: new Set([listId]) })
      : [{ listId, to: 'subscribed' as const }];
  await change(deps, { ...link, messageId: null }, { source: 'confirmed', changes });
  return true;
}

/** Codes of what a list that is gone, or archived meanwhile, cannot do; the person is not to blame. */
const GONE = new Set(['consent.list_not_found', 'consent.list_archived']);

async function change(
  deps: PeopleDeps,
  link: Pick<ConsentLink, 'workspaceId' | 'userId' | 'messageId'>,
  { source, changes, by }: { source: string; changes: readonly PreferenceChange[]; by?: string },
): Promise<ConsentChange[]> {
  if (changes.length === 0) return [];
  const { workspaceId, messageId } = link;
  const detail = {
    ...(messageId === null ? {} : { message_id: messageId }),
    ...(by === undefined ? {} : { by }),
  };
  const now = await deps.sideNow(workspaceId);
  try {
    return await changePreferences(deps, { ...personOf(link), changes, source, detail, now });
  } catch (error) {
    if (error instanceof DomainError && GONE.has(error.code)) return [];
    throw error;
  }
}
