import { expect, test } from 'vitest';
import type { StoredDkimKey } from './dkim-key.ts';
import { domainStateOf, keyChangesOf, nextCheckOf, type Sighting } from './key-change.ts';

const NOW = new Date('2026-03-02T10:00:00Z');
const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
const ago = (ms: number): Date => new Date(NOW.getTime() - ms);

const keyOf = (id: string, more: Partial<StoredDkimKey> = {}): StoredDkimKey => ({
  id,
  domainId: 'd',
  selector: id,
  algorithm: 'rsa-2048',
  publicKey: id,
  state: 'pending',
  misses: 0,
  createdAt: ago(DAY_MS),
  seenAt: null,
  activatedAt: null,
  retiresAt: null,
  ...more,
});
const active = (id: string, more: Partial<StoredDkimKey> = {}): StoredDkimKey =>
  keyOf(id, { state: 'active', seenAt: ago(DAY_MS), activatedAt: ago(DAY_MS), ...more });

const changed = (keys: readonly StoredDkimKey[], seen: Readonly<Record<string, Sighting>>) =>
  keyChangesOf(keys, { sightings: new Map(Object.entries(seen)), now: NOW }).map(
    ({ id, state, misses }) => [id, state, misses],
  );

test.each<[string, readonly StoredDkimKey[], Record<string, Sighting>, unknown[]]>([
  ['a new key that is seen signs', [keyOf('a')], { a: 'seen' }, [['a', 'active', 0]]],
  ['a new key that is missing waits', [keyOf('a')], { a: 'missing' }, []],
  ['a new key that is bad waits', [keyOf('a')], { a: 'bad' }, []],
  ['a new key that could not be asked for waits', [keyOf('a')], { a: 'unknown' }, []],
  [
    'the old key makes room before the new one takes over',
    [keyOf('b'), active('a')],
    { a: 'seen', b: 'seen' },
    [
      ['a', 'retiring', 0],
      ['b', 'active', 0],
    ],
  ],
  [
    'a key of another algorithm replaces nothing',
    [keyOf('b', { algorithm: 'ed25519' }), active('a')],
    { a: 'seen', b: 'seen' },
    [
      ['b', 'active', 0],
      ['a', 'active', 0],
    ],
  ],
  ['one miss is forgiven', [active('a')], { a: 'missing' }, [['a', 'active', 1]]],
  ['two are not', [active('a', { misses: 1 })], { a: 'missing' }, [['a', 'pending', 2]]],
  ['a good look forgets a miss', [active('a', { misses: 1 })], { a: 'seen' }, [['a', 'active', 0]]],
  ['no answer is no miss', [active('a', { misses: 1 })], { a: 'unknown' }, [['a', 'active', 1]]],
  ['a bad record ends it at once', [active('a')], { a: 'bad' }, [['a', 'pending', 1]]],
  [
    'a lost key does not wait beside the one that follows it',
    [keyOf('b'), active('a')],
    { a: 'bad', b: 'missing' },
    [['a', 'retiring', 1]],
  ],
  [
    'a week over, the old key is gone',
    [keyOf('a', { state: 'retiring', retiresAt: NOW })],
    {},
    [['a', 'retired', 0]],
  ],
  [
    'not a moment earlier',
    [keyOf('a', { state: 'retiring', retiresAt: new Date(NOW.getTime() + 1) })],
    {},
    [],
  ],
  ['what is gone stays gone', [keyOf('a', { state: 'retired' })], { a: 'seen' }, []],
])('%s', (_title, keys, seen, expected) => {
  expect(changed(keys, seen)).toEqual(expected);
});

test('the old key stays for a week', () => {
  const [old] = keyChangesOf([keyOf('b'), active('a')], {
    sightings: new Map<string, Sighting>([['b', 'seen']]),
    now: NOW,
  });
  expect(old?.retiresAt).toEqual(new Date(NOW.getTime() + 7 * DAY_MS));
});

test('whatever is seen, at most one key of an algorithm signs and at most one waits', () => {
  const words: Sighting[] = ['seen', 'missing', 'bad', 'unknown'];
  for (const one of words) {
    for (const other of words) {
      for (const misses of [0, 1]) {
        const keys = [keyOf('b'), active('a', { misses })];
        const sightings = new Map([
          ['a', one],
          ['b', other],
        ]);
        const changes = keyChangesOf(keys, { sightings, now: NOW });
        const after = new Map(keys.map(({ id, state }) => [id, state]));
        for (const { id, state } of changes) {
          after.set(id, state);
          // Nor at any moment while they are written, one after the other.
          const states = [...after.values()];
          expect(states.filter((state) => state === 'active').length).toBeLessThanOrEqual(1);
          expect(states.filter((state) => state === 'pending').length).toBeLessThanOrEqual(1);
        }
      }
    }
  }
});

test('a domain that was verified fails when no key signs; one that never was waits', () => {
  expect(domainStateOf('pending', ['pending'])).toBe('pending');
  expect(domainStateOf('pending', ['pending', 'active'])).toBe('verified');
  expect(domainStateOf('verified', ['pending'])).toBe('failing');
  expect(domainStateOf('failing', ['retired'])).toBe('failing');
});

test.each([
  ['just made', [keyOf('a', { createdAt: NOW })], 5 * MINUTE_MS],
  ['made two hours ago', [keyOf('a', { createdAt: ago(2 * HOUR_MS) })], HOUR_MS],
  ['made two days ago', [keyOf('a', { createdAt: ago(2 * DAY_MS) })], 6 * HOUR_MS],
  ['made and forgotten', [keyOf('a', { createdAt: ago(60 * DAY_MS) })], DAY_MS],
  ['signing', [active('a')], DAY_MS],
  ['missed once', [active('a', { misses: 1 })], 10 * MINUTE_MS],
  ['lost', [keyOf('a', { misses: 2, createdAt: ago(60 * DAY_MS) })], HOUR_MS],
  [
    'about to be gone',
    [active('a'), keyOf('b', { state: 'retiring', retiresAt: new Date(NOW.getTime() + HOUR_MS) })],
    HOUR_MS,
  ],
  ['overdue', [keyOf('b', { state: 'retiring', retiresAt: ago(DAY_MS) })], MINUTE_MS],
  ['without keys', [], DAY_MS],
])('the records of a key %s are looked at again in time', (_title, keys, ms) => {
  expect(nextCheckOf(keys, NOW).getTime() - NOW.getTime()).toBe(ms);
});
