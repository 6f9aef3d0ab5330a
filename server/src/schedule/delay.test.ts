import { expect, test } from 'vitest';
import { addDelay, faultsOfDelay, type Delay } from './delay.ts';
import { NoOpenSlotError } from './errors.ts';
import { rulesOf, type ScheduleSettings } from './settings.ts';

function after(
  from: string,
  delay: Delay,
  timezone: string,
  settings: ScheduleSettings = {},
): string {
  const rules = rulesOf(settings, null);
  return addDelay(new Date(from), delay, { userTimezone: timezone, rules }).toISOString();
}

test('minutes and hours are elapsed time, days and weeks keep the wall clock', () => {
  const from = '2026-10-24T10:00:00.123Z';
  const berlin = 'Europe/Berlin';
  expect(after(from, { amount: 24, unit: 'hours' }, berlin)).toBe('2026-10-25T10:00:00.123Z');
  expect(after(from, { amount: 1_440, unit: 'minutes' }, berlin)).toBe('2026-10-25T10:00:00.123Z');
  expect(after(from, { amount: 1, unit: 'days' }, berlin)).toBe('2026-10-25T11:00:00.123Z');
  expect(after(from, { amount: 2, unit: 'weeks' }, berlin)).toBe('2026-11-07T11:00:00.123Z');
});

test('an amount of 0 changes nothing, even in the second pass of a repeated hour', () => {
  const secondPass = '2026-10-25T01:30:00.000Z';
  for (const unit of ['minutes', 'hours', 'days', 'weeks', 'business_days'] as const) {
    expect(after(secondPass, { amount: 0, unit }, 'Europe/Berlin')).toBe(secondPass);
  }
});

test('a wall-clock time that is skipped moves on, and one that occurs twice is the first', () => {
  const day = { amount: 1, unit: 'days' } as const;
  expect(after('2026-03-28T01:30:00Z', day, 'Europe/Berlin')).toBe('2026-03-29T01:30:00.000Z');
  expect(after('2026-10-24T00:30:00Z', day, 'Europe/Berlin')).toBe('2026-10-25T00:30:00.000Z');
  expect(after('2011-12-29T20:00:00Z', day, 'Pacific/Apia')).toBe('2011-12-30T20:00:00.000Z');
});

test('business days count the days of the settings, at the same wall-clock time', () => {
  const friday = '2026-11-20T09:00:00Z';
  const berlin = 'Europe/Berlin';
  expect(after(friday, { amount: 1, unit: 'business_days' }, berlin)).toBe(
    '2026-11-23T09:00:00.000Z',
  );
  expect(after(friday, { amount: 6, unit: 'business_days' }, berlin)).toBe(
    '2026-11-30T09:00:00.000Z',
  );
  const sundays = { business_days: [7] };
  expect(after(friday, { amount: 2, unit: 'business_days' }, berlin, sundays)).toBe(
    '2026-11-29T09:00:00.000Z',
  );
  // From a day that is none itself.
  expect(after('2026-11-21T09:00:00Z', { amount: 1, unit: 'business_days' }, berlin)).toBe(
    '2026-11-23T09:00:00.000Z',
  );
});

test("business days leave out public holidays, in the recipient's date", () => {
  const holidays = { country: 'DE', region: 'BE' };
  const two = { amount: 2, unit: 'business_days' } as const;
  expect(after('2026-12-24T09:00:00Z', two, 'Europe/Berlin', { holidays })).toBe(
    '2026-12-29T09:00:00.000Z',
  );
  // Thursday evening in Berlin is Friday, 25 December, in Tokyo.
  expect(after('2026-12-24T18:00:00Z', two, 'Asia/Tokyo', { holidays })).toBe(
    '2026-12-28T18:00:00.000Z',
  );
});

test('a date that a clock change skips is no business day', () => {
  // Friday 2011-12-30 is missing in Apia: the two after Thursday are Monday and Tuesday.
  const two = { amount: 2, unit: 'business_days' } as const;
  expect(after('2011-12-29T20:00:00Z', two, 'Pacific/Apia')).toBe('2012-01-02T20:00:00.000Z');
});

test('counting business days that never come ends with an error', () => {
  const rules = { ...rulesOf({}, null), weekdays: [] };
  const delay = { amount: 1, unit: 'business_days' } as const;
  expect(() => addDelay(new Date(0), delay, { userTimezone: null, rules })).toThrow(
    NoOpenSlotError,
  );
});

test('a delay is a whole number of a known unit, at most five years', () => {
  const paths = (value: unknown) => faultsOfDelay(value, 'delay').map(({ path }) => path);
  expect(paths({ amount: 0, unit: 'minutes' })).toEqual([]);
  expect(paths({ amount: 5 * 365, unit: 'days' })).toEqual([]);
  expect(paths({ amount: 5 * 365 + 1, unit: 'days' })).toEqual(['delay/amount']);
  for (const amount of [-1, 1.5, '1', null, undefined, Number.NaN, Infinity, 1e300]) {
    expect(paths({ amount, unit: 'hours' }), String(amount)).toEqual(['delay/amount']);
  }
  for (const unit of ['day', 'months', 'constructor', '', null, 1, undefined]) {
    expect(paths({ amount: 1, unit }), String(unit)).toEqual(['delay/unit']);
  }
  expect(paths({})).toEqual(['delay/unit', 'delay/amount']);
  for (const value of [null, undefined, 5, 'x', []]) expect(paths(value)).toEqual(['delay']);
});
