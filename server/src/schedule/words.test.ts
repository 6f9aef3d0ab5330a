import fc from 'fast-check';
import { expect, test } from 'vitest';
import { rulesOf, type ScheduleSettings } from './settings.ts';
import { windowWords } from './words.ts';

/**
 * Goal: the sentence says what the planner does. Method: examples; and of any two settings, that they
 * have the same words only if they compile to the same rules.
 */
test('hours, days, zone and holidays are said in one sentence', () => {
  const office = {
    send_window: { start: '09:00', end: '17:00' },
    business_days_only: true,
    timezone: 'Europe/Berlin',
    holidays: { country: 'DE' },
  };
  expect(windowWords(office, null)).toBe(
    "Sends Mon–Fri 09:00–17:00 in the person's time zone, else Europe/Berlin; not on German public holidays",
  );
  expect(windowWords({}, 'Asia/Tokyo')).toBe(
    "Sends every day at any time in the person's time zone, else Asia/Tokyo (the workspace's)",
  );
  const odd = {
    send_window: { start: '22:00', end: '06:00' },
    use_user_timezone: false,
    holidays: { country: 'DE', region: 'BY' },
    spread_minutes: 30,
    max_lateness: { amount: 90, unit: 'minutes' },
  } as const;
  expect(windowWords(odd, null)).toBe(
    'Sends every day 22:00–06:00 the next day in the time zone UTC (no other is set); waits count ' +
      'Mon–Fri without the public holidays of DE-BY as business days; what waits for an opening is ' +
      'spread over 30 minutes; a step more than 90 minutes late moves those after it',
  );
});

const minute = fc.integer({ min: 0, max: 1_439 });
const clock = minute.map(
  (at) => `${String(Math.floor(at / 60)).padStart(2, '0')}:${String(at % 60).padStart(2, '0')}`,
);
const places = [
  { country: 'DE' },
  { country: 'DE', region: 'BY' },
  { country: 'FR' },
  { country: 'LU' },
];
const settings = fc.record({
  timezone: fc.constantFrom(null, 'Europe/Berlin', 'America/New_York', 'UTC'),
  use_user_timezone: fc.boolean(),
  send_window: fc.option(
    fc.record({ start: clock, end: clock }).filter(({ start, end }) => start !== end),
  ),
  business_days_only: fc.boolean(),
  business_days: fc.option(fc.uniqueArray(fc.integer({ min: 1, max: 7 }), { minLength: 1 })),
  holidays: fc.constantFrom(null, ...places),
  max_lateness: fc.option(
    fc.record({
      amount: fc.integer({ min: 0, max: 168 }),
      unit: fc.constantFrom('minutes' as const, 'hours' as const),
    }),
  ),
  spread_minutes: fc.constantFrom(null, 0, 1, 30, 90),
});

/** What the planner goes by. */
const meaningOf = (given: ScheduleSettings, workspace: string | null): string => {
  const { holidays, unknownZones: _unknown, ...rules } = rulesOf(given, workspace);
  return JSON.stringify({ ...rules, holidays: holidays?.place ?? null });
};

test('settings that mean another thing have other words, and the same words mean the same', () => {
  const workspace = fc.constantFrom(null, 'Europe/Berlin', 'UTC');
  fc.assert(
    fc.property(settings, settings, workspace, workspace, (one, other, home, away) => {
      const isSame = meaningOf(one, home) === meaningOf(other, away);
      expect(windowWords(one, home) === windowWords(other, away)).toBe(isSame);
    }),
    { numRuns: 500 },
  );
});

test('changing one setting changes the words, or nothing', () => {
  const names = fc.constantFrom(
    'timezone',
    'use_user_timezone',
    'send_window',
    'business_days_only',
    'business_days',
    'holidays',
    'max_lateness',
    'spread_minutes',
  );
  fc.assert(
    fc.property(settings, settings, names, (one, other, name) => {
      const changed = { ...one, [name]: other[name as keyof ScheduleSettings] } as ScheduleSettings;
      const isSame = meaningOf(one, null) === meaningOf(changed, null);
      expect(windowWords(one, null) === windowWords(changed, null)).toBe(isSame);
    }),
    { numRuns: 2_000 },
  );
});
