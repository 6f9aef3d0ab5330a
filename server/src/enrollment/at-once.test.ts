import { expect, test } from 'vitest';
import { placeOf } from './at-once.ts';

const at = (minute: number) => new Date(Date.UTC(2025, 2, 24, 8, minute));
const passage = (enrollmentId: string, priority: number, minute = 0) => ({
  enrollmentId,
  priority,
  enteredAt: at(minute),
});

test('there is room below the limit, whatever the priorities', () => {
  const active = [passage('a', 100)];
  expect(placeOf(active, { seriesAtOnce: 2, priority: 0 })).toEqual({ kind: 'free' });
});

test('a higher priority displaces the lowest, and of equals the youngest', () => {
  const active = [passage('a', 5, 0), passage('b', 1, 1), passage('c', 1, 2), passage('d', 9, 3)];
  expect(placeOf(active, { seriesAtOnce: 4, priority: 2 })).toEqual({
    kind: 'displaces',
    enrollmentId: 'c',
  });
});

test.each([0, 1])('priority %j displaces nobody whose priority is 1', (priority) => {
  expect(placeOf([passage('a', 1)], { seriesAtOnce: 1, priority })).toEqual({ kind: 'full' });
});
