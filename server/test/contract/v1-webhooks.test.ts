import { setTimeout as sleep } from 'node:timers/promises';
import { Ajv2020 } from 'ajv/dist/2020.js';
import ajvFormats from 'ajv-formats';
import { afterAll, expect, test } from 'vitest';
import { startServer } from '../support/server.ts';
import { until } from '../support/until.ts';
import { isSigned, startReceiver } from '../support/webhook-receiver.ts';

/**
 * Goal: endpoints are kept, tested, rotated and replayed as the contract says. Method: a whole server
 * whose worker may call loopback, and a receiver there.
 */
const server = await startServer();
const receiver = await startReceiver();
afterAll(async () => {
  await receiver.close();
  await server.close();
});

const add = async (more: object = {}) => {
  const body = { url: receiver.url, event_types: ['user.created', 'user.updated'], ...more };
  const answer = await server.v1('POST', '/webhooks', body);
  expect(answer.status, answer.text).toBe(201);
  return answer.body;
};
const deliveriesOf = async (id: string, query = '') =>
  (await server.v1('GET', `/webhooks/${id}/deliveries${query}`)).body.data;
const calls = (secret: string) => receiver.taken.filter((call) => isSigned(call, secret));

test('the secret is shown when it is made, and never again', async () => {
  const { id, secret, ...shown } = await add({ description: 'Warehouse' });
  expect(secret).toMatch(/^whsec_/);
  const read = await server.v1('GET', `/webhooks/${id}`);
  expect(read.body).toEqual({ id, ...shown });
  expect(shown).toMatchObject({
    url: receiver.url,
    event_types: ['user.created', 'user.updated'],
    description: 'Warehouse',
    is_enabled: true,
    failures: 0,
    secret_hint: secret.slice(-4),
  });
  const list = await server.v1('GET', '/webhooks');
  expect(list.body.data[0]).toEqual(read.body);
  expect(list.text + (await server.v1('GET', '/audit?limit=200')).text).not.toContain(secret);
  expect((await server.v1('DELETE', `/webhooks/${id}`)).status).toBe(204);
  expect((await server.v1('GET', `/webhooks/${id}`)).body.code).toBe('webhook.not_found');
});

test.each([
  [{ url: 'ftp://x.example/' }, 'url must begin with https:// or http://'],
  [{ url: 'https://ada:pw@x.example/' }, 'url must not hold a user name or a password'],
  [{ event_types: ['user.exploded'] }, 'event_types names "user.exploded"'],
])('%j is refused', async (more, message) => {
  const body = { url: 'https://x.example/', event_types: ['*'], ...more };
  const answer = await server.v1('POST', '/webhooks', body);
  expect([answer.status, answer.body.code]).toEqual([400, 'webhook.invalid']);
  expect(answer.body.error).toContain(message);
});

test('an event arrives by itself, signed, and stands in the log', async () => {
  const { id, secret } = await add();
  await server.sdk('/users/identify', { user_id: 'ada', traits: { plan: 'pro' } });
  await until(async () => expect(await deliveriesOf(id, '?status=delivered')).toHaveLength(1));
  const [call] = calls(secret);
  const [logged] = await deliveriesOf(id);
  expect(call).toMatchObject({
    type: 'user.created',
    side: 'test',
    data: { user_id: 'ada', traits: { plan: 'pro' } },
  });
  expect(logged).toMatchObject({
    event_id: call?.id,
    type: 'user.created',
    status: 'delivered',
    attempts: 1,
    next_attempt_at: null,
    payload: call?.data,
    log: [{ status: 204, reason: null, answer: null }],
  });
  expect(logged.id).not.toBe(logged.event_id);
  await server.v1('DELETE', `/webhooks/${id}`);
});

test('a test sends a sample of any type to this endpoint alone', async () => {
  const [one, two] = [await add(), await add({ event_types: ['*'] })];
  const sent = await server.v1('POST', `/webhooks/${one.id}/test`, { type: 'message.bounced' });
  expect(sent.body).toMatchObject({ type: 'message.bounced', status: 'pending' });
  await until(async () => expect(await deliveriesOf(one.id, '?status=delivered')).toHaveLength(1));
  expect(calls(one.secret)[0]).toMatchObject({ type: 'message.bounced', data: { class: 'hard' } });
  expect(await deliveriesOf(two.id)).toEqual([]);
  const unknown = await server.v1('POST', `/webhooks/${one.id}/test`, { type: 'x' });
  expect(unknown.body.code).toBe('webhook.invalid');
  for (const { id } of [one, two]) await server.v1('DELETE', `/webhooks/${id}`);
});

