import { expect, test } from 'vitest';
import type { Step } from '../draft/step.ts';
import { linesOf } from './step-list.ts';

const told = (steps: readonly Step[]): string[] =>
  linesOf(steps).map((line) => {
    const what = line.kind === 'step' ? line.step.id : line.kind === 'goes_on' ? line.to : '';
    return `${'  '.repeat(line.depth)}${line.kind} ${what}`.trimEnd();
  });

test('branches follow each other, indented, and what comes after the join stands once', () => {
  const steps: Step[] = [
    { id: 'c', type: 'condition', yes: 'y', no: 'j' },
    { id: 'y', type: 'wait', next: 'j' },
    { id: 'j', type: 'wait', next: null },
  ];
  expect(told(steps)).toEqual([
    'place',
    'step c',
    '  branch',
    '  place',
    '  step y',
    '  place',
    '  branch',
    '  place',
    'joins',
    'step j',
    'place',
    'ends',
  ]);
});

test('each step stands once, also where a branch leads into another', () => {
  const steps: Step[] = [
    { id: 'c', type: 'condition', yes: 'd', no: 'n' },
    { id: 'd', type: 'condition', yes: 'n', no: null },
    { id: 'n', type: 'wait', next: null },
  ];
  const lines = told(steps);
  expect(lines.filter((line) => line.trim() === 'step n')).toHaveLength(1);
  expect(lines.some((line) => line.trim() === 'goes_on n')).toBe(true);
});
