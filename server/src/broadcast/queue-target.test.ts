import { expect, test } from 'vitest';
import { paceOf, roomOf } from './queue-target.ts';

const at = (ms: number): Date => new Date(1_000_000 + ms);

test('so much fits into the queue as leaves in five seconds, within bounds', () => {
  expect(roomOf({ rate: 0, ready: 0, all: 0 })).toBe(500);
  expect(roomOf({ rate: 160, ready: 0, all: 0 })).toBe(800);
  expect(roomOf({ rate: 160, ready: 700, all: 700 })).toBe(100);
  expect(roomOf({ rate: 160, ready: 900, all: 900 })).toBe(0);
  expect(roomOf({ rate: 1_000_000, ready: 9_900, all: 9_900 })).toBe(100);
  expect(roomOf({ rate: 1_000_000, ready: 0, all: 0 })).toBe(1_000);
});

test('who waits for another attempt does not keep the others out, up to a bound', () => {
  expect(roomOf({ rate: 0, ready: 0, all: 40_000 })).toBe(500);
  expect(roomOf({ rate: 0, ready: 0, all: 50_000 })).toBe(0);
});

test('the pace follows what has left, and a short while says nothing', () => {
  const first = paceOf({ rate: 0, leftQueue: 0, measuredAt: null }, { left: 0, now: at(0) });
  expect(first).toEqual({ rate: 0, leftQueue: 0, measuredAt: at(0) });
  const short = paceOf(first, { left: 50, now: at(100) });
  expect(short).toEqual(first);
  const second = paceOf(first, { left: 500, now: at(500) });
  expect(second).toEqual({ rate: 500, leftQueue: 500, measuredAt: at(500) });
  // A member ordered a message again: nothing has left.
  expect(paceOf(second, { left: 400, now: at(1_500) }).rate).toBe(250);
});
