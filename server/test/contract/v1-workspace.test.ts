import { afterAll, describe, expect, test } from 'vitest';
import { startServer, TEST_CLOCK } from '../support/server.ts';
import { activeSeries, advance, email, enroll, newUser, wait } from '../support/series.ts';
import { until } from '../support/until.ts';

/** Goal: keys, settings and the test clock of `/api/v1` do what the contract says, at once. */
const server = await startServer();
afterAll(server.close);

const NOW = TEST_CLOCK.toISOString();
const UNKNOWN = '0197c5f0-0000-7000-8000-000000000000';

describe('keys', () => {
  async function ownSide(side: 'live' | 'test' = 'test') {
    const keys = (await server.newWorkspace())[side];
    const secret = { key: keys.secretKey };
    const list = async () => (await server.v1('GET', '/keys', undefined, secret)).body.data;
    return { ...keys, secret, list };
  }
  const works = async (key: string) =>
    (await server.sdk('/users/identify', { user_id: 'a' }, { key })).status === 200;

  test('are listed without what is shown only once', async () => {
    const { list, widgetKey, secretKey, identitySecret } = await ownSide();
    const listed = await list();
    expect(listed).toHaveLength(3);
    for (const [kind, text] of [
      ['widget', widgetKey],
      ['secret', secretKey],
      ['identity', identitySecret],
    ] as const) {
      const found = listed.find((each: { kind: string }) => each.kind === kind);
      expect(found).toEqual({
        id: expect.any(String),
        kind,
        hint: text.slice(-4),
        key: kind === 'widget' ? widgetKey : null,
        created_at: expect.any(String),
        updated_at: expect.any(String),
        revoked_at: null,
      });
    }
    expect(JSON.stringify(listed)).not.toContain(secretKey);
    expect(JSON.stringify(listed)).not.toContain(identitySecret);
  });

  test.each([
    ['widget', 'test', /^mp_wk_test_[A-Za-z0-9]{32,}$/],
    ['secret', 'test', /^mp_sk_test_[A-Za-z0-9]{32,}$/],
    ['identity', 'test', /^mp_is_test_[A-Za-z0-9]{32,}$/],
    ['widget', 'live', /^mp_wk_live_[A-Za-z0-9]{32,}$/],
    ['secret', 'live', /^mp_sk_live_[A-Za-z0-9]{32,}$/],
    ['identity', 'live', /^mp_is_live_[A-Za-z0-9]{32,}$/],
  ] as const)(
    '%s of a %s side have their form, and are shown when they are made',
    async (kind, side, form) => {
      const { secret } = await ownSide(side);
      const made = await server.v1('POST', '/keys', { kind }, secret);
      expect(made.status).toBe(201);
      expect(made.body.key).toMatch(form);
      expect(made.body).toMatchObject({ kind, hint: made.body.key.slice(-4), revoked_at: null });
    },
  );

  test.each(['widget', 'secret'] as const)(
    'a %s key is rotated: both work until the old one is revoked, at once',
    async (kind) => {
      const { secret, list, widgetKey, secretKey } = await ownSide();
      const old = (await list()).find((each: { kind: string }) => each.kind === kind);
      const oldText = kind === 'widget' ? widgetKey : secretKey;
      const rotated = await server.v1('POST', `/keys/${old.id}/rotate`, undefined, secret);
      expect(rotated).toMatchObject({ status: 201, body: { kind, revoked_at: null } });
      expect(rotated.body.id).not.toBe(old.id);
      expect([await works(oldText), await works(rotated.body.key)]).toEqual([true, true]);
      const by = { key: kind === 'secret' ? rotated.body.key : secretKey };
      const revoked = await server.v1('POST', `/keys/${old.id}/revoke`, undefined, by);
      expect(revoked).toMatchObject({
        status: 200,
        body: { id: old.id, revoked_at: expect.any(String) },
      });
      const refused = await server.sdk('/users/identify', { user_id: 'a' }, { key: oldText });
      expect([refused.status, refused.text]).toEqual([401, '{"error":"Invalid API key"}']);
      expect(await works(rotated.body.key)).toBe(true);
      const again = await server.v1('POST', `/keys/${old.id}/revoke`, undefined, by);
      expect([again.status, again.text]).toEqual([200, revoked.text]);
      const late = await server.v1('POST', `/keys/${old.id}/rotate`, undefined, by);
      expect(late).toMatchObject({ status: 409, body: { code: 'workspace.key_revoked' } });
    },
  );

  test('a key that another process revokes is refused within a second or two', async () => {
    const second = await startServer({ beside: server, transport: null });
    const { secret, list, widgetKey } = await ownSide();
    const call = () => second.sdk('/users/identify', { user_id: 'a' }, { key: widgetKey });
    expect((await call()).status).toBe(200);
    const { id } = (await list()).find(({ kind }: { kind: string }) => kind === 'widget');
    await server.v1('POST', `/keys/${id}/revoke`, undefined, secret);
    await until(async () => expect((await call()).status).toBe(401));
    await second.close();
  });

  test('the key that makes the call may be revoked by it, and is gone', async () => {
    const { secret, list } = await ownSide();
    const { id } = (await list()).find(({ kind }: { kind: string }) => kind === 'secret');
    expect((await server.v1('POST', `/keys/${id}/revoke`, undefined, secret)).status).toBe(200);
    expect((await server.v1('GET', '/keys', undefined, secret)).status).toBe(401);
  });

  test('are bounded in number', async () => {
    const { secret } = await ownSide();
    const answers = await Promise.all(
      Array.from({ length: 25 }, () => server.v1('POST', '/keys', { kind: 'widget' }, secret)),
    );
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(19);
    for (const { status, body } of answers) {
      if (status !== 201) expect([status, body.code]).toEqual([409, 'workspace.too_many_keys']);
    }
  });

  test('of no known kind, or that are not there', async () => {
    for (const body of [undefined, {}, { kind: 'root' }, { kind: 5 }, { kind: null }, []]) {
      const answer = await server.v1('POST', '/keys', body);
      expect([answer.status, answer.body.code]).toEqual([400, 'request.invalid']);
    }
    for (const id of [UNKNOWN, 'none', 'x'.repeat(64)]) {
      for (const action of ['rotate', 'revoke']) {
        const answer = await server.v1('POST', `/keys/${id}/${action}`);
        expect(answer).toMatchObject({ status: 404, body: { code: 'workspace.key_not_found' } });
      }
    }
  });
});

