import { expect, test } from 'vitest';
import { inHandMaxOf, turnBoundsOf } from './hand-bounds.ts';
import { TurnQueue } from './turn-queue.ts';

const CONNECTIONS = 10;
const CLAIMS_AT_ONCE = 3;

const queueOf = (): TurnQueue<number> => {
  const queue: TurnQueue<number> = new TurnQueue(() =>
    turnBoundsOf(CONNECTIONS, { lanes: queue.lanes }),
  );
  return queue;
};

test('what claims beside each other bring is taken in, although each filled the room of all', () => {
  const queue = queueOf();
  const rows = Array.from({ length: inHandMaxOf(CONNECTIONS) * CLAIMS_AT_ONCE }, (_, n) => n);
  expect(rows.map((row) => queue.add('side', row, 0)).every((delay) => delay === null)).toBe(true);
  expect(queue.add('side', rows.length, 0)).toBeGreaterThan(0);
});

test('a side that is not alone leaves room in the hand for others', () => {
  const queue = queueOf();
  queue.add('small', 0, 0);
  const rows = Array.from({ length: inHandMaxOf(CONNECTIONS) }, (_, n) => n);
  const taken = rows.filter((row) => queue.add('large', row, 0) === null);
  expect(taken.length).toBeLessThan(inHandMaxOf(CONNECTIONS));
  expect(taken.length).toBeGreaterThan(inHandMaxOf(CONNECTIONS) / 2);
});
