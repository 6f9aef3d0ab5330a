import { expect, test } from 'vitest';
import type { ConsentState } from '../consent.ts';
import type { Preferences } from '../read-preferences.ts';
import { changesOf } from './choice.ts';

const preferences = (
  all: Preferences['all'],
  states: Readonly<Record<string, ConsentState>>,
): Preferences => ({
  all,
  lists: Object.entries(states).map(([id, state]) => ({
    id,
    state,
    name: id,
    description: '',
    kind: 'opt_in',
    doubleOptIn: false,
    at: null,
  })),
});
const set = (...ids: string[]): Set<string> => new Set(ids);

test('what is as it was is not changed, and what waits for confirmation counts as on', () => {
  const before = preferences('subscribed', { a: 'subscribed', b: 'unsubscribed', c: 'pending' });
  expect(changesOf(before, { shown: set('a', 'b', 'c'), on: set('a', 'c') })).toEqual([]);
  expect(changesOf(before, { shown: set('a', 'b', 'c'), on: set('b') })).toEqual([
    { listId: 'a', to: 'unsubscribed' },
    { listId: 'b', to: 'subscribed' },
    { listId: 'c', to: 'unsubscribed' },
  ]);
});

test('a list that the page did not show is left alone, and so is one that there is not', () => {
  const before = preferences('subscribed', { a: 'subscribed', new: 'subscribed' });
  expect(changesOf(before, { shown: set('a', 'gone'), on: set('gone') })).toEqual([
    { listId: 'a', to: 'unsubscribed' },
  ]);
});

test('who had left everything gets only what they turn on', () => {
  const before = preferences('unsubscribed', { a: 'subscribed', b: 'unsubscribed' });
  expect(changesOf(before, { shown: set('a', 'b'), on: set() })).toEqual([]);
  expect(changesOf(before, { shown: set('a', 'b'), on: set('b') })).toEqual([
    { listId: null, to: 'subscribed' },
    { listId: 'a', to: 'unsubscribed' },
    { listId: 'b', to: 'subscribed' },
  ]);
});
