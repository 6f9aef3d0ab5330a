import { afterAll, describe, expect, test } from 'vitest';
import { startServer } from '../support/server.ts';
import { activeSeries, draftSeries, email, newUser, TWO_EMAILS, wait } from '../support/series.ts';

/** Goal: a simulation answers as docs/simulate.md says, refuses what is wrong, and leaves no trace. */
const server = await startServer();
afterAll(server.close);

const START = '2026-03-27T10:00:00.000Z';
const WINDOW = {
  timezone: 'Europe/Berlin',
  send_window: { start: '09:00', end: '17:00' },
  business_days_only: true,
};
const simulate = (id: string, body?: object) => server.v1('POST', `/series/${id}/simulate`, body);

interface Row {
  readonly at: string;
  readonly user_id: string;
  readonly step_id: string | null;
  readonly what: string;
}
const linesOf = (rows: readonly Row[]): string[] =>
  rows.map(({ at, user_id: user, step_id: step, what }) => `${at} ${user} ${what} ${step ?? ''}`);

test('tells the timeline of a draft, in order of time', async () => {
  const id = await draftSeries(server, { settings: WINDOW });
  const { status, body } = await simulate(id, { start: START, days: 10, people: { count: 1 } });
  expect(status).toBe(200);
  expect(linesOf(body.timeline)).toEqual([
    '2026-03-27T10:00:00.000Z person-1 entered ',
    '2026-03-27T10:00:00.000Z person-1 sent welcome',
    '2026-03-27T10:00:00.000Z person-1 held day',
    '2026-03-28T10:00:00.000Z person-1 passed day',
    '2026-03-28T10:00:00.000Z person-1 held second',
    // Summer time has begun.
    '2026-03-30T07:00:00.000Z person-1 sent second',
    '2026-03-30T07:00:00.000Z person-1 completed ',
  ]);
  expect(body).toMatchObject({
    series_id: id,
    version: null,
    start: START,
    end: '2026-04-06T10:00:00.000Z',
    people: 1,
    waiting: 0,
    truncated: null,
  });
});

test('counts per step, per hour and per way, and draws them', async () => {
  const id = await draftSeries(server, {
    steps: [
      { id: 'pro', type: 'condition', filter: filterOf('pro'), yes: 'thanks', no: 'offer' },
      email('thanks', { next: null }),
      email('offer'),
    ],
  });
  const people = { count: 4, traits: [{ plan: 'pro' }, { plan: 'free' }, { plan: 'free' }] };
  const { body } = await simulate(id, { start: START, people });
  expect(body.totals.counts).toEqual({ entered: 4, branched: 4, sent: 4, completed: 4 });
  expect(body.totals.steps[0]).toMatchObject({ arrived: 4, branches: { yes: 2, no: 2 } });
  expect(body.totals.hours).toEqual([{ hour: START, counts: body.totals.counts }]);
  expect(body.totals.edges).toContainEqual({ from: 'pro', to: 'offer', branch: 'no', count: 2 });
  expect(body.mermaid).toMatch(/^flowchart TD\n/);
  expect(body.mermaid).toContain('|"no: 2"|');
});

const filterOf = (plan: string) => ({ field: 'traits.plan', operator: 'equals', value: plan });

test('follows scripted events and changes, each at its time', async () => {
  const id = await draftSeries(server, {
    settings: { goal: { event: 'order_placed' } },
    steps: [wait('long', 30, 'days'), email('after')],
  });
  const { body } = await simulate(id, {
    start: START,
    people: { count: 2 },
    events: [
      { user_id: 'person-2', after: { amount: 3, unit: 'days' }, event_type: 'order_placed' },
    ],
    changes: [{ at: '2026-04-01T00:00:00Z', traits: { email: null } }],
    explain: true,
  });
  const ends = body.timeline.filter(({ what }: Row) => /goal|skipped/.test(what));
  expect(linesOf(ends)).toEqual([
    '2026-03-30T10:00:00.000Z person-2 goal_reached long',
    '2026-04-26T10:00:00.000Z person-1 skipped after',
  ]);
  expect(ends[0].reasons.at(-1)).toMatchObject({ rule: 'goal' });
  expect(ends[1].reason).toBe('no_address');
});

