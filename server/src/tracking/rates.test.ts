import { expect, test } from 'vitest';
import { excessOf, percentOf, totalOf } from './rates.ts';

const rule = { enabled: true, bouncePercent: 4, complaintPercent: 0.1, minSends: 200 };
const sent = (count: number, bounced: number, complained = 0) => ({
  sent: count,
  bounced,
  complained,
});

test.each([
  [sent(200, 8), 'bounces'],
  [sent(200, 7), null],
  [sent(199, 199), null],
  [sent(1_000, 0, 1), 'complaints'],
  [sent(1_001, 0, 1), null],
  [sent(3_000, 0, 3), 'complaints'],
  [sent(7_000, 0, 7), 'complaints'],
  [sent(200, 200, 200), 'complaints'],
  [sent(0, 0), null],
])('%j exceeds %s', (counts, expected) => {
  expect(excessOf(counts, rule)?.rule ?? null).toBe(expected);
});

test('says what it was reckoned from', () => {
  expect(excessOf(sent(300, 13), rule)?.figures).toEqual({
    sent: 300,
    count: 13,
    percent: 4.33,
    limitPercent: 4,
    days: 7,
  });
  expect(percentOf(1, 0)).toBe(0);
});

test('switched off it stops nothing; a limit of nothing stops nothing that did not come back', () => {
  expect(excessOf(sent(200, 200), { ...rule, enabled: false })).toBeNull();
  expect(excessOf(sent(200, 0), { ...rule, bouncePercent: 0 })).toBeNull();
});

test('the whole of a side leaves out what is stopped already', () => {
  const each = [
    { ...sent(100, 1, 2), isPaused: false },
    { ...sent(300, 99, 9), isPaused: true },
    { ...sent(50, 2, 0), isPaused: false },
  ];
  expect(totalOf(each)).toEqual(sent(150, 3, 2));
});
