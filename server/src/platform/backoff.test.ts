import fc from 'fast-check';
import { expect, test } from 'vitest';
import { backoffMs } from './backoff.ts';

const always = (value: number) => () => value;

test('the rest doubles with each failure up to the longest', () => {
  const rests = [1, 2, 3, 4, 5, 6].map((failures) =>
    backoffMs(failures, { firstMs: 100, longestMs: 1_000, random: always(1) }),
  );
  expect(rests).toEqual([100, 200, 400, 800, 1_000, 1_000]);
});

test('half of the rest is left to chance', () => {
  expect(backoffMs(1, { firstMs: 100, random: always(0) })).toBe(50);
  expect(backoffMs(1, { firstMs: 100, random: always(0.5) })).toBe(75);
});

test('property: whatever the count of failures, the rest is finite and within its bounds', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 2 ** 53 - 1 }), (failures) => {
      const ms = backoffMs(failures);
      expect(ms).toBeGreaterThanOrEqual(125);
      expect(ms).toBeLessThanOrEqual(30_000);
    }),
  );
});
