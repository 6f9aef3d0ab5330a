import type { Deliverer } from '../delivery/index.ts';
import { beat, forgetWorkers, stopWorker, type WorkerStart } from '../delivery/index.ts';
import { inTransaction } from '../platform/db.ts';
import { advanceBucket, advanceTestSide, CLAIM_MAX, type AdvanceDeps } from './advance-due.ts';
import type { StepContext } from './decide.ts';
import { reapDead, releaseLost } from './reap.ts';
import { replanResumed } from './replan.ts';
import { dueBuckets, dueTestSides } from './sql/claim-due.ts';
import { lockArchivedRows } from './sql/leave.ts';
import { cancelRows } from './sql/move-on.ts';

/** Everything a worker does, one bounded piece at a time. */
export interface Engine {
  /** Advances what is due on live sides. */
  readonly advanceLive: () => Promise<number>;
  /** Advances what is due by the clocks of test sides. */
  readonly advanceTests: () => Promise<number>;
  /** Takes over from dead workers, and frees what this one has lost hold of. */
  readonly reap: () => Promise<number>;
  /** Plans resumed rows anew, ends enrollments of archived series. */
  readonly tidy: () => Promise<number>;
  readonly beat: () => Promise<number>;
  readonly stop: () => Promise<void>;
}

export interface EngineDeps extends Omit<AdvanceDeps, 'hands' | 'workerId'> {
  readonly worker: WorkerStart;
  readonly deliverer: Deliverer<StepContext>;
  readonly monotonicMs: () => number;
}

const BUCKETS = 64;
const TEST_SIDES_MAX = 100;
const ARCHIVED_MAX = 500;
/** Buckets advanced at once: one waits for the database while another is decided. */
const BUCKETS_AT_ONCE = 3;
/**
 * The low-water mark stays this far behind the newest due time seen, because a row may be committed
 * a little after the instant it is due at.
 */
const MARK_LAG_MS = 5_000;
/** How often everything is looked at whatever the marks say: rows that came back, or came late. */
const SWEEP_EVERY_MS = 5_000;
const EPOCH = new Date(0);

/**
 * A worker's engine.
 *
 * Each bucket has a low-water mark on the due time: what was due before it has been handled, so the
 * claim does not walk over its dead index entries again. With a snapshot held elsewhere (a dump, a
 * long report) those stay for as long as it is held, and a claim without a mark gets slower and slower.
 */
export function createEngine(deps: EngineDeps): Engine {
  const { db, deliverer, worker } = deps;
  const marks: Date[] = Array.from({ length: BUCKETS }, () => EPOCH);
  let sweptAtMs = Number.NEGATIVE_INFINITY;
  const advanceDeps: AdvanceDeps = { ...deps, workerId: worker.id, hands: deliverer };

  async function advanceLive(): Promise<number> {
    const room = deliverer.room();
    if (room <= 0) return 0;
    const nowMs = deps.monotonicMs();
    const isSweep = nowMs - sweptAtMs >= SWEEP_EVERY_MS;
    if (isSweep) {
      marks.fill(EPOCH);
      sweptAtMs = nowMs;
    }
    const due = await dueBuckets(db, { marks });
    let handled = 0;
    const queue = [...due];
    const limit = Math.min(CLAIM_MAX, room);
    const lane = async (): Promise<void> => {
      for (let bucket = queue.shift(); bucket !== undefined; bucket = queue.shift()) {
        if (deliverer.room() <= 0) return;
        handled += await advanceOne(bucket, limit);
      }
    };
    await Promise.all(Array.from({ length: BUCKETS_AT_ONCE }, lane));
    return handled;
  }

  async function advanceOne(bucket: number, limit: number): Promise<number> {
    const mark = marks[bucket] ?? EPOCH;
    const advanced = await advanceBucket(advanceDeps, { bucket, mark, limit });
    if (advanced.lastDueAt !== null) {
      marks[bucket] = new Date(Math.max(mark.getTime(), advanced.lastDueAt.getTime() - MARK_LAG_MS));
    }
    return advanced.handled;
  }

  async function advanceTests(): Promise<number> {
    let handled = 0;
    for (const workspaceId of await dueTestSides(db, { limit: TEST_SIDES_MAX })) {
      handled += (await advanceTestSide(advanceDeps, { workspaceId })).handled;
    }
    return handled;
  }

  async function tidy(): Promise<number> {
    const ended = await inTransaction(db, async (tx) => {
      const rows = await lockArchivedRows(tx, { limit: ARCHIVED_MAX });
      const [first] = rows;
      if (first === undefined) return 0;
      await cancelRows(tx, rows, { state: 'ended', reason: 'series_archived', now: first.now });
      return rows.length;
    });
    return ended + (await replanResumed(deps));
  }

  return {
    advanceLive,
    advanceTests,
    tidy,
    reap: async () => {
      const lost = await releaseLost(db, { workerId: worker.id, isInHand: deliverer.isInHand });
      return lost + (await reapDead(deps));
    },
    beat: async () => {
      await beat(db, worker);
      await forgetWorkers(db);
      return 0;
    },
    stop: async () => {
      await deliverer.stop();
      await stopWorker(db, worker.id);
    },
  };
}
