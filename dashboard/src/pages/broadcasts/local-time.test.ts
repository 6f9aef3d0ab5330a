import { expect, test } from 'vitest';
import { instantOf, localOf } from './local-time.ts';

const ZONE = 'Europe/Berlin';

test('a time on a clock is an instant, and back', () => {
  expect(instantOf('2026-03-20T09:00', ZONE)).toBe('2026-03-20T08:00:00.000Z');
  expect(instantOf('2026-07-20T09:00', ZONE)).toBe('2026-07-20T07:00:00.000Z');
  expect(localOf('2026-07-20T07:00:00.000Z', ZONE)).toBe('2026-07-20T09:00');
});

test('a time in the gap moves forward by its length', () => {
  expect(instantOf('2026-03-29T02:30', ZONE)).toBe('2026-03-29T01:30:00.000Z');
});

test('of a time that comes twice the first is meant', () => {
  expect(instantOf('2026-10-25T02:30', ZONE)).toBe('2026-10-25T00:30:00.000Z');
});

test('zones that are not whole hours off are right too', () => {
  expect(instantOf('2026-05-01T09:00', 'Asia/Kathmandu')).toBe('2026-05-01T03:15:00.000Z');
});
