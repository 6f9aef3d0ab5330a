import { expect, test } from 'vitest';
import { lookAt } from './look.ts';

const TEST = {
  metric: 'opened' as const,
  after: 1_000,
  confidence: 0.95,
  names: ['A', 'B'],
  looks: 0,
  nextLook: 0,
};
const count = (name: string, sent: number, opened: number) => ({
  name,
  sent,
  opened,
  delivered: sent,
  clicked: 0,
  bounced: 0,
  unsubscribed: 0,
});

test('nothing is decided before every variant was sent its part', () => {
  const look = lookAt(TEST, [count('A', 5_000, 4_000), count('B', 499, 10)]);
  expect(look).toMatchObject({ winner: null, looks: 0 });
  expect(look.why).toBe('B was sent 499 times; each is to be sent 500 times');
  // A variant that nobody has got yet counts too.
  expect(lookAt(TEST, [count('A', 5_000, 4_000)]).winner).toBeNull();
});

test('a clear difference wins, and is told with its figures', () => {
  const look = lookAt(TEST, [count('A', 500, 50), count('B', 500, 100)]);
  expect(look).toMatchObject({ winner: 'B', looks: 1 });
  expect(look.why).toBe(
    'B was opened more often than every other: A 50 of 500, B 100 of 500; surer than 97.5 % in look 1',
  );
});

test('a small one does not, and is looked at again when openings have doubled', () => {
  // p = 0.037: 95 % would do for one look, and not for the first of many.
  const counts = [count('A', 500, 75), count('B', 500, 100)];
  const look = lookAt(TEST, counts);
  expect(look).toMatchObject({ winner: null, looks: 1, nextLook: 350 });
  expect(lookAt({ ...TEST, ...look }, counts)).toMatchObject({ winner: null, looks: 1 });
  const later = [count('A', 2_000, 300), count('B', 2_000, 400)];
  expect(lookAt({ ...TEST, ...look }, later)).toMatchObject({ winner: 'B', looks: 2 });
});

test('the best must be better than every other', () => {
  const three = { ...TEST, names: ['A', 'B', 'C'] };
  const counts = [count('A', 500, 20), count('B', 500, 100), count('C', 500, 98)];
  expect(lookAt(three, counts).winner).toBeNull();
  expect(lookAt(three, [...counts.slice(0, 2), count('C', 500, 20)]).winner).toBe('B');
});

test('a handful of openings decides nothing', () => {
  expect(lookAt(TEST, [count('A', 500, 0), count('B', 500, 19)])).toMatchObject({ looks: 0 });
});
