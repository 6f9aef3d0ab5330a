import { expect, test } from 'vitest';
import { isDead } from './soft-bounces.ts';

const NOW = new Date('2026-03-20T12:00:00.000Z');
const DAY = 86_400_000;
const ago = (days: number): Date => new Date(NOW.getTime() - days * DAY);
const soft = (days: number) => ({
  sentAt: ago(days),
  softBouncedAt: ago(days),
  hasOtherBounce: false,
});
const fine = (days: number) => ({ sentAt: ago(days), softBouncedAt: null, hasOtherBounce: false });
const rule = { count: 3, days: 14 };
const dead = (messages: Parameters<typeof isDead>[0], more = rule): boolean =>
  isDead(messages, { rule: more, now: NOW });

test('three in a row over fourteen days are enough', () => {
  expect(dead([soft(0), soft(7), soft(14)])).toBe(true);
  expect(dead([soft(0), soft(1), soft(2), soft(14)])).toBe(true);
});

test('fewer, or within a shorter time, are not', () => {
  expect(dead([soft(0), soft(14)])).toBe(false);
  expect(dead([soft(0), soft(7), soft(13.9)])).toBe(false);
  expect(dead([])).toBe(false);
});

test('an acceptance without a bounce within 72 hours ends the row', () => {
  expect(dead([soft(0), soft(7), fine(10), soft(14), soft(20)])).toBe(false);
  expect(dead([soft(0), fine(3), soft(7), soft(14)])).toBe(false);
});

test('what is younger than that, never left, or was blocked says nothing', () => {
  expect(dead([soft(0), fine(2.9), soft(7), soft(14)])).toBe(true);
  expect(dead([soft(0), { ...fine(9), sentAt: null }, soft(7), soft(14)])).toBe(true);
  expect(dead([soft(0), { ...fine(9), hasOtherBounce: true }, soft(7), soft(14)])).toBe(true);
});

test("the rule is the workspace's", () => {
  expect(dead([soft(0), soft(1)], { count: 2, days: 1 })).toBe(true);
  expect(dead([soft(0)], { count: 1, days: 0 })).toBe(true);
  expect(dead([], { count: 0, days: 0 })).toBe(false);
});
