import { expect, test } from 'vitest';
import { newStep } from '../draft/new-step.ts';
import type { Step } from '../draft/step.ts';
import { boxOf, layoutOf, nearestLine } from './graph-layout.ts';

const HEIGHT = 72;
const FORK: Step[] = [
  { id: 'c', type: 'condition', yes: 'y', no: 'n' },
  { id: 'y', type: 'wait', next: 'j' },
  { id: 'n', type: 'wait', next: 'j' },
  { id: 'j', type: 'wait', next: null },
];

test('steps stand beneath what leads to them, and branches side by side in their order', () => {
  const { boxes } = layoutOf(FORK, HEIGHT);
  const [c, y, n, j] = ['c', 'y', 'n', 'j'].map((id) => boxes.get(boxOf(id)));
  if (!c || !y || !n || !j) throw new Error('a box is missing');
  expect(y.y).toBeGreaterThan(c.y + HEIGHT);
  expect(y.y).toBe(n.y);
  expect(y.x + y.width).toBeLessThan(n.x);
  expect(j.y).toBeGreaterThan(y.y + HEIGHT);
});

test('two branches to one step have a line, and a + of their own', () => {
  const steps: Step[] = [
    { id: 'c', type: 'condition', yes: 'j', no: 'j' },
    { id: 'j', type: 'wait', next: null },
  ];
  const [, yes, no] = layoutOf(steps, HEIGHT).lines;
  expect(yes?.target).toBe(no?.target);
  expect(Math.abs((yes?.x ?? 0) - (no?.x ?? 0))).toBeGreaterThan(60);
});

test('the nearest + within reach is found, and none beyond it', () => {
  const { lines } = layoutOf(FORK, HEIGHT);
  const [first] = lines;
  if (first === undefined) throw new Error('no line');
  expect(nearestLine(lines, { x: first.x + 10, y: first.y }, 40)).toBe(first);
  expect(nearestLine(lines, { x: first.x + 5000, y: first.y }, 40)).toBe(null);
});

test('two hundred steps are placed without a search that explodes', () => {
  const steps = Array.from({ length: 200 }, (_, index): Step => ({
    ...newStep('wait', `s${index}`),
    next: index === 199 ? null : `s${index + 1}`,
  }));
  const start = performance.now();
  layoutOf(steps, HEIGHT);
  // A second or two on a busy machine; minutes, if each placing looked at all others again.
  expect(performance.now() - start).toBeLessThan(15_000);
});
