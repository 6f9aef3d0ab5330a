import { PgBoss } from 'pg-boss';
import { parseDatabaseUrl } from '../../server/src/platform/database-url.ts';
import { answerCalls } from '../child.ts';

/** What it is told to be best at: whole batches of this size, over a few connections side by side. */
const BATCH = 500;
const LANES = 3;
const POOL_MAX = 12;
const FILL = 10_000;
const QUEUE = 'steps';

let boss: PgBoss;

answerCalls({
  start: async ({ url }: { url: string }) => {
    const { host, port, user, database } = parseDatabaseUrl(url);
    boss = new PgBoss({
      host,
      port,
      user,
      database,
      max: POOL_MAX,
      supervise: false,
      schedule: false,
    });
    boss.on('error', (error) => process.stderr.write(`pg-boss: ${error.message}\n`));
    await boss.start();
    await boss.createQueue(QUEUE);
  },

  fill: async ({ count, now }: { count: number; now: number }) => {
    await boss.deleteAllJobs(QUEUE);
    for (let from = 0; from < count; from += FILL) {
      const jobs = Array.from({ length: Math.min(FILL, count - from) }, (_, i) => ({
        data: { enrollment: from + i, step: 'w1' },
        startAfter: new Date(now - Math.random() * 3_600_000),
      }));
      await boss.insert(QUEUE, jobs);
    }
  },

  /** Fetches, completes and inserts the next job of each, until nothing is due. */
  drain: async ({ later }: { later: number }) => {
    const startedMs = performance.now();
    let rows = 0;
    const lane = async (): Promise<void> => {
      for (;;) {
        const jobs = await boss.fetch(QUEUE, { batchSize: BATCH });
        if (jobs.length === 0) return;
        const next = jobs.map(({ data }) => ({
          data: { ...data, step: 'w2' },
          startAfter: new Date(later),
        }));
        // The next one first: a crash in between then repeats a step, and never loses one.
        await boss.insert(QUEUE, next);
        await boss.complete(
          QUEUE,
          jobs.map(({ id }) => id),
        );
        rows += jobs.length;
      }
    };
    await Promise.all(Array.from({ length: LANES }, lane));
    return { rows, ms: performance.now() - startedMs };
  },
});