test('after a rotation both secrets sign, and what is replayed keeps its id', async () => {
  const { id, secret } = await add();
  await server.v1('POST', `/webhooks/${id}/test`, {});
  await until(async () => expect(await deliveriesOf(id, '?status=delivered')).toHaveLength(1));
  const rotated = await server.v1('POST', `/webhooks/${id}/rotate_secret`);
  expect(rotated.body.secret).not.toBe(secret);
  expect(rotated.body.previous_secret_valid_until).not.toBeNull();
  const [delivery] = await deliveriesOf(id);
  const replayed = await server.v1('POST', `/webhooks/${id}/deliveries/${delivery.id}/replay`);
  expect(replayed.body).toMatchObject({ id: delivery.id, status: 'pending' });
  await until(async () => expect((await deliveriesOf(id))[0]).toMatchObject({ attempts: 2 }));
  const [, again] = calls(secret);
  expect(again?.id).toBe(delivery.event_id);
  expect(calls(rotated.body.secret)).toEqual([again]);
  const missing = await server.v1('POST', `/webhooks/${id}/deliveries/${id}/replay`);
  expect([missing.status, missing.body.code]).toEqual([404, 'webhook.delivery_not_found']);
  await server.v1('DELETE', `/webhooks/${id}`);
});

test('a period is replayed to an endpoint that was added after it', async () => {
  const early = await add();
  const from = new Date(Date.now() - 60_000).toISOString();
  await server.sdk('/users/identify', { user_id: 'bea', traits: {} });
  await server.sdk('/users/identify', { user_id: 'bea', traits: { n: 1 } });
  await until(async () =>
    expect(await deliveriesOf(early.id, '?status=delivered')).toHaveLength(2),
  );
  const late = await add();
  const to = new Date(Date.now() + 60_000).toISOString();
  const body = { from, to, types: ['user.updated'] };
  const answer = await server.v1('POST', `/webhooks/${late.id}/replay`, body);
  expect(answer.body).toEqual({ count: 1 });
  await until(async () => expect(await deliveriesOf(late.id, '?status=delivered')).toHaveLength(1));
  const failed = { ...body, status: 'given_up' };
  expect((await server.v1('POST', `/webhooks/${early.id}/replay`, failed)).body.count).toBe(0);
  const wrong = await server.v1('POST', `/webhooks/${early.id}/replay`, { from: to, to: from });
  expect(wrong.body.code).toBe('webhook.invalid');
  for (const { id } of [early, late]) await server.v1('DELETE', `/webhooks/${id}`);
});

test('a disabled endpoint gets nothing, and nothing is kept for it', async () => {
  const { id } = await add();
  await server.v1('PATCH', `/webhooks/${id}`, { is_enabled: false });
  await server.sdk('/users/identify', { user_id: 'cara', traits: {} });
  const refused = await server.v1('POST', `/webhooks/${id}/test`, {});
  expect([refused.status, refused.body.code]).toEqual([409, 'webhook.disabled']);
  await sleep(50);
  expect(await deliveriesOf(id)).toEqual([]);
  const overview = await server.v1('GET', '/overview');
  expect(overview.text).not.toContain('webhook_disabled');
  await server.v1('DELETE', `/webhooks/${id}`);
});

test('a side has so many endpoints at most', async () => {
  const other = await server.newWorkspace();
  const key = other.test.secretKey;
  const body = { url: 'https://x.example/', event_types: ['*'] };
  for (let count = 0; count < 20; count += 1) {
    expect((await server.v1('POST', '/webhooks', body, { key })).status).toBe(201);
  }
  const more = await server.v1('POST', '/webhooks', body, { key });
  expect([more.status, more.body.code]).toEqual([409, 'webhook.too_many']);
  const page = await server.v1('GET', '/webhooks?limit=15', undefined, { key });
  const rest = await server.v1('GET', `/webhooks?cursor=${page.body.next_cursor}`, undefined, {
    key,
  });
  expect(page.body.data.length + rest.body.data.length).toBe(20);
});

test('the catalogue has a schema and a sample for each type, and the sample is as the schema says', async () => {
  const { body } = await server.v1('GET', '/event_types');
  const ajv = ajvFormats.default(new Ajv2020({ strict: false }));
  expect(body.data.length).toBeGreaterThan(20);
  for (const { name, schema, sample } of body.data) {
    expect(name).toMatch(/^[a-z]+\.[a-z_]+$/);
    expect([name, ajv.validate(schema, sample), ajv.errors]).toEqual([name, true, null]);
  }
  const [call] = receiver.taken;
  expect(ajv.validate(body.envelope, JSON.parse(call?.body ?? '{}'))).toBe(true);
});
