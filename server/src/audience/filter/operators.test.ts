import { expect, test } from 'vitest';
import { filterOf, matches, type EventFact, type Facts } from './index.ts';

const NOW = new Date('2026-03-29T12:00:00.000Z');

/** Somebody with one trait, `x`; undefined for somebody without. */
function withTrait(x: unknown, others: Partial<Facts> = {}): Facts {
  const at = new Date('2026-01-01T00:00:00Z');
  return {
    user: {
      externalId: 'u1',
      email: 'Ann@ACME.com',
      name: 'Ann',
      timezone: null,
      locale: null,
      signedUpAt: null,
      traits: x === undefined ? {} : { x },
      context: {},
      firstSeen: at,
      lastSeen: at,
      createdAt: at,
      updatedAt: at,
    },
    company: null,
    events: [],
    ...others,
  };
}

const holds = (json: object, facts: Facts): boolean => matches(filterOf(json), facts, NOW);

/** The operator, its value, what it holds for, and what it does not hold for. */
const CASES: [string, unknown, unknown[], unknown[]][] = [
  ['equals', 'pro', ['pro'], ['Pro', 'pro ', '', null, undefined, ['pro'], { pro: 1 }]],
  ['equals', '', [''], [' ', null, undefined, []]],
  ['equals', '30', ['30'], [30, '030', '3e1']],
  ['equals', 'é', ['é'], ['e\u0301', 'É', 'e']],
  ['equals', 30, [30, 30.0, 3e1], ['30', true, null, undefined, [30]]],
  ['equals', 0, [0, -0], ['', false, null, undefined]],
  ['equals', 0.3, [0.3], [0.1 + 0.2]],
  ['equals', 9_007_199_254_740_992, [9_007_199_254_740_992], [9_007_199_254_740_994]],
  ['equals', true, [true], ['true', 1, false, null, undefined]],
  ['not_equals', 'pro', ['Pro', ''], ['pro', null, undefined, 5, ['pro']]],
  ['not_equals', 30, [31, -30], [30, '31', null, undefined]],
  ['not_equals', true, [false], [true, 'false', 0, null, undefined]],
  ['contains', 'a%', ['xa%b', 'a%'], ['ab', 'A%', '', null, 5]],
  ['contains', '😀', ['a😀b', ['x', '😀']], ['\ud83d', 'a']],
  ['contains', 'pro', ['unprofessional', ['pro']], [['Pro', 'profit'], {}, undefined]],
  ['contains', 1, [[1, 2]], ['1', ['1'], [[1]], 1, undefined]],
  ['starts_with', 'pro', ['pro', 'profit'], ['apro', 'Pro', '', ['pro'], undefined]],
  ['ends_with', '.com', ['a.com', '.com'], ['a.com ', 'acom', 'com', undefined]],
  ['ends_with', '😀', ['a😀'], ['😀a']],
  ['one_of', ['a', 'b'], ['a', 'b'], ['A', 'ab', '', null, undefined, ['a']]],
  ['one_of', [1, 2], [1, 2.0], ['1', 3, true, undefined]],
  ['not_one_of', ['a', 'b'], ['A', ''], ['a', 'b', 5, null, undefined]],
  ['not_one_of', [1, 2], [3, 0], [1, '3', null, undefined]],
  ['greater_than', 10, [10.1, 1e300], [10, '11', null, undefined, [11]]],
  ['at_least', 10, [10, 11], [9.999, '10', undefined]],
  ['less_than', 10, [9.999, -1e300], [10, '9', null, undefined]],
  ['at_most', 10, [10, 0], [10.001, '0', null]],
  ['between', [1, 3], [1, 2.5, 3], [0.999, 3.001, '2', undefined]],
  ['contains_any', ['a', 1], [['a'], [2, 1]], [['1'], ['A'], [], 'a', undefined]],
  ['contains_all', ['a', 1], [[1, 'a', 'b']], [['a'], ['a', '1'], [['a', 1]], undefined]],
  ['size', 0, [[]], ['', {}, null, undefined, [0]]],
  ['size', 2, [[1, [2, 3]]], [[1], 'ab']],
  ['size_at_least', 1, [[0], [null]], [[], undefined]],
  ['size_at_most', 1, [[0], []], [[1, 2], undefined]],
  ['is_set', undefined, ['', 0, false, [], {}, 'x'], [null, undefined]],
  ['is_not_set', undefined, [null, undefined], ['', 0, false, [], {}]],
];

test.each(CASES)('%s %j holds for what it says and nothing else', (operator, value, yes, no) => {
  const json = { field: 'traits.x', operator, value };
  for (const x of yes) expect(holds(json, withTrait(x)), JSON.stringify(x)).toBe(true);
  for (const x of no) expect(holds(json, withTrait(x)), JSON.stringify(x)).toBe(false);
});

