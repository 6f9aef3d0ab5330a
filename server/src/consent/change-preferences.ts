import { inTransaction, type Pool, type Transaction } from '../platform/db.ts';
import { NIL_UUID, storedIdOf, uuidv7In } from '../platform/ids.ts';
import { pastDeadlocks } from '../platform/past-deadlocks.ts';
import { stateAfter, type ConsentChange, type PreferenceChange, type UserRef } from './consent.ts';
import { allPending, listArchived, listNotFound } from './errors.ts';
import { userHash, type ConsentKey } from './key.ts';
import {
  choicesOf,
  listRules,
  lockPersons,
  signalChanged,
  signalMessages,
  writeChanges,
  type ListRule,
  type WrittenChange,
} from './sql/preferences.ts';
import { liftUnsubscribes } from './sql/suppressions.ts';

/** What changing consent needs of the process it runs in. */
export interface ConsentDeps {
  readonly db: Pool;
  readonly key: ConsentKey;
  /**
   * Takes back what workers hold for these people but have not begun to hand over, and waits for what
   * is being handed over just now. Called once the change has been committed, for then no attempt can
   * know of an older state that this would not find.
   */
  readonly withdraw: (users: readonly UserRef[]) => Promise<void>;
  /**
   * Asks people to confirm that they join lists, within the transaction of the change: nobody is
   * pending without an email on its way.
   */
  readonly onPending?: (pending: readonly Pending[], tx: Transaction) => Promise<void>;
}

/** Somebody who is to confirm that they join a list. */
export interface Pending extends UserRef {
  readonly workspaceId: string;
  readonly listId: string;
}

/** Who changes something, when, and what shows it: kept with every change as its proof. */
export interface ChangeBasis {
  readonly workspaceId: string;
  /** Where the change came from: `api`, `page`, `one_click`, `confirmed`, … */
  readonly source: string;
  readonly detail?: Readonly<Record<string, unknown>>;
  readonly now: Date;
}

/** A change of one person among many. */
export type PersonChange = UserRef & ConsentChange;

/**
 * Changes what a person wants. What is so already is not changed, and leaves no trace.
 *
 * Once this resolves nothing starts that the person has declined: see `ConsentDeps.withdraw`. Joining
 * a list with double opt-in makes the person `pending`, unless the source is `confirmed`.
 *
 * @returns what was really changed
 * @throws `consent.list_not_found`, `consent.list_archived`, `consent.all_pending`
 */
export async function changePreferences(
  deps: ConsentDeps,
  {
    bucket,
    userId,
    changes,
    ...basis
  }: UserRef & ChangeBasis & { changes: readonly PreferenceChange[] },
): Promise<ConsentChange[]> {
  const wishes = changes.map((change) => ({ ...change, bucket, userId }));
  const made = await changeMany(deps, { ...basis, wishes });
  return made.map(({ listId, before, after }) => ({ listId, before, after }));
}

/**
 * The same for many people at once, in one transaction: all of it or nothing.
 *
 * @param wishes of each person and list the last one counts
 * @throws `consent.list_not_found`, `consent.list_archived`, `consent.all_pending`
 */
export async function changeMany(
  deps: ConsentDeps,
  { wishes, ...basis }: ChangeBasis & { wishes: readonly PersonWish[] },
): Promise<PersonChange[]> {
  const made = await pastDeadlocks(() =>
    inTransaction(deps.db, async (tx) => {
      const { changes, pending } = await applyWishes(tx, deps.key, { ...basis, wishes });
      if (pending.length > 0) await deps.onPending?.(pending, tx);
      return changes;
    }),
  );
  // Also when nothing was changed: the call that changed it may not have come to this point.
  const declined = wishes.filter(({ to }) => to !== 'subscribed');
  if (declined.length > 0) await deps.withdraw(declined);
  return made;
}

/**
 * The same in the caller's transaction, which has to call `withdraw` for who declines once it has
 * committed, and to ask who is pending.
 *
 * @param isConfirmed whoever joins a list has confirmed it
 * @param mayStart whether series may start by it; if left out, by everything but an import
 * @param mayJoinArchived for what is brought along whole, with lists that had been archived
 * @param mayReturn whether who has left a list joins it again by it; if left out, by everything but an import
 * @returns also whoever had left, and stays so
 */
