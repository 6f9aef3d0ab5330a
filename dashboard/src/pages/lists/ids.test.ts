import { expect, test } from 'vitest';
import { idsOf, partsOf } from './ids.ts';

test('ids are read from lines, from commas, and from the column of a CSV', () => {
  expect(idsOf('a\nb\n\n a \n')).toEqual(['a', 'b']);
  expect(idsOf('a, b;c')).toEqual(['a', 'b', 'c']);
  expect(idsOf('email,user_id\r\nx@y.z,"u1"\r\nq@y.z,u2\r\n')).toEqual(['u1', 'u2']);
  expect(idsOf('')).toEqual([]);
});

test('a thousand go at once', () => {
  const ids = Array.from({ length: 2_001 }, (_, index) => String(index));
  expect(partsOf(ids).map((part) => part.length)).toEqual([1000, 1000, 1]);
});
