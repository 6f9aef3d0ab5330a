import { inTransaction, type Transaction } from '../platform/db.ts';
import { addressKey, addressSpellings } from '../platform/email-address.ts';
import { bucketOf, uuidv7 } from '../platform/ids.ts';
import { pastDeadlocks } from '../platform/past-deadlocks.ts';
import { isCaused, recordChange } from '../workspace/index.ts';
import { onceEach, type ChangeBasis, type ConsentDeps } from './change-preferences.ts';
import type { SuppressionReason, UserRef } from './consent.ts';
import { addressHash, userHash, type ConsentKey } from './key.ts';
import { lockPersons, signalMessages } from './sql/preferences.ts';
import {
  deleteSuppressions,
  insertSuppressions,
  usersWithAddress,
  type NewSuppression,
} from './sql/suppressions.ts';

/** Who is suppressed: an address, whoever has it, or a user by the internal id. */
export type SuppressionTarget = { readonly address: string } | { readonly userId: string };

/** One person or address, and why. */
export type SuppressionAsk = SuppressionTarget & { readonly reason: SuppressionReason };

/** What people did about their mail, as series hear of it. */
const SIGNAL_OF: Partial<Record<SuppressionReason, 'hard_bounce' | 'complaint' | 'unsubscribe'>> = {
  hard_bounce: 'hard_bounce',
  complaint: 'complaint',
  unsubscribe: 'unsubscribe',
};

/**
 * Keeps mail from addresses and people. Once this resolves none starts to them: of reason
 * `unsubscribe` no marketing, of any other nothing at all. What is suppressed already stays as it is.
 *
 * @returns how many are new
 */
export async function suppress(
  deps: ConsentDeps,
  {
    targets,
    reason,
    ...basis
  }: ChangeBasis & { targets: readonly SuppressionTarget[]; reason: SuppressionReason },
): Promise<number> {
  const asks = targets.map((target) => ({ ...target, reason }));
  return (await suppressMany(deps, { ...basis, asks })).size;
}

/**
 * The same with a reason for each.
 *
 * @returns the places of those that are new, among the asks
 */
export async function suppressMany(
  deps: ConsentDeps,
  input: ChangeBasis & { asks: readonly SuppressionAsk[] },
): Promise<Set<number>> {
  const { added, users } = await pastDeadlocks(() =>
    inTransaction(deps.db, (tx) => recordAsks(tx, deps.key, input)),
  );
  await deps.withdraw(users);
  return added;
}

/**
 * Writes suppressions in the caller's transaction, which has to call `withdraw` for the users that
 * this gives once it has committed.
 */
export async function recordSuppressions(
  tx: Transaction,
  key: ConsentKey,
  {
    targets,
    reason,
    ...basis
  }: ChangeBasis & { targets: readonly SuppressionTarget[]; reason: SuppressionReason },
): Promise<{ added: number; users: UserRef[] }> {
  const asks = targets.map((target) => ({ ...target, reason }));
  const { added, users } = await recordAsks(tx, key, { ...basis, asks });
  return { added: added.size, users };
}

/**
 * Writes suppressions in the caller's transaction, which has to call `withdraw` for the users that this
 * gives once it has committed.
 *
 * @returns the places of those that are new, among the asks
 */
export async function recordAsks(
  tx: Transaction,
  key: ConsentKey,
  {
    asks,
    workspaceId,
    source,
    detail = {},
    now,
  }: ChangeBasis & { asks: readonly SuppressionAsk[] },
): Promise<{ added: Set<number>; users: UserRef[] }> {
  const rows = new Map<string, NewSuppression & { place: number }>();
  for (const [place, ask] of asks.entries()) {
    const ids = { id: uuidv7(now), changeId: uuidv7(now) };
    const row = { ...ids, ...storedTarget(key, ask), reason: ask.reason, detail, place };
    const name = `${row.hash} ${row.reason}`;
    if (!rows.has(name)) rows.set(name, row);
  }
  const all = [...rows.values()];
  const reached = await usersReached(tx, workspaceId, all);
  await lockPersons(tx, [...reached.values()].flat());
  const fresh = await insertSuppressions(tx, all, { workspaceId, source, now });
  const added = all.filter(({ id }) => fresh.has(id));
  if (isCaused()) await recordAdded(tx, { workspaceId, source, detail, added });
  for (const [reason, group] of Map.groupBy(added, (row) => row.reason)) {
    const name = SIGNAL_OF[reason];
    const users = onceEach(group.flatMap(({ hash }) => reached.get(hash) ?? []));
    if (name !== undefined) await signalMessages(tx, { workspaceId, users, name });
  }
  return {
    added: new Set(added.map(({ place }) => place)),
    users: onceEach([...reached.values()].flat()),
  };
}

