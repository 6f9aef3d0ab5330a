import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DAY_MS, dateText, dayOf, firstDayOf, localText, weekdayOf, yearOf } from './local-date.ts';

test('days have the year, the weekday and the date of the calendar, leap years and all', () => {
  fc.assert(
    fc.property(fc.integer({ min: -800_000, max: 2_900_000 }), (day) => {
      const date = Temporal.PlainDate.from('1970-01-01').add({ days: day });
      expect(yearOf(day)).toBe(date.year);
      expect(weekdayOf(day)).toBe(date.dayOfWeek);
      expect(firstDayOf(date.year)).toBe(day - date.dayOfYear + 1);
      if (date.year >= 0 && date.year <= 9999) expect(dateText(day)).toMatch(date.toString());
    }),
  );
});

test('local times read as weekday, date and time, with seconds only where there are any', () => {
  expect(localText(Date.parse('2026-11-20T10:00:00Z'))).toBe('Fri 2026-11-20 10:00');
  expect(localText(Date.parse('2024-02-29T23:59:59.999Z'))).toBe('Thu 2024-02-29 23:59:59');
  expect(localText(Date.parse('1969-12-31T00:00:00Z'))).toBe('Wed 1969-12-31 00:00');
});

test('a local time belongs to its day also before 1970', () => {
  expect(dayOf(0)).toBe(0);
  expect(dayOf(DAY_MS - 1)).toBe(0);
  expect(dayOf(-1)).toBe(-1);
});