describe('people', () => {
  test('may be users as they are, and strangers are refused as a call refuses them', async () => {
    const id = await activeSeries(server);
    const known = await newUser(server);
    const people = { user_ids: [known, 'stranger'] };
    const { body } = await simulate(id, { start: START, people, version: 1 });
    expect(body.version).toBe(1);
    expect(body.totals.counts).toMatchObject({ entered: 1, not_entered: 1, sent: 2 });
    const refused = body.timeline.find(({ what }: Row) => what === 'not_entered');
    expect(refused).toMatchObject({ user_id: 'stranger', reason: 'user_not_found' });
  });

  test('may be whom a filter finds', async () => {
    const id = await draftSeries(server);
    const userId = await newUser(server, { plan: 'found by a filter' });
    const filter = filterOf('found by a filter');
    const { body } = await simulate(id, { people: { filter } });
    expect(body.people).toBe(1);
    expect(body.timeline[0]).toMatchObject({ user_id: userId, what: 'entered' });
  });

  test('enter one after the other, spread over zones and traits', async () => {
    const id = await draftSeries(server, { settings: { ...WINDOW, business_days_only: false } });
    const { body } = await simulate(id, {
      start: '2026-01-12T00:00:00Z',
      enter_over: { amount: 2, unit: 'days' },
      people: { count: 2, zones: ['Europe/Berlin', 'Asia/Tokyo'] },
    });
    const sent = body.timeline.filter(
      ({ step_id: step, what }: Row & { step_id: string }) => step === 'welcome' && what === 'sent',
    );
    expect(linesOf(sent)).toEqual([
      '2026-01-12T08:00:00.000Z person-1 sent welcome',
      // 9 o'clock in Tokyo.
      '2026-01-13T00:00:00.000Z person-2 sent welcome',
    ]);
  });

  test('whom the trigger does not mean stay outside, and it says so', async () => {
    const id = await draftSeries(server, {
      settings: { entry_trigger: 'segment_match', audience: filterOf('pro') },
    });
    const { body } = await simulate(id, { people: { count: 1, traits: { plan: 'free' } } });
    expect(body.timeline).toHaveLength(1);
    expect(body.timeline[0]).toMatchObject({ what: 'not_entered', reason: 'not_meant' });
  });
});

test('says when lines are left out, and counts them all the same', async () => {
  const id = await draftSeries(server);
  const { body } = await simulate(id, { people: { count: 3 }, rows: 2 });
  expect(body.timeline).toHaveLength(2);
  expect(body.truncated).toBe('rows');
  expect(body.totals.counts.sent).toBe(6);
});

test('stops with somebody who goes round without end', async () => {
  const id = await draftSeries(server, {
    settings: {
      entry_trigger: 'segment_match',
      audience: { field: 'user.name', operator: 'is_set' },
      reenrollment: { enabled: true },
    },
    // Leaves the audience and comes back to it, each time.
    steps: [
      { id: 'off', type: 'update_user', remove: ['name'] },
      { id: 'on', type: 'update_user', set: { name: 'Ada' } },
    ],
  });
  const { body } = await simulate(id, { people: { count: 1 }, rows: 10 });
  expect(body.truncated).toBe('endless');
});

test('tells every fault at once, with its path', async () => {
  const id = await draftSeries(server);
  const { status, body } = await simulate(id, {
    version: 0,
    start: 'tomorrow',
    days: 732,
    people: { count: 1001, zones: ['Mars'], traits: [{ id: 1 }] },
    enter_over: { amount: -1, unit: 'days' },
    events: [{ event_type: '' }],
    changes: [{ at: START }],
    rows: 50_001,
    explain: 'yes',
  });
  expect(status).toBe(400);
  expect(body.code).toBe('enrollment.simulation_invalid');
  expect(body.details.map(({ path }: { path: string }) => path).toSorted()).toEqual([
    'changes/0/traits',
    'days',
    'enter_over/amount',
    'events/0',
    'events/0/event_type',
    'explain',
    'people/count',
    'people/traits/0',
    'people/zones/0',
    'rows',
    'start',
    'version',
  ]);
});

test.each([[[]], [{ people: [] }], [{ people: { count: 1, user_ids: ['a'] } }]])(
  'refuses %j',
  async (body) => {
    const id = await draftSeries(server);
    expect((await simulate(id, body as object)).body.code).toBe('enrollment.simulation_invalid');
  },
);

test('knows no versions that were never published, and no series of others', async () => {
  const id = await draftSeries(server);
  expect((await simulate(id, { version: 7 })).body.code).toBe('series.version_not_found');
  const other = await server.newWorkspace();
  const stranger = { key: other.test.secretKey };
  const answer = await server.v1('POST', `/series/${id}/simulate`, {}, stranger);
  expect([answer.status, answer.body.code]).toEqual([404, 'series.not_found']);
});

test('writes nothing', async () => {
  const id = await activeSeries(server, { steps: TWO_EMAILS });
  const user = await newUser(server);
  const tables = [
    'users',
    'enrollments',
    'recipients',
    'messages',
    'events',
    'signals',
    'step_log',
  ];
  const count = async () =>
    Promise.all(
      tables.map(async (table) => {
        const { db } = server;
        return (await db`select count(*)::int as count from ${db(table)}`)[0]?.['count'];
      }),
    );
  const before = await count();
  await simulate(id, { people: { user_ids: [user] }, changes: [{ at: START, traits: { a: 1 } }] });
  await simulate(id);
  expect(await count()).toEqual(before);
  const read = await server.v1('GET', `/users/${user}`);
  expect(read.body.traits).not.toHaveProperty('a');
});
