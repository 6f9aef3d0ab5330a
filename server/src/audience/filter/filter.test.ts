import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FILTER_DEPTH_MAX, FILTER_NODES_MAX, FILTER_TEXT_LENGTH_MAX } from './limits.ts';
import {
  dependsOnTime,
  eventFilterOf,
  factsNeeded,
  faultsOfEventFilter,
  faultsOfFilter,
  faultsOfStepFilter,
  filterOf,
  matches,
  matchesEvent,
  neededTogether,
  stepFilterOf,
  touches,
  whyNot,
  wordsOf,
  type EmailFact,
  type Facts,
} from './index.ts';

const NOW = new Date('2026-03-29T12:00:00.000Z');
const PRO = { field: 'traits.plan', operator: 'equals', value: 'pro' };

const at = new Date('2026-01-01T00:00:00Z');
const ANN: Facts = {
  user: {
    externalId: 'u1',
    email: 'ann@acme.com',
    name: 'Ann',
    timezone: null,
    locale: null,
    signedUpAt: null,
    traits: { plan: 'free', age: '30' },
    context: {},
    firstSeen: at,
    lastSeen: at,
    createdAt: at,
    updatedAt: at,
  },
  company: null,
  events: [],
};

/** A filter and the path and message of its only fault. */
const FAULTY: [unknown, string, RegExp][] = [
  [null, '', /object with one of and, or, not, field, event/],
  [[], '', /object with one of/],
  [{}, '', /object with one of/],
  [{ and: [PRO], or: [PRO] }, '', /object with one of/],
  [{ ...PRO, not: PRO }, '', /object with one of/],
  // An empty list would select everybody, or nobody.
  [{ and: [] }, 'and', /at least one/],
  [{ or: {} }, 'or', /at least one/],
  [{ not: [PRO] }, 'not', /object with one of/],
  [{ not: PRO, name: 'x' }, 'name', /not known/],
  [{ ...PRO, valeu: 'pro' }, 'valeu', /known are field, operator, value/],
  [{ ...PRO, field: 'plan' }, 'field', /begin with one of user\., traits\./],
  [{ ...PRO, field: 'traits' }, 'field', /traits\.plan/],
  [{ ...PRO, field: 'traits.a..b' }, 'field', /traits\.plan/],
  [{ ...PRO, field: 7 }, 'field', /text/],
  [{ ...PRO, field: 'traits.a\0' }, 'field', /text/],
  [{ ...PRO, field: 'user.email.x' }, 'field', /no parts/],
  [{ ...PRO, field: 'user.org_id' }, 'field', /cannot be user\.org_id/],
  [{ ...PRO, field: 'company.health_score' }, 'field', /cannot be/],
  [{ ...PRO, field: 'user.traits.plan' }, 'field', /without traits in between/],
  [{ ...PRO, field: 'metadata.x' }, 'field', /begin with/],
  [{ ...PRO, operator: 'is' }, 'operator', /one of equals, not_equals/],
  [{ ...PRO, operator: undefined }, 'operator', /one of/],
  [{ ...PRO, operator: 'toString' }, 'operator', /one of/],
  [{ field: 'user.email', operator: 'greater_than', value: 1 }, 'operator', /for a text, one of/],
  [{ field: 'user.created_at', operator: 'equals', value: 'x' }, 'operator', /for a date/],
  [{ field: 'user.name', operator: 'equals', value: 1 }, 'value', /a text of at most/],
  [{ ...PRO, value: null }, 'value', /a text .*, or a number, or true or false/],
  [{ ...PRO, value: 'x'.repeat(FILTER_TEXT_LENGTH_MAX + 1) }, 'value', /at most 2000/],
  [{ ...PRO, value: '\ud800' }, 'value', /surrogates/],
  [{ ...PRO, operator: 'contains', value: '' }, 'value', /must not be empty/],
  [{ ...PRO, operator: 'greater_than', value: '10' }, 'value', /a number/],
  [{ ...PRO, operator: 'greater_than', value: Infinity }, 'value', /a number/],
  [{ ...PRO, operator: 'one_of', value: [] }, 'value', /1 to 1000/],
  [{ ...PRO, operator: 'one_of', value: ['a', 1] }, 'value/1', /a text/],
  [{ ...PRO, operator: 'between', value: [3, 1] }, 'value', /lower end/],
  [{ ...PRO, operator: 'between', value: [1] }, 'value', /two numbers/],
  [{ ...PRO, operator: 'between', value: ['2026-02-01', '2026-01-01'] }, 'value', /lower end/],
  [{ ...PRO, operator: 'on', value: '2026-02-30' }, 'value', /date without a time/],
  [{ ...PRO, operator: 'on', value: '2026-02-03T00:00:00Z' }, 'value', /without a time/],
  [{ ...PRO, operator: 'before', value: '2026-01-01T00:00:00' }, 'value', /a date such as/],
  [{ ...PRO, operator: 'size', value: 1.5 }, 'value', /whole number/],
  [{ ...PRO, operator: 'is_set', value: 'x' }, 'value', /left out/],
  [{ ...PRO, timezone: 'UTC' }, 'timezone', /only for operators over dates/],
  [
    { field: 'user.created_at', operator: 'on', value: '2026-01-01', timezone: 'CET+1' },
    'timezone',
    /IANA/,
  ],
  [
    { ...PRO, operator: 'within_last', value: { amount: 0, unit: 'days' } },
    'value/amount',
    /from 1 to 3660/,
  ],
  [
    { ...PRO, operator: 'within_last', value: { amount: 1, unit: 'months' } },
    'value/unit',
    /minutes, hours, days, weeks/,
  ],
  [{ event: '', operator: 'never' }, 'event', /1 to 100/],
  [{ event: 'x'.repeat(101), operator: 'never' }, 'event', /1 to 100/],
  [{ event: 'x', operator: 'equals' }, 'operator', /at_least, at_most, exactly, never/],
  [{ event: 'x', operator: 'at_least' }, 'count', /from 1/],
  [{ event: 'x', operator: 'at_least', count: 0 }, 'count', /from 1/],
  [{ event: 'x', operator: 'at_most', count: -1 }, 'count', /from 0/],
  [{ event: 'x', operator: 'never', count: 0 }, 'count', /left out/],
  [{ event: 'x', operator: 'never', within: 30 }, 'within', /amount/],
  [{ event: 'x', operator: 'never', where: {} }, 'where', /list/],
  [{ event: 'x', operator: 'never', where: [PRO] }, 'where/0/field', /metadata\.,/],
  [
    { event: 'x', operator: 'never', where: [{ event: 'y', operator: 'never' }] },
    'where/0',
    /one of and, or, not, field$/,
  ],
];