/** The operator, its value, a zone, dates it holds for, and others. `NOW` is noon. */
const DATES: [string, unknown, string | undefined, unknown[], unknown[]][] = [
  [
    'before',
    '2026-03-29',
    undefined,
    ['2026-03-28', '2026-03-29T01:00:00+02:00', '2026-03-28T21:00-02:30'],
    [
      '2026-03-28T22:00-0230',
      '2026-03-29T00:00:00Z',
      '2026-02-30',
      'yesterday',
      1,
      '',
      null,
      undefined,
    ],
  ],
  // In Berlin the day begins an hour earlier, and this one has 23 hours.
  [
    'on',
    '2026-03-29',
    'Europe/Berlin',
    ['2026-03-29', '2026-03-28T23:00:00Z', '2026-03-29T21:59:59.999999999Z'],
    ['2026-03-28T22:59:59.999Z', '2026-03-29T22:00:00Z', '2026-03-30'],
  ],
  // Midnight was skipped: the day began at one o'clock, 22:00 UTC.
  ['on', '2026-04-24', 'Africa/Cairo', ['2026-04-23T22:00:00Z'], ['2026-04-23T21:59:59Z']],
  // Midnight came twice; the day begins with the first.
  ['on', '2026-11-01', 'America/Havana', ['2026-11-01T04:00:00Z'], ['2026-11-01T03:59:59Z']],
  // A day that never was: whoever wrote it still wrote it.
  ['on', '2011-12-30', 'Pacific/Apia', ['2011-12-30'], ['2011-12-30T10:00:00Z', '2011-12-31']],
  ['after', '2026-03-29', undefined, ['2026-03-30', '2026-03-30T00:00Z'], ['2026-03-29T23:59Z']],
  [
    'after',
    '2026-03-29T12:00:00Z',
    undefined,
    ['2026-03-29T12:00:00.001Z', '2026-03-30'],
    ['2026-03-29T12:00:00Z', '2026-03-29T12:00:00.0009Z', '2026-03-29'],
  ],
  [
    'between',
    ['2026-03-01', '2026-03-02'],
    undefined,
    ['2026-03-01', '2026-03-02T23:59:59.999Z'],
    ['2026-02-28', '2026-03-03T00:00:00Z', '2026-03-03'],
  ],
  // A stored day is its midnight: here the one in Kathmandu.
  [
    'between',
    ['2026-03-28T18:15:00Z', '2026-03-28T18:15:00Z'],
    'Asia/Kathmandu',
    ['2026-03-29', '2026-03-28T18:15:00Z'],
    ['2026-03-28', '2026-03-30'],
  ],
  [
    'within_last',
    { amount: 1, unit: 'days' },
    undefined,
    ['2026-03-28T12:00:00Z', '2026-03-29T12:00:00Z', '2026-03-29'],
    ['2026-03-28T11:59:59.999Z', '2026-03-29T12:00:00.001Z', '2026-03-28', 5, null, undefined],
  ],
  [
    'within_next',
    { amount: 2, unit: 'weeks' },
    undefined,
    ['2026-03-29T12:00:00.001Z', '2026-04-12T12:00:00Z', '2026-04-12'],
    ['2026-03-29T12:00:00Z', '2026-04-12T12:00:00.001Z', '2026-04-13'],
  ],
  [
    'more_than_ago',
    { amount: 90, unit: 'minutes' },
    undefined,
    ['2026-03-29T10:29:59.999Z', '2026-03-29', '1000-01-01'],
    ['2026-03-29T10:30:00Z', '2027-01-01', undefined],
  ],
  [
    'more_than_ahead',
    { amount: 3, unit: 'hours' },
    undefined,
    ['2026-03-29T15:00:00.001Z', '9999-12-31'],
    ['2026-03-29T15:00:00Z', '2026-03-29'],
  ],
];

test.each(DATES)('%s %j (%s) holds for what it says', (operator, value, timezone, yes, no) => {
  const json = { field: 'traits.x', operator, value, ...(timezone ? { timezone } : {}) };
  for (const x of yes) expect(holds(json, withTrait(x)), JSON.stringify(x)).toBe(true);
  for (const x of no) expect(holds(json, withTrait(x)), JSON.stringify(x)).toBe(false);
});

test('not is plain negation: of a missing value too', () => {
  const pro = { field: 'traits.x', operator: 'equals', value: 'pro' };
  expect(holds(pro, withTrait(undefined))).toBe(false);
  expect(holds({ not: pro }, withTrait(undefined))).toBe(true);
  expect(holds({ not: { not: pro } }, withTrait(undefined))).toBe(false);
});

test('dates without a time are read in the zone of the filter where a condition names none', () => {
  const json = { field: 'traits.x', operator: 'on', value: '2026-03-29' };
  const facts = withTrait('2026-03-28T23:30:00Z');
  expect(matches(filterOf(json, { timezone: 'Europe/Berlin' }), facts, NOW)).toBe(true);
  expect(matches(filterOf(json), facts, NOW)).toBe(false);
});

