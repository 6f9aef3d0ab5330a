import { expect, test } from 'vitest';
import { chanceOfNothing } from './proportions.ts';

/** Reference values: the formula, with the complementary error function of the C library. */
test.each([
  ['the same', { count: 50, of: 1_000 }, { count: 50, of: 1_000 }, 1],
  ['15 % and 10 % of 1,000', { count: 150, of: 1_000 }, { count: 100, of: 1_000 }, 7.2323271643e-4],
  ['52 % and 50 % of 1,000', { count: 520, of: 1_000 }, { count: 500, of: 1_000 }, 0.37099767374],
  ['of unequal sizes', { count: 40, of: 200 }, { count: 300, of: 2_000 }, 0.06215939165],
  ['all and none', { count: 400, of: 400 }, { count: 0, of: 400 }, 5.39586561e-176],
])(
  'two proportions differ by chance as often as the z-test says: %s',
  (_, one, other, expected) => {
    const chance = chanceOfNothing(one, other) ?? Number.NaN;
    expect(Math.abs(chance / expected - 1)).toBeLessThan(1e-6);
    expect(chanceOfNothing(other, one)).toBe(chance);
  },
);

test('numbers that are too small say nothing', () => {
  expect(chanceOfNothing({ count: 0, of: 0 }, { count: 5, of: 10 })).toBeNull();
  expect(chanceOfNothing({ count: 4, of: 10 }, { count: 0, of: 10 })).toBeNull();
  expect(chanceOfNothing({ count: 1_000, of: 1_000 }, { count: 1_000, of: 1_000 })).toBeNull();
  expect(chanceOfNothing({ count: 6, of: 50 }, { count: 4, of: 50 })).not.toBeNull();
});
