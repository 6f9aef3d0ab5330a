import { afterAll, describe, expect, test } from 'vitest';
import { startServer, type TestServer } from '../support/server.ts';
import { activeSeries } from '../support/series.ts';

/**
 * Goal: what a page tells while it is being left arrives as if it had been told in time, and the key in
 * the address opens no other door. Method: beacons as browsers send them, without headers of their own.
 */
const server = await startServer();
afterAll(server.close);

const { widgetKey, secretKey } = server.test;
const seriesId = await activeSeries(server);

interface SentCall {
  readonly path: string;
  readonly idempotency_key?: string;
  readonly body: object;
}

const identify = (userId: string): SentCall => ({
  path: '/users/identify',
  body: { user_id: userId },
});
const enroll = (userId: string): SentCall => ({
  path: '/series',
  body: { action: 'enroll', user_id: userId, series_id: seriesId },
});

/** As `navigator.sendBeacon` sends a text. */
const beacon = (
  calls: unknown,
  { key = widgetKey, headers = {}, to = server }: BeaconOptions = {},
) =>
  to.send({
    method: 'POST',
    path: `/api/sdk/beacon${key === null ? '' : `?key=${encodeURIComponent(key)}`}`,
    headers: { 'content-type': 'text/plain;charset=UTF-8', ...headers },
    body: typeof calls === 'string' ? calls : JSON.stringify({ calls }),
  });

interface BeaconOptions {
  readonly key?: string | null;
  readonly headers?: Record<string, string>;
  readonly to?: TestServer;
}

test('the calls of a beacon are handled in their order, and each has its answer', async () => {
  const calls = [
    enroll('early'),
    identify('early'),
    { path: '/events', body: { user_id: 'early', events: [{ event_type: 'left' }] } },
    enroll('early'),
  ];
  const { status, body } = await beacon(calls);
  expect([status, body]).toEqual([
    200,
    {
      success: true,
      answers: [
        { status: 404, error: 'User not found' },
        { status: 200 },
        { status: 200 },
        { status: 200 },
      ],
    },
  ]);
  const { body: events } = await server.v1('GET', '/events?user_id=early');
  expect(events.data[0]).toMatchObject({ event_type: 'left' });
  const { body: enrolled } = await server.v1('GET', '/users/early/enrollments');
  expect(enrolled.data).toHaveLength(1);
});

test('a call that comes by beacon and alone, with one Idempotency-Key, happens once', async () => {
  const call = { ...identify('twice'), idempotency_key: 'beacon-and-alone' };
  await beacon([call]);
  const alone = await server.sdk('/users/identify', call.body, {
    headers: { 'idempotency-key': 'beacon-and-alone' },
  });
  expect(alone.headers['idempotent-replayed']).toBe('true');
  expect(alone.body).toEqual({ success: true, created: true });
});

describe('the key', () => {
  test('stands in the address when it is a widget key, and nowhere else than here', async () => {
    const other = await server.send({
      method: 'POST',
      path: `/api/sdk/users/identify?key=${widgetKey}`,
      headers: { 'content-type': 'application/json' },
      body: '{"user_id":"x"}',
    });
    expect([other.status, other.text]).toEqual([401, '{"error":"Missing API key"}']);
  });

  test.each([
    ['none', null, 'Missing API key'],
    ['an empty one', '', 'Invalid API key'],
    ['a secret key', secretKey, 'Invalid API key'],
    ['a widget key that nobody has', `${widgetKey.slice(0, -1)}_`, 'Invalid API key'],
  ])('%s is refused, and no call is handled', async (_name, key, error) => {
    const answer = await beacon([identify('stranger')], { key });
    expect([answer.status, answer.body]).toEqual([401, { error }]);
    expect((await server.v1('GET', '/users/stranger')).status).toBe(404);
  });

  test('twice in the address is refused', async () => {
    const answer = await server.send({
      method: 'POST',
      path: `/api/sdk/beacon?key=${widgetKey}&key=${widgetKey}`,
      headers: { 'content-type': 'text/plain' },
      body: JSON.stringify({ calls: [identify('stranger')] }),
    });
    expect([answer.status, answer.body]).toEqual([401, { error: 'Invalid API key' }]);
  });
});

describe('refused as a whole', () => {
  test.each([
    ['no JSON', 'no', 400, 'Request body is not valid JSON'],
    ['no calls', '{}', 400, expect.stringContaining('calls')],
    ['an empty list', '{"calls":[]}', 400, expect.stringContaining('calls')],
    ['more calls than 100', { n: 101 }, 400, expect.stringContaining('calls')],
    ['another path', '{"calls":[{"path":"/beacon","body":{}}]}', 400, expect.any(String)],
    [
      'a path out of here',
      '{"calls":[{"path":"/../v1/users","body":{}}]}',
      400,
      expect.any(String),
    ],
    ['more than 64 KiB', 'x'.repeat(65_537), 413, 'Request body is too large'],
  ])('%s', async (_name, sent, status, error) => {
    const many = Array.from({ length: 101 }, () => identify('many'));
    const answer = await beacon(typeof sent === 'string' ? sent : many);
    expect([answer.status, answer.body.error]).toEqual([status, error]);
  });
});

test('each call is checked for identity, origin and rate as if it had come alone', async () => {
  const { live } = await server.newWorkspace();
  const unsigned = await beacon([identify('x')], { key: live.widgetKey });
  expect(unsigned.body.answers).toEqual([
    { status: 403, error: 'user_token is required when identity verification is enabled' },
  ]);
  const settings = { allowed_origins: ['https://shop.example'] };
  const narrow = await server.newWorkspace({ settings });
  const from = (origin: string) =>
    beacon([identify('x')], { key: narrow.test.widgetKey, headers: { origin } });
  expect((await from('https://shop.example')).body.answers).toEqual([{ status: 200 }]);
  expect((await from('https://evil.example')).body.answers).toEqual([
    { status: 403, error: 'Origin is not allowed for this key' },
  ]);
  const limits = { rate_limits: { widget_per_minute: 3 } };
  const slow = await server.newWorkspace({ settings: limits });
  const calls = ['a', 'b', 'c'].map(identify);
  const answer = await beacon(calls, { key: slow.test.widgetKey });
  expect(answer.body.answers.map((each: { status: number }) => each.status)).toEqual([
    200, 200, 429,
  ]);
  expect((await beacon(calls, { key: slow.test.widgetKey })).status).toBe(429);
});
