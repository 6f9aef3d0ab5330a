import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cutTo } from './event.ts';

test('a text that fits is left as it is, and one that does not is cut', () => {
  expect(cutTo('', 3)).toBe('');
  expect(cutTo('abc', 3)).toBe('abc');
  expect(cutTo('abcd', 3)).toBe('abc');
});

test('a character that takes two units and does not fit whole is left out', () => {
  expect(cutTo('ab😀', 4)).toBe('ab😀');
  expect(cutTo('ab😀', 3)).toBe('ab');
  expect(cutTo('😀', 1)).toBe('');
  expect(cutTo('a😀😀', 4)).toBe('a😀');
});

test('property: a cut text is the longest beginning that fits and splits no surrogate pair', () => {
  // Half of the characters take two units, so that most cuts would fall into one.
  const character = fc.oneof(
    fc.constantFrom('😀', '𝒜', '\u{10ffff}'),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
  );
  const texts = fc.array(character, { maxLength: 40 }).map((parts) => parts.join(''));
  fc.assert(
    fc.property(texts, fc.integer({ min: 0, max: 50 }), (text, lengthMax) => {
      const cut = cutTo(text, lengthMax);
      expect(text.startsWith(cut)).toBe(true);
      expect(cut.isWellFormed()).toBe(true);
      expect(cut.length).toBeLessThanOrEqual(lengthMax);
      const [next = ''] = text.slice(cut.length);
      expect(next === '' || cut.length + next.length > lengthMax).toBe(true);
    }),
    { numRuns: 2_000 },
  );
});
