import { expect, test } from 'vitest';
import { columnsOf, columnWords, valueIn } from './column.ts';

const ada = {
  user_id: 'ada',
  email: 'ada@example.com',
  timezone: null,
  traits: { plan: 'pro', address: { city: 'London' }, user_id: 'not this' },
};

test('a column shows own data, else a trait, also within an object', () => {
  expect(valueIn(ada, 'user.user_id')).toBe('ada');
  expect(valueIn(ada, 'user.plan')).toBe('pro');
  expect(valueIn(ada, 'user.address.city')).toBe('London');
  expect(valueIn(ada, 'user.timezone')).toBeUndefined();
  expect(valueIn(ada, 'user.nothing.at.all')).toBeUndefined();
});

test('the address names the columns; without any there are the standard ones', () => {
  expect(columnsOf('', ['user.plan'])).toEqual(['user.plan']);
  expect(columnsOf('user.a,user.b,user.a', [])).toEqual(['user.a', 'user.b']);
});

test('heads of columns are words', () => {
  expect(columnWords('user.user_id')).toBe('ID');
  expect(columnWords('user.last_seen')).toBe('Last seen');
  expect(columnWords('company.employee_count')).toBe('Employees');
  expect(columnWords('user.trial_ends')).toBe('Trial ends');
});