/** What a member or a key has ordered; what comes back by itself has its proofs, and no entry. */
async function recordAdded(
  tx: Transaction,
  {
    workspaceId,
    source,
    detail,
    added,
  }: {
    workspaceId: string;
    source: string;
    detail: Readonly<Record<string, unknown>>;
    added: readonly NewSuppression[];
  },
): Promise<void> {
  const [first] = added;
  if (first === undefined) return;
  const { note } = detail;
  const reasons = [...new Set(added.map(({ reason }) => reason))];
  await recordChange(tx, {
    workspaceId,
    action: source === 'import' ? 'suppression.import' : 'suppression.create',
    target: { kind: 'suppression', id: first.id, name: added.length === 1 ? first.address : null },
    before: null,
    after: {
      count: added.length,
      reasons,
      source,
      ...(typeof note === 'string' ? { note } : {}),
    },
  });
}

function storedTarget(
  key: ConsentKey,
  target: SuppressionTarget,
): Pick<NewSuppression, 'kind' | 'hash' | 'address' | 'userId'> {
  if ('userId' in target) {
    const { userId } = target;
    return { kind: 'user', hash: userHash(key, userId), address: null, userId };
  }
  const address = addressKey(target.address);
  return { kind: 'address', hash: addressHash(key, address), address, userId: null };
}

/** Who is meant by each suppression, by its hash. */
async function usersReached(
  tx: Transaction,
  workspaceId: string,
  rows: readonly NewSuppression[],
): Promise<Map<string, UserRef[]>> {
  const reached = new Map<string, UserRef[]>();
  const hashOf = new Map<string, string>();
  for (const { hash, address, userId } of rows) {
    if (userId !== null) reached.set(hash, [{ bucket: bucketOf(userId), userId }]);
    if (address === null) continue;
    for (const spelling of addressSpellings(address)) hashOf.set(spelling, hash);
  }
  if (hashOf.size === 0) return reached;
  const addresses = [...hashOf.keys()];
  for (const { address, ...user } of await usersWithAddress(tx, { workspaceId, addresses })) {
    const hash = hashOf.get(address);
    if (hash !== undefined) reached.set(hash, [...(reached.get(hash) ?? []), user]);
  }
  return reached;
}

/**
 * Lets mail go again to what was suppressed. The proof that it was stays.
 *
 * @param ids of suppressions
 * @param note why, in the words of whoever did it
 * @returns how many there were
 */
export function unsuppress(
  deps: Pick<ConsentDeps, 'db'>,
  {
    ids,
    workspaceId,
    source,
    note,
    now,
  }: Omit<ChangeBasis, 'detail'> & { ids: readonly string[]; note: string },
): Promise<number> {
  const changeIds = ids.map(() => uuidv7(now));
  const change = { ids, changeIds, workspaceId, source, note, now };
  return pastDeadlocks(() =>
    inTransaction(deps.db, async (tx) => {
      const gone = await deleteSuppressions(tx, change);
      for (const { id, address, reason } of isCaused() ? gone : []) {
        await recordChange(tx, {
          workspaceId,
          action: 'suppression.delete',
          target: { kind: 'suppression', id, name: address },
          before: { reason },
          after: { note },
        });
      }
      return gone.length;
    }),
  );
}
