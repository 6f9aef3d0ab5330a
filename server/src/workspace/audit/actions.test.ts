import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ACTION_OF, actionOf, OTHER_ACTIONS, UNAUDITED } from './actions.ts';

const GUIDE = join(import.meta.dirname, '../../../../docs/audit.md');
const actions = [...new Set([...Object.values(ACTION_OF), ...OTHER_ACTIONS])];

test('the guide lists exactly the actions that there are', () => {
  const [, table = ''] = readFileSync(GUIDE, 'utf8').split('## Actions');
  const rows = table.split('\n').filter((line) => line.startsWith('|'));
  const listed = rows.flatMap((row) => [...row.matchAll(/`([a-z_]+\.[a-z_]+)`/g)]);
  expect(listed.map(([, action]) => action).toSorted()).toEqual(actions.toSorted());
});

test('an action is a noun and a verb', () => {
  for (const action of actions) expect(action).toMatch(/^[a-z]+(_[a-z]+)*\.[a-z]+(_[a-z]+)*$/);
});

test('a call has an action or a reason to have none, never both', () => {
  for (const operation of Object.keys(UNAUDITED)) expect(actionOf(operation)).toBeNull();
  expect(actionOf('POST /series/{id}/publish')).toBe('series.publish');
  expect(actionOf('POST /nothing')).toBeNull();
  expect(actionOf('constructor')).toBeNull();
});
