import { expect, test } from 'vitest';
import { fromOf } from './spans.ts';

test('a span begins so many days before the hour, and any time has no beginning', () => {
  const now = new Date('2026-03-08T10:59:59Z');
  expect(fromOf('7', now)).toBe('2026-03-01T10:00:00.000Z');
  expect(fromOf('', now)).toBeUndefined();
  expect(fromOf('nonsense', now)).toBeUndefined();
});
