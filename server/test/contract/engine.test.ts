import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest';
import { expectExactLedger } from '../support/ledger.ts';
import { startServer } from '../support/server.ts';
import { activeSeries, advance, email, enroll, newUser, wait } from '../support/series.ts';

/**
 * Goal: people go the way that their data and their deeds say, and leave when a rule says so. Method:
 * the test clock over HTTP; every expected instant is reckoned by hand.
 */
const server = await startServer();
afterAll(server.close);
afterEach(() => expectExactLedger(server.db));

/** Monday, 24 March 2025, 08:00 UTC. */
const MONDAY = '2025-03-24T08:00:00.000Z';
const at = (day: number, time = '08:00') => `2025-03-${day}T${time}:00.000Z`;

async function ownSide() {
  const { test: side } = await server.newWorkspace();
  const key = { key: side.widgetKey };
  const secret = { key: side.secretKey };
  await advance(server, MONDAY, secret).catch(() => {});
  const get = async (path: string) => (await server.v1('GET', path, undefined, secret)).body;
  return {
    key: side.secretKey,
    series: (steps: object[], settings: object = {}) =>
      activeSeries(server, { ...secret, steps, settings }),
    user: (traits: object = {}) => newUser(server, traits, key),
    identify: (userId: string, traits: object) =>
      server.sdk('/users/identify', { user_id: userId, traits }, key),
    track: (userId: string, type: string, metadata: object = {}) =>
      server.sdk('/events', { user_id: userId, events: [{ event_type: type, metadata }] }, key),
    enroll: (userId: string, seriesId: string) => enroll(server, { userId, seriesId }, key),
    advance: (to: string) => advance(server, to, secret),
    get,
    person: (userId: string) => get(`/users/${userId}`),
    sent: async (userId: string) =>
      ((await get(`/messages?user_id=${userId}&limit=200`)).data as Record<string, string>[])
        .map(({ step_id, sent_at, subject }) => [step_id, sent_at, subject] as const)
        .toSorted(([, a], [, b]) => ((a ?? '') < (b ?? '') ? -1 : 1)),
    passages: async (seriesId: string, userId: string) =>
      (
        (await get(`/series/${seriesId}/enrollments?user_id=${userId}`)).data as Record<
          string,
          unknown
        >[]
      ).map(({ state, end_reason, ended_at }) => [state, end_reason, ended_at]),
  };
}

type Side = Awaited<ReturnType<typeof ownSide>>;

const stepsAndTimes = async (side: Side, userId: string) =>
  (await side.sent(userId)).map(([step, time]) => [step, time]);

describe('ways', () => {
  test('a condition sends people by their traits as they are then', async () => {
    const side = await ownSide();
    const series = await side.series([
      wait('day', 1, 'days'),
      {
        id: 'is-pro',
        type: 'condition',
        filter: { field: 'user.plan', operator: 'equals', value: 'pro' },
        yes: 'for-pro',
        no: 'for-free',
      },
      email('for-pro', { next: null }),
      email('for-free', { next: null }),
    ]);
    const ada = await side.user({ plan: 'free' });
    const bob = await side.user({ plan: 'pro' });
    await side.enroll(ada, series);
    await side.enroll(bob, series);
    await side.identify(ada, { plan: 'pro' });
    await side.identify(bob, { plan: null });
    await side.advance(at(26));
    expect(await stepsAndTimes(side, ada)).toEqual([['for-pro', at(25)]]);
    expect(await stepsAndTimes(side, bob)).toEqual([['for-free', at(25)]]);
  });

  test('a split, an update and tags of the enrolling call', async () => {
    const side = await ownSide();
    const series = await side.series([
      {
        id: 'ab',
        type: 'split',
        branches: [
          { weight: 1, next: 'note' },
          { weight: 0.0001, next: 'end' },
        ],
      },
      {
        id: 'note',
        type: 'update_user',
        set: { greeting: 'Dear {{ user.name }}', steps: 3 },
        remove: ['old'],
      },
      email('hello', { subject: '{{ traits.greeting }}, {{ event.order }}' }),
      { id: 'end', type: 'end' },
    ]);
    const ada = await side.user({ name: 'Ada', old: 'x' });
    const answer = await server.v1(
      'POST',
      `/series/${series}/enroll`,
      { users: [{ user_id: ada, properties: { order: 'A-7' } }] },
      { key: side.key },
    );
    expect(answer.body, answer.text).toMatchObject({});
    await side.advance('end');
    expect((await side.sent(ada)).map(([step, , subject]) => [step, subject])).toEqual([
      ['hello', 'Dear Ada, A-7'],
    ]);
    expect((await side.person(ada)).traits).toMatchObject({ greeting: 'Dear Ada', steps: 3 });
    expect((await side.person(ada)).traits).not.toHaveProperty('old');
  });
});

