import { Logger, makeWorkerUtils, run } from 'graphile-worker';
import { answerCalls } from '../child.ts';
import { grouped } from '../group.ts';

/** As its manual advises for many short tasks: a local queue, completions in batches. */
const WORKER = {
  concurrentJobs: 1_000,
  maxPoolSize: 12,
  pollInterval: 100,
  completeJobBatchDelay: 0,
  failJobBatchDelay: 0,
  localQueue: { size: 2_000 },
};
const FILL = 10_000;
const BATCH = 500;

let connectionString: string;
const logger = new Logger(() => (level, message) => {
  if (level === 'error') process.stderr.write(`graphile-worker: ${message}\n`);
});

answerCalls({
  start: async ({ url }: { url: string }) => {
    connectionString = url;
    const utils = await makeWorkerUtils({ connectionString, logger });
    await utils.migrate();
    await utils.release();
  },

  fill: async ({ count, now }: { count: number; now: number }) => {
    const utils = await makeWorkerUtils({ connectionString, logger });
    for (let from = 0; from < count; from += FILL) {
      const jobs = Array.from({ length: Math.min(FILL, count - from) }, (_, i) => ({
        identifier: 'step',
        payload: { enrollment: from + i, step: 'w1' },
        runAt: new Date(now - Math.random() * 3_600_000),
      }));
      await utils.addJobs(jobs);
    }
    await utils.release();
  },

  /** Runs every due job; each adds its next one, and those of many are added together. */
  drain: async ({ count, later }: { count: number; later: number }) => {
    const { promise: done, resolve } = Promise.withResolvers<void>();
    const utils = await makeWorkerUtils({ connectionString, logger });
    const runAt = new Date(later);
    const add = grouped<object>(BATCH, (payloads) =>
      utils.addJobs(payloads.map((payload) => ({ identifier: 'step', payload, runAt }))),
    );
    let finished = 0;
    const startedMs = performance.now();
    const runner = await run({
      connectionString,
      logger,
      noHandleSignals: true,
      preset: { worker: WORKER },
      taskList: {
        step: async (payload) => {
          await add({ ...(payload as object), step: 'w2' });
          finished += 1;
          if (finished === count) resolve();
        },
      },
    });
    await done;
    // Waits for the last completions to be written.
    await runner.stop();
    const ms = performance.now() - startedMs;
    await utils.release();
    return { rows: finished, ms };
  },
});
