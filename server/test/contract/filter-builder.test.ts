import { expect, test } from 'vitest';
import { faultsOfFilter } from '../../src/audience/filter/filter.ts';
import { RULES } from '../../src/audience/filter/operators/index.ts';
import {
  kindOf,
  operatorOf,
  OPERATORS,
  withOperator,
} from '../../../dashboard/src/components/filter-builder/operators.ts';

const today = '2026-05-01';

test('every operator of the server can be chosen, for the type that it is about, and no other', () => {
  const keys = (all: readonly { operator: string; kind: string }[]) =>
    all.map(({ kind, operator }) => `${kind} ${operator}`).toSorted();
  expect(keys(OPERATORS)).toEqual(
    keys(RULES.map(({ operator, reads }) => ({ operator, kind: reads }))),
  );
});

test('changing an operator gives a condition that lacks nothing but what must be typed', () => {
  for (const before of OPERATORS) {
    const start = withOperator({ field: 'user.x' }, { before: undefined, next: before, today });
    for (const next of OPERATORS) {
      const condition = withOperator(start, { before, next, today });
      const isTyped = ['text', 'texts', 'numbers', 'entries', 'entry'].includes(next.shape);
      if (!isTyped) expect(faultsOfFilter(condition, '')).toEqual([]);
      expect(operatorOf(kindOf(condition, [next.kind]), condition['operator'])).toEqual(next);
    }
  }
});

test('a value of the same shape stays when the operator changes', () => {
  const before = operatorOf('text', 'equals');
  const next = operatorOf('text', 'starts_with');
  if (before === undefined || next === undefined) throw new Error('unknown');
  const condition = { field: 'user.plan', operator: 'equals', value: 'pro' };
  expect(withOperator(condition, { before, next, today })).toEqual({
    field: 'user.plan',
    operator: 'starts_with',
    value: 'pro',
  });
});

test('the value says which of the operators of one name is meant', () => {
  expect(kindOf({ operator: 'equals', value: 3 }, ['text'])).toBe('number');
  expect(kindOf({ operator: 'between', value: ['2026-05-01', '2026-05-02'] }, [])).toBe('date');
  expect(kindOf({ operator: 'between', value: [1, 2] }, ['date'])).toBe('number');
  expect(kindOf({ operator: 'contains', value: 'a' }, ['list'])).toBe('list');
  expect(kindOf({ operator: 'is_set' }, ['text'])).toBe('presence');
});
