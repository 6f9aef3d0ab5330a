import fc from 'fast-check';
import { RULES } from '../../src/audience/filter/operators/index.ts';

/** Instants around which rules change their minds: clock changes, leap days, ends of years. */
const TURNING_POINTS = [
  '2026-03-29T01:00:00.000Z',
  '2026-10-25T01:00:00.000Z',
  '2026-11-01T04:00:00.000Z',
  '2026-04-23T22:00:00.000Z',
  '2026-09-06T04:00:00.000Z',
  '2026-03-28T22:00:00.000Z',
  '2011-12-30T10:00:00.000Z',
  '2028-02-29T00:00:00.000Z',
  '1969-12-31T23:59:59.999Z',
].map((text) => Date.parse(text));

const DAY_MS = 86_400_000;

/** `now` of a filter, at or near a turning point. */
export const nowArb: fc.Arbitrary<Date> = fc
  .tuple(fc.constantFrom(...TURNING_POINTS), fc.constantFrom(-DAY_MS, -1, 0, 1, 3_600_000))
  .map(([at, off]) => new Date(at + off));

/** Clock changes at midnight (Cairo, Santiago, Beirut, Havana), half hours, a day that was left out. */
const zoneArb = fc.constantFrom(
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'Africa/Cairo',
  'America/Santiago',
  'Asia/Beirut',
  'America/Havana',
  'Australia/Lord_Howe',
  'Asia/Kathmandu',
  'Pacific/Apia',
);

/** Steps off a turning point: what relative operators and midnights of zones land on. */
const offArb = fc.oneof(
  {
    weight: 3,
    arbitrary: fc
      .tuple(
        fc.constantFrom(0, DAY_MS, -DAY_MS, 2 * DAY_MS, -7 * DAY_MS),
        fc.constantFrom(-1, 0, 1),
      )
      .map(([days, off]) => days + off),
  },
  {
    weight: 2,
    arbitrary: fc.integer({ min: -30, max: 30 }).map((halves) => halves * 1_800_000),
  },
);
const instantArb = fc
  .tuple(fc.constantFrom(...TURNING_POINTS), offArb)
  .map(([at, off]) => new Date(at + off).toISOString());
const dayArb = instantArb.map((text) => text.slice(0, 10));

/** The same instant in other hours. */
const inZone = (text: string, minutes: number, offset: string): string =>
  new Date(Date.parse(text) + minutes * 60_000).toISOString().replace('Z', offset);

/** An instant as other people write it, some with more digits than PostgreSQL keeps. */
const writtenArb = fc
  .tuple(
    instantArb,
    fc.constantFrom<(text: string) => string>(
      (text) => text.replace('.000Z', 'Z'),
      (text) => text.replace('Z', '+00:00'),
      // Twice, for it tells something only at an edge.
      (text) => text.replace('Z', '999999Z'),
      (text) => text.replace('Z', '999999Z'),
      (text) => inZone(text, -150, '-0230'),
      (text) => inZone(text, -480, '-08:00'),
      (text) => inZone(text, 899, '+14:59'),
    ),
  )
  .map(([text, change]) => change(text));

/** Nearly a date. */
const oddDateArb = fc
  .tuple(
    instantArb,
    fc.constantFrom<(text: string) => string>(
      (text) => text.replace('Z', '+15:00'),
      (text) => text.replace('Z', '9999991Z'),
      (text) => text.replace('Z', '9'),
      (text) => text.slice(0, 16) + 'Z',
      (text) => text.slice(0, 13) + 'Z',
      (text) => text.replace('T', ' '),
      (text) => text.replace('T', 't'),
      (text) => text.replace(/T../, 'T24'),
      (text) => text.replace(/:..\./, ':60.'),
      (text) => text + '\n',
      (text) => ` ${text}`,
      (text) => text.slice(0, 8) + '31',
      (text) => text.slice(0, 5) + '02-30',
      (text) => text.slice(0, 5) + '00-10',
      (text) => text.slice(0, 8) + '00',
      (text) => text.slice(0, 8) + '1',
      (text) => '0000' + text.slice(4),
      (text) => '9999-12-31' + text.slice(10),
    ),
  )
  .map(([text, change]) => change(text));

