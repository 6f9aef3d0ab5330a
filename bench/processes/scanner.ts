import { scanSome } from '../../server/src/enrollment/scan/scan-some.ts';
import type { Services } from '../../server/src/app/services.ts';
import { connect, inTransaction, type Pool } from '../../server/src/platform/db.ts';
import { planScan, scanOf } from '../../server/src/series/index.ts';
import { answerCalls } from '../child.ts';
import { servicesOf, type Side } from '../workspace.ts';

/** Connections of a worker process. */
const POOL_MAX = 12;

let db: Pool;
let services: Services;

answerCalls({
  start: async ({ url }: { url: string }) => {
    db = connect(url, { max: POOL_MAX });
    services = await servicesOf(db);
  },

  /** Looks through all users of a side as after a resume, until that is over. */
  scan: async ({ workspaceId, seriesId: automationId }: Side) => {
    const { catalog, clock } = services;
    const plan = {
      automationId,
      workspaceId,
      version: 1,
      occasion: 'resume',
      now: clock.now(),
    } as const;
    await inTransaction(db, (tx) => planScan(tx, plan));
    const deps = { db, catalog, onEntered: () => {}, monotonicMs: () => clock.monotonicMs() };
    const startedMs = performance.now();
    let longestMs = 0;
    let pieces = 0;
    // As `scanTick`, but each lane goes on at once, and its transactions are timed.
    const lane = async (): Promise<void> => {
      for (;;) {
        const beganMs = performance.now();
        if ((await scanSome(deps)) === 0) return;
        longestMs = Math.max(longestMs, performance.now() - beganMs);
        pieces += 1;
      }
    };
    await Promise.all([lane(), lane()]);
    const ms = performance.now() - startedMs;
    const scan = await scanOf(db, automationId);
    return {
      entered: scan?.entered ?? 0,
      isFinished: scan !== null && scan.finishedAt !== null,
      pieces,
      longestMs,
      ms,
    };
  },
});
