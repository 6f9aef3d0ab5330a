import { afterAll, describe, expect, test } from 'vitest';
import type { Handover, Transport } from '../../src/transport/index.ts';
import { milepost } from '../support/command.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { activeSeries, advance, draftSeries, email, enroll } from '../support/series.ts';
import { move, newUser, seriesCall, wait } from '../support/series.ts';
import { until } from '../support/until.ts';

/**
 * Goal: whoever asks where somebody is, and why, gets the one rule that decides, and it is true. Method:
 * people are brought into each state over HTTP, on the test clock or past a transport that answers as
 * told; then they are asked about.
 */
let answerOf: () => Promise<Handover> = async () => ({ kind: 'accepted', answer: '250 ok' });
const transport: Transport = {
  name: 'smtp',
  concurrency: 4,
  send: () => answerOf(),
  verify: async () => ({ ok: true, answer: '' }),
  close: async () => {},
} as unknown as Transport;

const server = await startServer({ transport });
afterAll(server.close);

const MONDAY = '2025-03-24T08:00:00.000Z';
const PRO = { field: 'user.plan', operator: 'equals', value: 'pro' };

interface Why {
  readonly state: string;
  readonly code: string;
  readonly sentence: string;
  readonly entry: { readonly code: string };
  readonly [more: string]: unknown;
}

/** A workspace of its own; `side` is the live or the test one. */
async function own(
  kind: 'live' | 'test' = 'test',
  { on = server, settings = {} }: { on?: TestServer; settings?: object } = {},
) {
  const workspace = await on.newWorkspace({ settings });
  const side = workspace[kind];
  const secret = { key: side.secretKey };
  const get = async (path: string) => (await on.v1('GET', path, undefined, secret)).body;
  const why = async (userId: string, seriesId: string): Promise<Why> =>
    get(`/users/${userId}/explain?series_id=${seriesId}`);
  return {
    id: side.id,
    secret,
    get,
    why,
    code: async (userId: string, seriesId: string) => (await why(userId, seriesId)).code,
    series: (steps: object[], settings: object = {}) =>
      activeSeries(on, { ...secret, steps, settings }),
    user: (traits: object = {}) => newUser(on, traits, secret),
    identify: (userId: string, traits: object) =>
      on.sdk('/users/identify', { user_id: userId, traits }, secret),
    track: (userId: string, type: string, metadata: object = {}) =>
      on.sdk('/events', { user_id: userId, events: [{ event_type: type, metadata }] }, secret),
    enroll: (userId: string, seriesId: string) => enroll(on, { userId, seriesId }, secret),
    remove: (userId: string, seriesId: string) =>
      seriesCall(on, 'remove', { userId, seriesId }, secret),
    move: (seriesId: string, transition: string) => move(on, seriesId, transition, secret),
    advance: (to: string) => advance(on, to, secret),
  };
}

const DAY = wait('day', 1, 'days');

