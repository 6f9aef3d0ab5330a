import { expect, test } from 'vitest';
import { wordsOfSpan } from './words-of-span.ts';

test('a span is told in the greatest unit of which there is one', () => {
  expect([0, 59, 60, 5_400, 3_600, 276_480, 8_640_000].map(wordsOfSpan)).toEqual([
    '0 s',
    '59 s',
    '1 min',
    '1.5 h',
    '1 h',
    '3.2 d',
    '100 d',
  ]);
});
