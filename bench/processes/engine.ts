import { outletsOf } from '../../server/src/app/outlets.ts';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { createDeliverer } from '../../server/src/delivery/index.ts';
import {
  createEngine,
  dropEnded,
  moveSettled,
  SILENCE_MS,
  type Engine,
  type StepContext,
} from '../../server/src/enrollment/index.ts';
import { claimDue, dueBuckets } from '../../server/src/enrollment/sql/claim-due.ts';
import type { Services } from '../../server/src/app/services.ts';
import { connect, inTransaction, type Pool } from '../../server/src/platform/db.ts';
import { uuidv7 } from '../../server/src/platform/ids.ts';
import { random } from '../../server/src/platform/random.ts';
import { version } from '../../server/src/platform/version.ts';
import { tzVersion } from '../../server/src/schedule/zone.ts';
import { transportOf } from '../../server/src/transport/index.ts';
import { answerCalls } from '../child.ts';
import { perSecond } from '../measure.ts';
import { servicesOf } from '../workspace.ts';

/** Connections of a worker process. */
const POOL_MAX = 12;
const CLAIM_MAX = 500;
/** Nothing is sent here; capture is off all the same, so the way taken is that of live mail. */
const NOWHERE = 'smtp://127.0.0.1:9';

/** No webhook is called either. */
const NOBODY: Parameters<typeof createEngine>[0]['caller'] = {
  offer: () => {},
  expect: () => {},
  forget: () => {},
  isInHand: () => false,
  stop: () => Promise.resolve(),
};

let db: Pool;
let services: Services;

answerCalls({
  start: async ({ url }: { url: string }) => {
    db = connect(url, { max: POOL_MAX });
    services = await servicesOf(db);
  },

  /** Advances until nothing is due. */
  drain: async () => {
    const engine = await newEngine();
    const startedMs = performance.now();
    let rows = 0;
    for (let handled = -1; handled !== 0; rows += handled) handled = await engine.advanceLive();
    return { rows, ms: performance.now() - startedMs };
  },

  /** Advances for a while; gives rows per second of each stretch, which ends with a round of all buckets. */
  drainFor: async ({ forMs, stretchMs }: { forMs: number; stretchMs: number }) => {
    const engine = await newEngine();
    const rates: number[] = [];
    const startedMs = performance.now();
    let stretchedMs = startedMs;
    let rows = 0;
    for (let nowMs = startedMs; nowMs - startedMs < forMs; nowMs = performance.now()) {
      const handled = await engine.advanceLive();
      if (handled === 0) throw new Error('there is nothing left to advance');
      rows += handled;
      const ms = performance.now() - stretchedMs;
      if (ms < stretchMs) continue;
      rates.push(perSecond(rows, ms));
      stretchedMs += ms;
      rows = 0;
    }
    return rates;
  },

  /** Claims everything that is due, bucket by bucket, and lets it go again: the claim and nothing else. */
  claim: async () => {
    const marks = Array.from({ length: 64 }, () => new Date(0));
    const startedMs = performance.now();
    let rows = 0;
    for (const bucket of await dueBuckets(db, { marks })) {
      rows += await inTransaction(
        db,
        async (tx) => (await claimDue(tx, { bucket, mark: new Date(0), limit: CLAIM_MAX })).length,
      );
    }
    return { rows, ms: performance.now() - startedMs };
  },
});

/** A worker's engine, without the loops around it: the bench decides when it ticks. */
async function newEngine(): Promise<Engine> {
  const { clock } = services;
  const id = uuidv7(clock.now());
  const deliverer = createDeliverer<StepContext>({
    ...services,
    outlets: outletsOf(services, {
      lookups: services.db,
      transport: transportOf({ smtpUrl: NOWHERE }),
    }),
    random,
    sleep,
    workerId: id,
    onSettled: moveSettled,
    onRefused: dropEnded,
    onRefusedAddresses: async () => async () => {},
    wasStill: () => false,
  });
  const engine = createEngine({
    ...services,
    worker: { id, host: hostname(), pid: process.pid, version, tzVersion: tzVersion() },
    deliverer,
    caller: NOBODY,
    onEntered: () => {},
    onBackground: () => {},
    captures: async () => false,
    monotonicMs: () => clock.monotonicMs(),
    silenceMs: SILENCE_MS,
  });
  await engine.beat();
  return engine;
}
