import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  cleanFallback,
  EVERY_TAG,
  liquidOf,
  shortNameOf,
  tagOfMatch,
  TYPED_TAG,
  wordsOfTemplate,
} from './merge-tag.ts';

test('a merge tag that is written out is read back as it was', () => {
  const name = fc
    .array(fc.stringMatching(/^[a-z_]\w{0,8}$/), { minLength: 1, maxLength: 4 })
    .map((names) => names.join('.'));
  const fallback = fc.string({ maxLength: 12 }).map(cleanFallback);
  fc.assert(
    fc.property(name, fallback, (path, words) => {
      const match = TYPED_TAG.exec(`Hello ${liquidOf({ name: path, fallback: words })}`);
      expect(tagOfMatch(match!)).toEqual({ name: path, fallback: words });
    }),
  );
});

test('names that Liquid would take apart are written in brackets', () => {
  expect(liquidOf({ name: 'event.items.0.unit-price', fallback: '' })).toBe(
    '{{ event.items[0]["unit-price"] }}',
  );
});

test('what is no plain merge tag stays as it was typed', () => {
  const text =
    "{{ 'now' | date: '%Y' }} {{ user.plan | upcase }} {{ user.plan | default: 'free' }}";
  expect([...text.matchAll(EVERY_TAG)].map((match) => tagOfMatch(match))).toEqual([
    { name: 'user.plan', fallback: 'free' },
  ]);
});

test('a chip says the value without where it comes from', () => {
  expect(['user.traits.plan', 'user.name', 'company.name'].map(shortNameOf)).toEqual([
    'plan',
    'name',
    'company.name',
  ]);
});

test('a list shows names in place of merge tags', () => {
  expect(wordsOfTemplate('Hi {{ user.traits.name | default: "you" }}{% if a %}!{% endif %}')).toBe(
    'Hi [name][…]![…]',
  );
});
