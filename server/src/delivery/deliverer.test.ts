import { expect, test } from 'vitest';
import { createDeliverer, type DelivererDeps } from './deliverer.ts';
import type { ClaimedEmail } from './prepare.ts';

const CONNECTIONS = 2;

/** Rows in hand only: nothing is composed or sent. */
function handOf(onRoom: () => void) {
  const outlets = { concurrency: () => CONNECTIONS };
  const clock = { monotonicMs: () => 0 };
  return createDeliverer<null>({ outlets, clock, onRoom } as unknown as DelivererDeps<null>);
}

const claimed = (count: number): ClaimedEmail<null>[] =>
  Array.from({ length: count }, (_, seq) => ({
    occurrence: { bucket: 0, enrollmentId: 'e', seq },
    leaseToken: 'lease',
  })) as unknown as ClaimedEmail<null>[];

test('whoever claims is told once when a full hand is half empty, and not before', () => {
  let rings = 0;
  const hand = handOf(() => (rings += 1));
  const rows = claimed(hand.room());
  hand.expect(rows);
  expect(hand.room()).toBe(0);

  const half = rows.length / 2;
  hand.forget(rows.slice(0, half - 1));
  expect(rings).toBe(0);
  hand.forget(rows.slice(half - 1, half));
  expect(rings).toBe(1);
  hand.forget(rows.slice(half));
  expect(rings).toBe(1);
});

test('a hand that was never full has nothing to tell', () => {
  let rings = 0;
  const hand = handOf(() => (rings += 1));
  const rows = claimed(hand.room() - 1);
  hand.expect(rows);
  hand.forget(rows);
  expect(rings).toBe(0);
});
