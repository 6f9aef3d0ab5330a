import { expect, test } from 'vitest';
import { rulesOf } from '../schedule/settings.ts';
import type { PublishedSeries } from '../series/index.ts';
import { entryOf, type EnrollmentHistory } from './enrollment.ts';

/** Goal: who may enter a series again. Method: a table of histories and settings. */
const now = new Date('2025-03-24T08:00:00.000Z');
const day = (count: number) => new Date(now.getTime() - count * 24 * 60 * 60_000);

const NOBODY: EnrollmentHistory = {
  isActive: false,
  lastRun: 0,
  completedCount: 0,
  lastCompletedAt: null,
  leftCount: 0,
  lastLeftAt: null,
  isLastCompleted: false,
};
const COMPLETED = {
  ...NOBODY,
  lastRun: 1,
  completedCount: 1,
  lastCompletedAt: day(2),
  isLastCompleted: true,
};
const EXITED = { ...NOBODY, lastRun: 1, leftCount: 1, lastLeftAt: day(2) };
const BOTH = {
  ...COMPLETED,
  lastRun: 2,
  leftCount: 1,
  lastLeftAt: day(1),
  isLastCompleted: false,
};
const BOTH_COMPLETED = { ...BOTH, lastLeftAt: day(3), isLastCompleted: true };

const seriesWith = (reenrollment: object): PublishedSeries =>
  ({
    settings: {
      reenrollment: {
        enabled: true,
        cooldown: null,
        max_runs: null,
        after: 'completing',
        ...reenrollment,
      },
    },
    rules: rulesOf({}, 'UTC'),
  }) as unknown as PublishedSeries;

const ON = {};
const OFF = { enabled: false };
const LEAVING = { after: 'leaving' };
const DAYS_3 = { amount: 3, unit: 'days' };

test.each([
  ['never entered', NOBODY, OFF, 'enter'],
  ['in it', { ...NOBODY, isActive: true, lastRun: 1 }, ON, 'already_active'],
  [
    'in it again after completing',
    { ...COMPLETED, isActive: true, lastRun: 2 },
    ON,
    'already_active',
  ],
  ['removed before finishing', { ...NOBODY, lastRun: 3 }, OFF, 'enter'],
  ['completed, re-enrollment off', COMPLETED, OFF, 'completed'],
  ['completed, re-enrollment on', COMPLETED, ON, 'enter'],
  ['completed, after leaving', COMPLETED, LEAVING, 'enter'],
  ['exited, re-enrollment off', EXITED, OFF, 'completed'],
  ['exited, re-enrollment off, after leaving', EXITED, { ...OFF, ...LEAVING }, 'completed'],
  ['exited, after completing', EXITED, ON, 'completed'],
  ['exited, after leaving', EXITED, LEAVING, 'enter'],
  ['completed, then exited, after completing', BOTH, ON, 'completed'],
  ['completed, then exited, after leaving', BOTH, LEAVING, 'enter'],
  ['exited, then completed, after completing', BOTH_COMPLETED, ON, 'enter'],
  ['completed as often as allowed', COMPLETED, { max_runs: 1 }, 'too_often'],
  ['exits are no runs after completing', BOTH_COMPLETED, { max_runs: 2 }, 'enter'],
  ['exits are runs after leaving', BOTH, { max_runs: 2, ...LEAVING }, 'too_often'],
  ['completed too recently', COMPLETED, { cooldown: DAYS_3 }, 'too_soon'],
  ['the cooldown has passed', COMPLETED, { cooldown: { ...DAYS_3, amount: 2 } }, 'enter'],
  ['exited too recently', EXITED, { cooldown: DAYS_3, ...LEAVING }, 'too_soon'],
  ['used up is told before too soon', COMPLETED, { cooldown: DAYS_3, max_runs: 1 }, 'too_often'],
] as [string, EnrollmentHistory, object, string][])('%s', (_title, history, settings, kind) => {
  const entry = entryOf(history, { series: seriesWith(settings), userTimezone: null, now });
  expect(entry.kind).toBe(kind);
  if (entry.kind === 'enter') expect(entry.run).toBe(history.lastRun + 1);
});

test('the cooldown counts from the end of the latest run that counts', () => {
  const at = (history: EnrollmentHistory, settings: object) =>
    entryOf(history, {
      series: seriesWith({ cooldown: DAYS_3, ...settings }),
      userTimezone: null,
      now,
    });
  expect(at(BOTH, LEAVING)).toEqual({ kind: 'too_soon', after: day(-2) });
  expect(at(BOTH_COMPLETED, ON)).toEqual({ kind: 'too_soon', after: day(-1) });
});
