import { createBroadcast, scheduleBroadcast } from '../../server/src/broadcast/change-broadcast.ts';
import { broadcastSome } from '../../server/src/broadcast/tick.ts';
import type { Services } from '../../server/src/app/services.ts';
import { connect, type Pool } from '../../server/src/platform/db.ts';
import { answerCalls } from '../child.ts';
import { servicesOf } from '../workspace.ts';

/** Connections of a worker process. */
const POOL_MAX = 12;

let db: Pool;
let services: Services;

answerCalls({
  start: async ({ url }: { url: string }) => {
    db = connect(url, { max: POOL_MAX });
    services = await servicesOf(db);
  },

  /** Writes down everybody of a side as the audience of a new broadcast, and times each transaction. */
  snapshot: async ({ workspaceId }: { workspaceId: string }) => {
    const { catalog, clock, consentKey } = services;
    const now = clock.now();
    const body = {
      name: 'News',
      email: { subject: 'News', html: '<p>News</p>' },
      audience: { everybody: true },
    };
    const { id } = await createBroadcast(db, { workspaceId, body, now });
    await scheduleBroadcast(db, { workspaceId, id }, { move: 'send', now });
    const monotonicMs = (): number => clock.monotonicMs();
    const deps = { db, catalog, consentKey, onQueued: () => {}, monotonicMs };
    const isDone = async (): Promise<boolean> => {
      const [row] = await db<{ done: boolean }[]>`
        select snapshot_at is not null as done from broadcasts where automation_id = ${id}
      `;
      return row?.done === true;
    };
    const beganMs = performance.now();
    const memory: number[] = [];
    let longestMs = 0;
    let pieces = 0;
    while (!(await isDone())) {
      const startedMs = performance.now();
      await broadcastSome(deps);
      longestMs = Math.max(longestMs, performance.now() - startedMs);
      memory.push(process.memoryUsage.rss() / 1_048_576);
      pieces += 1;
    }
    const ms = performance.now() - beganMs;
    // So that nobody is taken into the queue in the next round.
    await db`update broadcasts set look_at = null, due_at = null where automation_id = ${id}`;
    const middle = memory.length >> 1;
    const grownMb = Math.max(...memory.slice(middle)) - Math.max(...memory.slice(0, middle));
    return { id, ms, pieces, longestMs, grownMb };
  },
});