const textArb = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('pro', 'Pro', 'free', 'a', 'b') },
  { weight: 3, arbitrary: fc.constantFrom('', ' ', 'pro ', '30', '030', '3e1', 'true', 'null') },
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      'é',
      'e\u0301',
      'É',
      'ß',
      'SS',
      'İ',
      'i',
      '😀',
      'a😀',
      '😀b',
      '%',
      '_',
      '\\',
      'a%b',
      "'",
      '"',
      '[a-',
      '٢٠٢٦-٠١-٠١',
      '２０２６-01-01',
      '\u007f',
      'K',
      'x'.repeat(500),
    ),
  },
  { weight: 2, arbitrary: fc.oneof(instantArb, dayArb, oddDateArb) },
);
/** Texts of a few pieces, and their parts; some pieces would find more if taken for a pattern. */
const piecesArb = (piecesMax: number): fc.Arbitrary<string> =>
  fc
    .array(fc.constantFrom('pro', 'a', 'é', '😀', '%', '_', '.', 'P', '3', '\\', '\u0301', ' '), {
      minLength: 1,
      maxLength: piecesMax,
    })
    .map((pieces) => pieces.join(''));
const longTextArb = fc.oneof(textArb, piecesArb(3));
const partArb = fc.oneof(
  textArb.filter((text) => text !== ''),
  piecesArb(2),
  fc.constantFrom('p%o', 'p_o', 'p.o', 'ro', 'r'),
);
const numberArb = fc.constantFrom(
  0,
  -0,
  1,
  2,
  30,
  -1,
  0.1,
  0.1 + 0.2,
  0.3,
  1e-7,
  1e21,
  1e23,
  9_007_199_254_740_992,
  9_007_199_254_740_994,
  Number.MAX_VALUE,
  -Number.MAX_VALUE,
  Number.MIN_VALUE,
  Math.PI,
);
const scalarArb: fc.Arbitrary<string | number | boolean> = fc.oneof(
  textArb,
  numberArb,
  fc.boolean(),
);
const entryArb = fc.constantFrom<string | number | boolean>('a', 'b', 'A', '30', 30, '1', 1, true);
const listArb = fc.array(
  fc.oneof(
    { weight: 8, arbitrary: entryArb },
    { weight: 2, arbitrary: scalarArb },
    { weight: 1, arbitrary: fc.constantFrom<unknown>(null, [], ['a'], { a: 1 }, [[1]]) },
  ),
  { maxLength: 4 },
);
const dateTextArb = fc.oneof(instantArb, dayArb, writtenArb, oddDateArb);
const valueArb: fc.Arbitrary<unknown> = fc.oneof(
  longTextArb,
  numberArb,
  fc.boolean(),
  listArb,
  dateTextArb,
  fc.constantFrom<unknown>(null, {}, { city: 'pro' }, { deep: { deeper: 30 } }),
);

/** What most people have under a key, so that filters and people meet. */
const HABITS: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  plan: longTextArb,
  age: numberArb,
  tags: listArb,
  when: dateTextArb,
  flag: fc.boolean(),
};
/** The key where a type is found most often. */
const HOME: Readonly<Record<string, string>> = {
  text: 'plan',
  number: 'age',
  list: 'tags',
  date: 'when',
  boolean: 'flag',
};
/** Few keys; some that every JavaScript object seems to have. */
const KEYS = [...Object.keys(HABITS), 'address', 'constructor', '__proto__', '0'];

const membersArb = fc
  .uniqueArray(fc.constantFrom(...KEYS), { minLength: 6, maxLength: KEYS.length })
  .chain((keys) =>
    fc.tuple(
      ...keys.map((key) =>
        fc
          .oneof(
            { weight: 5, arbitrary: Object.hasOwn(HABITS, key) ? HABITS[key]! : valueArb },
            { weight: 1, arbitrary: valueArb },
          )
          .map((value): [string, unknown] => [key, value]),
      ),
    ),
  );

