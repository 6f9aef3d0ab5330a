import fc from 'fast-check';
import { expect, test } from 'vitest';
import { faultsOfSteps, graphOf } from './graph.ts';

const wait = (id: string, next?: string | null) => ({
  id,
  type: 'wait',
  delay: { amount: 1, unit: 'days' },
  ...(next === undefined ? {} : { next }),
});
const nextOf = (step: object | undefined): string | null =>
  step !== undefined && 'next' in step ? (step.next as string | null) : null;
const pathsOf = (steps: readonly object[]) => faultsOfSteps(steps).map(({ path }) => path);

test('a list that each step leads down is fine, however it says so', () => {
  expect(pathsOf([])).toEqual([]);
  expect(pathsOf([wait('a'), wait('b'), wait('c')])).toEqual([]);
  expect(pathsOf([wait('a', 'c'), wait('b', null), wait('c', 'b')])).toEqual([]);
  expect(pathsOf([wait('a', null)])).toEqual([]);
  const { firstId, steps } = graphOf([wait('a'), wait('b', null)]);
  expect([firstId, nextOf(steps.get('a')), nextOf(steps.get('b'))]).toEqual(['a', 'b', null]);
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

const ADULT = { field: 'user.plan', operator: 'is_set' };
const condition = (id: string, ways: object) => ({ id, type: 'condition', filter: ADULT, ...ways });
const split = (id: string, ...nexts: (string | null | undefined)[]) => ({
  id,
  type: 'split',
  branches: nexts.map((next) => ({ weight: 1, ...(next === undefined ? {} : { next }) })),
});
const waitFor = (id: string, ways: object) => ({
  id,
  type: 'wait_for_event',
  event_type: 'paid',
  timeout: { amount: 1, unit: 'days' },
  ...ways,
});

test('every way of a branching step counts, and one left out leads to the following step', () => {
  const steps = [
    condition('c', { no: 's' }),
    waitFor('w', { on_timeout: null }),
    split('s', undefined, 'b', null),
    wait('a', null),
    wait('b'),
  ];
  expect(pathsOf(steps)).toEqual([]);
  const { steps: byId } = graphOf(steps);
  expect(byId.get('c')).toMatchObject({ yes: 'w', no: 's' });
  expect(byId.get('w')).toMatchObject({ next: 's', on_timeout: null });
  expect(byId.get('s')).toMatchObject({
    branches: [
      { weight: 1, next: 'a' },
      { weight: 1, next: 'b' },
      { weight: 1, next: null },
    ],
  });
  expect(byId.get('b')).toMatchObject({ next: null });
});

test('faults of ways are told where the way is named', () => {
  const steps = [
    condition('c', { yes: 'nowhere', no: 7 }),
    split('s', 'c', 's', 'gone'),
    waitFor('w', { next: 's', on_timeout: '__proto__' }),
  ];
  expect(pathsOf(steps).toSorted()).toEqual([
    'steps/0/no',
    'steps/0/yes',
    'steps/1',
    'steps/1/branches/1/next',
    'steps/1/branches/2/next',
    'steps/2',
    'steps/2/on_timeout',
  ]);
  const ring = [condition('c', { yes: 'a', no: 'b' }), wait('a', 'b'), wait('b', 'c')];
  expect(pathsOf(ring)).toEqual(['steps/2/next']);
});

test('a split without usable branches is told as that and nothing more', () => {
  for (const branches of [undefined, null, 'x', [], {}]) {
    expect(pathsOf([{ id: 's', type: 'split', branches }, wait('a')])).toEqual([
      'steps/0/branches',
    ]);
  }
  const many = Array.from({ length: 100_000 }, () => ({ weight: 1, next: 'gone' }));
  expect(pathsOf([{ id: 's', type: 'split', branches: many }])).toEqual(['steps/0/branches']);
  const odd = { id: 's', type: 'split', branches: [null, { weight: 1 }] };
  expect(pathsOf([odd, wait('a')])).toEqual(['steps/0/branches/0']);
});

test('ids that objects inherit are ids like others', () => {
  const steps = [
    wait('constructor', 'toString'),
    wait('__proto__', null),
    wait('toString', '__proto__'),
  ];
  expect(pathsOf(steps)).toEqual([]);
  expect([...graphOf(steps).steps.keys()]).toEqual(['constructor', '__proto__', 'toString']);
});

test('500 steps in a row, and 500 splits with 20 ways each, are looked through at once', () => {
  const row = Array.from({ length: 500 }, (_, index) => wait(`s${index}`));
  expect(pathsOf(row)).toEqual([]);
  expect(pathsOf([...row, wait('more')])).toEqual(['steps']);
  const back = row.map((step, index) => (index === 499 ? { ...step, next: 's0' } : step));
  expect(pathsOf(back)).toEqual(['steps/499/next']);
  // Ways without number lead through these: 20 to the power of 25.
  const splits = Array.from({ length: 500 }, (_, index) => {
    const block = Math.floor(index / 20) + 1;
    const nexts = Array.from({ length: 20 }, (__, way) => `s${block * 20 + way}`);
    return split(`s${index}`, ...nexts.map((next) => (block === 25 ? null : next)));
  });
  const doors = Array.from({ length: 19 }, (_, way) => `steps/${way + 1}`);
  expect(pathsOf(splits)).toEqual(doors);
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
        at = graph.steps.get(at)?.type === 'end' ? null : nextOf(graph.steps.get(at));
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

test('property: branching steps without fault end on every way, and are all on one', () => {
  const id = fc.nat(6).map((n) => `s${n}`);
  const way = fc.oneof(fc.constant(undefined), fc.constant(null), id, id);
  const shape = fc.oneof(
    fc.record({ type: fc.constant('condition' as const), ways: fc.tuple(way, way) }),
    fc.record({ type: fc.constant('split' as const), ways: fc.tuple(way, way, way) }),
    fc.record({ type: fc.constant('wait' as const), ways: fc.tuple(way) }),
    fc.record({ type: fc.constant('end' as const), ways: fc.constant([] as const) }),
  );
  const stepOf = ({ type, ways }: { type: string; ways: readonly unknown[] }, index: number) => {
    const name = `s${index}`;
    const [first, second] = ways;
    if (type === 'split') return split(name, ...(ways as readonly (string | null | undefined)[]));
    if (type === 'condition') return condition(name, { yes: first, no: second });
    return type === 'end' ? { id: name, type } : wait(name, first as string | null | undefined);
  };
  let soundCount = 0;
  fc.assert(
    fc.property(fc.array(shape, { minLength: 1, maxLength: 6 }), (shapes) => {
      const exits = shapes.map(({ ways }, index) =>
        ways.map((to) =>
          to === undefined ? (index + 1 < shapes.length ? `s${index + 1}` : null) : to,
        ),
      );
      const seen = new Set<string>();
      // Every way there is, one by one: no other rule than not to come back.
      const isSound = (at: string | null, before: readonly string[]): boolean => {
        if (at === null) return true;
        const index = Number(at.slice(1));
        if (before.includes(at) || index >= shapes.length) return false;
        seen.add(at);
        return (exits[index] ?? []).every((to) => isSound(to, [...before, at]));
      };
      const sound = isSound('s0', []) && seen.size === shapes.length;
      soundCount += sound ? 1 : 0;
      expect(faultsOfSteps(shapes.map(stepOf)).length === 0).toBe(sound);
    }),
    { numRuns: 3_000 },
  );
  expect(soundCount).toBeGreaterThan(100);
});
