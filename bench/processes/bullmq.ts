import { Queue, Worker } from 'bullmq';
import { answerCalls } from '../child.ts';
import { grouped } from '../group.ts';

const NAME = 'steps';
const CONCURRENCY = 500;
const FILL = 5_000;
const BATCH = 500;

let connection: { path: string; maxRetriesPerRequest: null };
let queue: Queue;

answerCalls({
  start: ({ path }: { path: string }) => {
    connection = { path, maxRetriesPerRequest: null };
    queue = new Queue(NAME, { connection });
  },

  fill: async ({ count }: { count: number }) => {
    await queue.obliterate({ force: true });
    for (let from = 0; from < count; from += FILL) {
      await queue.addBulk(
        Array.from({ length: Math.min(FILL, count - from) }, (_, i) => ({
          name: 'step',
          data: { enrollment: from + i, step: 'w1' },
          opts: { removeOnComplete: true },
        })),
      );
    }
  },

  /** Runs every waiting job; each adds its next one as a delayed job, and those of many are added together. */
  drain: async ({ count, later, now }: { count: number; later: number; now: number }) => {
    let finished = 0;
    const { promise: done, resolve } = Promise.withResolvers<void>();
    const opts = { delay: later - now, removeOnComplete: true };
    const add = grouped<object>(BATCH, (items) =>
      queue.addBulk(items.map((data) => ({ name: 'step', data, opts }))),
    );
    const startedMs = performance.now();
    const work = async ({ data }: { data: object }): Promise<void> => {
      await add({ ...data, step: 'w2' });
      finished += 1;
      if (finished === count) resolve();
    };
    const worker = new Worker(NAME, work, { connection, concurrency: CONCURRENCY });
    worker.on('error', (error) => process.stderr.write(`bullmq: ${error.message}\n`));
    await done;
    await worker.close();
    return { rows: finished, ms: performance.now() - startedMs };
  },
});