/** Built from text, for in a literal `__proto__` is no key. */
const traitsArb = fc
  .tuple(
    membersArb,
    fc.option(fc.record({ city: valueArb, zip: fc.record({ code: valueArb }) }), { freq: 2 }),
  )
  .map(([traits, address]) => {
    const entries = traits.filter(([key]) => address === null || key !== 'address');
    if (address !== null) entries.push(['address', address]);
    const members = entries.map(
      ([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`,
    );
    return `{${members.join(',')}}`;
  });

const orNull = <T>(arb: fc.Arbitrary<T>) => fc.option(arb, { nil: null, freq: 4 });
/** With the microseconds that JavaScript does not see. */
const columnDateArb = fc
  .tuple(instantArb, fc.constantFrom('', '001', '999'))
  .map(([text, micro]) => text.replace('Z', `${micro}Z`));
const emailArb = fc.constantFrom('ann@acme.com', 'Ann@ACME.com', 'bob@éa.com', 'BOB@Éa.com');

const STEP_IDS = ['welcome', 'tips', 'Welcome'];
const MESSAGE_STATES = [
  'scheduled',
  'sending',
  'accepted',
  'delivered',
  'bounced',
  'complained',
  'rejected',
  'in_doubt',
];
const emailRowArb = fc.record({
  stepId: fc.constantFrom(...STEP_IDS),
  state: fc.constantFrom(...MESSAGE_STATES),
  events: fc.array(
    fc.record({
      kind: fc.constantFrom('delivered', 'opened', 'clicked', 'bounced', 'accepted'),
      detail: fc.constantFrom(
        '{}',
        '{"machine":true}',
        '{"machine":false}',
        '{"machine":"true"}',
        '{"machine":null}',
      ),
    }),
    { maxLength: 3 },
  ),
});

/** One of each kind, one of another workspace, and one that is nowhere. */
export const LISTS = {
  optIn: '0198a000-0000-7000-8000-000000000001',
  optOut: '0198a000-0000-7000-8000-000000000002',
  elsewhere: '0198a000-0000-7000-8000-000000000003',
  missing: '0198a000-0000-7000-8000-000000000004',
};
const LIST_IDS = Object.values(LISTS);
const listStateArb = fc.constantFrom('subscribed', 'unsubscribed', 'pending');
/** What was chosen about each list, and about everything. */
const choicesArb = fc.record({
  all: fc.option(fc.constantFrom('subscribed', 'unsubscribed'), { nil: null, freq: 2 }),
  lists: fc.array(fc.tuple(fc.constantFrom(...LIST_IDS), listStateArb), { maxLength: 4 }),
});

const EVENT_TYPES = ['invoice_paid', 'Invoice_paid', 'opened'];

/** A person with company, events and an enrollment with its emails, as rows to be written. */
export const personArb = fc.record({
  email: orNull(emailArb),
  name: orNull(longTextArb),
  timezone: orNull(fc.constantFrom('Europe/Berlin', 'nowhere')),
  signedUpAt: orNull(columnDateArb),
  createdAt: columnDateArb,
  traits: traitsArb,
  context: traitsArb,
  company: orNull(
    fc.record({
      name: orNull(longTextArb),
      domain: orNull(fc.constantFrom('acme.com', 'ACME.com', 'Éa.com')),
      plan: orNull(textArb),
      employeeCount: orNull(fc.constantFrom(0, 1, 30, 2_147_483_647)),
      signedUpAt: orNull(columnDateArb),
      traits: traitsArb,
    }),
  ),
  events: fc.array(
    fc.record({
      eventType: fc.constantFrom(...EVENT_TYPES),
      occurredAt: columnDateArb,
      pageUrl: orNull(longTextArb),
      metadata: traitsArb,
    }),
    { maxLength: 6 },
  ),
  properties: traitsArb,
  choices: choicesArb,
  emails: fc.array(emailRowArb, { maxLength: 3 }),
});
export type GeneratedPerson = typeof personArb extends fc.Arbitrary<infer T> ? T : never;

const pathArb = fc.constantFrom(...KEYS, 'address.city', 'address.zip.code', 'tags.0', 'none');
const FIELDS = {
  text: [
    'user.name',
    'user.email',
    'traits.email',
    'company.name',
    'company.domain',
    'company.plan',
  ],
  number: ['company.employee_count'],
  date: ['user.signed_up_at', 'user.created_at', 'company.signed_up_at'],
};
const EVENT_FIELDS = { text: ['event.page_url'], number: [], date: ['event.occurred_at'] };

const durationArb = fc.oneof(
  fc.constantFrom(
    { amount: 1, unit: 'days' },
    { amount: 24, unit: 'hours' },
    { amount: 1, unit: 'weeks' },
  ),
  fc.record({
    amount: fc.integer({ min: 1, max: 3 }),
    unit: fc.constantFrom('minutes', 'hours', 'days', 'weeks'),
  }),
);
const literalDateArb = fc.oneof(instantArb, dayArb);
const pairOf = <T>(arb: fc.Arbitrary<T>, order: (a: T, b: T) => number) =>
  fc.tuple(arb, arb).map((pair) => pair.toSorted(order));
const textOrder = (a: string, b: string): number => Date.parse(a) - Date.parse(b);
const textsArb = fc.array(textArb, { minLength: 1, maxLength: 4 });
const numbersArb = fc.array(numberArb, { minLength: 1, maxLength: 4 });
const wantedArb = fc.oneof({ weight: 3, arbitrary: entryArb }, { weight: 1, arbitrary: scalarArb });
const scalarsArb = fc.array(wantedArb, { minLength: 1, maxLength: 3 });
const sizeArb = fc.integer({ min: 0, max: 4 });
const numberPairArb = pairOf(numberArb, (a, b) => a - b);
const datePairArb = fc.oneof(
  pairOf(instantArb, textOrder),
  pairOf(dayArb, textOrder),
  fc.tuple(dayArb, instantArb),
);

/** Values of each operator by what it reads; a test holds that none is missing. */
export const VALUES: Readonly<Record<string, Readonly<Record<string, fc.Arbitrary<unknown>>>>> = {
  text: {
    equals: longTextArb,
    not_equals: textArb,
    contains: partArb,
    starts_with: partArb,
    ends_with: partArb,
    one_of: textsArb,
    not_one_of: textsArb,
  },
  number: {
    equals: numberArb,
    not_equals: numberArb,
    greater_than: numberArb,
    at_least: numberArb,
    less_than: numberArb,
    at_most: numberArb,
    between: numberPairArb,
    one_of: numbersArb,
    not_one_of: numbersArb,
  },
  boolean: { equals: fc.boolean(), not_equals: fc.boolean() },
  date: {
    before: literalDateArb,
    after: literalDateArb,
    on: dayArb,
    between: datePairArb,
    within_last: durationArb,
    within_next: durationArb,
    more_than_ago: durationArb,
    more_than_ahead: durationArb,
  },
  list: {
    contains: wantedArb.filter((value) => value !== ''),
    contains_any: scalarsArb,
    contains_all: scalarsArb,
    size: sizeArb,
    size_at_least: sizeArb,
    size_at_most: sizeArb,
  },
  presence: { is_set: fc.constant(null), is_not_set: fc.constant(null) },
};

/** Conditions that one kind of subject has, each operator as often as any other. */
function conditionArb(columns: typeof FIELDS, prefixes: readonly string[]): fc.Arbitrary<object> {
  return fc.constantFrom(...RULES).chain(({ operator, reads }) => {
    const own =
      reads === 'presence'
        ? [...columns.text, ...columns.number, ...columns.date]
        : reads === 'text' || reads === 'number' || reads === 'date'
          ? columns[reads]
          : [];
    const home = fc.constant(HOME[reads] ?? 'plan');
    const json = fc
      .tuple(
        fc.constantFrom(...prefixes),
        fc.oneof({ weight: 2, arbitrary: home }, { weight: 1, arbitrary: pathArb }),
      )
      .map(([prefix, path]) => `${prefix}.${path}`)
      // A column of this name, or nothing at all.
      .filter((name) => name !== 'company.plan' && name !== 'event.plan');
    const emails = fc.oneof(emailArb, fc.constantFrom('ACME', '@acme.COM', 'é', 'É'));
    const valueArb = VALUES[reads]![operator]!;
    const field = own.length === 0 ? json : fc.oneof(json, fc.constantFrom(...own));
    return field.chain((name) => {
      const isFolded = reads === 'text' && /email|domain/.test(name);
      const isList = operator.includes('one_of');
      const folded = isList ? fc.array(emails, { minLength: 1, maxLength: 3 }) : emails;
      const value = isFolded ? folded : valueArb;
      return fc.tuple(value, zoneArb, fc.boolean()).map(([value, timezone, hasZone]) => ({
        field: name,
        operator,
        ...(reads === 'presence' ? {} : { value }),
        ...(reads === 'date' && hasZone ? { timezone } : {}),
      }));
    });
  });
}

function treeArb(leaf: fc.Arbitrary<object>, depth: number): fc.Arbitrary<object> {
  if (depth === 0) return leaf;
  const part = treeArb(leaf, depth - 1);
  const parts = fc.array(part, { minLength: 1, maxLength: 3 });
  return fc.oneof(
    { weight: 2, arbitrary: leaf },
    { weight: 1, arbitrary: parts.map((and) => ({ and })) },
    { weight: 1, arbitrary: parts.map((or) => ({ or })) },
    { weight: 1, arbitrary: part.map((not) => ({ not })) },
  );
}

const eventFilterArb = treeArb(conditionArb({ ...FIELDS, ...EVENT_FIELDS }, ['metadata']), 2);

const countArb = fc.oneof(
  fc.record({
    operator: fc.constantFrom('at_most', 'exactly'),
    count: fc.integer({ min: 0, max: 3 }),
  }),
  fc.record({ operator: fc.constant('at_least'), count: fc.integer({ min: 1, max: 3 }) }),
  fc.constant({ operator: 'never' }),
);
const eventConditionArb = fc
  .tuple(
    fc.constantFrom(...EVENT_TYPES),
    countArb,
    fc.option(durationArb),
    fc.option(fc.array(eventFilterArb, { maxLength: 2 })),
  )
  .map(([event, count, within, where]) => ({
    event,
    ...count,
    ...(within === null ? {} : { within }),
    ...(where === null ? {} : { where }),
  }));

const emailConditionArb = fc.record({
  email: fc.constantFrom('any', ...STEP_IDS),
  operator: fc.constantFrom('sent', 'delivered', 'opened', 'clicked', 'bounced'),
});

const listConditionArb = fc.oneof(
  fc.record({
    list: fc.oneof(
      fc.constantFrom(...LIST_IDS),
      fc.constantFrom(...LIST_IDS).map((id) => id.toUpperCase()),
    ),
    operator: fc.constantFrom('subscribed', 'not_subscribed', 'unsubscribed'),
  }),
  fc.record({ consent: fc.constantFrom('subscribed', 'unsubscribed') }),
);

/** Filters of steps without faults, over the same few fields that people have. */
export const filterArb: fc.Arbitrary<object> = treeArb(
  fc.oneof(
    {
      weight: 4,
      arbitrary: conditionArb(FIELDS, ['traits', 'user', 'context', 'company', 'properties']),
    },
    { weight: 2, arbitrary: eventConditionArb },
    { weight: 1, arbitrary: emailConditionArb },
    { weight: 1, arbitrary: listConditionArb },
  ),
  3,
);
