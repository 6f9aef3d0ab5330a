import type { Message } from '@milepost/sdk';
import { expect, test } from 'vitest';
import type { Feed } from '../../api/feed.ts';
import { rowsOf } from './rows.ts';

const message = (id: string, user: string, day: number) =>
  ({
    id,
    user_id: user,
    to: `${user}@example.com`,
    created_at: `2025-03-0${day}T09:00:00.000Z`,
  }) as Message;

const feed = (...items: Message[]): Feed => ({ items, olderCursor: null, arrived: [] });

const LOADED = feed(message('3', 'ada', 3), message('2', 'grace', 2), message('1', 'ADAM', 1));

test('without a text every loaded message is listed, in the order of the server', () => {
  expect(rowsOf(LOADED, undefined, '  ')).toBe(LOADED.items);
});

test('a text finds part of a user id or an address, in any letter case', () => {
  expect(rowsOf(LOADED, undefined, 'ada').map(({ id }) => id)).toEqual(['3', '1']);
  expect(rowsOf(LOADED, undefined, 'grace@EX').map(({ id }) => id)).toEqual(['2']);
});

test('what the server found for the user is listed once, in its place', () => {
  const found = feed(message('3', 'ada', 3), message('0', 'ada', 2));
  expect(rowsOf(LOADED, found, 'ada').map(({ id }) => id)).toEqual(['3', '0', '1']);
});