describe('settings', () => {
  const DEFAULTS = {
    name: 'Tidewater',
    timezone: 'UTC',
    identity_verification: { enabled: false, require_exp: false },
    allowed_origins: [],
    rate_limits: {
      widget_per_minute: 0,
      widget_unknown_user_per_minute: 0,
      secret_per_second: 0,
      enrollments_per_user_per_hour: 0,
    },
    limits: { series_at_once: null, emails: null },
    from: null,
    reply_to: null,
    postal_address: null,
    brand: { logo_url: null, colour: '#1f5fbf', website_url: null, footer: null },
    tracking: { opens: true, clicks: true },
    soft_bounces: { count: 3, days: 14 },
    auto_pause: { enabled: true, bounce_percent: 4, complaint_percent: 0.1, min_sends: 200 },
    alerts_url: null,
  };
  async function ownSide() {
    const { test: side } = await server.newWorkspace();
    const secret = { key: side.secretKey };
    return {
      get: () => server.v1('GET', '/settings', undefined, secret),
      patch: (body: unknown) => server.v1('PATCH', '/settings', body, secret),
    };
  }

  test('are told whole', async () => {
    const { get } = await ownSide();
    expect((await get()).body).toEqual(DEFAULTS);
  });

  test('change where they are named, and stay where they are not', async () => {
    const { get, patch } = await ownSide();
    const answer = await patch({
      name: ' Tide Ltd ',
      timezone: 'us/pacific',
      identity_verification: { require_exp: true },
      rate_limits: { secret_per_second: 5_000 },
      allowed_origins: [
        'https://app.example.com',
        'http://localhost:3000',
        'https://app.example.com',
      ],
      from: 'Tide <tide@example.com>',
      unknown: 1,
    });
    const expected = {
      ...DEFAULTS,
      name: 'Tide Ltd',
      timezone: 'US/Pacific',
      identity_verification: { enabled: false, require_exp: true },
      rate_limits: { ...DEFAULTS.rate_limits, secret_per_second: 5_000 },
      allowed_origins: ['https://app.example.com', 'http://localhost:3000'],
      from: 'Tide <tide@example.com>',
    };
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual(expected);
    expect((await get()).body).toEqual(expected);
    expect((await patch({})).body).toEqual(expected);
    expect((await patch({ from: null, allowed_origins: [] })).body).toEqual({
      ...expected,
      from: null,
      allowed_origins: [],
    });
  });

  test.each([
    'Berlin',
    'EST5EDT',
    'IST',
    '+02:00',
    'CET-1CEST',
    '',
    'Mars/Olympus',
    5,
    null,
    [],
    'Europe/Berlin\0',
  ])('the zone %j is none', async (timezone) => {
    const { get, patch } = await ownSide();
    const answer = await patch({ name: 'Other', timezone });
    expect(answer.status).toBe(400);
    expect(answer.body.details.map(({ path }: { path: string }) => path)).toEqual(['timezone']);
    expect((await get()).body).toEqual(DEFAULTS);
  });

  test('every fault is told at once with its path, and nothing is changed', async () => {
    const { get, patch } = await ownSide();
    const answer = await patch({
      name: '',
      timezone: 'Nowhere',
      identity_verification: { enabled: 'yes', require_exp: 1 },
      allowed_origins: ['https://app.example.com/path'],
      rate_limits: {
        widget_per_minute: -1,
        secret_per_second: 1.5,
        enrollments_per_user_per_hour: 1e9,
        widget_unknown_user_per_minute: '5',
      },
      from: 'nobody',
      reply_to: 'a@b.co\r\nBcc: x@y.z',
    });
    expect(answer.status).toBe(400);
    expect(answer.body.code).toBe('workspace.settings_invalid');
    expect(answer.body.details.map(({ path }: { path: string }) => path).toSorted()).toEqual(
      [
        'allowed_origins',
        'from',
        'identity_verification/enabled',
        'identity_verification/require_exp',
        'name',
        'rate_limits/enrollments_per_user_per_hour',
        'rate_limits/secret_per_second',
        'rate_limits/widget_per_minute',
        'rate_limits/widget_unknown_user_per_minute',
        'reply_to',
        'timezone',
      ].toSorted(),
    );
    expect((await get()).body).toEqual(DEFAULTS);
    for (const body of [[], 5, 'x', null, { identity_verification: 5 }, { rate_limits: [] }]) {
      expect((await patch(body)).status).toBe(400);
    }
  });

  test('of one side are not those of the other', async () => {
    const { live, test: side } = await server.newWorkspace();
    await server.v1('PATCH', '/settings', { timezone: 'Asia/Tokyo' }, { key: side.secretKey });
    const other = await server.v1('GET', '/settings', undefined, { key: live.secretKey });
    expect(other.body).toMatchObject({ timezone: 'UTC', identity_verification: { enabled: true } });
  });

  test('changed by many at once, none is lost', async () => {
    const { get, patch } = await ownSide();
    const names = Object.keys(DEFAULTS.rate_limits);
    await Promise.all(names.map((name, i) => patch({ rate_limits: { [name]: 1_000 * (i + 1) } })));
    expect((await get()).body.rate_limits).toEqual(
      Object.fromEntries(names.map((name, i) => [name, 1_000 * (i + 1)])),
    );
  });
});

