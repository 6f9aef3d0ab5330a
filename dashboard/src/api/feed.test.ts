import type { Message, Page } from '@milepost/sdk';
import { expect, test } from 'vitest';
import { type Feed, withFirstPage, withOlderPage } from './feed.ts';

const message = (id: number, status = 'accepted') => ({ id: `m${id}`, status }) as Message;

const page = (ids: readonly number[], next: string | null): Page<Message> => ({
  data: ids.map((id) => message(id)),
  next_cursor: next,
});

const idsOf = (feed: Feed) => feed.items.map(({ id }) => id);

test('nothing counts as arrived on the first load', () => {
  const feed = withFirstPage(undefined, page([3, 2, 1], null));
  expect(idsOf(feed)).toEqual(['m3', 'm2', 'm1']);
  expect(feed.arrived).toEqual([]);
});

test('new messages come on top, once, and are named as arrived', () => {
  const first = withFirstPage(undefined, page([2, 1], null));
  const second = withFirstPage(first, page([4, 3, 2, 1], null));
  expect(idsOf(second)).toEqual(['m4', 'm3', 'm2', 'm1']);
  expect(second.arrived).toEqual(['m4', 'm3']);
});

test('the first page does not take away what "load more" brought', () => {
  const first = withFirstPage(undefined, page([4, 3], 'after3'));
  const more = withOlderPage(first, page([2, 1], null));
  const polled = withFirstPage(more, page([5, 4], 'after4'));
  expect(idsOf(polled)).toEqual(['m5', 'm4', 'm3', 'm2', 'm1']);
  expect(polled.olderCursor).toBeNull();
});

test('a changed state on the first page replaces the known one', () => {
  const first = withFirstPage(undefined, page([1], null));
  const changed = { data: [message(1, 'in_doubt')], next_cursor: null };
  expect(withFirstPage(first, changed).items[0]?.status).toBe('in_doubt');
});

test('a page that does not touch the known ones starts the list anew, without a hole', () => {
  const first = withFirstPage(undefined, page([2, 1], 'after1'));
  const far = withFirstPage(first, page([9, 8], 'after8'));
  expect(idsOf(far)).toEqual(['m9', 'm8']);
  expect(far.olderCursor).toBe('after8');
});

test('a first page that is also the last one is the whole list', () => {
  const first = withFirstPage(undefined, page([3, 2, 1], null));
  expect(idsOf(withFirstPage(first, page([3], null)))).toEqual(['m3']);
});

test('a message that left the filter leaves the first page, and the older ones stay', () => {
  const first = withFirstPage(undefined, page([6, 5, 4], 'after4'));
  const more = withOlderPage(first, page([3, 2], 'after2'));
  const polled = withFirstPage(more, page([6, 4, 3], 'after3'));
  expect(idsOf(polled)).toEqual(['m6', 'm4', 'm3', 'm2']);
  expect(polled.olderCursor).toBe('after2');
});

test('while only the first page is loaded, its cursor moves with it', () => {
  const first = withFirstPage(undefined, page([2, 1], 'after1'));
  const polled = withFirstPage(first, page([3, 2], 'after2'));
  // m1 slid off the page and is kept, so the older ones still begin after it.
  expect(idsOf(polled)).toEqual(['m3', 'm2', 'm1']);
  expect(polled.olderCursor).toBe('after1');
});
