import fc from 'fast-check';
import { expect, test } from 'vitest';
import { count, newWindow, roll, waitMs, type SlidingWindow } from './sliding-window.ts';

const WIDTH = 60_000;
/** A multiple of the width: the beginning of a stretch. */
const START = 29_000_000 * WIDTH;

/** Calls at these offsets from the beginning of a stretch; tells which were let through. */
function callsAt(window: SlidingWindow, limit: number, offsets: number[]): boolean[] {
  return offsets.map((offset) => {
    const nowMs = START + offset;
    roll(window, nowMs);
    const isOk = waitMs(window, limit, nowMs) === 0;
    if (isOk) count(window, nowMs);
    return isOk;
  });
}

test('exactly the limit gets through in one stretch', () => {
  const answers = callsAt(newWindow(WIDTH, START), 5, [0, 1, 2, 3, 4, 5, 59_999]);
  expect(answers).toEqual([true, true, true, true, true, false, false]);
});

test('exactly the limit gets through when the calls lie on both sides of a boundary', () => {
  const answers = callsAt(
    newWindow(WIDTH, START),
    5,
    [59_997, 59_998, 59_999, 60_000, 60_001, 60_002],
  );
  expect(answers).toEqual([true, true, true, true, true, false]);
});

test('calls come free again as those of a minute ago age, not all at once', () => {
  const window = newWindow(WIDTH, START);
  expect(callsAt(window, 4, [0, 20_000, 40_000, 50_000, 50_001])).toEqual([
    true,
    true,
    true,
    true,
    false,
  ]);
  expect(callsAt(window, 4, [60_001, 70_000, 110_001])).toEqual([false, false, true]);
});

test('nothing is remembered after two quiet stretches', () => {
  const window = newWindow(WIDTH, START);
  callsAt(window, 2, [59_000, 59_001]);
  expect(callsAt(window, 2, [180_000, 180_001, 180_002])).toEqual([true, true, false]);
});

test('calls of other processes count, spread over the whole stretch', () => {
  const window = newWindow(WIDTH, START);
  window.previous.shared = 10;
  const halfway = START + WIDTH / 2;
  roll(window, halfway);
  expect(waitMs(window, 6, halfway)).toBe(0);
  expect(waitMs(window, 5, halfway)).toBeGreaterThan(0);
});

test('a clock that goes back a little changes nothing, and one that is set back begins anew', () => {
  const window = newWindow(WIDTH, START);
  expect(callsAt(window, 2, [10, 20, 5])).toEqual([true, true, false]);
  expect(callsAt(window, 2, [-50_000])).toEqual([false]);
  expect(callsAt(window, 2, [-3_600_000])).toEqual([true]);
});

const limits = fc.integer({ min: 1, max: 8 });
/** Bursts, trickles and boundaries over five minutes. */
const offsets = fc
  .array(
    fc.oneof(
      fc.nat(300_000),
      fc
        .tuple(fc.nat(5), fc.integer({ min: -20, max: 20 }))
        .map(([n, by]) => Math.max(0, n * WIDTH + by)),
    ),
    { minLength: 1, maxLength: 60 },
  )
  .map((list) => list.toSorted((a, b) => a - b));

test('property: whoever waits as long as told gets through, and is never told more than the width', () => {
  fc.assert(
    fc.property(limits, offsets, (limit, calls) => {
      const window = newWindow(WIDTH, START);
      callsAt(window, limit, calls);
      const nowMs = START + (calls.at(-1) ?? 0);
      const wait = waitMs(window, limit, nowMs);
      expect(wait).toBeLessThanOrEqual(WIDTH);
      const thenMs = nowMs + Math.ceil(wait / 1_000) * 1_000;
      roll(window, thenMs);
      expect(waitMs(window, limit, thenMs)).toBe(0);
    }),
    { numRuns: 2_000 },
  );
});

test('property: no stretch lets more than the limit through, no minute more than twice the limit, and moderate callers never wait', () => {
  fc.assert(
    fc.property(limits, offsets, (limit, calls) => {
      const answers = callsAt(newWindow(WIDTH, START), limit, calls);
      const passed = calls.filter((_, i) => answers[i]);
      for (const at of passed) {
        const inStretch = passed.filter((x) => Math.floor(x / WIDTH) === Math.floor(at / WIDTH));
        expect(inStretch.length).toBeLessThanOrEqual(limit);
        const inMinute = passed.filter((x) => x >= at && x < at + WIDTH);
        expect(inMinute.length).toBeLessThanOrEqual(2 * limit);
      }
      // A client whose calls of two whole stretches are fewer than the limit is never refused.
      for (const [i, at] of calls.entries()) {
        const near = calls.filter((x, j) => j <= i && x > at - 2 * WIDTH);
        if (near.length <= limit) expect(answers[i]).toBe(true);
      }
    }),
    { numRuns: 2_000 },
  );
});
