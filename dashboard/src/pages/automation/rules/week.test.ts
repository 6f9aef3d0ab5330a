import { expect, test } from 'vitest';
import {
  dayPlus,
  dayWords,
  mondayOf,
  offsetOn,
  type OpenHours,
  shifted,
  spansOn,
  windowWords,
} from './week.ts';

const OFFICE: OpenHours = {
  window: { start: 540, end: 1020 },
  isBusinessDaysOnly: true,
  businessDays: [1, 2, 3, 4, 5],
  holidays: new Map([['2026-04-03', 'Good Friday']]),
};
const NIGHT: OpenHours = { ...OFFICE, window: { start: 1320, end: 120 } };

test('a week begins on Monday', () => {
  expect(mondayOf('2026-03-29')).toBe('2026-03-23');
  expect(mondayOf('2026-03-23')).toBe('2026-03-23');
  expect(dayPlus('2026-02-28', 1)).toBe('2026-03-01');
  expect(dayWords('2026-03-27')).toBe('Fri 27 Mar');
});

test('a window is open on business days that are no holidays', () => {
  expect(spansOn('2026-04-02', OFFICE)).toEqual([{ from: 540, to: 1020 }]);
  expect(spansOn('2026-04-03', OFFICE)).toEqual([]);
  expect(spansOn('2026-04-04', OFFICE)).toEqual([]);
  expect(spansOn('2026-04-04', { ...OFFICE, isBusinessDaysOnly: false })).toHaveLength(1);
});

test('a window over midnight belongs to the day on which it opens', () => {
  expect(spansOn('2026-04-02', NIGHT)).toEqual([
    { from: 0, to: 120 },
    { from: 1320, to: 1440 },
  ]);
  // On the holiday nothing opens, but what opened on the evening before is still open.
  expect(spansOn('2026-04-03', NIGHT)).toEqual([{ from: 0, to: 120 }]);
  expect(spansOn('2026-04-04', NIGHT)).toEqual([]);
});

test('without a window the whole day is open', () => {
  expect(spansOn('2026-04-02', { ...OFFICE, window: null })).toEqual([{ from: 0, to: 1440 }]);
});

test('hours move with the clock, over midnight too', () => {
  expect(shifted({ from: 540, to: 1020 }, 360)).toEqual([{ from: 900, to: 1380 }]);
  expect(shifted({ from: 540, to: 1020 }, -480)).toEqual([{ from: 60, to: 540 }]);
  expect(windowWords(shifted({ from: 540, to: 1020 }, 600))).toBe('19:00–03:00');
  expect(windowWords(shifted({ from: 0, to: 1440 }, 77))).toBe('all day');
});

test('the distance of a zone is that of the day', () => {
  expect(offsetOn('2026-01-15', 'Europe/Berlin')).toBe(60);
  expect(offsetOn('2026-07-15', 'Europe/Berlin')).toBe(120);
  expect(offsetOn('2026-07-15', 'Asia/Kolkata')).toBe(330);
  expect(offsetOn('2026-07-15', 'Nowhere/Else')).toBeNull();
});
