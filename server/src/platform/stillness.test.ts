import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { watchStillness } from './stillness.ts';

let nowMs = 0;

beforeEach(() => {
  vi.useFakeTimers();
  nowMs = 1_000;
});
afterEach(() => {
  vi.useRealTimers();
});

/** Time in which the event loop turns. */
function run(ms: number): void {
  for (let left = ms; left > 0; left -= 100) {
    nowMs += 100;
    vi.advanceTimersByTime(100);
  }
}

test('a process that runs was never still', () => {
  const { wasStill, stop } = watchStillness(() => nowMs);
  const sinceMs = nowMs;
  run(60_000);
  expect(wasStill(sinceMs)).toBe(false);
  stop();
});

test('what began before a process was stopped is told apart from what began after it woke', () => {
  const { wasStill, stop } = watchStillness(() => nowMs);
  const beforeMs = nowMs;
  nowMs += 20_000;
  // Nothing has run since: not even the tick.
  expect(wasStill(beforeMs)).toBe(true);
  run(5_000);
  expect(wasStill(beforeMs)).toBe(true);
  expect(wasStill(nowMs)).toBe(false);
  stop();
});

test('a pause of a few seconds is none', () => {
  const { wasStill, stop } = watchStillness(() => nowMs);
  const sinceMs = nowMs;
  nowMs += 5_000;
  expect(wasStill(sinceMs)).toBe(false);
  stop();
});