describe('waiting', () => {
  const WAITING = [
    {
      id: 'order',
      type: 'wait_for_event',
      event_type: 'order_placed',
      filter: { field: 'metadata.total', operator: 'greater_than', value: 100 },
      timeout: { amount: 3, unit: 'days' },
      next: 'thanks',
      on_timeout: 'remind',
    },
    email('thanks', { next: null }),
    email('remind', { next: null }),
  ];

  test('an event that matches ends the wait at once; others do not', async () => {
    const side = await ownSide();
    const series = await side.series(WAITING);
    const ada = await side.user();
    await side.track(ada, 'order_placed', { total: 500 });
    await side.advance(at(24, '09:00'));
    await side.enroll(ada, series);
    await side.advance(at(25));
    await side.track(ada, 'order_placed', { total: 20 });
    await side.track(ada, 'page_viewed', { total: 200 });
    await side.advance(at(25, '10:00'));
    expect(await side.sent(ada)).toEqual([]);
    await side.track(ada, 'order_placed', { total: 200 });
    await side.advance(at(25, '11:00'));
    expect(await stepsAndTimes(side, ada)).toEqual([['thanks', at(25, '10:00')]]);
  });

  test('after the timeout people go the other way, at its very time', async () => {
    const side = await ownSide();
    const series = await side.series(WAITING);
    const ada = await side.user();
    await side.enroll(ada, series);
    await side.advance(at(30));
    expect(await stepsAndTimes(side, ada)).toEqual([['remind', at(27)]]);
  });

  test('until a date of the user, which may move meanwhile', async () => {
    const side = await ownSide();
    const series = await side.series([
      {
        id: 'trial',
        type: 'wait',
        until: { date: '{{ user.trial_ends_at }}', offset: { amount: -3, unit: 'days' } },
      },
      email('ends-soon'),
    ]);
    const ada = await side.user({ trial_ends_at: '2025-03-30T10:00:00Z' });
    const bob = await side.user({ trial_ends_at: '2025-03-30T10:00:00Z' });
    const eve = await side.user({ trial_ends_at: '2025-03-20T10:00:00Z' });
    for (const who of [ada, bob, eve]) await side.enroll(who, series);
    await side.advance(at(25));
    await side.identify(bob, { trial_ends_at: '2025-03-29T10:00:00Z' });
    await side.advance(at(31));
    expect(await stepsAndTimes(side, ada)).toEqual([['ends-soon', at(27, '10:00')]]);
    expect(await stepsAndTimes(side, bob)).toEqual([['ends-soon', at(26, '10:00')]]);
    expect(await stepsAndTimes(side, eve)).toEqual([['ends-soon', MONDAY]]);
  });
});

