import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { runLoop } from './loop.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const silent = { error: () => {} };

/** A loop whose ticks take their outcomes from a list, then find nothing. */
function loopOver(outcomes: (number | Error)[], idleMs = 1_000) {
  const stopper = new AbortController();
  const ticks: number[] = [];
  const tick = (): Promise<number> => {
    ticks.push(performance.now());
    const outcome = outcomes.shift() ?? 0;
    return outcome instanceof Error ? Promise.reject(outcome) : Promise.resolve(outcome);
  };
  return { stopper, ticks, loop: { name: 'test', tick, idleMs } };
}

test('a tick that finds work is followed at once by another, an empty one by a rest', async () => {
  const { stopper, ticks, loop } = loopOver([5, 3, 0, 2, 0]);
  const startedMs = performance.now();
  const done = runLoop(loop, { stopping: stopper.signal, log: silent });
  await vi.advanceTimersByTimeAsync(1_500);
  expect(ticks.map((at) => Math.round(at - startedMs))).toEqual([0, 0, 0, 1_000, 1_000]);
  stopper.abort();
  await done;
});

test('a failure is logged, is followed by a growing rest, and never ends the loop', async () => {
  const failure = new Error('no database');
  const { stopper, ticks, loop } = loopOver([failure, failure, failure, 1], 10);
  const logged: object[] = [];
  const log = { error: (data: object) => void logged.push(data) };
  const done = runLoop(loop, { stopping: stopper.signal, log });
  await vi.advanceTimersByTimeAsync(60_000);
  const rests = ticks.slice(1, 4).map((at, index) => at - (ticks[index] ?? 0));
  expect(logged).toHaveLength(3);
  expect(rests[0]).toBeGreaterThanOrEqual(125);
  expect(rests[1]).toBeGreaterThanOrEqual(250);
  expect(rests[2]).toBeGreaterThanOrEqual(500);
  expect(logged).toEqual([1, 2, 3].map((failures) => ({ err: failure, loop: 'test', failures })));
  stopper.abort();
  await done;
});

test('stopping wakes a rest and lets the tick in hand finish', async () => {
  const stopper = new AbortController();
  let finished = false;
  const tick = async (): Promise<number> => {
    await new Promise((resolve) => setTimeout(resolve, 500));
    finished = true;
    return 1;
  };
  const done = runLoop(
    { name: 'slow', tick, idleMs: 0 },
    { stopping: stopper.signal, log: silent },
  );
  await vi.advanceTimersByTimeAsync(100);
  stopper.abort();
  expect(finished).toBe(false);
  await vi.advanceTimersByTimeAsync(400);
  await done;
  expect(finished).toBe(true);

  const idle = loopOver([], 3_600_000);
  const resting = runLoop(idle.loop, { stopping: idle.stopper.signal, log: silent });
  await vi.advanceTimersByTimeAsync(10);
  idle.stopper.abort();
  await resting;
  expect(idle.ticks).toHaveLength(1);
});
