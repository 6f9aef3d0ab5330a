import { afterAll, beforeAll, expect, test } from 'vitest';
import { activeSeries, email } from '../support/series.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { startSmtpSink, type SmtpSink } from '../support/smtp-sink.ts';
import { until } from '../support/until.ts';

/**
 * Goal: a side's own transports are kept, shown without their secrets, and used in their order; mail
 * goes another way only when nothing of it left. Method: a whole server, with real SMTP servers.
 */
let server: TestServer;
let sink: SmtpSink;
let spare: SmtpSink;

beforeAll(async () => {
  [server, sink, spare] = await Promise.all([startServer(), startSmtpSink(), startSmtpSink()]);
});
afterAll(async () => {
  await server.close();
  await Promise.all([sink.close(), spare.close()]);
});

const smtp = (port: number, more: object = {}) => ({
  kind: 'smtp',
  settings: { url: `smtp://127.0.0.1:${port}` },
  ...more,
});

test('kinds say what they need', async () => {
  const { body } = await server.v1('GET', '/transport_kinds');
  const names = body.data.map(({ name }: { name: string }) => name);
  expect(names).toEqual(
    expect.arrayContaining(['smtp', 'ses', 'resend', 'postmark', 'mailgun', 'sendgrid']),
  );
  const resend = body.data.find(({ name }: { name: string }) => name === 'resend');
  expect(resend.settings[0]).toMatchObject({ name: 'api_key', is_secret: true, is_required: true });
  expect(resend.idempotency_lifetime_ms).toBe(86_400_000);
});

test('a transport is kept, changed by name, and never shows its secrets', async () => {
  const made = await server.v1('POST', '/transports', {
    kind: 'resend',
    name: 'Resend',
    settings: { api_key: 're_abcdefghijklmnop' },
    limits: { per_second: 5, per_provider: { google: 2, '*': 10 } },
  });
  expect(made.status, made.text).toBe(201);
  expect(made.text).not.toContain('re_abc');
  expect(made.body).toMatchObject({
    kind: 'resend',
    settings: {},
    secrets: ['api_key'],
    is_enabled: true,
    limits: { per_second: 5, per_provider: { google: 2, '*': 10 } },
  });
  const { id } = made.body;
  expect(made.body.events_url).toBe(`https://milepost.example/hooks/${id}`);
  const changed = await server.v1('PATCH', `/transports/${id}`, { is_enabled: false, share: 30 });
  expect(changed.body).toMatchObject({ secrets: ['api_key'], is_enabled: false, share: 30 });
  const bad = await server.v1('PATCH', `/transports/${id}`, { settings: { api_key: null } });
  expect(bad.status).toBe(400);
  expect(bad.body.details).toEqual([
    { path: 'settings/api_key', message: expect.stringContaining('is missing') },
  ]);
  expect((await server.v1('GET', `/transports/${id}`)).body.secrets).toEqual(['api_key']);
  expect((await server.v1('GET', '/transports')).body.data).toHaveLength(1);

  const other = await server.newWorkspace();
  const stranger = { key: other.test.secretKey };
  for (const [method, path] of [
    ['GET', `/transports/${id}`],
    ['DELETE', `/transports/${id}`],
    ['POST', `/transports/${id}/verify`],
  ] as const) {
    const answer = await server.v1(method, path, undefined, stranger);
    expect(answer.status).toBe(404);
    expect(answer.body.code).toBe('delivery.transport_not_found');
  }
  expect((await server.v1('DELETE', `/transports/${id}`)).status).toBe(204);
});

test.each([
  [{ kind: 'pigeon' }, 'kind'],
  [{ kind: 'resend', settings: { api_key: 'nonsense' } }, 'settings/api_key'],
  [{ kind: 'smtp', settings: { url: 'http://x' } }, 'settings/url'],
  [{ ...smtp(25), limits: { warmup: { from: '2026-13-45', per_day: [5] } } }, 'limits/warmup/from'],
])('a fault names its field: %o', async (body, path) => {
  const { status, body: answer } = await server.v1('POST', '/transports', body);
  expect(status).toBe(400);
  expect(answer.details.map((one: { path: string }) => one.path)).toContain(path);
});

test('mail leaves by the first way that gets on, and verify tells which do', async () => {
  const key = server.live.secretKey;
  const dead = await server.v1('POST', '/transports', smtp(1, { position: 0 }), { key });
  const alive = await server.v1('POST', '/transports', smtp(sink.port, { position: 1 }), { key });
  const verify = (id: string) => server.v1('POST', `/transports/${id}/verify`, undefined, { key });
  expect((await verify(dead.body.id)).body.ok).toBe(false);
  expect((await verify(alive.body.id)).body.ok).toBe(true);

  const series = await activeSeries(server, {
    key,
    steps: [email('hello', { purpose: 'transactional' })],
  });
  await server.sdk(
    '/users/identify',
    { user_id: 'ada', traits: { email: 'ada@tidewater.example' } },
    { key },
  );
  await server.sdk('/series', { action: 'enroll', user_id: 'ada', series_id: series }, { key });
  // Nothing left by the dead way, so the next attempt goes by the other at once it is known to be down.
  await until(() => expect(sink.accepted.map(({ to }) => to)).toEqual(['ada@tidewater.example']));
  const { body } = await server.v1('GET', '/messages', undefined, { key });
  await until(async () => {
    const message = await server.v1('GET', `/messages/${body.data[0].id}`, undefined, { key });
    expect(message.body.status).toBe('accepted');
  });
  expect(spare.accepted).toEqual([]);
});

test.each([
  ['smtp://127.0.0.2:25', 'a loopback address'],
  ['smtp://2130706434:25', 'a loopback address'],
  ['smtp://[::1]:25', 'a loopback address'],
  ['smtp://[::ffff:127.0.0.1]:25', 'an IPv6 address that carries an IPv4 one'],
  ['smtp://10.0.0.1:25', 'a private address'],
  ['smtps://169.254.169.254:80', "the address of a cloud's metadata"],
  ['smtp://nobody.invalid:25', 'the host nobody.invalid is not known'],
])('a member cannot look around in the operator’s network: %s', async (url, why) => {
  const made = await server.v1('POST', '/transports', { kind: 'smtp', settings: { url } });
  expect(made.status, made.text).toBe(201);
  const { body } = await server.v1('POST', `/transports/${made.body.id}/verify`);
  expect(body.ok).toBe(false);
  expect(body.answer).toContain(why);
  expect((await server.v1('DELETE', `/transports/${made.body.id}`)).status).toBe(204);
});
