import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  dayAfter,
  daysBetween,
  INTERVALS,
  intervalAfter,
  intervalOf,
  intervalsOf,
} from './period.ts';
import { periodOf } from './period.ts';

const DAYS = 150_000;
const day = fc.integer({ min: 0, max: DAYS }).map((days) => dayAfter('1900-01-01', days));

test('property: a day is in its interval, which begins after the one before it', () => {
  fc.assert(
    fc.property(day, fc.constantFrom(...INTERVALS), (at, by) => {
      const first = intervalOf(at, by);
      const next = intervalAfter(at, by, 1);
      expect(first <= at && at < next).toBe(true);
      expect(intervalOf(next, by)).toBe(next);
      expect(intervalOf(dayAfter(next, -1), by)).toBe(first);
      expect(intervalAfter(next, by, -1)).toBe(first);
    }),
  );
});

test('property: the intervals of a period are all that its days are in', () => {
  const length = fc.integer({ min: 0, max: 100 });
  fc.assert(
    fc.property(day, length, fc.constantFrom(...INTERVALS), (from, days, by) => {
      const to = dayAfter(from, days);
      expect(daysBetween(from, to)).toBe(days);
      const each = Array.from({ length: days + 1 }, (_, n) => intervalOf(dayAfter(from, n), by));
      expect(intervalsOf({ from, to }, by)).toEqual([...new Set(each)]);
    }),
  );
});

test.each([
  ['2026-11-01', '2026-10-26'],
  ['2026-11-02', '2026-11-02'],
  ['2024-03-03', '2024-02-26'],
])('the week of %s begins on Monday %s', (at, monday) => {
  expect(intervalOf(at, 'week')).toBe(monday);
});

test('left out, a period has 30 days and ends today, or where a later one begins', () => {
  const side = { today: '2026-11-20', daysMax: 400 };
  expect(periodOf({}, side)).toEqual({ from: '2026-10-22', to: '2026-11-20' });
  expect(periodOf({ to: '2026-01-30' }, side)).toEqual({ from: '2026-01-01', to: '2026-01-30' });
  expect(periodOf({ from: '2026-12-01' }, side)).toEqual({ from: '2026-12-01', to: '2026-12-01' });
});

test.each([
  [{ from: '2026-02-30' }, 'from is no day'],
  [{ from: '2026-2-3' }, 'from is no day'],
  [{ to: '0999-01-01' }, 'to is no day'],
  [{ from: '2026-03-02', to: '2026-03-01' }, 'from must not be after to'],
  [{ from: '2026-01-01', to: '2027-02-05' }, 'from must be less than 400 days before to'],
])('a period that cannot be is refused: %j', (asked, message) => {
  expect(() => periodOf(asked, { today: '2026-11-20', daysMax: 400 })).toThrow(message);
});
