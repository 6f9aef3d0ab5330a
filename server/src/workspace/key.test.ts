import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { generateKey, hashKey, hintOf, parseKey, type KeyKind, type Side } from './key.ts';

const kinds: KeyKind[] = ['widget', 'secret', 'identity'];
const sides: Side[] = ['live', 'test'];

test.each([
  ['widget', 'live', 'mp_wk_live_'],
  ['widget', 'test', 'mp_wk_test_'],
  ['secret', 'live', 'mp_sk_live_'],
  ['secret', 'test', 'mp_sk_test_'],
  ['identity', 'live', 'mp_is_live_'],
  ['identity', 'test', 'mp_is_test_'],
] as const)(
  'a %s key of the %s side begins with %s and has 40 characters more',
  (kind, side, prefix) => {
    const key = generateKey(kind, side);
    expect(key).toMatch(/^mp_(wk|sk|is)_(live|test)_[0-9A-Za-z]{40}$/);
    expect(key.startsWith(prefix)).toBe(true);
    expect(parseKey(key)).toEqual({ kind, side });
  },
);

test('every byte that is used stands for one character, and each character for four bytes', () => {
  const counts = new Map<string, number>();
  for (let byte = 0; byte < 248; byte += 1) {
    const key = generateKey('widget', 'live', (count) => new Uint8Array(count).fill(byte));
    const char = key.slice(-1);
    counts.set(char, (counts.get(char) ?? 0) + 1);
  }
  expect(counts.size).toBe(62);
  expect(new Set(counts.values())).toEqual(new Set([4]));
});

test('bytes that would make some characters likelier are thrown away', () => {
  const tooHigh = () => Uint8Array.from({ length: 40 }, (_, i) => (i < 39 ? 248 + (i % 8) : 61));
  expect(generateKey('secret', 'live', tooHigh)).toBe(`mp_sk_live_${'z'.repeat(40)}`);
});

test('keys do not repeat', () => {
  expect(new Set(Array.from({ length: 5_000 }, () => generateKey('secret', 'live'))).size).toBe(
    5_000,
  );
});

test('characters are spread evenly over many keys', () => {
  const counts = new Map<string, number>();
  const keyCount = 4_000;
  for (let i = 0; i < keyCount; i += 1) {
    for (const char of generateKey('secret', 'live').slice(11)) {
      counts.set(char, (counts.get(char) ?? 0) + 1);
    }
  }
  // 2,580 expected of each. Bias by modulo would favour eight characters by a quarter.
  const expected = (keyCount * 40) / 62;
  for (const count of counts.values())
    expect(Math.abs(count - expected)).toBeLessThan(expected * 0.15);
});

const GOOD = `mp_wk_live_${'a'.repeat(40)}`;

test.each([
  '',
  'mp_wk_live_',
  GOOD.slice(0, -1),
  `${GOOD}a`,
  ` ${GOOD}`,
  `${GOOD} `,
  GOOD.toUpperCase(),
  GOOD.replace('wk', 'xk'),
  GOOD.replace('live', 'prod'),
  GOOD.replace('mp', 'sk'),
  `${GOOD.slice(0, -1)}-`,
  `${GOOD.slice(0, -1)}\0`,
  `${GOOD.slice(0, -1)}é`,
  `${GOOD.slice(0, -1)}\n`,
  `mp_wk_live_${'٣'.repeat(40)}`,
  'a'.repeat(1_000_000),
])('%j has not the form of a key', (text) => {
  expect(parseKey(text)).toBeNull();
});

test('property: exactly what could have been generated has the form of a key', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...kinds),
      fc.constantFrom(...sides),
      fc.nat(60),
      fc.string({ minLength: 1, maxLength: 1 }),
      (kind, side, at, char) => {
        const key = generateKey(kind, side, randomBytes);
        const changed = key.slice(0, at) + char + key.slice(at + 1);
        expect(parseKey(changed) !== null).toBe(
          /^mp_(wk|sk|is)_(live|test)_[0-9A-Za-z]{40}$/.test(changed) && !changed.endsWith('\n'),
        );
      },
    ),
  );
});

test('keys are stored as SHA-256 and told apart by their last four characters', () => {
  expect(hashKey('abc').toString('hex')).toBe(
    'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
  );
  expect(hintOf('mp_sk_live_xyzABCD')).toBe('ABCD');
});
