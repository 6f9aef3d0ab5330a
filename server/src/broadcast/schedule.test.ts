import { describe, expect, test } from 'vitest';
import { rulesOf } from '../schedule/settings.ts';
import { beginsAt, dueIn, faultsOfSchedule, scheduleOf, type Schedule } from './schedule.ts';

const rules = rulesOf({ timezone: 'Europe/Berlin' }, 'UTC');
const due = (timezone: string | null, schedule: Schedule, startedAt: string): string | null =>
  dueIn(timezone, { schedule, rules, startedAt: new Date(startedAt) })?.toISOString() ?? null;

const local = (time: string, already_past: 'now' | 'tomorrow' | 'skip' = 'now'): Schedule => ({
  local: time,
  already_past,
  timezone: null,
  spread_minutes: 0,
});

describe('a local time', () => {
  const EARLY = '2025-01-01T00:00:00.000Z';

  test.each([
    ['Europe/Berlin', '2025-06-01T09:00', '2025-06-01T07:00:00.000Z'],
    ['Pacific/Kiritimati', '2025-06-01T09:00', '2025-05-31T19:00:00.000Z'],
    ['Pacific/Pago_Pago', '2025-06-01T09:00', '2025-06-01T20:00:00.000Z'],
    ['nowhere', '2025-06-01T09:00', '2025-06-01T07:00:00.000Z'],
    [null, '2025-06-01T09:00', '2025-06-01T07:00:00.000Z'],
    // It is skipped: an hour later by the clock.
    ['Europe/Berlin', '2025-03-30T02:30', '2025-03-30T01:30:00.000Z'],
    // It comes twice: the first.
    ['Europe/Berlin', '2025-10-26T02:30', '2025-10-26T00:30:00.000Z'],
    ['America/New_York', '2025-11-02T01:30', '2025-11-02T05:30:00.000Z'],
  ])('in %s: %s', (timezone, time, expected) => {
    expect(due(timezone, local(time), EARLY)).toBe(expected);
  });

  test('that has passed is now, left out, or the next day on which it is ahead', () => {
    const started = '2025-06-01T12:00:00.000Z';
    const of = (past: 'now' | 'tomorrow' | 'skip') =>
      due('Europe/Berlin', local('2025-06-01T09:00', past), started);
    expect(of('now')).toBe(started);
    expect(of('skip')).toBeNull();
    expect(of('tomorrow')).toBe('2025-06-02T07:00:00.000Z');
  });

  test('that passed days ago is the next one ahead, over a clock change too', () => {
    const old = local('2025-03-20T02:30', 'tomorrow');
    expect(due('Europe/Berlin', old, '2025-03-30T00:59:00.000Z')).toBe('2025-03-30T01:30:00.000Z');
    expect(due('Europe/Berlin', old, '2025-03-30T01:31:00.000Z')).toBe('2025-03-31T00:30:00.000Z');
  });

  test('begins when it comes in the first of all zones', () => {
    const now = new Date('2025-05-01T00:00:00.000Z');
    const begin = beginsAt(local('2025-06-01T09:00'), now);
    expect(begin.toISOString()).toBe('2025-05-31T19:00:00.000Z');
    const late = new Date('2025-06-01T10:00:00.000Z');
    expect(beginsAt(local('2025-06-01T09:00'), late)).toEqual(late);
  });
});

test('what a schedule does not say has its default', () => {
  expect(scheduleOf({ schedule: { local: '2025-06-01T09:00' } })).toEqual(
    local('2025-06-01T09:00'),
  );
  expect(scheduleOf({ schedule: { at: '2025-06-01T09:00:00+02:00' }, spread_minutes: 5 })).toEqual({
    at: '2025-06-01T07:00:00.000Z',
    spread_minutes: 5,
  });
  expect(scheduleOf({})).toBeNull();
});

test.each(['2025-02-29T09:00', '2025-06-01T24:00', '2025-06-01 09:00', '2025-6-1T9:00', 5])(
  'a local time is none: %j',
  (time) => {
    expect(faultsOfSchedule({ schedule: { local: time } })).toEqual([
      expect.objectContaining({ path: 'schedule/local' }),
    ]);
  },
);
