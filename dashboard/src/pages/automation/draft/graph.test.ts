import fc from 'fast-check';
import { expect, test } from 'vitest';
import * as edit from './edit.ts';
import { duplicateSteps, removeSteps } from './edit-several.ts';
import { blockOf, isSound, joinOf, placesOf } from './graph.ts';
import { changed, historyOf, redone, undone, type History } from './history.ts';
import { newStep } from './new-step.ts';
import { ENTRY, type Step, waysOf, writtenOut } from './step.ts';

const wait = (id: string, next: string | null): Step => ({ id, type: 'wait', next });
const ask = (id: string, yes: string | null, no: string | null): Step => ({
  id,
  type: 'condition',
  yes,
  no,
});
const idsOf = (steps: readonly Step[] | null) => steps?.map(({ id }) => id) ?? null;

/** a → c → (yes: y, no: n) → j */
const FORKED = [
  wait('a', 'c'),
  ask('c', 'y', 'n'),
  wait('y', 'j'),
  wait('n', 'j'),
  wait('j', null),
];

test('a way that is left out leads to the following step', () => {
  const steps = writtenOut([
    { id: 'a', type: 'wait' },
    { id: 's', type: 'split', branches: [{ weight: 1 }, { weight: 1, next: null }] },
    { id: 'z', type: 'wait' },
  ]);
  expect(steps.map(waysOf)).toEqual([
    [{ path: 'next', to: 's' }],
    [
      { path: 'branches/0/next', to: 'z' },
      { path: 'branches/1/next', to: null },
    ],
    [{ path: 'next', to: null }],
  ]);
});

test('branches join at the first step that all of them reach, or nowhere', () => {
  expect(joinOf(FORKED, 'c')).toBe('j');
  expect(joinOf([ask('c', 'y', null), wait('y', null)], 'c')).toBe(null);
  const stopped = [ask('c', 'e', 'n'), { id: 'e', type: 'end' }, wait('n', null)];
  expect(joinOf(stopped, 'c')).toBe('n');
});

test('a step that is set into an edge leads on to where the edge led, on all of its ways', () => {
  const steps = edit.insertAt(FORKED, { from: 'a', path: 'next' }, newStep('condition', 'new'));
  expect(idsOf(steps)).toEqual(['a', 'new', 'c', 'y', 'n', 'j']);
  expect(waysOf(steps?.[1] as Step).map(({ to }) => to)).toEqual(['c', 'c']);
  expect(idsOf(edit.insertAt(FORKED, ENTRY, newStep('wait', 'new')))?.[0]).toBe('new');
});

test('an end is refused where the steps after it would be reached no more', () => {
  const end = newStep('end', 'e');
  expect(edit.insertAt(FORKED, { from: 'a', path: 'next' }, end)).toBe(null);
  expect(idsOf(edit.insertAt(FORKED, { from: 'y', path: 'next' }, end))).toContain('e');
});

test('a removed step is spliced out, and takes along what only its other branches led to', () => {
  expect(idsOf(edit.removeStep(FORKED, 'a'))).toEqual(['c', 'y', 'n', 'j']);
  expect(idsOf(edit.removeStep(FORKED, 'c', 'no'))).toEqual(['a', 'n', 'j']);
  expect(edit.lostWith(FORKED, 'c', 'no')).toEqual(['y']);
});

test('a moved condition takes its branches along up to where they join', () => {
  const steps = edit.moveStep(FORKED, 'c', { from: 'j', path: 'next' });
  expect(idsOf(steps)).toEqual(['a', 'j', 'c', 'y', 'n']);
  expect(waysOf(steps?.[4] as Step)).toEqual([{ path: 'next', to: null }]);
});

test('a condition whose branches are entered from elsewhere stays where it is', () => {
  const steps = [ask('o', 'c', 'y'), ask('c', 'y', 'n'), wait('n', 'j'), wait('y', 'j')];
  expect(blockOf([...steps, wait('j', null)], 'c')).toBe(null);
});

