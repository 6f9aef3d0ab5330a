import { expect, test } from 'vitest';
import { COHORTS_MAX, cohortsFrom, cohortsOf } from './cohorts.ts';

const at = '2026-11-02';

test('people of a cohort are under way until they end, and stay what they became', () => {
  const counted = [
    { at, state: 'active', endedAt: null, count: 3 },
    { at, state: 'goal_reached', endedAt: at, count: 1 },
    { at, state: 'goal_reached', endedAt: '2026-11-16', count: 2 },
    { at, state: 'completed', endedAt: '2026-11-09', count: 4 },
    { at: '2026-11-16', state: 'removed', endedAt: '2026-11-16', count: 1 },
  ];
  const of = (goalReached: number, ended: number, active: number, since: number) => ({
    since,
    goalReached,
    ended,
    active,
  });
  expect(cohortsOf(counted, { by: 'week', today: '2026-11-18' })).toEqual([
    { at, entered: 10, intervals: [of(1, 0, 9, 0), of(1, 4, 5, 1), of(3, 4, 3, 2)] },
    { at: '2026-11-16', entered: 1, intervals: [of(0, 1, 0, 0)] },
  ]);
});

test('an old cohort is not told of without end', () => {
  const counted = [{ at: '2020-01-06', state: 'active', endedAt: null, count: 1 }];
  const [cohort] = cohortsOf(counted, { by: 'week', today: '2026-11-18' });
  expect(cohort?.intervals).toHaveLength(COHORTS_MAX);
});

test('twelve weeks end with this one', () => {
  expect(cohortsFrom('2026-11-18', 'week', 12)).toBe('2026-08-31');
  expect(cohortsFrom('2026-11-18', 'month', 12)).toBe('2025-12-01');
});
