import { expect, test } from 'vitest';
import { createCache } from './cache.ts';

/** A cache over loads that the test finishes by hand, on a clock that it moves by hand. */
function world({ entriesMax = 100 } = {}) {
  const loads: { key: string; resolve: (value: string) => void; reject: (e: Error) => void }[] = [];
  const clock = { ms: 0 };
  const cache = createCache<string, string>({
    load: (key) => new Promise((resolve, reject) => loads.push({ key, resolve, reject })),
    entriesMax,
    monotonicMs: () => clock.ms,
  });
  return { loads, clock, cache };
}

test('calls that arrive together share one load, and later ones its answer', async () => {
  const { loads, cache } = world();
  const both = Promise.all([cache.get('a'), cache.get('a')]);
  loads[0]?.resolve('first');
  expect(await both).toEqual(['first', 'first']);
  expect(await cache.get('a')).toBe('first');
  expect(loads).toHaveLength(1);
});

test('an answer is at most a second old, counted from when its load began', async () => {
  const { loads, clock, cache } = world();
  const first = cache.get('a');
  clock.ms = 900;
  loads[0]?.resolve('first');
  await first;
  clock.ms = 999;
  expect(await cache.get('a')).toBe('first');
  clock.ms = 1_000;
  const second = cache.get('a');
  loads[1]?.resolve('second');
  expect(await second).toBe('second');
});

test('a drop is seen at once, even by calls that follow a load under way', async () => {
  const { loads, cache } = world();
  const before = cache.get('a');
  cache.drop('a');
  const after = cache.get('a');
  loads[1]?.resolve('new');
  loads[0]?.resolve('old');
  expect(await before).toBe('old');
  expect(await after).toBe('new');
  expect(await cache.get('a')).toBe('new');
  expect(loads).toHaveLength(2);
});

test('a failed load is not kept, and its failure does not remove a newer answer', async () => {
  const { loads, cache } = world();
  const failing = cache.get('a');
  cache.drop('a');
  const working = cache.get('a');
  loads[0]?.reject(new Error('down'));
  loads[1]?.resolve('fine');
  await expect(failing).rejects.toThrow('down');
  await working;
  expect(await cache.get('a')).toBe('fine');

  const alone = cache.get('b');
  loads[2]?.reject(new Error('down'));
  await expect(alone).rejects.toThrow('down');
  void cache.get('b');
  expect(loads).toHaveLength(4);
});

test('the key that was unused for longest makes room', () => {
  const { loads, cache } = world({ entriesMax: 2 });
  void cache.get('a');
  void cache.get('b');
  void cache.get('a');
  void cache.get('c');
  void cache.get('a');
  expect(loads.map(({ key }) => key)).toEqual(['a', 'b', 'c']);
  void cache.get('b');
  expect(loads.map(({ key }) => key)).toEqual(['a', 'b', 'c', 'b']);
});