test('a way that would lead back is refused', () => {
  expect(edit.retarget(FORKED, { from: 'j', path: 'next' }, 'a')).toBe(null);
  expect(edit.retarget(FORKED, { from: 'y', path: 'next' }, null)).not.toBe(null);
});

const TYPES = ['email', 'wait', 'wait_for_event', 'condition', 'split', 'update_user', 'end'];
const operation = fc.record({
  kind: fc.constantFrom(
    'insert',
    'insert',
    'insert',
    'remove',
    'move',
    'paste',
    'retarget',
    'grow',
    'remove several',
    'duplicate several',
  ),
  type: fc.constantFrom(...TYPES),
  one: fc.nat(),
  other: fc.nat(),
});
type Operation = (typeof operation)['generate'] extends (...args: never[]) => { value: infer V }
  ? V
  : never;

/** What a person may do at random places of whatever there is. */
function apply(steps: readonly Step[], { kind, type, one, other }: Operation, newId: edit.NewId) {
  const places = placesOf(steps);
  const place = places[one % places.length] ?? ENTRY;
  const step = steps[other % Math.max(1, steps.length)];
  if (kind === 'insert') return edit.insertAt(steps, place, newStep(type, newId(type)));
  if (step === undefined) return null;
  if (kind === 'remove') {
    const ways = waysOf(step);
    return edit.removeStep(steps, step.id, ways[one % Math.max(1, ways.length)]?.path);
  }
  // Every so many of them, from one on.
  const several = new Set(steps.flatMap(({ id }, at) => (at % ((one % 3) + 1) === 0 ? [id] : [])));
  if (kind === 'remove several') return removeSteps(steps, several)?.steps ?? null;
  if (kind === 'duplicate several') {
    // Doubling forty times would be a large series.
    return steps.length > 60 ? null : duplicateSteps(steps, several, newId);
  }
  if (kind === 'move') return edit.moveStep(steps, step.id, place);
  if (kind === 'retarget') return edit.retarget(steps, place, step.id);
  if (kind === 'grow') {
    if (step.type !== 'split') return null;
    return one % 2 === 0
      ? edit.addBranch(steps, step.id, 1)
      : edit.removeBranch(steps, step.id, one % 2);
  }
  const copied = edit.copyOf(steps, step.id);
  return copied === null ? null : edit.pasteAt(steps, place, copied, newId);
}

test('whatever is done, every step is reached and none leads back; undo and redo restore exactly', () => {
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 40 }), (operations) => {
      let made = 0;
      const newId = (type: string): string => `${type}_${(made += 1)}`;
      let history: History<readonly Step[]> = historyOf([]);
      const seen: string[] = [JSON.stringify([])];
      for (const one of operations) {
        const next = apply(history.present, one, newId);
        if (next === null || next === history.present) continue;
        expect(isSound(next)).toBe(true);
        // Only what is removed takes steps along.
        const lost = history.present.filter(({ id }) => !next.some((step) => step.id === id));
        if (!/^remove|^grow/.test(one.kind)) expect(lost).toEqual([]);
        history = changed(history, next, { label: one.kind });
        seen.push(JSON.stringify(next));
      }
      const walk = (states: readonly string[], go: typeof undone): void => {
        for (const state of states) {
          expect(JSON.stringify(history.present)).toBe(state);
          history = go(history);
        }
      };
      walk(seen.toReversed(), undone);
      walk(seen, redone);
      walk(seen.toReversed(), undone);
    }),
    { numRuns: 150 },
  );
});

test('letters typed into one field are undone as one, and a new change forgets what was undone', () => {
  let history = historyOf('');
  history = changed(history, 'a', { label: 'Subject', key: 'subject' });
  history = changed(history, 'ab', { label: 'Subject', key: 'subject' });
  history = changed(history, 'abc', { label: 'Other' });
  expect(undone(history).present).toBe('ab');
  expect(undone(undone(history)).present).toBe('');
  const anew = changed(undone(history), 'x', { label: 'New' });
  expect(redone(anew)).toBe(anew);
});
