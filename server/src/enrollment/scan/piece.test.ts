import { expect, test } from 'vitest';
import { nextChunkOf, smallerChunkOf } from './piece.ts';

test('a piece that took long is followed by a smaller one, a quick one by a larger one', () => {
  expect(nextChunkOf({ chunk: 800, ms: 500 })).toBe(400);
  expect(nextChunkOf({ chunk: 100, ms: 125 })).toBe(200);
});

test('pieces grow at most twofold, have a largest size, and never become empty', () => {
  expect(nextChunkOf({ chunk: 100, ms: 0 })).toBe(200);
  expect(nextChunkOf({ chunk: 900, ms: 1 })).toBe(1_000);
  expect(nextChunkOf({ chunk: 1, ms: 60_000 })).toBe(1);
  expect([smallerChunkOf(500), smallerChunkOf(3)]).toEqual([125, 1]);
});
