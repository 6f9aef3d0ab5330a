import { expect, test } from 'vitest';
import { changesOf, rowOf, valueOf } from './trait-rows.ts';

const traits = { plan: 'pro', seats: 3, trial: true, since: '2026-05-01', tags: ['a'] };
const rows = Object.entries(traits).map(([name, value]) => rowOf(name, value));

test('every type is edited as what it is, and read back the same', () => {
  expect(rows.map(({ type }) => type)).toEqual(['text', 'number', 'yes or no', 'date', 'JSON']);
  expect(rows.map(valueOf)).toEqual(Object.values(traits).map((value) => ({ value })));
  expect(changesOf(traits, rows)).toEqual({});
});

test('only what changed is written, and null takes a trait away', () => {
  const changed = [
    { name: 'plan', type: 'text', text: 'team' } as const,
    { name: 'city', type: 'text', text: 'Oslo' } as const,
  ];
  expect(changesOf({ plan: 'pro', seats: 3 }, changed)).toEqual({
    plan: 'team',
    city: 'Oslo',
    seats: null,
  });
});

test('a row that says nothing, has no name or one that is taken keeps all from being written', () => {
  expect(changesOf({}, [{ name: 'a', type: 'number', text: 'three' }])).toBeNull();
  expect(changesOf({}, [{ name: 'a', type: 'JSON', text: '{' }])).toBeNull();
  expect(changesOf({}, [{ name: ' ', type: 'text', text: 'x' }])).toBeNull();
  expect(changesOf({}, [rowOf('a', 1), rowOf('a', 2)])).toBeNull();
});
