import { expect, test } from 'vitest';
import { contextWith } from '../../../test/support/step-context.ts';
import type { SplitStep } from '../step.ts';
import { split } from './split.ts';

const stepOf = (weights: readonly number[], id = 's'): SplitStep => ({
  id,
  type: 'split',
  branches: weights.map((weight, index) => ({ weight, next: `b${index}` })),
});
const branchOf = (step: SplitStep, userId: string, automationId = 'a'): number => {
  const decision = split.decide(step, contextWith({ userId, automationId }));
  if (decision.kind !== 'go') throw new Error(decision.kind);
  if (decision.to !== `b${decision.branch}`) throw new Error(`${decision.to}`);
  return Number(decision.branch);
};
const USERS = 100_000;
const idOf = (n: number): string => `0190a000-0000-7000-8000-${n.toString(16).padStart(12, '0')}`;
const countsOf = (step: SplitStep): number[] => {
  const counts = step.branches.map(() => 0);
  for (let n = 0; n < USERS; n += 1) {
    const branch = branchOf(step, idOf(n));
    counts[branch] = (counts[branch] ?? 0) + 1;
  }
  return counts;
};

test('of 100,000 users each branch gets its share within one per cent', () => {
  for (const weights of [
    [50, 50],
    [1, 2, 7],
    [33.3, 33.3, 33.4],
  ]) {
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    for (const [branch, count] of countsOf(stepOf(weights)).entries()) {
      const expected = ((weights[branch] ?? 0) / total) * USERS;
      expect(Math.abs(count - expected) / USERS, `${weights} ${branch}`).toBeLessThan(0.01);
    }
  }
});

test('the same user takes the same branch again, whatever else is known of them', () => {
  // By another implementation of the hash: who is where must not change with a release.
  const expected = [0, 1, 1, 3, 3, 2, 1, 2];
  const step = stepOf([1, 1, 1, 1]);
  expect([0, 1, 2, 3, 4, 5, 6, 7].map((n) => branchOf(step, idOf(n)))).toEqual(expected);
});

test('moving a weight moves only those between the old border and the new', () => {
  const [before, after] = [stepOf([50, 50]), stepOf([60, 40])];
  const moves = Array.from({ length: 10_000 }, (_, n) => [
    branchOf(before, idOf(n)),
    branchOf(after, idOf(n)),
  ]).filter(([from, to]) => from !== to);
  expect(moves.every(([from, to]) => from === 1 && to === 0)).toBe(true);
  expect(Math.abs(moves.length - 1_000)).toBeLessThan(100);
});

test('two splits, and the same split in two series, share nobody by rule', () => {
  const both = (one: (n: number) => number, other: (n: number) => number): number =>
    Array.from({ length: 10_000 }, (_, n) => one(n) === other(n)).filter(Boolean).length;
  const first = (n: number) => branchOf(stepOf([1, 1], 'split1'), idOf(n));
  const second = (n: number) => branchOf(stepOf([1, 1], 'split2'), idOf(n));
  const elsewhere = (n: number) => branchOf(stepOf([1, 1], 'split1'), idOf(n), 'b');
  expect(Math.abs(both(first, second) - 5_000)).toBeLessThan(250);
  expect(Math.abs(both(first, elsewhere) - 5_000)).toBeLessThan(250);
});

test('weights of any size are shares of their sum', () => {
  const lopsided = stepOf([1_000_000, Number.MIN_VALUE]);
  expect(split.faults({ ...lopsided }, 's')).toEqual([]);
  for (let n = 0; n < 1_000; n += 1) expect(branchOf(lopsided, idOf(n))).toBe(0);
  const tiny = stepOf([Number.MIN_VALUE, Number.MIN_VALUE]);
  const seen = new Set(Array.from({ length: 100 }, (_, n) => branchOf(tiny, idOf(n))));
  expect([...seen].toSorted()).toEqual([0, 1]);
  expect(split.words(stepOf([1, 2]))).toBe('splits people by chance: 33.3 %, 66.7 %');
});

test('every fault of the branches is told with its path', () => {
  const pathsOf = (branches: unknown) => split.faults({ branches }, 's').map(({ path }) => path);
  for (const weight of [0, -1, Number.NaN, Number.POSITIVE_INFINITY, 1_000_001, '1', null]) {
    expect(pathsOf([{ weight }, { weight: 1 }]), `${weight}`).toEqual(['s/branches/0/weight']);
  }
  expect(pathsOf([{ weight: 1 }])).toEqual(['s/branches']);
  expect(pathsOf(Array.from({ length: 21 }, () => ({ weight: 1 })))).toEqual(['s/branches']);
  expect(pathsOf([7, { weight: 'x' }])).toEqual(['s/branches/0', 's/branches/1/weight']);
});
