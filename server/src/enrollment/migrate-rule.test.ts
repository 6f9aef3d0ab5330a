import { describe, expect, test } from 'vitest';
import { publishedOf, type Graph, type SeriesSettings } from '../series/index.ts';
import { placeOf } from './migrate-rule.ts';

const email = (id: string, more: object = {}) => ({
  id,
  type: 'email',
  subject: 's',
  html: 'h',
  ...more,
});
const wait = (id: string, more: object = {}) => ({
  id,
  type: 'wait',
  delay: { amount: 1, unit: 'days' },
  ...more,
});
const condition = (id: string, yes: string | null, no: string | null) => ({
  id,
  type: 'condition',
  filter: { field: 'user.email', operator: 'exists' },
  yes,
  no,
});

const graph = (...steps: Readonly<Record<string, unknown>>[]): Graph =>
  publishedOf({ automationId: '', number: 1, settings: {} as SeriesSettings, steps }, 'UTC').graph;

const place = (from: Graph, to: Graph, stepId: string, sent: readonly string[] = []) =>
  placeOf({ from, to }, { stepId, sent: new Set(sent) });

describe('where somebody is in another version', () => {
  const old = graph(email('a'), wait('b'), email('c'), wait('d'), email('e'));

  test.each([
    ['at the same step, where there is one', graph(wait('b'), email('e')), 'b', [], 'kept', 'b'],
    ['at the same step, of whatever type', graph(email('b')), 'b', [], 'kept', 'b'],
    ['at the next that survives', graph(email('a'), email('e')), 'b', ['a'], 'removed', 'e'],
    ['never back at an earlier one', graph(email('a'), wait('z')), 'b', [], 'removed', null],
    ['not at what was sent', graph(email('c'), wait('d')), 'b', ['c'], 'removed', 'd'],
    ['not at their own step, when it was sent', old, 'c', ['c'], 'sent', 'd'],
    ['at the end, where nothing survives', graph(email('z')), 'b', [], 'removed', null],
  ] as const)('%s', (_name, to, stepId, sent, because, expected) => {
    expect(place(old, to, stepId, sent)).toEqual({ because, stepId: expected });
  });

  test('a step that was an email of another version and is no email now is no sent one', () => {
    expect(place(old, graph(wait('c')), 'c', ['c'])).toEqual({ because: 'kept', stepId: 'c' });
  });

  test('of several ways the first that leads to a surviving step', () => {
    const from = graph(
      condition('if', 'yes', 'no'),
      wait('yes', { next: 'deep' }),
      condition('deep', null, 'join'),
      email('no', { next: 'join' }),
      email('join'),
    );
    expect(place(from, graph(email('no'), email('join')), 'if').stepId).toBe('join');
    expect(place(from, graph(email('no')), 'if').stepId).toBe('no');
    expect(place(from, graph(email('no'), email('join')), 'if', ['join']).stepId).toBe('no');
  });

  test('a long way is walked without end', () => {
    const long = Array.from({ length: 500 }, (_, n) => wait(`w${n}`));
    expect(place(graph(...long), graph(wait('w499')), 'w0').stepId).toBe('w499');
  });
});
