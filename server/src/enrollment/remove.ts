import { setTimeout as sleep } from 'node:timers/promises';
import { inTransaction, refusalOf, type Db, type Pool } from '../platform/db.ts';
import { bucketOf, storedIdOf, userIdOf } from '../platform/ids.ts';
import { usersByIds } from '../audience/index.ts';
import type { SeriesCatalog } from '../series/index.ts';
import { notASeries, seriesNotFound } from '../series/index.ts';
import { userNotFound } from './errors.ts';
import { endActive, isBeingHandedOver, lockRows, lockRowsAtOnce, sideNow } from './sql/leave.ts';
import { cancelRows } from './sql/move-on.ts';

/** Deadlock detected, lock not available. */
const COLLISIONS: readonly string[] = ['40P01', '55P03'];
/** Each try waits behind what the one before it collided with. */
const TRIES_MAX = 10;
/**
 * A handover that had begun is waited for, since its bytes may leave after it was recorded. Most take a
 * tenth of a second; a server that lets us wait longer must not hold the caller up as well.
 */
const HANDOVER_WAIT_MS = 5_000;
const HANDOVER_POLL_MS = 20;

/**
 * Takes a user out of a series: pending steps go, what was sent stays. Works in every status.
 *
 * Once this returns, no send of that enrollment starts: an attempt takes the same locks, so it has
 * either begun before or finds the enrollment ended. One that had begun has come to its end as well,
 * unless that takes more than five seconds.
 *
 * @returns whether the user was in it
 * @throws `enrollment.user_not_found`, `series.not_found`, `series.wrong_type`
 */
export async function removeUser(
  { db, catalog }: { db: Pool; catalog: SeriesCatalog },
  {
    workspaceId,
    userExternalId,
    seriesId,
  }: {
    workspaceId: string;
    userExternalId: string;
    seriesId: string;
  },
): Promise<boolean> {
  const userId = userIdOf(workspaceId, userExternalId);
  const bucket = bucketOf(userId);
  await assertUser(db, { workspaceId, userExternalId });
  const automationId = storedIdOf(seriesId);
  const automation = await catalog.automation({ workspaceId, id: automationId });
  if (automation === null) throw seriesNotFound();
  if (automation.type !== 'series') throw notASeries();
  const ref = { bucket, userId, automationId };
  const wasActive = await leaveAtLast(db, { ...ref, workspaceId });
  if (wasActive) await handoverEnds(db, ref);
  return wasActive;
}

/** A user and a series, by their internal ids. */
interface PassageRef {
  readonly bucket: number;
  readonly userId: string;
  readonly automationId: string;
}

/** Passages ended at a time: each takes a connection, and other calls need some too. */
const AT_ONCE_MAX = 4;

/**
 * `removeUser` for many users of one series, who are known to exist.
 *
 * Handovers that had begun are waited for together: all of them within the five seconds.
 *
 * @param refs each user once
 * @returns the internal ids of those who were in it
 */
export async function removeUsers(
  db: Pool,
  refs: readonly (PassageRef & { workspaceId: string })[],
): Promise<Set<string>> {
  const removed: PassageRef[] = [];
  const left = refs.values();
  const work = async (): Promise<void> => {
    for (const ref of left) if (await leaveAtLast(db, ref)) removed.push(ref);
  };
  await Promise.all(Array.from({ length: AT_ONCE_MAX }, work));
  const late = AbortSignal.timeout(HANDOVER_WAIT_MS);
  for (const ref of removed) await handoverEnds(db, ref, late);
  return new Set(removed.map(({ userId }) => userId));
}

/**
 * Ends a user's passage through one series, whoever else holds it just now, and takes away its rows.
 *
 * @returns whether the user was in it
 */
export async function leaveAtLast(
  db: Pool,
  ref: PassageRef & { workspaceId: string },
): Promise<boolean> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await leave(db, ref);
    } catch (error) {
      const isCollision = COLLISIONS.includes(refusalOf(error)?.sqlState ?? '');
      if (tries >= TRIES_MAX || !isCollision) throw error;
    }
  }
}

async function handoverEnds(
  db: Db,
  ref: PassageRef,
  late = AbortSignal.timeout(HANDOVER_WAIT_MS),
): Promise<void> {
  while (!late.aborted && (await isBeingHandedOver(db, ref))) await sleep(HANDOVER_POLL_MS);
}

/** @throws `enrollment.user_not_found` */
export async function assertUser(
  db: Db,
  { workspaceId, userExternalId }: { workspaceId: string; userExternalId: string },
): Promise<void> {
  const id = userIdOf(workspaceId, userExternalId);
  const known = await usersByIds(db, [{ bucket: bucketOf(id), id }]);
  if (!known.has(id)) throw userNotFound();
}

/** Rows are locked before their enrollment, which is the order in which the worker takes them. */
function leave(db: Pool, ref: PassageRef & { workspaceId: string }): Promise<boolean> {
  return inTransaction(db, async (tx) => {
    const now = await sideNow(tx, ref.workspaceId);
    await lockRows(tx, ref);
    const ended = { ...ref, reason: 'removed', now };
    const wasActive = await endActive(tx, ended);
    // Again, for a row that came between: its enrollment is ended now, so no more can follow.
    const rows = await lockRowsAtOnce(tx, ref);
    if (rows.length === 0) return wasActive;
    // Or the whole enrollment came between: then it is this call that ends it.
    const isEnded = wasActive || (await endActive(tx, ended));
    await cancelRows(tx, rows, { state: 'removed', reason: 'removed', now });
    return isEnded;
  });
}
