import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DAY_MS, dayOf, MINUTE_MS, weekdayOf } from './local-date.ts';
import { rulesOf } from './settings.ts';
import { faultsOfUntil } from './until-faults.ts';
import { untilOf, untilWords, type FoundDate, type Until } from './until.ts';
import { zoneClockOf } from './zone-clock.ts';

const RULES = rulesOf({ timezone: 'UTC' }, null);
const atOf = (until: Until, from: string, zone = 'Europe/Berlin', date: FoundDate | null = null) =>
  untilOf(until, {
    fromAt: new Date(from),
    date,
    userTimezone: zone,
    rules: RULES,
  })?.at.toISOString();
const instant = (text: string): FoundDate => ({ at: Date.parse(text) });
const day = (text: string): FoundDate => ({ day: Date.parse(`${text}T00:00Z`) / DAY_MS });
const ABOUT = 'user.trial_ends_at';

test('a time of day is the next one, at once when it is that very moment', () => {
  expect(atOf({ time: '09:00' }, '2026-11-20T07:59:59.999Z')).toBe('2026-11-20T08:00:00.000Z');
  expect(atOf({ time: '09:00' }, '2026-11-20T08:00:00.000Z')).toBe('2026-11-20T08:00:00.000Z');
  expect(atOf({ time: '09:00' }, '2026-11-20T08:00:00.001Z')).toBe('2026-11-21T08:00:00.000Z');
  expect(atOf({ time: '00:00' }, '2026-11-20T22:59:00Z')).toBe('2026-11-20T23:00:00.000Z');
});

test('the zone is the recipient’s where the series allows it', () => {
  const until = { time: '09:00' };
  expect(atOf(until, '2026-11-20T12:00:00Z', 'America/New_York')).toBe('2026-11-20T14:00:00.000Z');
  expect(atOf(until, '2026-11-20T12:00:00Z', 'no zone')).toBe('2026-11-21T09:00:00.000Z');
  const rules = rulesOf({ timezone: 'Asia/Tokyo', use_user_timezone: false }, null);
  const fromAt = new Date('2026-11-20T12:00:00Z');
  const answer = untilOf(until, { fromAt, date: null, userTimezone: 'Europe/Berlin', rules });
  expect(answer?.at.toISOString()).toBe('2026-11-21T00:00:00.000Z');
});

test('a time that a clock change skips moves forward by the gap, and one that occurs twice is the first', () => {
  const until = { time: '02:30' };
  expect(atOf(until, '2026-03-29T00:00:00Z')).toBe('2026-03-29T01:30:00.000Z');
  // 03:10 in summer time: the skipped 02:30 is now 03:30, still to come.
  expect(atOf(until, '2026-03-29T01:10:00Z')).toBe('2026-03-29T01:30:00.000Z');
  expect(atOf(until, '2026-10-24T23:00:00Z')).toBe('2026-10-25T00:30:00.000Z');
  // Between the two 02:30 of that night: the first has passed, and the second is not meant.
  expect(atOf(until, '2026-10-25T00:45:00Z')).toBe('2026-10-26T01:30:00.000Z');
  const answer = untilOf(until, {
    fromAt: new Date('2026-03-29T00:00:00Z'),
    date: null,
    userTimezone: 'Europe/Berlin',
    rules: RULES,
  });
  expect(answer?.why).toEqual([
    { rule: 'until', input: '02:30 after Sun 2026-03-29 01:00', outcome: 'Sun 2026-03-29 03:30' },
    {
      rule: 'clock_change',
      input: 'Sun 2026-03-29 02:30',
      outcome: 'skipped by a clock change; Sun 2026-03-29 03:30',
    },
  ]);
});

