import { expect, test } from 'vitest';
import type { Step } from '../draft/step.ts';
import { boxOf, layoutOf, START } from './graph-layout.ts';
import { createKeeper } from './keeper.ts';
import { placeAfter, walked } from './walk.ts';

const STEPS: Step[] = [
  { id: 'c', type: 'condition', yes: 'y', no: 'n' },
  { id: 'y', type: 'wait', next: 'j' },
  { id: 'n', type: 'wait', next: 'j' },
  { id: 'j', type: 'end' },
];
const LAYOUT = layoutOf(STEPS, 54);

test('arrow keys lead down the first branch, across to the other, and back up to the start', () => {
  const way = ['down', 'down', 'right', 'down', 'up', 'up', 'up'] as const;
  const boxes = way.reduce<(string | null)[]>(
    (all, direction) => [...all, walked(STEPS, LAYOUT, all.at(-1) ?? null, direction)],
    [START],
  );
  expect(boxes.slice(1)).toEqual(['c', 'y', 'n', 'j', 'y', 'c'].map(boxOf).concat(START));
  expect(walked(STEPS, LAYOUT, boxOf('y'), 'left')).toBe(null);
});

test('a key adds after a step on its first way, a number on that one, and nothing after the end', () => {
  expect(placeAfter(STEPS, START)).toEqual({ from: null, path: 'entry' });
  expect(placeAfter(STEPS, boxOf('c'))).toEqual({ from: 'c', path: 'yes' });
  expect(placeAfter(STEPS, boxOf('c'), 1)).toEqual({ from: 'c', path: 'no' });
  expect(placeAfter(STEPS, boxOf('c'), 2)).toBe(null);
  expect(placeAfter(STEPS, boxOf('j'))).toBe(null);
});

test('what says the same stays the same object', () => {
  const keep = createKeeper<{ id: string; text: string }>({
    keyOf: ({ id }) => id,
    isSame: (known, item) => known.text === item.text,
  });
  const [first] = keep([{ id: 'a', text: 'x' }]);
  const [again, other] = keep([
    { id: 'a', text: 'x' },
    { id: 'b', text: 'y' },
  ]);
  expect(again).toBe(first);
  expect(keep([{ id: 'b', text: 'z' }])[0]).not.toBe(other);
});
