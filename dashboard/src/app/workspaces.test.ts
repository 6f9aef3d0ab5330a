import type { Side, WorkspaceSide } from '@milepost/sdk';
import { expect, test } from 'vitest';
import { sideToShow, workspacesOf } from './workspaces.ts';

const sideOf = (id: string, name: string, side: Side, pairId = name): WorkspaceSide => ({
  id,
  pair_id: pairId,
  name,
  side,
  widget_key: null,
  role: 'owner',
});

const SIDES = [
  sideOf('1', 'Demo', 'live'),
  sideOf('2', 'Demo', 'test'),
  sideOf('3', 'Acme', 'test'),
];

test('the two sides of a workspace are one workspace', () => {
  expect(workspacesOf(SIDES).map(({ name, test: t, live }) => [name, t?.id, live?.id])).toEqual([
    ['Demo', '2', '1'],
    ['Acme', '3', undefined],
  ]);
});

test('workspaces of one name stay apart', () => {
  const twins = [
    ...SIDES,
    sideOf('4', 'Demo', 'live', 'twin'),
    sideOf('5', 'Demo', 'test', 'twin'),
  ];
  expect(workspacesOf(twins).filter(({ name }) => name === 'Demo')).toMatchObject([
    { test: { id: '2' }, live: { id: '1' } },
    { test: { id: '5' }, live: { id: '4' } },
  ]);
});

test('a live side is shown only when it was asked for', () => {
  expect(sideToShow(SIDES, null)?.id).toBe('2');
  expect(sideToShow(SIDES, 'unknown')?.id).toBe('2');
  expect(sideToShow(SIDES, '1')?.id).toBe('1');
  expect(sideToShow([], null)).toBeUndefined();
});