describe('who is not in a series learns by which rule', () => {
  test('as the series stands', async () => {
    const side = await own();
    const userId = await side.user();
    const draft = await draftSeries(server, side.secret);
    expect(await side.code(userId, draft)).toBe('not_entered_draft');
    const series = await side.series([DAY]);
    expect(await side.why(userId, series)).toMatchObject({
      state: 'not_enrolled',
      code: 'not_entered_never_called',
      sentence: 'Not in "Welcome": only a call enters it, and none has entered this user.',
      timezone: { name: 'UTC', source: 'workspace' },
      entry: { code: 'may_enter' },
      next: null,
      enrollment: null,
      steps: [],
    });
    await side.move(series, 'pause');
    expect(await side.why(userId, series)).toMatchObject({
      code: 'not_entered_paused',
      entry: { code: 'series_paused' },
    });
    await side.move(series, 'archive');
    expect(await side.code(userId, series)).toBe('not_entered_archived');
  });

  test('by the event that enters, and by its filter', async () => {
    const side = await own();
    const filter = { field: 'metadata.total', operator: 'at_least', value: 10 };
    const early = await side.user();
    await side.track(early, 'bought', { total: 99 });
    await side.advance('2025-03-24T09:00:00.000Z');
    const series = await side.series([DAY], {
      entry_trigger: 'event',
      entry_event_name: 'bought',
      entry_filter: filter,
    });
    const userId = await side.user();
    expect(await side.code(userId, series)).toBe('not_entered_event_not_seen');
    await side.track(userId, 'bought', { total: 9 });
    await side.advance('2025-03-24T10:00:00.000Z');
    const why = await side.why(userId, series);
    expect(why.code).toBe('not_entered_event_filtered');
    const told = (why['reasons'] as { rule: string; outcome: string; input: string }[]).find(
      ({ rule }) => rule.startsWith('entry_filter'),
    );
    expect(told).toMatchObject({ outcome: 'does not hold', input: expect.stringContaining('9') });
    expect(await side.why(early, series)).toMatchObject({
      code: 'not_entered_event_before',
      sentence: expect.stringContaining('Mon 2025-03-24 08:00'),
    });
    await side.move(series, 'pause');
    await side.track(userId, 'bought', { total: 10 });
    await side.move(series, 'resume');
    expect(await side.code(userId, series)).toBe('not_entered_event_missed');
    await side.track(userId, 'bought', { total: 10 });
    await side.advance('2025-03-24T11:00:00.000Z');
    expect(await side.why(userId, series)).toMatchObject({
      code: 'waiting_delay',
      enrollment: { entered_by: 'event', entry_event: 'bought', run: 1 },
    });
  });

  test('by the audience, each condition with what it found', async () => {
    const side = await own();
    const userId = await side.user({ plan: 'free' });
    const series = await side.series([DAY], { entry_trigger: 'segment_match', audience: PRO });
    const why = await side.why(userId, series);
    expect(why.code).toBe('not_entered_not_in_audience');
    expect(why['reasons']).toContainEqual({
      rule: 'audience',
      input: expect.stringContaining('free'),
      outcome: 'does not hold',
    });
  });

  test('as somebody who was known before', async () => {
    const side = await own();
    const userId = await side.user();
    await side.advance('2025-03-24T09:00:00.000Z');
    const series = await side.series([DAY], { entry_trigger: 'user_created' });
    expect(await side.code(userId, series)).toBe('not_entered_known_before');
    await server.sdk('/users/update', { users: [{ user_id: 'quiet', traits: {} }] }, side.secret);
    await side.advance('2025-03-24T10:00:00.000Z');
    expect(await side.code('quiet', series)).toBe('not_entered_created_quietly');
  });

  test('by the limit of series at once, and by re-enrollment', async () => {
    const side = await own('test', { settings: { limits: { series_at_once: 1 } } });
    const one = await side.series([DAY]);
    const other = await side.series([DAY], { reenrollment: { enabled: true, max_runs: 1 } });
    const userId = await side.user();
    await side.enroll(userId, one);
    expect((await side.why(userId, other)).entry.code).toBe('series_limit');
    expect((await side.why(userId, one)).entry.code).toBe('already_in');
    await side.advance('2025-03-25T08:00:00.000Z');
    expect(await side.why(userId, one)).toMatchObject({
      state: 'completed',
      code: 'completed',
      entry: { code: 'reenrollment_off' },
    });
    await side.enroll(userId, other);
    await side.advance('2025-03-26T08:00:00.000Z');
    expect((await side.why(userId, other)).entry.code).toBe('too_often');
  });
});

