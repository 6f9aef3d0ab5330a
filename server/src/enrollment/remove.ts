import { setTimeout as sleep } from 'node:timers/promises';
import { inTransaction, refusalOf, type Db, type Pool } from '../platform/db.ts';
import { bucketOf, storedIdOf, userIdOf } from '../platform/ids.ts';
import { usersByIds } from '../audience/index.ts';
import type { SeriesCatalog } from '../series/index.ts';
import { notASeries, seriesNotFound } from '../series/index.ts';
import { userNotFound } from './errors.ts';
import { endActive, isBeingHandedOver, lockRows, sideNow } from './sql/leave.ts';
import { cancelRows } from './sql/move-on.ts';

const DEADLOCK = '40P01';
/** Each try waits behind what the one before it collided with. */
const TRIES_MAX = 5;
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

interface PassageRef {
  readonly bucket: number;
  readonly userId: string;
  readonly automationId: string;
}

async function leaveAtLast(db: Pool, ref: PassageRef & { workspaceId: string }): Promise<boolean> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await leave(db, ref);
    } catch (error) {
      if (tries >= TRIES_MAX || refusalOf(error)?.sqlState !== DEADLOCK) throw error;
    }
  }
}

async function handoverEnds(db: Db, ref: PassageRef): Promise<void> {
  const late = AbortSignal.timeout(HANDOVER_WAIT_MS);
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
    const rows = await lockRows(tx, ref);
    if (rows.length === 0) return wasActive;
    // Or the whole enrollment came between: then it is this call that ends it.
    const isEnded = wasActive || (await endActive(tx, ended));
    await cancelRows(tx, rows, { state: 'removed', reason: 'removed', now });
    return isEnded;
  });
}
