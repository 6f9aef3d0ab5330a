import { expect, test } from 'vitest';
import { conditionsOf, faultsAt, filterOfRoot, rootOf, type FilterJson } from './filter.ts';

const plan: FilterJson = { field: 'user.plan', operator: 'equals', value: 'pro' };
const did: FilterJson = { event: 'buy', operator: 'never' };

test.each([
  [plan],
  [{ and: [plan, did] }],
  [{ and: [plan] }],
  [{ or: [plan] }],
  [{ not: plan }],
  [{ not: { and: [plan] } }],
  [{ not: { or: [plan, { not: { not: did } }] } }],
  [{ and: [{ and: [plan] }, { or: [did, plan] }] }],
  [{ not: { not: plan } }],
])('%j is shown and written as it was', (filter) => {
  const { mode, parts, path } = rootOf(filter);
  expect(filterOfRoot(mode, parts, { wasWritten: path !== null })).toEqual(filter);
});

test('nothing selects everybody, a second condition makes a group, the last one undoes it', () => {
  expect(rootOf(null).parts).toEqual([]);
  expect(filterOfRoot('and', [], { wasWritten: true })).toBeNull();
  expect(filterOfRoot('and', [plan, did], { wasWritten: false })).toEqual({ and: [plan, did] });
  expect(filterOfRoot('not or', [plan], { wasWritten: false })).toEqual({ not: { or: [plan] } });
});

test('faults are told at the part they are about, and those of a lone condition at it', () => {
  const faults = [
    { path: 'and/1/value', message: 'x' },
    { path: 'and/10', message: 'y' },
  ];
  expect(faultsAt(faults, 'and/1').map(({ message }) => message)).toEqual(['x']);
  expect(faultsAt([{ path: 'value', message: 'x' }], '')).toHaveLength(1);
});

test('paths are those of the server', () => {
  const filter = { and: [plan, { not: { or: [did, { not: plan }] } }] };
  expect(conditionsOf(filter).map(({ path }) => path)).toEqual([
    'and/0',
    'and/1/not/or/0',
    'and/1/not/or/1/not',
  ]);
});