test.each(FAULTY)('%j is refused with its path', (json, path, message) => {
  const faults = faultsOfFilter(json, '');
  expect(faults).toEqual([{ path, message: expect.stringMatching(message) }]);
  expect(() => filterOf(json)).toThrow('filter');
});

test('all faults are told at once, below the path of the filter', () => {
  const json = {
    and: [
      { ...PRO, operator: 'is', extra: 1 },
      { not: { or: [PRO, { event: 'x', operator: 'exactly', count: 'two', where: [7] }] } },
      { field: 'company.employee_count', operator: 'one_of', value: ['a'] },
    ],
  };
  expect(faultsOfFilter(json, 'settings/goal').map(({ path }) => path)).toEqual([
    'settings/goal/and/0/extra',
    'settings/goal/and/0/operator',
    'settings/goal/and/1/not/or/1/count',
    'settings/goal/and/1/not/or/1/where/0',
    'settings/goal/and/2/value/0',
  ]);
});

test('a filter nests and grows up to its bounds, and one more is told once', () => {
  const nested = (levels: number): object => (levels === 1 ? PRO : { not: nested(levels - 1) });
  expect(faultsOfFilter(nested(FILTER_DEPTH_MAX), '')).toEqual([]);
  expect(faultsOfFilter(nested(FILTER_DEPTH_MAX + 1), '')).toEqual([
    { path: Array(FILTER_DEPTH_MAX).fill('not').join('/'), message: expect.stringContaining('10') },
  ]);
  const wide = (nodes: number) => ({ or: Array.from({ length: nodes - 1 }, () => PRO) });
  expect(faultsOfFilter(wide(FILTER_NODES_MAX), '')).toEqual([]);
  expect(faultsOfFilter(wide(100_000), '')).toEqual([
    { path: 'or/199', message: expect.stringContaining('200') },
  ]);
  const deep = { event: 'x', operator: 'never', where: [nested(FILTER_DEPTH_MAX)] };
  expect(faultsOfFilter(deep, '')).toHaveLength(1);
});

