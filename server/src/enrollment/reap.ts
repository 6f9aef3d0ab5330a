import {
  begunAmong,
  heldBy,
  leaseKeyOf,
  lockOrphans,
  orphanBuckets,
  releaseRows,
  settleMessages,
  type Begun,
  type Held,
} from '../delivery/index.ts';
import { inTransaction, type Pool, type Transaction } from '../platform/db.ts';
import { uuidv7In } from '../platform/ids.ts';
import { tzVersion } from '../schedule/zone.ts';
import type { SeriesCatalog } from '../series/index.ts';
import { onlyWayOf } from './advance.ts';
import { factsOf } from './advance.ts';
import { moveOf } from './decisions.ts';
import { findRows } from './sql/find-rows.ts';
import { moveOn } from './sql/move-on.ts';

/**
 * A worker that has not been heard of for this long is taken for dead. It beats every 3 s, so it has
 * missed four beats; with the reaper's own pace its unsent rows are back within 30 s.
 */
export const SILENCE_MS = 15_000;
const REAP_MAX = 500;
const DIED = 'the worker died during the handover';

export interface ReapDeps {
  readonly db: Pool;
  readonly catalog: SeriesCatalog;
  /** How long a worker may be silent before it is taken for dead. */
  readonly silenceMs: number;
}

/**
 * Takes over what dead workers held. Rows whose handover had not begun go back to the queue; messages
 * that were being handed over become in doubt, for nobody knows whether they left.
 *
 * @returns how many rows were taken over
 */
export async function reapDead(deps: ReapDeps): Promise<number> {
  let taken = 0;
  for (const bucket of await orphanBuckets(deps.db, deps)) {
    taken += await inTransaction(deps.db, (tx) => reapBucket(deps, tx, bucket));
  }
  return taken;
}

async function reapBucket(
  { catalog, silenceMs }: ReapDeps,
  tx: Transaction,
  bucket: number,
): Promise<number> {
  const orphans = await lockOrphans(tx, { bucket, silenceMs, limit: REAP_MAX });
  if (orphans.length === 0) return 0;
  // Only now that the rows are locked: an attempt that was being committed a moment ago is seen.
  const begun = await begunAmong(tx, orphans);
  const begunKeys = new Set(begun.map(leaseKeyOf));
  const unsent = orphans.filter((orphan) => !begunKeys.has(leaseKeyOf(orphan)));
  if (unsent.length > 0) await releaseRows(tx, unsent);
  if (begun.length > 0) await doubt(catalog, tx, begun);
  return orphans.length;
}

async function doubt(
  catalog: SeriesCatalog,
  tx: Transaction,
  begun: readonly Begun[],
): Promise<void> {
  const rows = await findRows(tx, begun);
  const now = rows[0]?.dbNow;
  if (now === undefined) return;
  const settled = await settleMessages(
    tx,
    begun.map(({ bucket, messageId: id, leaseToken }) => ({
      bucket,
      id,
      leaseToken,
      eventId: uuidv7In(bucket, now),
      state: 'in_doubt',
      answer: DIED,
    })),
  );
  const isSettled = new Set(settled.map(({ enrollmentId, seq }) => `${enrollmentId}:${seq}`));
  const moves = [];
  for (const row of rows) {
    if (!isSettled.has(`${row.enrollmentId}:${row.seq}`)) continue;
    const series = await catalog.version({
      automationId: row.automationId,
      number: row.version,
      workspaceTimezone: row.workspaceTimezone,
    });
    const facts = factsOf(row, series);
    moves.push(moveOf(row, { facts, outcome: null, reason: DIED, to: onlyWayOf(facts) }));
  }
  if (moves.length > 0) await moveOn(tx, moves, { tzVersion: tzVersion() });
}

/**
 * Gives back rows that this worker holds in the database but not in its hands: a commit whose answer
 * was lost. Nothing of them has left, for what leaves is in hand.
 */
export async function releaseLost(
  db: Pool,
  {
    workerId,
    isInHand,
  }: {
    workerId: string;
    isInHand: (row: Held) => boolean;
  },
): Promise<number> {
  const lost = (await heldBy(db, { workerId, limit: REAP_MAX * 10 })).filter(
    (row) => !isInHand(row),
  );
  if (lost.length > 0) await inTransaction(db, (tx) => releaseRows(tx, lost));
  return lost.length;
}