test('weekdays with a time are the next such moment, without one any time of the day will do', () => {
  // A Friday, 10:00 in Berlin.
  const friday = '2026-11-20T09:00:00Z';
  expect(atOf({ weekday: [1, 3], time: '09:00' }, friday)).toBe('2026-11-23T08:00:00.000Z');
  expect(atOf({ weekday: [5], time: '09:00' }, friday)).toBe('2026-11-27T08:00:00.000Z');
  expect(atOf({ weekday: [5], time: '10:00' }, friday)).toBe('2026-11-20T09:00:00.000Z');
  expect(atOf({ weekday: [5] }, friday)).toBe('2026-11-20T09:00:00.000Z');
  expect(atOf({ weekday: [6, 1] }, friday)).toBe('2026-11-20T23:00:00.000Z');
});

test('a date that a zone skips whole is no weekday and has no times', () => {
  // Samoa went from Thursday 29 to Saturday 31 December 2011.
  const thursday = '2011-12-29T22:00:00Z';
  const zone = 'Pacific/Apia';
  expect(atOf({ weekday: [5], time: '09:00' }, thursday, zone)).toBe('2012-01-05T19:00:00.000Z');
  expect(atOf({ weekday: [5] }, thursday, zone)).toBe('2012-01-05T10:00:00.000Z');
  expect(atOf({ time: '09:00' }, thursday, zone)).toBe('2011-12-30T19:00:00.000Z');
});

test('a date with its offset is that moment, on the wall clock for days and weeks', () => {
  const from = '2026-01-01T00:00:00Z';
  const ends = instant('2026-03-30T07:00:00Z');
  const at = (until: Until, date: FoundDate = ends) => atOf(until, from, 'Europe/Berlin', date);
  expect(at({ date: ABOUT })).toBe('2026-03-30T07:00:00.000Z');
  const days = (amount: number) => ({ date: ABOUT, offset: { amount, unit: 'days' as const } });
  // 09:00 before and after the clock change.
  expect(at(days(-2))).toBe('2026-03-28T08:00:00.000Z');
  expect(at({ date: ABOUT, offset: { amount: -48, unit: 'hours' } })).toBe(
    '2026-03-28T07:00:00.000Z',
  );
  expect(at({ date: ABOUT, offset: { amount: 1, unit: 'weeks' } })).toBe(
    '2026-04-06T07:00:00.000Z',
  );
  expect(at({ ...days(-3), time: '18:00' })).toBe('2026-03-27T17:00:00.000Z');
  // No offset leaves even the second of two moments where it is.
  expect(at(days(0), instant('2026-10-25T01:30:00Z'))).toBe('2026-10-25T01:30:00.000Z');
});

test('a date without a time begins with the day of the recipient', () => {
  const from = '2026-01-01T00:00:00Z';
  const at = (until: Until, zone: string) => atOf(until, from, zone, day('2026-04-24'));
  expect(at({ date: ABOUT }, 'Asia/Tokyo')).toBe('2026-04-23T15:00:00.000Z');
  // No midnight on that day in Cairo.
  expect(at({ date: ABOUT }, 'Africa/Cairo')).toBe('2026-04-23T22:00:00.000Z');
  const tomorrow = { date: ABOUT, offset: { amount: 1, unit: 'days' as const } };
  expect(at(tomorrow, 'Africa/Cairo')).toBe('2026-04-24T21:00:00.000Z');
  expect(at({ date: ABOUT, time: '09:30' }, 'Asia/Tokyo')).toBe('2026-04-24T00:30:00.000Z');
  const later = { date: ABOUT, offset: { amount: 90, unit: 'minutes' as const } };
  expect(at(later, 'Asia/Tokyo')).toBe('2026-04-23T16:30:00.000Z');
});

test('a date may lie in the past, and never so far ahead that it cannot be stored', () => {
  const from = '2026-01-01T00:00:00Z';
  expect(atOf({ date: ABOUT }, from, 'UTC', day('1000-01-01'))).toBe('1000-01-01T00:00:00.000Z');
  const late = { date: ABOUT, offset: { amount: 2, unit: 'days' as const } };
  expect(atOf(late, from, 'Europe/Berlin', day('9999-12-31'))).toBe('9999-12-31T23:59:59.999Z');
  expect(atOf({ date: ABOUT }, from, 'UTC', null)).toBeUndefined();
});

