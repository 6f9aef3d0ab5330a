import { afterAll, beforeAll, expect, test } from 'vitest';
import { createCaptureTransport } from '../../src/transport/index.ts';
import { draftSeries, newUser } from '../support/series.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { signIn } from '../support/sign-in.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startServer({ transport: createCaptureTransport() });
});

afterAll(async () => {
  await server.close();
});

const NEWS = { name: 'News', email: { subject: 'For {{ user.name }}', html: '<p>Hello</p>' } };

async function newBroadcast(body: object = NEWS, key = server.test.secretKey): Promise<string> {
  const made = await server.v1('POST', '/broadcasts', body, { key });
  expect(made.status).toBe(201);
  return made.body.id;
}

test('a broadcast is previewed as it is saved, or as it stands on somebody’s page', async () => {
  const id = await newBroadcast();
  const userId = await newUser(server, { name: 'Ada' });
  const saved = await server.v1('POST', `/broadcasts/${id}/preview`, { user_id: userId });
  expect([saved.status, saved.body.subject]).toEqual([200, 'For Ada']);
  const step = { subject: 'Hi {{ user.plan }}', html: '<p>Not saved</p>' };
  const other = await server.v1('POST', `/broadcasts/${id}/preview`, { step, user_id: userId });
  expect([other.status, other.body.subject]).toEqual([200, 'Hi ']);
  expect(other.body.missing).toEqual(['user.plan']);
  expect(other.body.html).toContain('Not saved');
});

test('a broadcast without an email says what it lacks', async () => {
  const id = await newBroadcast({ name: 'Empty' });
  const answer = await server.v1('POST', `/broadcasts/${id}/preview`, {});
  expect([answer.status, answer.body.code]).toEqual([400, 'series.invalid']);
});

test('a series is no broadcast, nor the other way round', async () => {
  const id = await newBroadcast();
  const step = NEWS.email;
  const asSeries = await server.v1('POST', `/series/${id}/preview`, { step });
  expect([asSeries.status, asSeries.body.code]).toEqual([400, 'series.wrong_type']);
  const seriesId = await draftSeries(server);
  const asBroadcast = await server.v1('POST', `/broadcasts/${seriesId}/preview`, { step });
  expect(asBroadcast.status).toBe(404);
});

test('a test of a broadcast goes to members only, and leaves a live side only', async () => {
  const { live, test: tried } = server;
  await signIn(server, { role: 'viewer', workspaceId: live.id, email: 'grace@tidewater.example' });
  const id = await newBroadcast(NEWS, live.secretKey);
  const send = (to: string) =>
    server.v1('POST', `/broadcasts/${id}/test_send`, { to }, { key: live.secretKey });
  const sent = await send('grace@tidewater.example');
  expect([sent.status, sent.body.to]).toEqual([200, 'grace@tidewater.example']);
  expect(sent.body.subject).toMatch(/^\[Test\] For /);
  const stranger = await send('stranger@example.com');
  expect([stranger.status, stranger.body.code]).toEqual([403, 'series.test_recipient']);
  const onTest = await newBroadcast(NEWS, tried.secretKey);
  const to = 'grace@tidewater.example';
  const refused = await server.v1('POST', `/broadcasts/${onTest}/test_send`, { to });
  expect([refused.status, refused.body.code]).toEqual([409, 'series.test_side']);
});
