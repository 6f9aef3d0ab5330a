import { expect, test } from 'vitest';
import { faultOfPlace, holidayCalendarOf } from './holidays.ts';
import { DAY_MS, dateText, firstDayOf, weekdayOf } from './local-date.ts';

/** The public holidays of a year as 'MM-DD'. */
function datesOf(country: string, region: string | null, year: number): string[] {
  const calendar = holidayCalendarOf({ country, region });
  const dates: string[] = [];
  for (let day = firstDayOf(year); day < firstDayOf(year + 1); day += 1) {
    if (calendar.nameOn(day) !== null) dates.push(dateText(day).slice(9));
  }
  return dates;
}

const nameOn = (country: string, region: string | null, date: string): string | null =>
  holidayCalendarOf({ country, region }).nameOn(Date.parse(`${date}T00:00Z`) / DAY_MS);

test("a region has its country's public holidays and its own, and no other days", () => {
  expect(datesOf('DE', 'BE', 2026)).toEqual(
    '01-01 03-08 04-03 04-06 05-01 05-14 05-25 10-03 12-25 12-26'.split(' '),
  );
  expect(datesOf('DE', null, 2026)).not.toContain('03-08');
  expect(datesOf('DE', null, 2026)).not.toContain('12-24');
});

test('a day off for a holiday at the weekend counts, also over the turn of the year', () => {
  expect(nameOn('GB', 'ENG', '2027-12-27')).toContain('Christmas');
  expect(nameOn('US', null, '2026-07-03')).toContain('Independence Day');
  // New Year's Day of 2028 is a Saturday.
  expect(nameOn('US', null, '2027-12-31')).toContain("New Year's Day");
});

test('a holiday that begins at sunset counts on the day after that evening', () => {
  expect(nameOn('AL', null, '2026-03-19')).toBeNull();
  expect(nameOn('AL', null, '2026-03-20')).not.toBeNull();
  expect(nameOn('AL', null, '2026-03-21')).toBeNull();
});

test('a holiday of several days counts on each of them, also into the next year', () => {
  const feast = ['2026-03-19', '2026-03-20', '2026-03-21', '2026-03-22', '2026-03-23'];
  const counted = feast.filter((date) => nameOn('TR', null, date) !== null);
  expect(counted).toEqual(['2026-03-20', '2026-03-21', '2026-03-22']);
  const incwala = ['2026-12-27', '2026-12-28', '2027-01-02', '2027-01-03'];
  expect(incwala.filter((date) => nameOn('SZ', null, date) !== null)).toEqual([
    '2026-12-28',
    '2027-01-02',
  ]);
});

test('half a day off counts from noon, and an evening off does not', () => {
  expect(nameOn('CH', 'SO', '2026-05-01')).not.toBeNull();
  expect(nameOn('AU', 'SA', '2026-12-24')).toBeNull();
  expect(nameOn('AU', 'SA', '2026-12-25')).not.toBeNull();
});

test('days that are not public holidays stay business days', () => {
  expect(nameOn('DE', null, '2026-12-24')).toBeNull();
  expect(nameOn('US', null, '2026-02-14')).toBeNull();
});

test('years far from ours have no known holidays', () => {
  expect(datesOf('DE', null, 1899)).toEqual([]);
  expect(datesOf('DE', null, 1)).toEqual([]);
  expect(datesOf('DE', null, 2200)).toContain('12-25');
  expect(datesOf('DE', null, 2201)).toEqual([]);
});

test('a place is found in any letter case and named properly', () => {
  expect(holidayCalendarOf({ country: 'de', region: 'be' }).place).toBe('DE-BE');
  expect(holidayCalendarOf({ country: 'de', region: 'be' })).toBe(
    holidayCalendarOf({ country: 'DE', region: 'BE' }),
  );
  expect(holidayCalendarOf({ country: 'DE', region: 'BY-A' }).place).toBe('DE-BY-A');
  expect(datesOf('DE', 'BY-A', 2026)).toContain('08-08');
});

test('an unknown place is refused with what would be right', () => {
  expect(faultOfPlace({ country: 'DE', region: null })).toBeNull();
  expect(faultOfPlace({ country: 'DE', region: 'BE' })).toBeNull();
  expect(faultOfPlace({ country: 'XX', region: null })?.field).toBe('country');
  expect(faultOfPlace({ country: '', region: null })?.field).toBe('country');
  expect(faultOfPlace({ country: 'DE.BE', region: null })?.field).toBe('country');
  expect(faultOfPlace({ country: 'constructor', region: 'BE' })?.field).toBe('country');
  expect(faultOfPlace({ country: '__proto__', region: null })?.field).toBe('country');
  expect(faultOfPlace({ country: 'DE', region: '' })?.field).toBe('region');
  expect(faultOfPlace({ country: 'DE', region: 'DE-BE' })).toEqual({
    field: 'region',
    message: expect.stringContaining('BE, '),
  });
  expect(faultOfPlace({ country: 'DE', region: 'BY-ZZ' })?.message).toContain('DE-BY');
  expect(faultOfPlace({ country: 'JP', region: '13' })?.message).toContain('no regions');
  expect(() => holidayCalendarOf({ country: 'XX', region: null })).toThrow('not a country');
});

/** Without this, settings could pass every check and still never open: see `faultsOf`. */
test('no country has a holiday on every Monday, every Tuesday, … of a year', async () => {
  const { default: Holidays } = await import('date-holidays');
  for (const country of Object.keys(new Holidays().getCountries())) {
    const calendar = holidayCalendarOf({ country, region: null });
    const free = new Set<number>();
    for (let day = firstDayOf(2027); day < firstDayOf(2028); day += 1) {
      if (calendar.nameOn(day) === null) free.add(weekdayOf(day));
    }
    expect(free.size, country).toBe(7);
  }
});
