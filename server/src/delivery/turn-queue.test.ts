import { expect, test } from 'vitest';
import { TurnQueue } from './turn-queue.ts';

const BOUNDS = { running: 4, runningPerLane: 2, inHand: 6, inHandPerLane: 3, putOffMaxMs: 60_000 };

const takeAll = (queue: TurnQueue<string>): string[] => {
  const items: string[] = [];
  for (let one = queue.take(); one !== null; one = queue.take()) items.push(one.item);
  return items;
};

function filled(...items: string[]): TurnQueue<string> {
  const queue = new TurnQueue<string>(() => BOUNDS);
  for (const item of items) expect(queue.add(item.slice(0, 1), item, 0)).toBeNull();
  return queue;
}

test('lanes take turns, and none has more than its share', () => {
  const queue = filled('a1', 'a2', 'a3', 'b1', 'c1');
  expect(takeAll(queue)).toEqual(['a1', 'b1', 'c1', 'a2']);
  queue.ended('b', 10);
  // One may begin, and a has its two.
  expect(queue.isReady).toBe(false);
  queue.ended('a', 10);
  expect(takeAll(queue)).toEqual(['a3']);
});

test('one counts until it has left: its lane and all together hold no more than they may', () => {
  const queue = filled('a1', 'a2', 'a3');
  expect(queue.add('a', 'a4', 0)).toBeGreaterThan(0);
  for (const item of ['b1', 'b2', 'c1']) expect(queue.add(item.slice(0, 1), item, 0)).toBeNull();
  expect(queue.add('d', 'd1', 0)).toBeGreaterThan(0);
  queue.take();
  queue.ended('a', 10);
  expect(queue.add('a', 'a4', 0)).toBeGreaterThan(0);
  queue.left('a', 0);
  expect(queue.add('a', 'a4', 0)).toBeNull();
});

test('what finds no room comes back at the pace of its lane, and within a minute', () => {
  const queue = filled('a1', 'a2', 'a3');
  // One is taken for a second at first, and two go on at once.
  const delays = [1, 2, 3].map((n) => queue.add('a', `late${n}`, 5_000));
  expect(delays).toEqual([1_500, 2_000, 2_500]);
  expect(queue.add('a', 'later', 9_000)).toBe(1_500);
  for (let n = 0; n < 500; n += 1) queue.add('a', 'x', 9_000);
  expect(queue.add('a', 'x', 9_000)).toBe(60_000);
});

test('a lane that gets on quickly is given more', () => {
  const queue = filled('a1', 'a2');
  for (let n = 0; n < 60; n += 1) {
    queue.take();
    queue.ended('a', 10);
    queue.left('a', 0);
    queue.add('a', 'again', 0);
  }
  queue.add('a', 'a3', 0);
  const delays = [1, 2].map(() => queue.add('a', 'x', 0) ?? 0);
  expect((delays[1] ?? 0) - (delays[0] ?? 0)).toBeLessThan(20);
});

test('draining takes out what waits, and nothing that runs', () => {
  const queue = filled('a1', 'b1', 'b2');
  queue.take();
  expect(queue.drain().map(({ item }) => item)).toEqual(['b1', 'b2']);
  expect(queue.take()).toBeNull();
});
