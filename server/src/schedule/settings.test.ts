import { expect, test } from 'vitest';
import { faultsOf, rulesOf } from './settings.ts';

const pathsOf = (settings: unknown): string[] => faultsOf(settings).map(({ path }) => path);

test('settings may be left out, be null, or hold what other rules read', () => {
  expect(faultsOf({})).toEqual([]);
  expect(faultsOf({ entry_trigger: 'api', exit: [], goal: null })).toEqual([]);
  expect(
    faultsOf({
      timezone: null,
      use_user_timezone: null,
      send_window: null,
      business_days_only: null,
      business_days: null,
      holidays: null,
      max_lateness: null,
      spread_minutes: null,
    }),
  ).toEqual([]);
  expect(
    faultsOf({
      timezone: 'europe/berlin',
      use_user_timezone: true,
      send_window: { start: '22:00', end: '24:00' },
      business_days_only: true,
      business_days: [7, 1, 2],
      holidays: { country: 'DE', region: null },
      max_lateness: { amount: 90, unit: 'minutes' },
      spread_minutes: 30,
    }),
  ).toEqual([]);
});

test('every fault is reported at once, each with its path', () => {
  const faults = faultsOf({
    timezone: 'EST5EDT',
    use_user_timezone: 'yes',
    send_window: { start: '24:00', end: '5pm' },
    business_days_only: 1,
    business_days: [1, 8, '2'],
    holidays: { country: 'DE', region: 'XX' },
    max_lateness: { amount: -1, unit: 'hours' },
    spread_minutes: 1.5,
  });
  expect(faults.map(({ path }) => path)).toEqual([
    'settings/timezone',
    'settings/use_user_timezone',
    'settings/send_window/start',
    'settings/send_window/end',
    'settings/business_days_only',
    'settings/business_days/1',
    'settings/business_days/2',
    'settings/holidays/region',
    'settings/max_lateness/amount',
    'settings/spread_minutes',
  ]);
  expect(faults[0]?.message).toBe(
    "'EST5EDT' is not a time zone; use an IANA name such as Europe/Berlin, or UTC",
  );
});

test('a window that never opens is refused', () => {
  expect(pathsOf({ send_window: { start: '09:00', end: '09:00' } })).toEqual([
    'settings/send_window/end',
  ]);
  expect(pathsOf({ send_window: { start: '00:00', end: '24:00' } })).toEqual([]);
  expect(pathsOf({ send_window: { start: '00:00', end: '00:00' } })).toHaveLength(1);
  expect(pathsOf({ business_days_only: true, business_days: [] })).toEqual([
    'settings/business_days',
  ]);
});

test('values of the wrong type are faults, never errors', () => {
  for (const value of [undefined, null, 1, 'x', [], true]) {
    expect(pathsOf(value)).toEqual(['settings']);
  }
  for (const value of [1, 'x', [], true, { start: 9, end: null }]) {
    expect(pathsOf({ send_window: value }).length).toBeGreaterThan(0);
    expect(pathsOf({ holidays: value }).length).toBeGreaterThan(0);
    expect(pathsOf({ max_lateness: value }).length).toBeGreaterThan(0);
  }
  expect(pathsOf({ timezone: 5 })).toEqual(['settings/timezone']);
  expect(pathsOf({ timezone: '\uD800'.repeat(1e6) })).toEqual(['settings/timezone']);
  expect(pathsOf({ business_days: 'Mon' })).toEqual(['settings/business_days']);
  expect(pathsOf({ business_days: Array(1e6).fill(1) })).toEqual(['settings/business_days']);
  expect(pathsOf({ business_days: [0, 1.5, Number.NaN] })).toHaveLength(3);
  expect(pathsOf({ holidays: { country: 5, region: 5 } })).toEqual([
    'settings/holidays/country',
    'settings/holidays/region',
  ]);
  expect(pathsOf({ max_lateness: { amount: 1, unit: 'days' } })).toEqual([
    'settings/max_lateness/unit',
  ]);
  expect(pathsOf({ max_lateness: { amount: 169, unit: 'hours' } })).toHaveLength(1);
  expect(pathsOf({ spread_minutes: 1_441 })).toHaveLength(1);
});

test('what is left out has the documented default', () => {
  expect(rulesOf({}, 'America/New_York')).toMatchObject({
    useUserTimezone: true,
    timezone: 'America/New_York',
    zoneSource: 'workspace',
    window: null,
    businessDaysOnly: false,
    isAlwaysOpen: true,
    holidays: null,
    maxLatenessMs: 3_600_000,
    spreadMs: 0,
  });
  expect(rulesOf({}, null)).toMatchObject({ timezone: 'UTC', zoneSource: 'default' });
  expect(rulesOf({}, null).weekdays.slice(1)).toEqual([true, true, true, true, true, false, false]);
});

test("the series' zone goes before the workspace's, and an unknown one is passed over", () => {
  expect(rulesOf({ timezone: 'asia/tokyo' }, 'Europe/Berlin')).toMatchObject({
    timezone: 'Asia/Tokyo',
    zoneSource: 'series',
    unknownZones: [],
  });
  expect(rulesOf({ timezone: 'Gone/Zone' }, 'Europe/Berlin')).toMatchObject({
    timezone: 'Europe/Berlin',
    zoneSource: 'workspace',
    unknownZones: [{ of: 'series', name: 'Gone/Zone' }],
  });
});

test('only rules without any closed hour or day are always open', () => {
  const always = (settings: Parameters<typeof rulesOf>[0]) => rulesOf(settings, null).isAlwaysOpen;
  const days = [1, 2, 3, 4, 5, 6, 7];
  expect(always({ send_window: { start: '00:00', end: '24:00' } })).toBe(true);
  expect(always({ business_days_only: true, business_days: days })).toBe(true);
  expect(always({ business_days_only: true })).toBe(false);
  expect(always({ send_window: { start: '00:00', end: '23:59' } })).toBe(false);
  const holidays = { country: 'DE', region: null };
  expect(always({ business_days_only: true, business_days: days, holidays })).toBe(false);
  expect(always({ holidays })).toBe(true);
});