export async function applyWishes(
  tx: Transaction,
  key: ConsentKey,
  {
    wishes,
    workspaceId,
    source,
    detail = {},
    now,
    isConfirmed = false,
    mayStart = source !== 'import',
    mayJoinArchived = false,
    mayReturn = source !== 'import',
  }: ChangeBasis & {
    wishes: readonly PersonWish[];
    isConfirmed?: boolean;
    mayStart?: boolean;
    mayJoinArchived?: boolean;
    mayReturn?: boolean;
  },
): Promise<{ changes: PersonChange[]; pending: Pending[]; stayed: readonly PersonWish[] }> {
  await lockPersons(tx, wishes);
  const listIds = [...new Set(wishes.map(({ listId }) => storedListOf(listId)))];
  const rules = new Map((await listRules(tx, { workspaceId, ids: listIds })).map((r) => [r.id, r]));
  for (const wish of wishes) assertAllowed(wish, rules, { mayJoinArchived });
  const choices = await choicesOf(tx, { users: wishes, listIds });
  const before = new Map(choices.map((c) => [`${c.userId} ${c.listId}`, c.state]));
  const isReturn = ({ userId, listId, to }: PersonWish): boolean =>
    to !== 'unsubscribed' && before.get(`${userId} ${storedListOf(listId)}`) === 'unsubscribed';
  const [stayed, followed] = mayReturn ? [[], wishes] : parted(wishes, isReturn);
  const changes = new Map<string, WrittenChange>();
  // Also who was pending before: whoever asks once more has lost the email.
  const pending = new Map<string, Pending>();
  for (const { bucket, userId, listId, to } of followed) {
    const stored = storedListOf(listId);
    const place = `${userId} ${stored}`;
    const was = before.get(place) ?? null;
    const isDoubleOptIn = !isConfirmed && (rules.get(stored)?.isDoubleOptIn ?? false);
    const after = stateAfter(to, { isDoubleOptIn, before: was, source });
    const id = uuidv7In(bucket, now);
    if (after === was) changes.delete(place);
    else changes.set(place, { id, bucket, userId, listId: stored, before: was, after });
    if (after === 'pending') pending.set(place, { workspaceId, bucket, userId, listId: stored });
    else pending.delete(place);
  }
  const made = [...changes.values()];
  if (made.length > 0) await writeChanges(tx, made, { workspaceId, source, detail, now });
  const left = made.filter(({ after }) => after === 'unsubscribed');
  await signalMessages(tx, { workspaceId, users: onceEach(left), name: 'unsubscribe' });
  await signalChanged(tx, { workspaceId, users: onceEach(made), mayStart });
  await liftFor(tx, key, { wishes: followed, workspaceId, source, now });
  const named = made.map(({ listId, ...change }) => ({
    ...change,
    listId: listId === NIL_UUID ? null : listId,
  }));
  return { changes: named, pending: [...pending.values()], stayed };
}

/** What one person wants of one list. */
type PersonWish = UserRef & PreferenceChange;

/** Those of which something holds, and the others. */
const parted = <T>(all: readonly T[], holds: (one: T) => boolean): [readonly T[], readonly T[]] => [
  all.filter(holds),
  all.filter((one) => !holds(one)),
];

const storedListOf = (listId: string | null): string =>
  listId === null ? NIL_UUID : storedIdOf(listId);

function assertAllowed(
  { listId, to }: PreferenceChange,
  rules: ReadonlyMap<string, ListRule>,
  { mayJoinArchived }: { mayJoinArchived: boolean },
): void {
  if (listId === null) {
    if (to === 'pending') throw allPending();
    return;
  }
  const rule = rules.get(storedListOf(listId));
  if (rule === undefined) throw listNotFound();
  // Leaving works for ever: links in old mail name lists that have been archived since.
  if (rule.isArchived && to !== 'unsubscribed' && !mayJoinArchived) throw listArchived();
}

/** Who asks for mail again is no longer kept among those who had asked for none. */
async function liftFor(
  tx: Transaction,
  key: ConsentKey,
  {
    wishes,
    ...basis
  }: Pick<ChangeBasis, 'workspaceId' | 'source' | 'now'> & {
    wishes: readonly PersonWish[];
  },
): Promise<void> {
  const back = wishes.filter(({ listId, to }) => listId === null && to === 'subscribed');
  if (back.length === 0) return;
  const userHashes = back.map(({ userId }) => userHash(key, userId));
  await liftUnsubscribes(tx, { ...basis, users: back, userHashes });
}

/** Each person once. */
export function onceEach<U extends UserRef>(users: readonly U[]): U[] {
  return [...new Map(users.map((user) => [user.userId, user])).values()];
}