describe('who waits learns for what, until when, and in whose zone', () => {
  test('for the clock', async () => {
    const side = await own();
    const userId = await side.user({ timezone: 'Europe/Berlin', trial: '2025-04-01' });
    const berlin = (sentence: string) =>
      expect.stringContaining(`${sentence} (Europe/Berlin, the user's zone)`);
    const cases: [string, object[], object, string][] = [
      ['waiting_delay', [DAY], {}, 'Tue 2025-03-25 09:00'],
      [
        'waiting_window',
        [email('a')],
        { send_window: { start: '17:00', end: '18:00' } },
        'Mon 2025-03-24 17:00',
      ],
      [
        'waiting_business_day',
        [email('a')],
        { business_days_only: true, business_days: [3] },
        'Wed 2025-03-26 00:00',
      ],
      [
        'waiting_delay',
        [email('a', { delay: { amount: 2, unit: 'hours' } })],
        {},
        'Mon 2025-03-24 11:00',
      ],
    ];
    for (const [code, steps, settings, at] of cases) {
      const series = await side.series(steps, settings);
      await side.enroll(userId, series);
      expect(await side.why(userId, series)).toMatchObject({
        state: 'waiting',
        code,
        sentence: berlin(at),
        timezone: { name: 'Europe/Berlin', source: 'user' },
      });
    }
    const held: [string, object[]][] = [
      ['waiting_until', [{ id: 'u', type: 'wait', until: { time: '17:00' } }]],
      ['waiting_until_date', [{ id: 'u', type: 'wait', until: { date: 'user.trial' } }]],
      [
        'waiting_event',
        [
          {
            id: 'w',
            type: 'wait_for_event',
            event_type: 'bought',
            timeout: { amount: 1, unit: 'days' },
            on_timeout: null,
          },
        ],
      ],
    ];
    for (const [code, steps] of held) {
      const series = await side.series(steps);
      await side.enroll(userId, series);
      await side.advance(MONDAY);
      expect(await side.why(userId, series)).toMatchObject({ state: 'waiting', code });
    }
  });

  test('on a holiday, for which one', async () => {
    const side = await own();
    await side.advance('2025-04-18T08:00:00.000Z');
    const series = await side.series([email('a')], {
      business_days_only: true,
      timezone: 'Europe/Berlin',
      holidays: { country: 'DE' },
    });
    const userId = await side.user();
    await side.enroll(userId, series);
    expect(await side.why(userId, series)).toMatchObject({
      code: 'waiting_holiday',
      sentence: expect.stringMatching(
        /Good Friday, DE.*Tue 2025-04-22 00:00 \(Europe\/Berlin, the series' zone\)/,
      ),
    });
  });

  test('for the cap on emails, or is skipped by it', async () => {
    const side = await own('test', { settings: { limits: { emails: { count: 1, days: 7 } } } });
    const userId = await side.user();
    const [first, delayed, skipping] = await Promise.all([
      side.series([email('a')]),
      side.series([email('b')]),
      side.series([email('c'), DAY], { over_cap: 'skip' }),
    ]);
    for (const series of [first, delayed, skipping]) {
      await side.enroll(userId, series);
      await side.advance(MONDAY);
    }
    expect(await side.why(userId, delayed)).toMatchObject({
      code: 'waiting_frequency_cap',
      sentence: expect.stringContaining('Mon 2025-03-31 08:00'),
    });
    expect(await side.why(userId, skipping)).toMatchObject({
      code: 'waiting_delay',
      steps: [{ step_id: 'c', code: 'skipped_frequency_cap' }],
    });
  });

  test('for the series to be resumed', async () => {
    const side = await own();
    const userId = await side.user();
    const series = await side.series([DAY, email('a')]);
    await side.enroll(userId, series);
    await side.move(series, 'pause');
    expect(await side.why(userId, series)).toMatchObject({
      state: 'paused',
      code: 'paused',
      next: { at: null },
    });
    await side.advance('2025-03-26T08:00:00.000Z');
    expect(await side.why(userId, series)).toMatchObject({
      state: 'paused',
      code: 'paused_overdue',
    });
  });

  test('for a worker: for one to be started, and to look at what happened', async () => {
    const idle = await startServer({ transport: null });
    try {
      const side = await own('live', { on: idle });
      const userId = await side.user();
      const series = await side.series([email('a')]);
      await side.enroll(userId, series);
      expect(await side.why(userId, series)).toMatchObject({
        code: 'waiting_no_worker',
        sentence: expect.stringContaining('milepost work'),
        next: { reasons: expect.arrayContaining([expect.objectContaining({ rule: 'worker' })]) },
      });
      const byEvent = { entry_trigger: 'event', entry_event_name: 'bought' };
      const entered = await side.series([email('b')], byEvent);
      await side.track(userId, 'bought');
      expect(await side.code(userId, entered)).toBe('not_entered_signal_pending');
      expect(await side.code(userId, series)).toBe('waiting_signal');
    } finally {
      await idle.close();
    }
  });
});

describe('whose email is on its way learns how far it is', () => {
  test('handed over just now, deferred, refused, in doubt', async () => {
    const side = await own('live');
    const series = await side.series([email('a'), wait('week', 1, 'weeks')]);
    let release: (handover: Handover) => void = () => {};
    answerOf = () => new Promise((resolve) => (release = resolve));
    const sent: [Handover, string, string, string][] = [
      [
        { kind: 'deferred', answer: '450 4.2.1 later', phase: 'rcpt' },
        'waiting_retry',
        'message_deferred',
        '',
      ],
      [
        { kind: 'rejected', answer: '550 gone', phase: 'end' },
        'waiting_delay',
        'message_rejected',
        'failed_rejected',
      ],
      [
        { kind: 'in_doubt', answer: 'no reply', phase: 'end' },
        'waiting_delay',
        'message_in_doubt',
        'in_doubt',
      ],
      [{ kind: 'accepted', answer: '250 ok' }, 'waiting_delay', 'message_accepted', 'sent'],
    ];
    for (const [handover, code, messageCode, stepCode] of sent) {
      const userId = await side.user();
      await side.enroll(userId, series);
      await until(async () => expect(await side.code(userId, series)).toBe('sending_handover'));
      release(handover);
      await until(async () => expect(await side.code(userId, series)).toBe(code));
      const { data } = await side.get(`/messages?user_id=${userId}`);
      const message = await side.get(`/messages/${data[0].id}`);
      expect(message.explanation).toEqual({ code: messageCode, sentence: expect.any(String) });
      const steps = (await side.why(userId, series))['steps'] as { code: string }[];
      expect(steps.map((step) => step.code)).toEqual(stepCode === '' ? [] : [stepCode]);
    }
    answerOf = async () => ({ kind: 'accepted', answer: '250 ok' });
  });

  test('through to the end with a doubt left, and once more by a member’s order', async () => {
    const side = await own('live');
    const series = await side.series([email('a')], {
      send_window: { start: '00:00', end: '23:59' },
    });
    answerOf = async () => ({ kind: 'in_doubt', answer: 'no reply', phase: 'end' });
    const userId = await side.user();
    await side.enroll(userId, series);
    await until(async () => expect(await side.code(userId, series)).toBe('completed_in_doubt'));
    answerOf = async () => ({ kind: 'accepted', answer: '250 ok' });
    const { data } = await side.get(`/messages?user_id=${userId}`);
    const path = `/messages/${data[0].id}/resolve`;
    await server.v1('POST', path, { decision: 'resend' }, side.secret);
    await until(async () =>
      expect(await side.why(userId, series)).toMatchObject({
        code: 'completed',
        steps: [{ step_id: 'a', code: 'sent' }],
      }),
    );
  });
});

test('who left learns by which rule', async () => {
  const side = await own();
  const buys = {
    id: 'w',
    type: 'wait_for_event',
    event_type: 'never',
    timeout: { amount: 9, unit: 'days' },
    on_timeout: null,
  };
  const goal = await side.series([buys], { goal: { event: 'bought' } });
  const filter = await side.series([buys], { exit: [{ filter: PRO }] });
  const left = await side.series([buys], { exit: [{ enters: goal }] });
  const [ada, bob] = [await side.user(), await side.user()];
  for (const [userId, series] of [
    [ada, goal],
    [ada, filter],
    [bob, left],
    [bob, filter],
  ] as const) {
    await side.enroll(userId, series);
  }
  await side.track(ada, 'bought');
  await side.identify(ada, { plan: 'pro' });
  await side.enroll(bob, goal);
  await side.remove(bob, filter);
  await side.advance('2025-03-24T09:00:00.000Z');
  expect(await side.why(ada, goal)).toMatchObject({
    state: 'goal_reached',
    code: 'goal_reached',
    sentence: expect.stringMatching(/^Reached the goal of "Welcome" at Mon .*: event "bought"/),
    next: null,
  });
  expect(await side.code(ada, filter)).toBe('exited_filter');
  expect(await side.code(bob, left)).toBe('exited_entered_series');
  expect(await side.why(bob, filter)).toMatchObject({ state: 'removed', code: 'removed' });
  await side.move(goal, 'archive');
  await until(async () => expect(await side.code(bob, goal)).toBe('ended_archived'));
});

test('each step behind somebody says what became of it', async () => {
  const side = await own();
  const series = await side.series([
    email('welcome'),
    {
      id: 'buys',
      type: 'wait_for_event',
      event_type: 'bought',
      timeout: { amount: 1, unit: 'days' },
      on_timeout: 'pro',
    },
    { id: 'pro', type: 'condition', filter: PRO, yes: 'half', no: null },
    {
      id: 'half',
      type: 'split',
      branches: [
        { weight: 1, next: 'mark' },
        { weight: 1, next: 'mark' },
      ],
    },
    { id: 'mark', type: 'update_user', set: { email: '{{ user.odd }}' } },
    email('bad', { subject: '{{ user.name | append: user.line }}' }),
    { id: 'hook', type: 'webhook', url: 'https://example.com/' },
    DAY,
    { id: 'end', type: 'end' },
  ]);
  const traits = { plan: 'pro', odd: 'no address', line: 'a\r\nBcc: all@example.com', name: 'Ada' };
  const userId = await side.user(traits);
  await side.enroll(userId, series);
  await side.advance('end');
  const why = await side.why(userId, series);
  expect(
    (why['steps'] as { step_id: string; code: string }[]).map((s) => [s.step_id, s.code]),
  ).toEqual([
    ['welcome', 'captured'],
    ['buys', 'event_timed_out'],
    ['pro', 'condition_yes'],
    ['half', 'branch_taken'],
    ['mark', 'failed_update_refused'],
    ['bad', 'failed_template'],
    ['hook', 'webhook_captured'],
    ['day', 'waited'],
  ]);
  const { data } = await side.get(`/messages?user_id=${userId}&status=rejected`);
  expect((await side.get(`/messages/${data[0].id}`)).explanation.code).toBe('message_refused_here');
});

test('without a series: all that say something about the user, in pages', async () => {
  const side = await own();
  const userId = await side.user();
  const never = await side.series([DAY]);
  const gone = await side.series([DAY]);
  const stranger = await side.series([DAY]);
  await draftSeries(server, side.secret);
  const now = await side.series([DAY]);
  for (const series of [gone, now]) await side.enroll(userId, series);
  for (const series of [gone, stranger]) await side.move(series, 'archive');
  await until(async () => expect(await side.code(userId, gone)).toBe('ended_archived'));
  const path = `/users/${userId}/explain`;
  const { data, next_cursor: end } = await side.get(path);
  const found = (data as Why[]).map(({ series_id: id, code }) => [id, code]);
  expect(found.toSorted()).toEqual(
    [
      [now, 'waiting_delay'],
      [gone, 'ended_archived'],
      [never, 'not_entered_never_called'],
    ].toSorted(),
  );
  expect(end).toBeNull();
  const paged: unknown[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const page = await side.get(`${path}?limit=1${cursor === '' ? '' : `&cursor=${cursor}`}`);
    paged.push(...page.data);
    cursor = page.next_cursor;
  }
  expect(paged).toEqual(data);
});

test('the command says the same at a terminal, and as JSON', async () => {
  const side = await own();
  const userId = await side.user({ timezone: 'Asia/Tokyo' });
  const series = await side.series([DAY]);
  const other = await side.series([DAY]);
  await side.enroll(userId, series);
  const env = {
    DATABASE_URL: server.database.url,
    MILEPOST_ENCRYPTION_KEY: Buffer.alloc(32, 7).toString('base64'),
  };
  const run = (...args: string[]) =>
    milepost(['explain', ...args, '--workspace', side.id], { env });
  const json = await run(userId, '--json');
  expect(json, json.err).toMatchObject({ status: 0 });
  const told = JSON.parse(json.out) as { user_id: string; series: Why[] };
  const expected = (await side.get(`/users/${userId}/explain`)).data;
  expect(told).toEqual({ user_id: userId, series: expected });
  const words = await run(userId, '--series', series);
  expect(words.out).toContain('waiting (waiting_delay)');
  expect(words.out).toContain("Tue 2025-03-25 17:00 (Asia/Tokyo, the user's zone)");
  expect(words.out).not.toContain(other);
  const nobody = await run('nobody');
  expect(nobody).toMatchObject({ status: 1, out: '' });
  expect(nobody.err).toContain('User not found on the test side of "Tidewater"');
});

describe('the timeline', () => {
  test('tells everything once, youngest first, in the order in which it happened', async () => {
    const side = await own();
    const userId = await side.user();
    const series = await side.series([email('a'), DAY, email('b')], {
      entry_trigger: 'event',
      entry_event_name: 'bought',
    });
    await side.track(userId, 'bought', { total: 5 });
    await side.advance('2025-03-25T08:00:00.000Z');
    await side.track(userId, 'seen');
    const path = `/users/${userId}/timeline`;
    const { data, next_cursor: end } = await side.get(path);
    const items = data as Record<string, string>[];
    expect(items.map(({ kind, code, step_id: step }) => [kind, code, step])).toEqual([
      ['ended', 'completed', null],
      ['step', 'captured', 'b'],
      ['message', 'message_accepted', 'b'],
      ['step', 'waited', 'day'],
      ['event', 'event', null],
      ['step', 'captured', 'a'],
      ['message', 'message_accepted', 'a'],
      ['entered', 'entered', null],
      ['event', 'event', null],
      ['created', 'created', null],
    ]);
    expect(items.at(-3)).toMatchObject({
      series_id: series,
      sentence: 'Entered "Welcome" by the event "bought": run 1, version 1.',
    });
    expect(end).toBeNull();
    for (const limit of [1, 2, 4]) {
      const paged: unknown[] = [];
      for (let cursor: string | null = ''; cursor !== null;) {
        const page = await side.get(
          `${path}?limit=${limit}${cursor === '' ? '' : `&cursor=${cursor}`}`,
        );
        paged.push(...page.data);
        cursor = page.next_cursor;
      }
      expect(paged).toEqual(items);
    }
  });

  test('is of one user of one side, and refuses what is no cursor', async () => {
    const side = await own();
    const other = await own();
    const userId = await side.user();
    expect(await other.get(`/users/${userId}/timeline`)).toMatchObject({ error: 'User not found' });
    expect(await side.get(`/users/${userId}/timeline`)).toMatchObject({
      data: [{ kind: 'created', sentence: 'Became known.' }],
      next_cursor: null,
    });
    for (const cursor of ['x', Buffer.from("1 '").toString('base64url'), 'a'.repeat(200)]) {
      const refused = await side.get(`/users/${userId}/timeline?cursor=${cursor}`);
      expect(refused.code).toBe('request.cursor_invalid');
    }
  });
});

describe('upcoming', () => {
  test('counts emails and other steps by hour, and apart what is due and what stands still', async () => {
    const side = await own();
    const mail = await side.series([email('a')], { send_window: { start: '10:00', end: '11:00' } });
    const waits = await side.series([DAY, email('b')]);
    const paused = await side.series([DAY]);
    const later = await side.series([wait('long', 5, 'weeks')]);
    for (let i = 0; i < 3; i += 1) {
      const userId = await side.user();
      for (const series of [mail, waits, paused, later]) await side.enroll(userId, series);
    }
    await side.move(paused, 'pause');
    const body = await side.get('/upcoming');
    expect(body).toMatchObject({ from: MONDAY, to: '2025-04-23T08:00:00.000Z', truncated: false });
    expect(body.hours).toEqual([
      { hour: '2025-03-24T10:00:00.000Z', series_id: mail, sends: 3, steps: 0, follows: 0 },
      { hour: '2025-03-25T08:00:00.000Z', series_id: waits, sends: 0, steps: 3, follows: 3 },
    ]);
    const of = (id: string) => body.series.find((one: Why) => one['series_id'] === id);
    const none = { sends: 0, steps: 0 };
    expect(of(mail)).toEqual({
      series_id: mail,
      type: 'series',
      name: 'Welcome',
      status: 'active',
      sends: 3,
      steps: 0,
      follows: 0,
      due: none,
      parked: none,
    });
    expect(of(paused)).toMatchObject({ status: 'paused', ...none, parked: { sends: 0, steps: 3 } });
    expect(of(later)).toBeUndefined();
    expect((await side.get(`/upcoming?series_id=${mail}`)).series).toEqual([of(mail)]);
    expect((await side.get('/upcoming?days=1')).hours).toHaveLength(1);
    for (const query of ['days=0', 'days=31', 'days=x']) {
      expect((await side.get(`/upcoming?${query}`)).code).toBe('request.invalid');
    }
    const stranger = await own();
    expect(await stranger.get(`/upcoming?series_id=${mail}`)).toMatchObject({
      error: 'Series not found',
    });
    expect((await stranger.get('/upcoming')).series).toEqual([]);
  });
});

test('stats count entering, leaving, ways, reasons and messages', async () => {
  const side = await own();
  const series = await side.series(
    [
      email('hello'),
      { id: 'pro', type: 'condition', filter: PRO, yes: 'day', no: null },
      DAY,
      email('bye'),
    ],
    { goal: { event: 'bought' }, exit: [{ event: 'left' }] },
  );
  const users = [
    await side.user({ plan: 'pro' }),
    await side.user({ plan: 'pro', email: null }),
    await side.user({ plan: 'pro' }),
    await side.user({ plan: 'pro' }),
    await side.user(),
  ];
  for (const userId of users) await side.enroll(userId, series);
  await side.advance('2025-03-24T09:00:00.000Z');
  await side.track(users[0]!, 'bought');
  await side.track(users[1]!, 'left');
  await side.remove(users[2]!, series);
  await side.advance('2025-03-24T10:00:00.000Z');
  const stats = await side.get(`/series/${series}/stats`);
  expect(stats).toMatchObject({
    entered: 5,
    entered_by: { api: 5 },
    active: 1,
    completed: 1,
    goal_reached: 1,
    exited: 1,
    exited_by: { event: 1 },
    removed: 1,
    ended: 0,
    messages: { accepted: 4 },
    ledger: { unaccounted: 0 },
  });
  expect(stats.steps).toEqual([
    {
      step_id: 'hello',
      waiting: 0,
      passed: 4,
      skipped: 1,
      failed: 0,
      cancelled: 0,
      skipped_by: { no_address: 1 },
      failed_by: {},
      branches: {},
      messages: { accepted: 4 },
    },
    {
      step_id: 'pro',
      waiting: 0,
      passed: 5,
      skipped: 0,
      failed: 0,
      cancelled: 0,
      skipped_by: {},
      failed_by: {},
      branches: { yes: 4, no: 1 },
      messages: {},
    },
    {
      step_id: 'day',
      waiting: 1,
      passed: 0,
      skipped: 0,
      failed: 0,
      cancelled: 3,
      skipped_by: {},
      failed_by: {},
      branches: {},
      messages: {},
    },
  ]);
});