describe('in and out', () => {
  const MAILS = [
    email('one'),
    wait('day', 1, 'days'),
    email('two'),
    wait('week', 7, 'days'),
    email('three'),
  ];

  test('a goal ends a passage at once, in the middle of a wait; an exit rule too', async () => {
    const side = await ownSide();
    const bought = await side.series(MAILS, { goal: { event: 'bought' } });
    const churned = await side.series(MAILS, {
      exit: [{ filter: { field: 'user.churned', operator: 'equals', value: true } }],
    });
    const ada = await side.user();
    await side.enroll(ada, bought);
    await side.enroll(ada, churned);
    await side.advance(at(25, '12:00'));
    await side.track(ada, 'bought');
    await side.advance(at(26));
    expect(await side.passages(bought, ada)).toEqual([['goal_reached', 'goal', at(25, '12:00')]]);
    await side.identify(ada, { churned: true });
    await side.advance('end');
    expect(await side.passages(churned, ada)).toEqual([['exited', 'filter', at(26)]]);
    expect((await side.sent(ada)).map(([step]) => step)).toEqual(['one', 'one', 'two', 'two']);
  });

  test('a goal counts within its time only', async () => {
    const side = await ownSide();
    const within = { amount: 2, unit: 'days' };
    const series = await side.series(MAILS, { goal: { event: 'bought', within } });
    const ada = await side.user();
    await side.enroll(ada, series);
    await side.advance(at(27));
    await side.track(ada, 'bought');
    await side.advance('end');
    expect((await side.passages(series, ada))[0]?.[0]).toBe('completed');
  });

  test('people enter by being created, by an event, and by matching an audience', async () => {
    const side = await ownSide();
    const created = await side.series(MAILS, { entry_trigger: 'user_created' });
    const event = await side.series([email('ordered', { subject: 'Order {{ event.order }}' })], {
      entry_trigger: 'event',
      entry_event_name: 'order_placed',
      entry_filter: { field: 'metadata.total', operator: 'at_least', value: 10 },
      reenrollment: { enabled: true },
    });
    const segment = await side.series(MAILS, {
      entry_trigger: 'segment_match',
      audience: { field: 'user.plan', operator: 'equals', value: 'pro' },
    });
    const ada = await side.user({ plan: 'free' });
    await side.advance(at(25));
    await side.track(ada, 'order_placed', { total: 5, order: 'A-1' });
    await side.track(ada, 'order_placed', { total: 10, order: 'A-2' });
    await side.advance(at(25, '09:00'));
    await side.track(ada, 'order_placed', { total: 11, order: 'A-3' });
    await server.sdk(
      '/users/update',
      { users: [{ user_id: ada, traits: { plan: 'pro' } }] },
      { key: side.key },
    );
    await side.advance(at(26));
    expect(await side.passages(segment, ada)).toEqual([]);
    await side.identify(ada, { plan: 'pro', city: 'Kiel' });
    await side.advance(at(27));
    expect(await side.passages(created, ada)).toEqual([['active', null, null]]);
    expect(await side.passages(segment, ada)).toEqual([['active', null, null]]);
    expect(await side.passages(event, ada)).toHaveLength(2);
    const orders = (await side.sent(ada)).filter(([step]) => step === 'ordered');
    expect(orders.map(([, time, subject]) => [time, subject])).toEqual([
      [at(25), 'Order A-2'],
      [at(25, '09:00'), 'Order A-3'],
    ]);
  });

  test('an audience is taken in at activation; the clock alone brings people in, and out', async () => {
    const side = await ownSide();
    const ada = await side.user({ plan: 'pro', trial_ends_at: at(27) });
    const bob = await side.user({ plan: 'free', trial_ends_at: at(26) });
    const pro = { field: 'user.plan', operator: 'equals', value: 'pro' };
    const soon = {
      field: 'user.trial_ends_at',
      operator: 'within_next',
      value: { amount: 24, unit: 'hours' },
    };
    const over = {
      field: 'user.trial_ends_at',
      operator: 'more_than_ago',
      value: { amount: 1, unit: 'hours' },
    };
    const all = await side.series([email('hello')], { entry_trigger: 'manual', audience: pro });
    const segment = await side.series([wait('week', 7, 'days'), email('late')], {
      entry_trigger: 'segment_match',
      audience: soon,
      exit: [{ filter: over }],
    });
    await side.advance(at(31));
    expect(await stepsAndTimes(side, ada)).toEqual([['hello', MONDAY]]);
    expect(await side.passages(all, bob)).toEqual([]);
    const { scan } = await side.get(`/series/${all}`);
    expect(scan).toMatchObject({ looked: 2, entered: 1, finished_at: MONDAY });
    const entries = await side.get(`/series/${segment}/enrollments`);
    const entered = (entries.data as Record<string, string>[])
      .map(({ user_id, entered_at }) => [user_id, entered_at])
      .toSorted();
    expect(entered).toEqual([
      [ada, at(26)],
      [bob, at(25)],
    ]);
    expect(await side.passages(segment, ada)).toEqual([['exited', 'filter', at(27, '10:00')]]);
  });

  test('who was taken out of a series of an audience does not come back for still matching', async () => {
    const side = await ownSide();
    const segment = await side.series(MAILS, {
      entry_trigger: 'segment_match',
      audience: { field: 'user.plan', operator: 'equals', value: 'pro' },
      reenrollment: { enabled: true },
    });
    const ada = await side.user({ plan: 'pro' });
    await side.advance(at(24, '12:00'));
    const who = { action: 'remove', user_id: ada, series_id: segment };
    await server.sdk('/series', who, { key: side.key });
    await side.identify(ada, { city: 'Kiel' });
    await side.advance(at(26));
    expect((await side.passages(segment, ada)).map(([state]) => state)).toEqual(['removed']);
  });

  test('who matches still does not enter again and again; who begins to match anew does', async () => {
    const side = await ownSide();
    await side.series(
      [{ id: 'note', type: 'update_user', set: { noted: 'yes' } }, email('hello')],
      {
        entry_trigger: 'segment_match',
        audience: { field: 'user.plan', operator: 'equals', value: 'pro' },
        reenrollment: { enabled: true },
      },
    );
    const ada = await side.user({ plan: 'pro' });
    await side.advance(at(25));
    for (const city of ['Kiel', 'Kiel', 'Bonn']) await side.identify(ada, { city });
    await side.advance(at(26));
    expect(await stepsAndTimes(side, ada)).toEqual([['hello', MONDAY]]);
    await side.identify(ada, { plan: 'free' });
    await side.advance(at(27));
    await side.identify(ada, { plan: 'pro' });
    await side.advance(at(28));
    expect(await stepsAndTimes(side, ada)).toEqual([
      ['hello', MONDAY],
      ['hello', at(27)],
    ]);
  });

  test('no series ends itself by being entered', async () => {
    const side = await ownSide();
    const id = await side.series(MAILS);
    const body = { name: 'Loop', steps: MAILS, settings: { exit: [{ enters: id }] } };
    const answer = await server.v1('PUT', `/series/${id}`, body, { key: side.key });
    expect(answer.status).toBe(400);
    expect(answer.body.details).toEqual([
      { path: 'settings/exit/0/enters', message: 'must not name the series itself' },
    ]);
  });

  test('entering one series ends another that says so', async () => {
    const side = await ownSide();
    const paid = await side.series(MAILS);
    const trial = await side.series(MAILS, { exit: [{ enters: paid }] });
    const ada = await side.user();
    await side.enroll(ada, trial);
    await side.advance(at(24, '12:00'));
    await side.enroll(ada, paid);
    await side.advance(at(25));
    expect(await side.passages(trial, ada)).toEqual([
      ['exited', `entered:${paid}`, at(24, '12:00')],
    ]);
  });
});

