import { expect, test } from 'vitest';
import { addressOf, placeOf } from './location.ts';

const NOWHERE = placeOf('');

test('the plain address is the inbox with nothing open', () => {
  expect(addressOf(NOWHERE)).toBe('/inbox');
  expect(NOWHERE).toMatchObject({ side: null, messageId: null, enrolling: false, text: '' });
});

test('every place has an address that leads back to it', () => {
  const places = [
    { ...NOWHERE, enrolling: true },
    { ...NOWHERE, messageId: 'a b&c', tab: 'why' },
    { ...NOWHERE, side: 'w', status: 'in_doubt', text: 'ada@example.com', messageId: '1' },
  ];
  for (const place of places) {
    expect(placeOf(new URL(addressOf(place), 'http://localhost').search)).toEqual(place);
  }
  expect(addressOf({ ...NOWHERE, enrolling: true })).toBe('/inbox?enroll');
});

test('a tab without a message is not remembered', () => {
  expect(addressOf({ ...NOWHERE, tab: 'why' })).toBe('/inbox');
});
