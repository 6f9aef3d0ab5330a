import { expect, test } from 'vitest';
import { briefOf, dayOf, isZone, millisecondOf, minuteOf, spanOf } from './time.ts';

const NINE_IN_KOLKATA = '2025-03-27T03:30:00.000Z';

test('an instant is told in the zone that is asked for', () => {
  expect(dayOf(NINE_IN_KOLKATA, 'Asia/Kolkata')).toBe('Thu 27 Mar 2025');
  expect(minuteOf(NINE_IN_KOLKATA, 'Asia/Kolkata')).toBe('09:00');
  expect(dayOf(NINE_IN_KOLKATA, 'America/Los_Angeles')).toBe('Wed 26 Mar 2025');
  expect(minuteOf(NINE_IN_KOLKATA, 'America/Los_Angeles')).toBe('20:30');
});

test('seconds and milliseconds are shown where they say something', () => {
  expect(minuteOf('2025-03-27T03:30:07.004Z', 'UTC')).toBe('03:30:07');
  expect(millisecondOf('2025-03-27T03:30:07.004Z', 'UTC')).toBe('03:30:07.004');
  expect(minuteOf('2025-03-27T00:00:00.000Z', 'UTC')).toBe('00:00');
});

test('the year is left out only where it is the year of the reference', () => {
  expect(briefOf(NINE_IN_KOLKATA, 'UTC', '2025-12-31T00:00:00Z')).toBe('27 Mar 03:30');
  expect(briefOf(NINE_IN_KOLKATA, 'UTC', '2026-01-01T00:00:00Z')).toBe('27 Mar 2025 03:30');
});

test('a span is told in its two largest units', () => {
  const from = '2025-03-27T00:00:00.000Z';
  expect(spanOf(from, '2025-03-30T02:59:00.000Z')).toBe('3 d 2 h');
  expect(spanOf(from, '2025-03-27T18:05:00.000Z')).toBe('18 h 5 min');
  expect(spanOf(from, '2025-03-27T02:00:00.000Z')).toBe('2 h');
  expect(spanOf(from, '2025-03-27T00:45:00.000Z')).toBe('45 min');
  expect(spanOf(from, '2025-03-27T00:00:20.000Z')).toBe('20 s');
  expect(spanOf(from, from)).toBe('now');
});

test('links and odd letter cases are zones; offsets and nonsense are not', () => {
  expect(['US/Pacific', 'europe/berlin', 'UTC'].map(isZone)).toEqual([true, true, true]);
  expect(['+02:00', 'Mars/Olympus', ''].map(isZone)).toEqual([false, false, false]);
});