describe('the test clock', () => {
  async function ownSide() {
    const { test: side } = await server.newWorkspace();
    const secret = { key: side.secretKey };
    return {
      key: { key: side.widgetKey },
      secret,
      read: async () => (await server.v1('GET', '/test_clock', undefined, secret)).body,
      advance: (body: unknown) => server.v1('POST', '/test_clock/advance', body, secret),
    };
  }

  test('stands still until it is moved', async () => {
    const { read, advance: move } = await ownSide();
    expect(await read()).toEqual({ now: NOW, next_due: null, pending: 0 });
    const moved = await move({ to: '2025-04-01T00:00:00.000Z' });
    expect([moved.status, moved.text]).toEqual([
      200,
      '{"now":"2025-04-01T00:00:00.000Z","handled":0}',
    ]);
    expect((await read()).now).toBe('2025-04-01T00:00:00.000Z');
  });

  test.each([
    [{ days: 1 }, '2025-03-25T08:00:00.000Z'],
    [{ hours: 5, minutes: 30 }, '2025-03-24T13:30:00.000Z'],
    [{ days: 2, hours: 1, minutes: 1 }, '2025-03-26T09:01:00.000Z'],
    [{ minutes: 0 }, NOW],
    [{ days: 365 }, '2026-03-24T08:00:00.000Z'],
  ])('moves by %j', async (by, now) => {
    const { advance: move } = await ownSide();
    expect((await move({ by })).body).toEqual({ now, handled: 0 });
  });

  test.each([
    ['2025-03-24T08:00:00Z', NOW],
    ['2025-03-24T10:00:00+01:00', '2025-03-24T09:00:00.000Z'],
    ['2025-03-24T08:00:00.001Z', '2025-03-24T08:00:00.001Z'],
    ['2025-03-25', '2025-03-25T00:00:00.000Z'],
  ])('moves to %s', async (to, now) => {
    const { advance: move } = await ownSide();
    expect((await move({ to })).body).toEqual({ now, handled: 0 });
  });

  test('never goes backwards', async () => {
    const { read, advance: move } = await ownSide();
    for (const to of ['2025-03-24T07:59:59.999Z', '1970-01-01T00:00:00Z', '0001-01-01T00:00:00Z']) {
      const answer = await move({ to });
      expect(answer).toMatchObject({ status: 400, body: { code: 'enrollment.clock_backwards' } });
    }
    expect((await read()).now).toBe(NOW);
  });

  test.each([
    [undefined],
    [{}],
    [[]],
    [{ to: 'tomorrow' }],
    [{ to: '24 March 2026' }],
    [{ to: '3/4/2026' }],
    [{ to: '2026-02-30T00:00:00Z' }],
    [{ to: '2026-01-01T00:00:00' }],
    [{ to: '2026-13-01T00:00:00Z' }],
    [{ to: 5 }],
    [{ to: null }],
    [{ to: '+275760-09-13T00:00:00.000Z' }],
    [{ to: '9999-12-31T00:00:00Z' }],
    [{ by: 5 }],
    [{ by: { days: -1 } }],
    [{ by: { days: 1.5 } }],
    [{ by: { days: '1' } }],
    [{ by: { hours: 1e300 } }],
    [{ by: { days: 10_000_000 } }],
    [{ to_end: 'yes' }],
  ])('%j is refused, and the clock stands', async (body) => {
    const { read, advance: move } = await ownSide();
    const answer = await move(body);
    expect([answer.status, answer.body.code]).toEqual([400, 'enrollment.advance_invalid']);
    expect((await read()).now).toBe(NOW);
  });

  test('is not there on a live side', async () => {
    const live = { key: server.live.secretKey };
    const error = { error: 'Only a test side has a test clock', code: 'enrollment.no_test_clock' };
    const read = await server.v1('GET', '/test_clock', undefined, live);
    expect(read).toMatchObject({ status: 409, body: error });
    for (const body of [{ to: '2030-01-01T00:00:00Z' }, { by: { days: 1 } }, {}]) {
      const moved = await server.v1('POST', '/test_clock/advance', body, live);
      expect(moved).toMatchObject({ status: 409, body: error });
    }
  });

  test('tells what is due next, and handles everything on the way, each at its own due time', async () => {
    const { key, secret, read, advance: move } = await ownSide();
    const steps = [wait('w', 1, 'hours'), email('a'), wait('x', 1, 'hours'), email('b')];
    const [first, second] = [
      await activeSeries(server, { ...secret, steps }),
      await activeSeries(server, { ...secret, steps: [wait('w', 90, 'minutes'), email('c')] }),
    ];
    const userId = await newUser(server, {}, key);
    await enroll(server, { userId, seriesId: first }, key);
    await enroll(server, { userId, seriesId: second }, key);
    expect(await read()).toEqual({ now: NOW, next_due: '2025-03-24T09:00:00.000Z', pending: 2 });
    expect((await move({ by: { minutes: 59 } })).body).toEqual({
      now: '2025-03-24T08:59:00.000Z',
      handled: 0,
    });
    expect((await move({ to: '2025-03-24T09:00:00.000Z' })).body.handled).toBe(2);
    expect(await read()).toMatchObject({ next_due: '2025-03-24T09:30:00.000Z', pending: 2 });
    expect((await move({ by: { days: 10 } })).body).toEqual({
      now: '2025-04-03T09:00:00.000Z',
      handled: 4,
    });
    expect(await read()).toMatchObject({ next_due: null, pending: 0 });
    const sent = await server.v1('GET', '/messages', undefined, secret);
    expect(
      sent.body.data.map(({ step_id, sent_at }: { step_id: string; sent_at: string }) => [
        step_id,
        sent_at,
      ]),
    ).toEqual([
      ['b', '2025-03-24T10:00:00.000Z'],
      ['c', '2025-03-24T09:30:00.000Z'],
      ['a', '2025-03-24T09:00:00.000Z'],
    ]);
  });

  test('to the end goes as far as anything waits, and no further', async () => {
    const { key, secret, advance: move } = await ownSide();
    const seriesId = await activeSeries(server, secret);
    const userId = await newUser(server, {}, key);
    await enroll(server, { userId, seriesId }, key);
    expect((await move({ to_end: true })).body.now).toBe('2025-03-25T08:00:00.000Z');
    expect((await move({ to_end: true })).body).toEqual({
      now: '2025-03-25T08:00:00.000Z',
      handled: 0,
    });
  });

  test('moved by two calls at once moves by one, or by both in turn', async () => {
    const { key, secret, read, advance: move } = await ownSide();
    const seriesId = await activeSeries(server, secret);
    for (let i = 0; i < 20; i += 1) {
      const userId = await newUser(server, {}, key);
      await enroll(server, { userId, seriesId }, key);
    }
    const answers = await Promise.all(Array.from({ length: 8 }, () => move({ by: { days: 1 } })));
    const moved = answers.filter(({ status }) => status === 200);
    expect(moved.length).toBeGreaterThan(0);
    for (const { status, body } of answers) {
      if (status !== 200) expect([status, body.code]).toEqual([409, 'enrollment.clock_busy']);
    }
    const { now } = await read();
    expect(moved.map(({ body }) => body.now)).toContain(now);
    const messages = await server.v1('GET', '/messages?limit=200', undefined, secret);
    expect(messages.body.data).toHaveLength(40);
  });

  test('of one workspace is not that of another', async () => {
    const [one, two] = [await ownSide(), await ownSide()];
    await one.advance({ by: { days: 1 } });
    expect((await two.read()).now).toBe(NOW);
    await advance(server, NOW);
  });
});
