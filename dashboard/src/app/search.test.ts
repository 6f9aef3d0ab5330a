import { expect, test } from 'vitest';
import { queryOf, searchOf } from './search.ts';

test('texts of the query string are kept as they are', () => {
  expect(searchOf('?w=12&q=a%26b&tab=true')).toEqual({ w: '12', q: 'a&b', tab: 'true' });
});

test('what is undefined leaves the address, what is empty is a name alone', () => {
  expect(queryOf({ w: '12', q: undefined, enroll: '' })).toBe('?w=12&enroll');
  expect(queryOf({ q: undefined })).toBe('');
  expect(searchOf(queryOf({ enroll: '', q: 'a=' }))).toEqual({ enroll: '', q: 'a=' });
});