test('every fault is told with its path', () => {
  const pathsOf = (until: unknown) => faultsOfUntil(until, 'u').map(({ path }) => path);
  expect(pathsOf(null)).toEqual(['u']);
  expect(pathsOf({})).toEqual(['u']);
  expect(pathsOf({ time: '24:00' })).toEqual(['u/time']);
  expect(pathsOf({ time: 9, weekday: [0, 8, 1] })).toEqual([
    'u/weekday/0',
    'u/weekday/1',
    'u/time',
  ]);
  expect(pathsOf({ weekday: [] })).toEqual(['u/weekday']);
  expect(pathsOf({ weekday: [1], date: ABOUT })).toEqual(['u/weekday']);
  const offset = { amount: 1.5, unit: 'months' };
  expect(pathsOf({ time: '09:00', offset })).toEqual([
    'u/offset',
    'u/offset/unit',
    'u/offset/amount',
  ]);
  const hours = { amount: 1, unit: 'hours' };
  expect(pathsOf({ time: '09:00', date: ABOUT, offset: hours })).toEqual(['u/offset/unit']);
  const far = { amount: 1_826, unit: 'days' };
  expect(pathsOf({ date: ABOUT, offset: far })).toEqual(['u/offset/amount']);
  expect(pathsOf({ date: ABOUT, offset: { amount: 1, unit: '__proto__' } })).toEqual([
    'u/offset/unit',
  ]);
  expect(pathsOf({ time: '09:00', weekday: null, date: null, offset: null })).toEqual([]);
});

test('words say what is waited for', () => {
  expect(untilWords({ time: '09:00' })).toBe('09:00');
  expect(untilWords({ time: '09:00', weekday: [1, 2, 3] })).toBe('09:00 on Mon–Wed');
  expect(untilWords({ weekday: [7] })).toBe('Sun');
  const offset = { amount: -1, unit: 'weeks' as const };
  expect(untilWords({ date: ABOUT, offset, time: '09:00' })).toBe(
    `1 week before ${ABOUT}, at 09:00`,
  );
});

const ZONES = ['Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Africa/Cairo', 'UTC'];
/** Around the clock changes of these zones, where rules about time go wrong. */
const TROUBLE = [
  '2026-03-29T01:00Z',
  '2026-11-01T06:00Z',
  '2026-10-03T15:30Z',
  '2026-04-23T22:00Z',
];

test('property: the moment is not before the beginning, right on the clock, and the first such', () => {
  const input = fc.record({
    zone: fc.constantFrom(...ZONES),
    from: fc
      .tuple(fc.constantFrom(...TROUBLE), fc.integer({ min: -3_000, max: 3_000 }))
      .map(([near, minutes]) => Date.parse(near) + minutes * MINUTE_MS),
    minute: fc.integer({ min: 0, max: 24 * 60 - 1 }),
    weekday: fc.option(fc.uniqueArray(fc.integer({ min: 1, max: 7 }), { minLength: 1 })),
  });
  fc.assert(
    fc.property(input, ({ zone, from, minute, weekday }) => {
      const time = `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
      const at = Date.parse(atOf({ time, weekday }, new Date(from).toISOString(), zone) ?? '');
      const clock = zoneClockOf(zone);
      const isRight = (found: number): boolean => {
        const local = clock.localAt(found);
        const aim = dayOf(local) * DAY_MS + minute * MINUTE_MS;
        const isDay = weekday === null || weekday.includes(weekdayOf(dayOf(local)));
        return isDay && clock.instantAt(aim) === found;
      };
      expect(at >= from && isRight(at)).toBe(true);
      // Nothing earlier on any of the days between.
      for (let earlier = from; earlier < at; earlier += 30 * MINUTE_MS) {
        const aim = dayOf(clock.localAt(earlier)) * DAY_MS + minute * MINUTE_MS;
        const found = clock.instantAt(aim);
        expect(found >= from && found < at && isRight(found)).toBe(false);
      }
    }),
    { numRuns: 500 },
  );
});