test('whatever is sent is refused with faults or compiles', () => {
  const anything = fc.oneof(
    fc.constantFrom<unknown>('pro', 3, true, ['a'], [1, 2], { amount: 1, unit: 'days' }),
    fc.jsonValue({ maxDepth: 2 }),
  );
  const condition = fc.record(
    {
      field: fc.oneof(fc.constantFrom('traits.plan', 'user.email', 'user.created_at'), anything),
      operator: fc.constantFrom('equals', 'is_set', 'contains', 'between', 'within_last', 'x'),
      value: anything,
    },
    { requiredKeys: ['field'] },
  );
  const happened = fc.record(
    { event: anything, operator: fc.constantFrom('never', 'x'), where: anything, within: anything },
    { requiredKeys: ['event'] },
  );
  const { filter } = fc.letrec((tie) => ({
    filter: fc.oneof(
      { maxDepth: 4 },
      condition,
      happened,
      anything,
      fc.record({ not: tie('filter') }),
      fc.dictionary(fc.constantFrom('and', 'or'), fc.array(tie('filter'), { maxLength: 3 })),
    ),
  }));
  let compiled = 0;
  fc.assert(
    fc.property(filter, (json) => {
      if (faultsOfFilter(json, '').length > 0) return;
      compiled += 1;
      expect(wordsOf(filterOf(json)).length).toBeGreaterThan(0);
    }),
    { numRuns: 2_000 },
  );
  expect(compiled).toBeGreaterThan(0);
});

test('a filter says itself in plain words', () => {
  const words = (json: object) => wordsOf(filterOf(json));
  expect(words(PRO)).toBe("traits.plan is 'pro'");
  expect(
    words({
      and: [
        { or: [PRO, { field: 'traits.age', operator: 'between', value: [18, 30] }] },
        { not: { field: 'user.email', operator: 'ends_with', value: '@acme.com' } },
        {
          event: 'invoice_paid',
          operator: 'at_least',
          count: 3,
          within: { amount: 30, unit: 'days' },
          where: [{ field: 'metadata.amount', operator: 'greater_than', value: 10 }],
        },
      ],
    }),
  ).toBe(
    "(traits.plan is 'pro' or traits.age is between 18 and 30) and " +
      "not (user.email ends with '@acme.com') and " +
      "did 'invoice_paid' at least 3 times in the last 30 days, " +
      'where metadata.amount is greater than 10',
  );
  expect(
    words({
      field: 'traits.x',
      operator: 'one_of',
      value: Array.from({ length: 9 }, (_, index) => index),
    }),
  ).toBe('traits.x is 0, 1, 2, 3, 4 or 4 more');
  expect(
    words({ field: 'traits.x', operator: 'on', value: '2026-01-31', timezone: 'europe/berlin' }),
  ).toBe('traits.x is on 2026-01-31 (Europe/Berlin)');
});

test('every condition is told with what it looked at', () => {
  const filter = filterOf({
    and: [
      PRO,
      { not: { field: 'traits.age', operator: 'at_least', value: 18 } },
      { field: 'company.plan', operator: 'is_not_set' },
      { event: 'paid', operator: 'never' },
    ],
  });
  expect(whyNot(filter, ANN, NOW)).toEqual([
    {
      rule: 'filter/and/0',
      input: "traits.plan is 'pro'; traits.plan is 'free', a text",
      outcome: 'does not hold',
    },
    {
      rule: 'filter/and/1/not',
      input: "traits.age is at least 18; traits.age is '30', a text",
      outcome: 'does not hold',
    },
    {
      rule: 'filter/and/2',
      input: 'company.plan is not set; company.plan is not set',
      outcome: 'holds',
    },
    { rule: 'filter/and/3', input: "did 'paid' never; did it 0 times", outcome: 'holds' },
  ]);
});

const within = (amount: number) => ({ amount, unit: 'hours' });

