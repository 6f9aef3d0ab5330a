import { expect, test } from 'vitest';
import { nextChunkOf, smallerChunkOf } from './snapshot.ts';

test('pieces grow while they are quick, but not at a bound, and shrink when they are slow', () => {
  expect(nextChunkOf({ chunk: 2_000, ms: 10 })).toBe(4_000);
  expect(nextChunkOf({ chunk: 8_000, ms: 10 })).toBe(10_000);
  expect(nextChunkOf({ chunk: 4_000, ms: 500 })).toBe(2_000);
  expect(nextChunkOf({ chunk: 1, ms: 10_000 })).toBe(1);
});

test('a piece that took too long is a quarter of it the next time, and at last one person', () => {
  expect(smallerChunkOf(4_000)).toBe(1_000);
  expect(smallerChunkOf(1)).toBe(1);
});
