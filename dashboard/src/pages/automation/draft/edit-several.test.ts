import { expect, test } from 'vitest';
import { copyOfSteps, duplicateSteps, removeSteps } from './edit-several.ts';
import type { Step } from './step.ts';

/** email one; condition asks: yes → two, no → three; both join in four. */
const STEPS: readonly Step[] = [
  { id: 'one', type: 'email', next: 'asks' },
  { id: 'asks', type: 'condition', yes: 'two', no: 'three' },
  { id: 'two', type: 'wait', next: 'four' },
  { id: 'three', type: 'wait', next: 'four' },
  { id: 'four', type: 'email', next: null },
];

const wayOf = (steps: readonly Step[] | null) =>
  steps?.map(({ id, next, yes, no }) => [id, ...[next, yes, no].filter((to) => to !== undefined)]);

const numbered = () => {
  let count = 0;
  return (type: string) => `${type}_${(count += 1)}`;
};

test('several steps go at once, and what is left hangs together', () => {
  const removal = removeSteps(STEPS, new Set(['one', 'two']));
  expect(wayOf(removal?.steps ?? null)).toEqual([
    ['asks', 'four', 'three'],
    ['three', 'four'],
    ['four', null],
  ]);
  expect(removal?.lost).toEqual([]);
});

test('of a step with branches, the one stays that others are on', () => {
  const removal = removeSteps(STEPS, new Set(['asks', 'two']));
  expect(wayOf(removal?.steps ?? null)).toEqual([
    ['one', 'three'],
    ['three', 'four'],
    ['four', null],
  ]);
});

test('what goes with the steps that are taken out is told', () => {
  expect(removeSteps(STEPS, new Set(['asks']))?.lost).toEqual(['three']);
});

test('all steps can go', () => {
  const all = new Set(STEPS.map(({ id }) => id));
  expect(removeSteps(STEPS, all)).toEqual({ steps: [], lost: [] });
});

test('a copy of several leaves out what is between them', () => {
  expect(wayOf(copyOfSteps(STEPS, new Set(['one', 'two', 'four'])))).toEqual([
    ['one', 'two'],
    ['two', 'four'],
    ['four', null],
  ]);
});

test('steps of two branches are copied with the step that branches, and not without', () => {
  expect(copyOfSteps(STEPS, new Set(['two', 'three']))).toBeNull();
  expect(wayOf(copyOfSteps(STEPS, new Set(['asks', 'two', 'three'])))).toEqual([
    ['asks', 'two', 'three'],
    ['two', null],
    ['three', null],
  ]);
});

test('a duplicate follows the last step, and stands before the first where the last branches', () => {
  expect(wayOf(duplicateSteps(STEPS, new Set(['two']), numbered()))).toEqual([
    ['one', 'asks'],
    ['asks', 'two', 'three'],
    ['two', 'wait_1'],
    ['wait_1', 'four'],
    ['three', 'four'],
    ['four', null],
  ]);
  expect(wayOf(duplicateSteps(STEPS, new Set(['asks']), numbered()))?.slice(0, 3)).toEqual([
    ['one', 'condition_1'],
    ['condition_1', 'wait_2', 'wait_3'],
    ['wait_2', 'asks'],
  ]);
});
