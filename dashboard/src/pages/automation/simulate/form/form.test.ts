import { expect, test } from 'vitest';
import {
  faultsOfForm,
  NEW_FORM,
  newHappening,
  objectOf,
  requestOf,
  type SimulationForm,
  valueOf,
  zoneOfPerson,
} from './form.ts';

const pathsOf = (form: Partial<SimulationForm>): string[] =>
  faultsOfForm({ ...NEW_FORM, ...form }).map(({ path }) => path);

test('a new form can be sent as it is', () => {
  expect(faultsOfForm(NEW_FORM)).toEqual([]);
  expect(requestOf(NEW_FORM, 'UTC')).toMatchObject({
    people: { count: 50, zones: NEW_FORM.zones },
    days: 90,
    enter_over: { amount: 1, unit: 'days' },
    events: [],
    changes: [],
    explain: true,
  });
});

test.each<[string, Partial<SimulationForm>, string[]]>([
  ['nobody', { count: 0 }, ['count']],
  ['too many', { count: 1_001 }, ['count']],
  ['half a person', { count: 1.5 }, ['count']],
  ['no number', { count: null }, ['count']],
  ['a zone that is none', { zones: ['Berlin'] }, ['zones']],
  ['too long', { days: 732 }, ['days']],
  ['a filter that is empty', { people: 'filter' }, ['filter']],
  [
    'too many found',
    { people: 'filter', filter: { consent: 'subscribed' }, limit: 5_000 },
    ['limit'],
  ],
  ['nobody named', { people: 'named' }, ['user_ids']],
  ['an event without a name', { happenings: [newHappening('event')] }, ['happenings/0/event']],
  ['a change of nothing', { happenings: [newHappening('traits')] }, ['happenings/0/pairs']],
  [
    'an instant that is not said',
    { happenings: [{ ...newHappening('event'), eventType: 'x', when: 'at' }] },
    ['happenings/0/when'],
  ],
  [
    'a name twice',
    {
      properties: [
        { name: 'a', text: '1' },
        { name: 'a ', text: '2' },
      ],
    },
    ['properties'],
  ],
  ['a value without a name', { properties: [{ name: '', text: '1' }] }, ['properties']],
])('%s is told at its field', (_title, form, paths) => {
  expect(pathsOf(form)).toEqual(paths);
});

test.each<[string, unknown]>([
  ['pro', 'pro'],
  ['12', 12],
  ['-1.5', -1.5],
  ['1.2.3', '1.2.3'],
  ['true', true],
  ['"12"', '12'],
  ['[1,2]', [1, 2]],
  ['{"a":1}', { a: 1 }],
  ['{not json}', '{not json}'],
  ['', ''],
  ['007', '007'],
])('what is typed as %s means %j', (text, value) => {
  expect(valueOf(text)).toEqual(value);
});

test('what happens is sent by its kind, to whom and when it says', () => {
  const request = requestOf(
    {
      ...NEW_FORM,
      start: '2026-03-27T10:00',
      enterOver: { amount: null, unit: 'days' },
      happenings: [
        {
          ...newHappening('event'),
          eventType: 'order',
          who: 'person-2',
          pairs: [{ name: 'total', text: '40' }],
        },
        {
          ...newHappening('traits'),
          when: 'at',
          at: '2026-04-01T09:00',
          pairs: [{ name: 'plan', text: 'pro' }],
        },
      ],
    },
    'Europe/Berlin',
  );
  expect(request).toMatchObject({
    start: '2026-03-27T09:00:00.000Z',
    enter_over: null,
    events: [
      {
        user_id: 'person-2',
        after: { amount: 1, unit: 'days' },
        event_type: 'order',
        metadata: { total: 40 },
      },
    ],
    changes: [{ at: '2026-04-01T07:00:00.000Z', traits: { plan: 'pro' } }],
  });
  expect(request.changes?.[0]).not.toHaveProperty('user_id');
});

test('names without a text are left out, and so is what has no name', () => {
  expect(
    objectOf([
      { name: ' plan ', text: 'pro' },
      { name: '', text: '' },
    ]),
  ).toEqual({ plan: 'pro' });
});

test('made-up people have the zones that the server gives them', () => {
  const form = {
    ...NEW_FORM,
    zones: ['UTC', 'Asia/Tokyo'],
    kinds: [[], [{ name: 'plan', text: 'pro' }]],
  };
  expect(
    ['person-1', 'person-2', 'person-3', 'person-5'].map((id) => zoneOfPerson(form, id)),
  ).toEqual(['UTC', 'UTC', 'Asia/Tokyo', 'UTC']);
  expect(zoneOfPerson({ ...form, people: 'named' }, 'person-1')).toBeNull();
  const own = { ...form, kinds: [[{ name: 'timezone', text: 'Europe/Paris' }]] };
  expect(zoneOfPerson(own, 'person-1')).toBe('Europe/Paris');
});
