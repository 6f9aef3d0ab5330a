import { expect, test } from 'vitest';
import { gridOf, periodOf } from './period.ts';

test('a period ends today and has as many days as it says', () => {
  expect(periodOf('7', '2026-03-03')).toEqual({ from: '2026-02-25', to: '2026-03-03' });
});

test('a year is looked at by weeks', () => {
  expect(gridOf('365')).toBe('week');
  expect(gridOf('90')).toBe('day');
});
