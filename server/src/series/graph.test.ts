import fc from 'fast-check';
import { expect, test } from 'vitest';
import { faultsOfSteps, graphOf } from './graph.ts';

const wait = (id: string, next?: string | null) => ({
  id,
  type: 'wait',
  delay: { amount: 1, unit: 'days' },
  ...(next === undefined ? {} : { next }),
});
const pathsOf = (steps: readonly object[]) => faultsOfSteps(steps).map(({ path }) => path);

test('a list that each step leads down is fine, however it says so', () => {
  expect(pathsOf([])).toEqual([]);
  expect(pathsOf([wait('a'), wait('b'), wait('c')])).toEqual([]);
  expect(pathsOf([wait('a', 'c'), wait('b', null), wait('c', 'b')])).toEqual([]);
  expect(pathsOf([wait('a', null)])).toEqual([]);
  const { firstId, steps } = graphOf([wait('a'), wait('b', null)]);
  expect([firstId, steps.get('a')?.next, steps.get('b')?.next]).toEqual(['a', 'b', null]);
});

test('every cycle is told with the edge that leads back', () => {
  expect(pathsOf([wait('a', 'a')])).toEqual(['steps/0/next']);
  expect(pathsOf([wait('a'), wait('b', 'a')])).toEqual(['steps/1/next']);
  // Two rings; the second is out of reach besides.
  const two = [wait('a'), wait('b', 'a'), wait('c'), wait('d', 'c')];
  expect(pathsOf(two)).toEqual(['steps/1/next', 'steps/3/next', 'steps/2', 'steps/3']);
});

test('a step that nothing leads to is told, and so is one behind it', () => {
  expect(pathsOf([wait('a', null), wait('b'), wait('c')])).toEqual(['steps/1', 'steps/2']);
  const end = { id: 'e', type: 'end' };
  expect(pathsOf([wait('a'), end, wait('b')])).toEqual(['steps/2']);
});

test('faults of fields, ids, targets and shape are told together', () => {
  const steps = [
    wait('a', 'nowhere'),
    { ...wait('b'), delay: { amount: -1, unit: 'days' } },
    wait('c', 'b'),
    { id: 'd', type: 'dance' },
    wait('e', 7 as never),
  ];
  expect(pathsOf(steps).toSorted()).toEqual([
    'steps/0/next',
    'steps/1',
    'steps/1/delay/amount',
    'steps/2',
    'steps/2/next',
    'steps/3',
    'steps/3/type',
    'steps/4',
    'steps/4/next',
  ]);
  const twice = [wait('a', 'x'), wait('a')];
  expect(pathsOf(twice)).toEqual(['steps/1/id', 'steps/0/next']);
});

test('steps that are no objects are told, each', () => {
  expect(pathsOf([null, 5, 'a', []] as never)).toEqual([
    'steps/0/id',
    'steps/1/id',
    'steps/2/id',
    'steps/3/id',
    'steps/0',
    'steps/1',
    'steps/2',
    'steps/3',
  ]);
});

test('property: steps without fault lead from the first to an end, and over all of them', () => {
  const step = fc.record({
    next: fc.oneof(
      fc.constant(undefined),
      fc.constant(null),
      fc.nat(6).map((n) => `s${n}`),
    ),
    type: fc.constantFrom('wait', 'wait', 'wait', 'end'),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 6 }), (list) => {
      const steps = list.map(({ next, type }, i) => ({ ...wait(`s${i}`, next), type }));
      const graph = graphOf(steps);
      const seen = new Set<string>();
      let at = graph.firstId;
      let isSound = true;
      while (at !== null && isSound) {
        isSound = !seen.has(at) && graph.steps.has(at);
        seen.add(at);
        at = graph.steps.get(at)?.type === 'end' ? null : (graph.steps.get(at)?.next ?? null);
      }
      isSound &&= seen.size === steps.length;
      const isNextKnown = steps.every(
        ({ next, type }) => type === 'end' || !next || graph.steps.has(next),
      );
      expect(pathsOf(steps).length === 0).toBe(isSound && isNextKnown);
    }),
    { numRuns: 2_000 },
  );
});
