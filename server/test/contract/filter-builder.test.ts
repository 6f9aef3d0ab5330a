import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  conditionsOf,
  filterOfRoot,
  rootOf,
  type FilterJson,
} from '../../../dashboard/src/components/filter-builder/filter.ts';
import {
  kindOf,
  operatorOf,
  OPERATORS,
  withOperator,
} from '../../../dashboard/src/components/filter-builder/operators.ts';
import {
  conditionAbout,
  moreSubjects,
  subjectsOf,
} from '../../../dashboard/src/components/filter-builder/subjects.ts';
import { wordsOf } from '../../../dashboard/src/components/filter-builder/words.ts';
import { faultsOfFilter, faultsOfStepFilter } from '../../src/audience/filter/filter.ts';
import { RULES } from '../../src/audience/filter/operators/index.ts';
import { filterArb } from '../sql/filter-generators.ts';

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

const access = {
  kind: 'step',
  known: {
    user: ['text', 'number', 'boolean', 'date', 'list'].map((kind) => ({
      field: `user.a_${kind}`,
      kinds: [kind],
      example: null,
      is_own: false,
    })),
    company: [],
    events: [{ event_type: 'buy', metadata: [] }],
  },
  lists: [{ id: '0198a000-0000-7000-8000-000000000000', name: 'News' }],
  emails: [{ id: 'welcome', name: 'Welcome' }],
  names: {},
  faults: [],
  disabled: false,
} as const;

test('whatever a condition is begun about, the server takes it, but for a text not yet typed', () => {
  const subjects = [...subjectsOf(access), ...moreSubjects(access, 'city')];
  expect(subjects.map(({ value }) => value.split(':')[0])).toEqual(
    expect.arrayContaining(['field', 'event', 'list', 'consent', 'email']),
  );
  for (const { value } of subjects) {
    const condition = conditionAbout(value, { access, today });
    const faults = faultsOfStepFilter(condition, '').filter(({ path }) => path !== 'value');
    expect([value, faults]).toEqual([value, []]);
  }
});

test('any filter of the server is shown whole, told in words, and kept exactly', () => {
  fc.assert(
    fc.property(filterArb, (generated) => {
      const filter = JSON.parse(JSON.stringify(generated)) as FilterJson;
      const { mode, parts, path } = rootOf(filter);
      expect(filterOfRoot(mode, parts, { wasWritten: path !== null })).toEqual(filter);
      expect(wordsOf(filter)).not.toMatch(/undefined|\[object|\{/);
      // A condition stands where the server says that it does: there its faults are shown.
      for (const { path: place, condition } of conditionsOf(filter)) {
        const found = place
          .split('/')
          .filter((key) => key !== '')
          .reduce<unknown>((part, key) => (part as Record<string, unknown>)[key], filter);
        expect(found).toEqual(condition);
        if (typeof condition['field'] !== 'string') continue;
        const operator = operatorOf(kindOf(condition, []), condition['operator']);
        expect(operator?.operator).toBe(condition['operator']);
      }
    }),
    { numRuns: 300 },
  );
});
