import { expect, test } from 'vitest';
import { nextPathOf } from './next-path.ts';

test('only a path of this server is gone to after signing in', () => {
  expect(nextPathOf('/dashboard/people?w=1')).toBe('/dashboard/people?w=1');
  for (const wish of ['', 'https://elsewhere.example', '//elsewhere.example', '/\\elsewhere']) {
    expect(nextPathOf(wish)).toBe('/dashboard');
  }
});

test('signing in does not lead to signing in', () => {
  expect(nextPathOf('/sign-in?next=/inbox')).toBe('/dashboard');
});
