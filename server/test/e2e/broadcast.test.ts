import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { broadcastTick } from '../../src/broadcast/index.ts';
import { runLoop } from '../../src/platform/loop.ts';
import { addPeople, plainPeople } from '../support/broadcast-world.ts';
import { activeSeries, email, newUser, seriesCall } from '../support/series.ts';
import { startServer, type TestServer } from '../support/server.ts';

/**
 * Goal: a broadcast under way can be paused at once, holds nobody else's mail up, and mails everybody
 * once. Method: a live side with a worker; its emails are captured, as fast as that goes.
 */
const PEOPLE = 8_000;
/** What the contract allows; here it takes some hundredths. */
const PAUSE_MS_MAX = 2_000;
/** So much of a broadcast may be in the queue. */
const WELCOME_MS_MAX = 6_000;
const WAIT_MS_MAX = 50_000;

let server: TestServer;
let loop: Promise<void>;
const stopping = new AbortController();

beforeAll(async () => {
  server = await startServer();
  const { db, catalog, consentKey, clock, wake } = server.services;
  const deps = {
    db,
    catalog,
    consentKey,
    onQueued: () => wake.now(),
    monotonicMs: () => clock.monotonicMs(),
  };
  const tick = { name: 'broadcasts', idleMs: 200, tick: () => broadcastTick(deps) };
  const log = { error: (data: object) => void server.errors.push(JSON.stringify(data)) };
  loop = runLoop(tick, { stopping: stopping.signal, log });
});
afterAll(async () => {
  stopping.abort();
  await loop;
  await server.close();
});

const key = () => ({ key: server.live.secretKey });
const call = (method: string, path: string, body?: unknown) => server.v1(method, path, body, key());

async function until(what: () => Promise<boolean>): Promise<number> {
  const beganMs = performance.now();
  while (!(await what())) {
    expect(performance.now() - beganMs).toBeLessThan(WAIT_MS_MAX);
    await sleep(20);
  }
  return performance.now() - beganMs;
}

test('a broadcast under way is paused at once, and nobody else waits behind it', async () => {
  const { db } = server;
  await addPeople(db, server.live.id, plainPeople(PEOPLE));
  const seriesId = await activeSeries(server, { ...key(), steps: [email('welcome')] });
  const audience = { filter: { field: 'user.email', operator: 'ends_with', value: 'example.com' } };
  const made = await call('POST', '/broadcasts', {
    name: 'News',
    email: { subject: 'News', html: '<p>News</p>' },
    audience,
  });
  const { id } = made.body;
  const sentOf = async (): Promise<number> => {
    const [row] = await db<{ count: number }[]>`
      select count(*)::int as count from messages where automation_id = ${id}
    `;
    return row?.count ?? 0;
  };
  expect((await call('POST', `/broadcasts/${id}/send`)).status).toBe(200);
  await until(async () => (await sentOf()) > 0);

  const userId = await newUser(server, { email: 'ada@elsewhere.example' }, key());
  await seriesCall(server, 'enroll', { userId, seriesId }, key());
  const welcomeMs = await until(async () => {
    const { body } = await call('GET', `/messages?series_id=${seriesId}`);
    return body.data.length === 1;
  });
  expect(welcomeMs).toBeLessThan(WELCOME_MS_MAX);

  const beganMs = performance.now();
  const paused = await call('POST', `/broadcasts/${id}/pause`);
  expect(paused.body.status, paused.text).toBe('paused');
  expect(performance.now() - beganMs).toBeLessThan(PAUSE_MS_MAX);
  const sent = await sentOf();
  expect(sent).toBeLessThan(PEOPLE);
  await sleep(1_500);
  expect(await sentOf()).toBe(sent);

  await call('POST', `/broadcasts/${id}/resume`);
  await until(async () => (await call('GET', `/broadcasts/${id}`)).body.status === 'sent');
  const [row] = await db<{ messages: number; people: number }[]>`
    select count(*)::int as messages, count(distinct user_id)::int as people
      from messages where automation_id = ${id}
  `;
  expect(row).toEqual({ messages: PEOPLE, people: PEOPLE });
  const stats = await call('GET', `/broadcasts/${id}/stats`);
  expect(stats.body).toMatchObject({ total: PEOPLE, outcomes: { sent: PEOPLE, waiting: 0 } });
});