test('one filter judges at several instants', () => {
  const filter = filterOf({
    field: 'traits.x',
    operator: 'within_last',
    value: { amount: 1, unit: 'hours' },
  });
  const facts = withTrait('2026-03-29T12:00:00Z');
  const at = (text: string) => matches(filter, facts, new Date(text));
  expect([
    at('2026-03-29T11:59:59Z'),
    at('2026-03-29T12:00:00Z'),
    at('2026-03-29T13:00:00Z'),
    at('2026-03-29T13:00:00.001Z'),
    at('2026-03-29T12:30:00Z'),
  ]).toEqual([false, true, true, false, true]);
});

test('addresses and domains compare without the case of A to Z, other texts with it', () => {
  const ends = (field: string, value: string) => ({ field, operator: 'ends_with', value });
  expect(holds(ends('user.email', '@acme.COM'), withTrait(undefined))).toBe(true);
  expect(holds(ends('user.name', 'NN'), withTrait(undefined))).toBe(false);
  const anyOf = { field: 'traits.email', operator: 'one_of', value: ['x', 'ANN@acme.com'] };
  expect(holds(anyOf, withTrait(undefined))).toBe(true);
});

test('members are found in objects only, and only where they were sent', () => {
  const has = (field: string) => ({ field, operator: 'is_set' });
  expect(holds(has('traits.x.city'), withTrait({ city: 'Ulm' }))).toBe(true);
  expect(holds(has('user.x.city.name'), withTrait({ city: 'Ulm' }))).toBe(false);
  expect(holds(has('traits.x.0'), withTrait(['Ulm']))).toBe(false);
  expect(holds(has('traits.x.length'), withTrait(['Ulm']))).toBe(false);
  expect(holds(has('traits.constructor'), withTrait({}))).toBe(false);
  expect(holds(has('traits.x.__proto__'), withTrait({}))).toBe(false);
});

test('fields of the company are missing where there is none', () => {
  const json = { field: 'company.plan', operator: 'not_equals', value: 'pro' };
  expect(holds(json, withTrait(undefined))).toBe(false);
  expect(holds({ field: 'company.seats', operator: 'is_not_set' }, withTrait(undefined))).toBe(
    true,
  );
});

const event = (occurredAt: string, metadata: object = {}): EventFact => ({
  eventType: 'paid',
  occurredAt: new Date(occurredAt),
  pageUrl: null,
  elementSelector: null,
  metadata: metadata as Record<string, unknown>,
});

test('events are counted by type, time and what was sent with them', () => {
  const facts = withTrait(undefined, {
    events: [
      event('2026-03-28T12:00:00.000Z', { amount: 20 }),
      event('2026-03-28T11:59:59.999Z', { amount: 20 }),
      event('2026-03-29T12:00:00.000Z', { amount: 5 }),
      event('2026-03-29T11:00:00.000Z', { amount: '20' }),
      { ...event('2026-03-29T11:00:00.000Z', { amount: 20 }), eventType: 'Paid' },
    ],
  });
  const within = { amount: 24, unit: 'hours' };
  const where = [{ field: 'metadata.amount', operator: 'greater_than', value: 10 }];
  const paid = (rest: object) => holds({ event: 'paid', ...rest }, facts);
  expect(paid({ operator: 'exactly', count: 4 })).toBe(true);
  expect(paid({ operator: 'exactly', count: 3, within })).toBe(true);
  expect(paid({ operator: 'exactly', count: 2, where })).toBe(true);
  expect(paid({ operator: 'exactly', count: 1, within, where })).toBe(true);
  expect(paid({ operator: 'at_least', count: 4 })).toBe(true);
  expect(paid({ operator: 'at_least', count: 5 })).toBe(false);
  expect(paid({ operator: 'at_most', count: 3 })).toBe(false);
  expect(paid({ operator: 'at_most', count: 4 })).toBe(true);
  expect(paid({ operator: 'never' })).toBe(false);
  expect(holds({ event: 'refunded', operator: 'never' }, facts)).toBe(true);
  expect(holds({ event: 'refunded', operator: 'exactly', count: 0 }, facts)).toBe(true);
});

test('where may be a whole filter over the event', () => {
  const facts = withTrait(undefined, {
    events: [{ ...event('2026-03-29T12:00:00Z', { kind: 'a' }), pageUrl: 'https://x.y/pricing' }],
  });
  const where = [
    { not: { field: 'metadata.kind', operator: 'equals', value: 'b' } },
    { or: [{ field: 'event.page_url', operator: 'ends_with', value: '/pricing' }] },
  ];
  expect(holds({ event: 'paid', operator: 'at_least', count: 1, where }, facts)).toBe(true);
});
