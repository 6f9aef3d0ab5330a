import { expect, test } from 'vitest';
import { planStep } from '../../src/schedule/plan.ts';
import { rulesOf } from '../../src/schedule/settings.ts';

/**
 * Mistakes that other products ship: the offset of today used for next week, the weekday taken in
 * UTC.
 */

const WEEKDAYS = { business_days_only: true, business_days: [1, 2, 3, 4, 5] };

function dueIn(
  timezone: string,
  fromAt: string,
  settings: { start: string; end: string; weekdays?: boolean; days?: number },
): string {
  const { start, end, weekdays = false, days = 0 } = settings;
  const rules = rulesOf({ send_window: { start, end }, ...(weekdays ? WEEKDAYS : {}) }, null);
  const delay = { amount: days, unit: 'days' } as const;
  const plan = planStep({
    fromAt: new Date(fromAt),
    delay,
    userTimezone: timezone,
    rules,
    windowed: true,
  });
  return plan.dueAt.toISOString();
}

test('nine in the morning stays nine in the morning when New York sets its clocks back', () => {
  const window = { start: '09:00', end: '10:00' };
  expect(dueIn('America/New_York', '2026-10-31T14:30:00Z', window)).toBe(
    '2026-11-01T14:00:00.000Z',
  );
  expect(dueIn('America/New_York', '2026-10-31T13:00:00Z', { ...window, days: 1 })).toBe(
    '2026-11-01T14:00:00.000Z',
  );
});

test('nine in the morning stays nine in the morning when Berlin sets its clocks forward', () => {
  const window = { start: '09:00', end: '10:00' };
  expect(dueIn('Europe/Berlin', '2026-03-28T12:00:00Z', window)).toBe('2026-03-29T07:00:00.000Z');
  expect(dueIn('Europe/Berlin', '2026-03-28T08:00:00Z', { ...window, days: 1 })).toBe(
    '2026-03-29T07:00:00.000Z',
  );
});

test('a weekday morning in Tokyo asked for on Friday is Monday there, not Saturday', () => {
  const window = { start: '05:00', end: '06:00', weekdays: true };
  // Friday 2026-11-20 06:00 in Tokyo; 05:00 there is 20:00 UTC of the day before.
  expect(dueIn('Asia/Tokyo', '2026-11-19T21:00:00Z', window)).toBe('2026-11-22T20:00:00.000Z');
});

test('a weekday evening in Los Angeles asked for on Friday is never Sunday', () => {
  const window = { start: '20:00', end: '21:00', weekdays: true };
  // 20:00 in Los Angeles is 04:00 UTC of the next day.
  expect(dueIn('America/Los_Angeles', '2026-11-20T18:00:00Z', window)).toBe(
    '2026-11-21T04:00:00.000Z',
  );
  expect(dueIn('America/Los_Angeles', '2026-11-21T05:00:00Z', window)).toBe(
    '2026-11-24T04:00:00.000Z',
  );
});

test('a zone nobody knows does not stop the plan', () => {
  const window = { start: '09:00', end: '10:00' };
  expect(dueIn('Not/AZone', '2026-11-20T12:00:00Z', window)).toBe('2026-11-21T09:00:00.000Z');
});
