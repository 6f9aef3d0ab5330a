import type { Deliverer } from '../delivery/index.ts';
import { beat, stopWorker, type Held, type WorkerStart } from '../delivery/index.ts';
import { inTransaction, type Pool } from '../platform/db.ts';
import type { WebhookCaller } from '../delivery/index.ts';
import { advanceBucket, advanceTestSide, CLAIM_MAX, type AdvanceDeps } from './advance-due.ts';
import type { StepContext } from './decisions.ts';
import { LowWaterMarks } from './low-water-marks.ts';
import { migrateSome } from './migrate.ts';
import { reactBucket, type ReactDeps } from './react/react.ts';
import { reapDead, releaseLost } from './reap.ts';
import { replanResumed } from './replan.ts';
import { scanTick } from './scan/scan-some.ts';
import { dueBuckets } from './sql/claim-due.ts';
import { lockArchivedRows, tidyWork } from './sql/leave.ts';
import { lookForWork } from './sql/look.ts';
import { cancelRows } from './sql/move-on.ts';

/** Everything a worker does, one bounded piece at a time. */
export interface Engine {
  /** Advances what is due on live sides. */
  readonly advanceLive: () => Promise<number>;
  /** Handles what happened to users, and what is due on test sides; says when there is more to do. */
  readonly look: () => Promise<number>;
  /** Takes pieces of scans, and of people on their way to another version: nobody waits for them. */
  readonly background: () => Promise<number>;
  /** Takes over from dead workers, and frees what this one has lost hold of. */
  readonly reap: () => Promise<number>;
  /** Plans resumed rows anew, ends enrollments of archived series. */
  readonly tidy: () => Promise<number>;
  readonly beat: () => Promise<number>;
  readonly stop: () => Promise<void>;
}

export interface EngineDeps extends Omit<AdvanceDeps, 'hands' | 'callers' | 'workerId'> {
  readonly worker: WorkerStart;
  readonly deliverer: Deliverer<StepContext>;
  readonly caller: WebhookCaller<StepContext>;
  readonly monotonicMs: () => number;
  /** Called when steps may have become due, so that claiming need not wait for its poll. */
  readonly onEntered: () => void;
  /** Called when there is something for `background`. */
  readonly onBackground: () => void;
  /** How long a worker may be silent before this one takes it for dead. */
  readonly silenceMs: number;
}

const TEST_SIDES_MAX = 100;
const ARCHIVED_MAX = 500;
/** Buckets worked on at once: one waits for the database while another is decided. */
const BUCKETS_AT_ONCE = 3;

/** A worker's engine. */
export function createEngine(deps: EngineDeps): Engine {
  const { db, deliverer, caller, worker } = deps;
  const reactDeps = { ...deps, failures: new Map<number, number>() };
  const advanceDeps: AdvanceDeps = {
    ...deps,
    workerId: worker.id,
    hands: deliverer,
    callers: caller,
  };

  async function look(): Promise<number> {
    const work = await lookForWork(db, { testSidesMax: TEST_SIDES_MAX });
    let handled = await reactAll(reactDeps, work.signalBuckets);
    // Whoever was woken or has entered is due now.
    if (handled > 0) deps.onEntered();
    for (const workspaceId of work.testSides) {
      handled += (await advanceTestSide(advanceDeps, { workspaceId })).handled;
    }
    const { hasScans, hasMigrations, hasBroadcasts } = work;
    if (hasScans || hasMigrations || hasBroadcasts) deps.onBackground();
    // Of steps that waited until it was looked at what had happened.
    if (handled > 0) deps.onEntered();
    return handled;
  }

  return {
    advanceLive: liveRounds(deps, advanceDeps),
    look,
    background: async () => (await scanTick(deps)) + (await migrateSome(deps)),
    tidy: () => tidy(deps),
    reap: async () => {
      // Who says that others are dead lives: after a sleep this may be the first thing that runs.
      await beat(db, worker);
      const isInHand = (row: Held): boolean => deliverer.isInHand(row) || caller.isInHand(row);
      const lost = await releaseLost(db, { workerId: worker.id, isInHand });
      return lost + (await reapDead(deps));
    },
    beat: async () => {
      await beat(db, worker);
      return 0;
    },
    stop: async () => {
      await Promise.all([deliverer.stop(), caller.stop()]);
      await stopWorker(db, worker.id);
    },
  };
}

/** Advances what is due on live sides, a round of all buckets at a time. */
function liveRounds(
  { db, deliverer, monotonicMs }: EngineDeps,
  advanceDeps: AdvanceDeps,
): () => Promise<number> {
  const marks = new LowWaterMarks();
  let leavingShare = 1;
  return async () => {
    if (deliverer.room() <= 0) return 0;
    const queue = await dueBuckets(db, { marks: marks.look(monotonicMs()) });
    let handled = 0;
    const lane = async (): Promise<void> => {
      for (let bucket = queue.shift(); bucket !== undefined; bucket = queue.shift()) {
        const room = deliverer.room();
        if (room <= 0) return;
        // Waits and conditions need no room: where the last batch held few emails, so may this one.
        const limit = Math.ceil(Math.min(CLAIM_MAX, room / leavingShare));
        const mark = marks.of(bucket);
        const advanced = await advanceBucket(advanceDeps, { bucket, mark, limit, room });
        if (advanced.handled > 0) leavingShare = advanced.leavingShare;
        if (advanced.lastDueAt !== null) marks.raise(bucket, advanced.lastDueAt);
        handled += advanced.handled;
      }
    };
    await Promise.all(Array.from({ length: BUCKETS_AT_ONCE }, lane));
    return handled;
  };
}

async function tidy(deps: EngineDeps): Promise<number> {
  const { isArchived, isResumed } = await tidyWork(deps.db);
  const ended = isArchived ? await endArchived(deps.db) : 0;
  return isResumed ? ended + (await replanResumed(deps)) : ended;
}

async function reactAll(deps: ReactDeps, buckets: readonly number[]): Promise<number> {
  const left = buckets.values();
  let handled = 0;
  const lane = async (): Promise<void> => {
    for (const bucket of left) {
      const count = await reactBucket(deps, bucket);
      handled += count;
    }
  };
  await Promise.all(Array.from({ length: BUCKETS_AT_ONCE }, lane));
  return handled;
}

/** Ends enrollments of archived series, a batch at a time. */
function endArchived(db: Pool): Promise<number> {
  return inTransaction(db, async (tx) => {
    const rows = await lockArchivedRows(tx, { limit: ARCHIVED_MAX });
    // Test sides go by clocks of their own.
    const byNow = Map.groupBy(rows, ({ now }) => now.getTime());
    for (const [ms, ended] of byNow) {
      const end = { state: 'ended', reason: 'series_archived', now: new Date(ms) } as const;
      await cancelRows(tx, ended, end);
    }
    return rows.length;
  });
}
