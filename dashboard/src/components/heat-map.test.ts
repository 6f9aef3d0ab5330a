import { expect, test } from 'vitest';
import { briefOf, shadeOf } from './heat-map.tsx';

test('the greatest count has the darkest shade, one has the lightest, none has none', () => {
  expect(shadeOf(10_000, 10_000)).toBe(3);
  expect(shadeOf(1, 10_000)).toBe(0);
  expect(shadeOf(0, 10_000)).toBeNull();
  expect(shadeOf(null, 10_000)).toBeNull();
});

test('long counts are told briefly', () => {
  expect([999, 1_000, 1_250, 9_990, 34_400, 999_600, 2_000_000].map(briefOf)).toEqual([
    '999',
    '1k',
    '1.3k',
    '10k',
    '34k',
    '1M',
    '2M',
  ]);
});
