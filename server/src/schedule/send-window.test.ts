import { expect, test } from 'vitest';
import { DAY_MS } from './local-date.ts';
import { minuteOf, windowOn, type SendWindow } from './send-window.ts';
import { zoneClockOf } from './zone-clock.ts';

/** One date's window as ISO instants, or null. */
function windowText(timezone: string, date: string, start: string, end: string): string | null {
  const window = { opensAtMinute: minuteOf(start), closesAtMinute: minuteOf(end) } as SendWindow;
  const day = Date.parse(`${date}T00:00Z`) / DAY_MS;
  const interval = windowOn(day, window, zoneClockOf(timezone));
  if (interval === null) return null;
  return [interval.opens, interval.closes]
    .map((at) => new Date(at).toISOString().slice(5, 16))
    .join(' ');
}

test('a window that crosses midnight closes on the day after it opened', () => {
  expect(windowText('UTC', '2026-11-20', '22:00', '06:00')).toBe('11-20T22:00 11-21T06:00');
  expect(windowText('UTC', '2026-11-20', '22:00', '00:00')).toBe('11-20T22:00 11-21T00:00');
  expect(windowText('UTC', '2026-11-20', '22:00', '24:00')).toBe('11-20T22:00 11-21T00:00');
});

test('a window wholly in the hour that a clock change skips is empty on that day only', () => {
  expect(windowText('Europe/Berlin', '2026-03-28', '02:00', '03:00')).toBe(
    '03-28T01:00 03-28T02:00',
  );
  expect(windowText('Europe/Berlin', '2026-03-29', '02:00', '03:00')).toBeNull();
  expect(windowText('Europe/Berlin', '2026-03-29', '02:30', '03:15')).toBeNull();
  expect(windowText('Europe/Berlin', '2026-03-30', '02:00', '03:00')).toBe(
    '03-30T00:00 03-30T01:00',
  );
});

test('an edge in the skipped hour moves forward by the gap', () => {
  expect(windowText('Europe/Berlin', '2026-03-29', '01:30', '02:30')).toBe(
    '03-29T00:30 03-29T01:30',
  );
  expect(windowText('Europe/Berlin', '2026-03-29', '02:30', '04:00')).toBe(
    '03-29T01:30 03-29T02:00',
  );
});

test('a window around a repeated hour is open through both passes', () => {
  expect(windowText('America/New_York', '2026-11-01', '01:30', '02:30')).toBe(
    '11-01T05:30 11-01T07:30',
  );
  expect(windowText('America/New_York', '2026-11-01', '01:00', '01:30')).toBe(
    '11-01T05:00 11-01T05:30',
  );
});

test('a day without midnight begins when its first hour does', () => {
  expect(windowText('Africa/Cairo', '2026-04-24', '00:00', '24:00')).toBe(
    '04-23T22:00 04-24T21:00',
  );
  expect(windowText('Africa/Cairo', '2026-04-24', '00:00', '00:30')).toBe(
    '04-23T22:00 04-23T22:30',
  );
});

test('a date visited twice has one window, from its first midnight on', () => {
  // At the end of 2026-04-04, Santiago's clocks go back to 23:00 of the same day.
  expect(windowText('America/Santiago', '2026-04-04', '22:00', '24:00')).toBe(
    '04-05T01:00 04-05T04:00',
  );
  expect(windowText('America/Santiago', '2026-04-05', '00:00', '01:00')).toBe(
    '04-05T04:00 04-05T05:00',
  );
});

test('a date that a clock change skips whole has no window', () => {
  expect(windowText('Pacific/Apia', '2011-12-29', '22:00', '06:00')).toBe(
    '12-30T08:00 12-30T16:00',
  );
  expect(windowText('Pacific/Apia', '2011-12-30', '00:00', '24:00')).toBeNull();
  expect(windowText('Pacific/Apia', '2011-12-30', '09:00', '17:00')).toBeNull();
  expect(windowText('Pacific/Apia', '2011-12-31', '09:00', '17:00')).toBe(
    '12-30T19:00 12-31T03:00',
  );
});

test('times of day are HH:MM, and 24:00 is the end of the day', () => {
  expect(minuteOf('00:00')).toBe(0);
  expect(minuteOf('09:05')).toBe(545);
  expect(minuteOf('23:59')).toBe(1_439);
  expect(minuteOf('24:00')).toBe(1_440);
  for (const text of [
    '9:00',
    '24:01',
    '12:60',
    '12:00:00',
    ' 12:00',
    '12:00\n',
    '',
    null,
    9,
    '1２:00',
  ]) {
    expect(minuteOf(text), String(text)).toBeNull();
  }
});
