import { expect, test } from 'vitest';
import { spreadOffset } from './spread.ts';

const HOUR_MS = 3_600_000;
const window = { opens: 0, closes: 8 * HOUR_MS };
const keys = Array.from({ length: 10_000 }, (_, index) => `recipient-${index}`);

test('sends fall evenly over the minutes they are spread over', () => {
  const perMinute = Array.from({ length: 10 }, () => 0);
  for (const key of keys) {
    const minute = Math.floor(spreadOffset(key, window, 600_000) / 60_000);
    perMinute[minute] = (perMinute[minute] ?? 0) + 1;
  }
  expect(perMinute).toHaveLength(10);
  for (const count of perMinute) expect(Math.abs(count - 1_000)).toBeLessThan(150);
});

test('a short window bounds the spread', () => {
  const short = { opens: 5, closes: 60_005 };
  const offsets = keys.map((key) => spreadOffset(key, short, HOUR_MS));
  expect(Math.max(...offsets)).toBeLessThan(60_000);
  expect(Math.min(...offsets)).toBeGreaterThanOrEqual(0);
});

test('a key always has the same place', () => {
  expect(spreadOffset('a', window, HOUR_MS)).toBe(spreadOffset('a', window, HOUR_MS));
  // Stored plans depend on it: a change of the hash moves every waiting send.
  expect(spreadOffset('0190f3a2-7c1e-7000-8000-000000000001', window, HOUR_MS)).toBe(2_629_261);
});