test('a filter says what it needs to be judged, and what counts the same is counted once', () => {
  expect(factsNeeded(filterOf(PRO))).toEqual({
    company: false,
    events: [],
    emails: false,
    consent: null,
  });
  const big = { field: 'metadata.amount', operator: 'at_least', value: 10 };
  const filter = filterOf({
    or: [
      { event: 'paid', operator: 'never', within: within(2) },
      { not: { event: 'paid', operator: 'at_least', count: 7, within: within(2) } },
      { event: 'paid', operator: 'exactly', count: 2, within: within(5) },
      { event: 'paid', operator: 'at_least', count: 3, within: within(5), where: [big] },
      { event: 'paid', operator: 'at_most', count: 3, within: within(5), where: [big] },
      { event: 'opened', operator: 'never' },
      { field: 'company.seats', operator: 'is_set' },
    ],
  });
  const { company, events } = factsNeeded(filter);
  expect(company).toBe(true);
  expect(
    events.map(({ eventType, withinMs, countMax, whereSql }) => [
      eventType,
      withinMs,
      countMax,
      whereSql !== null,
    ]),
  ).toEqual([
    ['paid', 7_200_000, 7, false],
    ['paid', 18_000_000, 3, false],
    ['paid', 18_000_000, 4, true],
    ['opened', null, 1, false],
  ]);
  expect(new Set(events.map(({ key }) => key)).size).toBe(4);
});

test('a zone that dates of where are read in makes another count', () => {
  const on = { field: 'event.occurred_at', operator: 'on', value: '2026-03-29' };
  const paid = { event: 'paid', operator: 'never', where: [on] };
  const zones = ['UTC', 'Europe/Berlin', 'UTC'];
  const needs = zones.map((timezone) => factsNeeded(filterOf(paid, { timezone })));
  expect(neededTogether(needs).events).toHaveLength(2);
});

test('counts that were loaded are judged, and one that is missing is an error', () => {
  const filter = filterOf({ event: 'paid', operator: 'at_least', count: 3 });
  const key = factsNeeded(filter).events[0]!.key;
  const counted = (count: number): Facts => ({ ...ANN, counts: new Map([[key, count]]) });
  expect(matches(filter, counted(2), NOW)).toBe(false);
  expect(matches(filter, counted(3), NOW)).toBe(true);
  expect(whyNot(filter, counted(3), NOW)[0]?.input).toMatch(/did it 3 times or more$/);
  expect(() => matches(filter, { ...ANN, counts: new Map() }, NOW)).toThrow('not counted');
});

test('a filter says whose changes may change its answer', () => {
  const nobody = { user: false, company: false, events: [], emails: [] };
  expect(touches(filterOf(PRO))).toEqual({ ...nobody, user: true });
  expect(touches(filterOf({ ...PRO, field: 'company.plan' }))).toEqual({
    ...nobody,
    company: true,
  });
  expect(touches(stepFilterOf({ ...PRO, field: 'properties.plan' }))).toEqual(nobody);
  const filter = stepFilterOf({
    and: [
      { event: 'paid', operator: 'never', within: within(1) },
      { not: { event: 'paid', operator: 'never' } },
      { event: 'opened', operator: 'never', where: [{ ...PRO, field: 'metadata.plan' }] },
      { email: 'welcome', operator: 'opened' },
      { email: 'any', operator: 'bounced' },
    ],
  });
  expect(touches(filter)).toEqual({
    ...nobody,
    events: ['paid', 'opened'],
    emails: ['welcome', 'any'],
  });
});

const SIGNED_UP = { field: 'user.signed_up_at' };
/** A filter, and whether its answer changes though nothing happens. */
const CLOCKS: [boolean, object][] = [
  [false, PRO],
  [false, { ...SIGNED_UP, operator: 'before', value: '2026-01-01' }],
  [false, { ...SIGNED_UP, operator: 'between', value: ['2026-01-01', '2026-01-02'] }],
  [true, { ...SIGNED_UP, operator: 'within_last', value: within(1) }],
  [true, { ...SIGNED_UP, operator: 'within_next', value: within(1) }],
  [true, { ...SIGNED_UP, operator: 'more_than_ago', value: within(1) }],
  [true, { not: { or: [PRO, { ...SIGNED_UP, operator: 'more_than_ahead', value: within(1) }] } }],
  [false, { event: 'paid', operator: 'never' }],
  [true, { event: 'paid', operator: 'never', within: within(1) }],
  [false, { event: 'paid', operator: 'never', where: [{ ...PRO, field: 'metadata.plan' }] }],
  [
    true,
    {
      event: 'paid',
      operator: 'never',
      where: [{ not: { field: 'metadata.due', operator: 'within_last', value: within(1) } }],
    },
  ],
];

test.each(CLOCKS)('it is %s that time alone changes the answer of %j', (changes, json) => {
  expect(dependsOnTime(filterOf(json))).toBe(changes);
});