describe('a cap on emails to one person', () => {
  test('over all series: what is held back comes later, or is skipped, as its series says', async () => {
    const side = await ownSide();
    const limits = { series_at_once: null, emails: { count: 1, days: 2 } };
    const patched = await server.v1('PATCH', '/settings', { limits }, { key: side.key });
    expect(patched.status, patched.text).toBe(200);
    const first = await side.series([email('first'), wait('hour', 1, 'hours'), email('again')]);
    const later = await side.series([wait('hour', 1, 'hours'), email('later')], {
      send_window: { start: '12:00', end: '16:00' },
    });
    const never = await side.series([wait('hour', 1, 'hours'), email('never')], {
      over_cap: 'skip',
    });
    const ada = await side.user();
    const bob = await side.user();
    for (const series of [first, later, never]) await side.enroll(ada, series);
    await side.enroll(bob, later);
    await side.advance(at(31));
    // The next after two days, the one after that two days later again, each inside its window.
    expect(await stepsAndTimes(side, ada)).toEqual([
      ['first', MONDAY],
      ['again', at(26)],
      ['later', at(28, '12:00')],
    ]);
    expect(await stepsAndTimes(side, bob)).toEqual([['later', at(24, '12:00')]]);
    const [passage] = await side.passages(never, ada);
    expect(passage).toEqual(['completed', 'finished', at(24, '09:00')]);
  });
});

describe('webhooks', () => {
  test('a live side calls a receiver once, signed, and writes the traits it answers', async () => {
    const { live } = await server.newWorkspace();
    const secret = { key: live.secretKey };
    const calls: { headers: IncomingHttpHeaders; body: string }[] = [];
    const receiver = createServer((request, response) => {
      let body = '';
      request.setEncoding('utf8').on('data', (text: string) => (body += text));
      request.on('end', () => {
        calls.push({ headers: request.headers, body });
        // The first time it is not well.
        response.statusCode = calls.length === 1 ? 503 : 200;
        response.setHeader('Retry-After', '1');
        response.end(JSON.stringify({ traits: { score: 7 } }));
      });
    });
    receiver.listen(0, '127.0.0.1');
    await once(receiver, 'listening');
    try {
      const { port } = receiver.address() as AddressInfo;
      const url = `http://127.0.0.1:${port}/hook`;
      const data = { name: '{{ user.name }}' };
      const series = await activeSeries(server, {
        ...secret,
        steps: [{ id: 'tell', type: 'webhook', url, data, set_traits: true }, email('done')],
      });
      const ada = await newUser(server, { name: 'Ada' }, secret);
      await enroll(server, { userId: ada, seriesId: series }, secret);
      const passage = async () =>
        (await server.v1('GET', `/series/${series}/enrollments`, undefined, secret)).body.data[0];
      await vi.waitFor(async () => expect((await passage()).state).toBe('completed'), 90_000);
      const user = await server.v1('GET', `/users/${ada}`, undefined, secret);
      expect(user.body.traits).toMatchObject({ score: 7 });
      expect(calls).toHaveLength(2);
      const [first, second] = calls;
      expect(JSON.parse(second?.body ?? '')).toMatchObject({
        user_id: ada,
        step_id: 'tell',
        data: { name: 'Ada' },
      });
      expect(second?.headers['webhook-id']).toBe(first?.headers['webhook-id']);
      const { secret: signing } = (await server.v1('GET', '/webhook_secret', undefined, secret))
        .body;
      const signed = ['webhook-id', 'webhook-timestamp'].map((name) => second?.headers[name]);
      const mac = createHmac('sha256', Buffer.from(String(signing).replace('whsec_', ''), 'base64'))
        .update([...signed, second?.body].join('.'))
        .digest('base64');
      expect(second?.headers['webhook-signature']).toBe(`v1,${mac}`);
    } finally {
      receiver.closeAllConnections();
      receiver.close();
    }
  }, 300_000);
});
