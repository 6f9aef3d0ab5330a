import { expect, test } from 'vitest';
import type { SeriesCatalog } from '../series/index.ts';
import { fittingIn } from './fit-hands.ts';
import type { DueStep } from './sql/claim-due.ts';

const STEPS = ['wait', 'email', 'webhook'].map((type) => ({ id: type, type }));

const catalog = {
  version: () =>
    Promise.resolve({ graph: { steps: new Map(STEPS.map((step) => [step.id, step])) } }),
} as unknown as SeriesCatalog;

const rowsOf = (...stepIds: readonly string[]): DueStep[] =>
  stepIds.map((stepId) => ({ automationId: 'a', version: 1, stepId }) as DueStep);

const namesOf = ({ due }: { due: readonly DueStep[] }): string[] => due.map((row) => row.stepId);

test('waits need no room in the hand', async () => {
  const fitting = await fittingIn(catalog, rowsOf('wait', 'wait', 'wait'), 1);
  expect(namesOf(fitting)).toEqual(['wait', 'wait', 'wait']);
  expect(fitting.leavingShare).toBe(0);
});

test('a batch ends before the first email or webhook for which there is no room', async () => {
  const rows = rowsOf('wait', 'email', 'wait', 'webhook', 'wait', 'email', 'wait');
  const fitting = await fittingIn(catalog, rows, 2);
  expect(namesOf(fitting)).toEqual(['wait', 'email', 'wait', 'webhook', 'wait']);
  expect(fitting.leavingShare).toBe(0.4);
});

test('a step that the version does not know is taken for an email', async () => {
  expect(namesOf(await fittingIn(catalog, rowsOf('gone', 'gone', 'gone'), 2))).toHaveLength(2);
});

test('of nothing claimed nothing is known: the next batch is one of emails', async () => {
  expect(await fittingIn(catalog, [], 5)).toEqual({ due: [], leavingShare: 1 });
});