test('only steps ask about the enrollment: its properties and its emails', () => {
  const opened = { email: 'welcome', operator: 'opened' };
  const property = { ...PRO, field: 'properties.plan' };
  expect(faultsOfStepFilter({ and: [opened, property] }, '')).toEqual([]);
  expect(faultsOfFilter({ and: [opened, property] }, '')).toEqual([
    { path: 'and/0/email', message: expect.stringContaining('only conditions of steps') },
    { path: 'and/1/field', message: expect.stringContaining('only conditions of steps') },
  ]);
  expect(faultsOfFilter({}, '')[0]?.message).not.toContain('email');
  expect(faultsOfStepFilter({}, '')[0]?.message).toContain('email');
  expect(faultsOfStepFilter({ email: '', operator: 'read', value: 1 }, 'filter')).toEqual([
    { path: 'filter/value', message: expect.stringContaining('known are email, operator') },
    { path: 'filter/email', message: expect.stringContaining('id of an email step') },
    {
      path: 'filter/operator',
      message: 'must be one of sent, delivered, opened, clicked, bounced',
    },
  ]);
});

const SENT: EmailFact = {
  stepId: 'welcome',
  state: 'accepted',
  isDelivered: false,
  isOpened: false,
  isClicked: false,
  isBounced: false,
};

test('a step asks what became of an earlier email, or of any', () => {
  const does = (operator: string, email: string, emails: readonly EmailFact[]) =>
    matches(stepFilterOf({ email, operator }), { ...ANN, emails }, NOW);
  const tips = { ...SENT, stepId: 'tips', state: 'scheduled' };
  expect(does('sent', 'welcome', [SENT, tips])).toBe(true);
  expect(does('sent', 'tips', [SENT, tips])).toBe(false);
  expect(does('sent', 'any', [SENT, tips])).toBe(true);
  expect(does('sent', 'any', [])).toBe(false);
  const sent = ['accepted', 'delivered', 'bounced', 'complained'];
  const notSent = ['scheduled', 'sending', 'rejected', 'cancelled', 'in_doubt'];
  for (const state of [...sent, ...notSent]) {
    expect(does('sent', 'welcome', [{ ...SENT, state }]), state).toBe(sent.includes(state));
  }
  expect(does('opened', 'welcome', [SENT])).toBe(false);
  expect(does('opened', 'welcome', [{ ...SENT, isOpened: true }])).toBe(true);
  expect(does('clicked', 'welcome', [{ ...SENT, isOpened: true }])).toBe(false);
});

test('what became of an email is told, and facts that were not loaded are an error', () => {
  const filter = stepFilterOf({
    and: [
      { email: 'welcome', operator: 'opened' },
      { email: 'tips', operator: 'sent' },
      { email: 'any', operator: 'sent' },
      { ...PRO, field: 'properties.plan' },
    ],
  });
  const emails = [
    { ...SENT, isClicked: true },
    { ...SENT, stepId: 'other', state: 'rejected' },
  ];
  const told = whyNot(filter, { ...ANN, emails, properties: { plan: 'pro' } }, NOW);
  expect(told.map(({ input, outcome }) => [input, outcome])).toEqual([
    ["email 'welcome' was opened by a person; it is accepted, clicked", 'does not hold'],
    ["email 'tips' was sent; there is none yet", 'does not hold'],
    ['any email was sent; it holds for 1 of 2', 'holds'],
    ["properties.plan is 'pro'; properties.plan is 'pro', a text", 'holds'],
  ]);
  expect(() => matches(filter, ANN, NOW)).toThrow('not loaded');
  const property = stepFilterOf({ ...PRO, field: 'properties.plan' });
  expect(() => matches(property, ANN, NOW)).toThrow('not loaded');
});

test('one event is judged by a filter of its own', () => {
  const json = { field: 'metadata.amount', operator: 'at_least', value: 10 };
  expect(faultsOfEventFilter(json, '')).toEqual([]);
  expect(faultsOfEventFilter(PRO, 'filter')).toHaveLength(1);
  const paid = {
    eventType: 'paid',
    occurredAt: NOW,
    pageUrl: null,
    elementSelector: null,
    metadata: { amount: 10 },
  };
  expect(matchesEvent(eventFilterOf(json), paid, NOW)).toBe(true);
  expect(matchesEvent(eventFilterOf({ not: json }), paid, NOW)).toBe(false);
});
