import fc from 'fast-check';
import { expect, test } from 'vitest';
import { faultOfData } from './plain-data.ts';

const limit = { nestingMax: 4 };
const TEXT = 'must not contain NUL or unpaired surrogates';

test.each([
  ['NUL', { a: [1, { b: 'x\0' }] }, { path: 'a/1/b', message: TEXT }],
  ['half a surrogate pair', { steps: ['\ud800'] }, { path: 'steps/0', message: TEXT }],
  ['NUL in a name', { a: { 'b\0': 1 } }, { path: 'a', message: TEXT }],
  [
    'a number beyond all bounds',
    { a: Number.POSITIVE_INFINITY },
    { path: 'a', message: 'must not be a number that no JSON reader holds' },
  ],
  ['one level too many', [[[[[1]]]]], { path: '', message: 'must not nest deeper than 4 levels' }],
])('%s is told with its place', (_name, data, fault) => {
  expect(faultOfData(data, limit)).toEqual(fault);
});

test('as many levels as allowed, and every other JSON value, are fine', () => {
  expect(faultOfData([[[[1]]]], limit)).toBeNull();
  expect(faultOfData({ a: null, b: true, c: 1.5, d: '😀', e: [] }, limit)).toBeNull();
  expect(faultOfData(undefined, limit)).toBeNull();
});

test('a hundred thousand levels are no trouble', () => {
  let deep: unknown = 1;
  for (let i = 0; i < 100_000; i += 1) deep = [deep];
  expect(faultOfData(deep, { nestingMax: 64 })?.message).toBe(
    'must not nest deeper than 64 levels',
  );
});

test('a fault is found wherever it is', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.nat(5), fc.string()), { maxLength: 4 }), (place) => {
      const data = place.reduceRight<unknown>(
        (inner, key) =>
          typeof key === 'number' ? [...Array<null>(key).fill(null), inner] : { [key]: inner },
        '\0',
      );
      expect(faultOfData(data, limit)?.path).toBe(place.join('/'));
    }),
  );
});
