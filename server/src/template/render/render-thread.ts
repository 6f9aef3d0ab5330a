import { parentPort, workerData } from 'node:worker_threads';
import type { RenderedEmail } from '../email.ts';
import { createCompiledEmails } from './compiled-emails.ts';
import type { RenderAnswer, RenderBatch } from './render-job.ts';

// A thread that renders: `render-slot.ts` starts it, sends batches and reads answers.

/** Results are handed over this often, so that a thread that is ended loses little. */
const ANSWER_EVERY_MS = 20;

const port = parentPort;
if (port === null) throw new Error('render-thread runs as a thread');
/** How many emails have been begun and how many ended, which the main thread watches. */
const progress = new Int32Array(workerData as SharedArrayBuffer);
const emails = createCompiledEmails();

port.on('message', (batch: RenderBatch) => {
  for (const key of batch.forget) emails.forget(key);
  for (const { key, text } of batch.contents) emails.add(key, text);
  let rendered: RenderedEmail[] = [];
  let took: number[] = [];
  let answeredAt = performance.now();
  let usedBefore = usedMs();
  for (const { key, facts } of batch.emails) {
    Atomics.add(progress, 0, 1);
    rendered.push(emails.render(key, facts));
    Atomics.add(progress, 1, 1);
    const used = usedMs();
    took.push(used - usedBefore);
    usedBefore = used;
    const now = performance.now();
    if (now - answeredAt > ANSWER_EVERY_MS) {
      port.postMessage({ emails: rendered, took } satisfies RenderAnswer);
      rendered = [];
      took = [];
      answeredAt = now;
    }
  }
  if (rendered.length > 0) port.postMessage({ emails: rendered, took } satisfies RenderAnswer);
});

/** Work of this thread: a neighbour that takes the processor does not count. */
function usedMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
}
