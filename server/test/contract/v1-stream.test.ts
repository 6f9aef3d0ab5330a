import { get, type IncomingMessage } from 'node:http';
import { afterAll, afterEach, expect, test } from 'vitest';
import { startServer, type TestServer } from '../support/server.ts';
import { signIn } from '../support/sign-in.ts';
import { activeSeries, advance, email, enroll, newUser, wait } from '../support/series.ts';
import { until } from '../support/until.ts';

/**
 * Goal: whoever listens hears of what changes on their side, whichever process changed it, and of
 * nothing for longer than they may. Method: real streams; a second server beside the first makes changes
 * that the first can only see in the database.
 */
const server = await startServer();
const other = await startServer({ beside: server });
afterAll(async () => {
  await other.close();
  await server.close();
});

interface Heard {
  readonly event: string;
  readonly data: Record<string, unknown>;
}

const open: { close: () => void }[] = [];
afterEach(() => {
  for (const stream of open.splice(0)) stream.close();
});

/** An EventSource, as it were. */
const listen = (key: string, at: TestServer = server) =>
  listenAs({ authorization: `Bearer ${key}` }, { at });

async function listenAs(
  who: Readonly<Record<string, string>>,
  { at = server, query = '' }: { at?: TestServer; query?: string } = {},
) {
  const heard: Heard[] = [];
  let text = '';
  let isEnded = false;
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const headers = { ...who, accept: 'text/event-stream' };
    const asked = get(`${at.url}/api/v1/stream${query}`, { headers }, resolve);
    asked.on('error', reject);
    open.push({ close: () => void asked.destroy() });
  });
  response.on('error', () => {});
  response.on('close', () => (isEnded = true));
  response.on('data', (chunk: Buffer) => {
    text += String(chunk);
    const blocks = text.split('\n\n');
    text = blocks.pop() ?? '';
    for (const block of blocks) {
      const [, event] = /^event: (.*)$/m.exec(block) ?? [];
      const [, data] = /^data: (.*)$/m.exec(block) ?? [];
      if (event !== undefined) heard.push({ event, data: JSON.parse(data ?? '{}') });
    }
  });
  if (response.statusCode === 200) await until(async () => expect(heard[0]?.event).toBe('hello'));
  return {
    status: response.statusCode,
    headers: response.headers,
    heard,
    hasEnded: () => isEnded,
    topics: () => new Set(heard.flatMap(({ data }) => (data['topics'] as string[]) ?? [])),
    seriesIds: () => new Set(heard.flatMap(({ data }) => (data['series_ids'] as string[]) ?? [])),
  };
}

const side = async () => {
  const { test: made } = await server.newWorkspace();
  return { key: made.secretKey, widget: { key: made.widgetKey }, id: made.id };
};

test('a stream says hello, and what it is', async () => {
  const { key, id } = await side();
  const stream = await listen(key);
  expect(stream.headers['content-type']).toBe('text/event-stream; charset=utf-8');
  expect(stream.headers['cache-control']).toBe('no-store');
  expect(stream.headers['x-content-type-options']).toBe('nosniff');
  expect(stream.heard[0]).toEqual({
    event: 'hello',
    data: { at: expect.any(String), workspace_id: id, side: 'test' },
  });
});

test('what this process changes is heard at once, by its own side only', async () => {
  const [mine, foreign] = [await side(), await side()];
  const [stream, elsewhere] = [await listen(mine.key), await listen(foreign.key)];
  const began = performance.now();
  await server.v1('PATCH', '/settings', { name: 'Other' }, { key: mine.key });
  await until(async () => expect(stream.topics()).toContain('settings'));
  expect(performance.now() - began).toBeLessThan(900);
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  expect(elsewhere.topics()).not.toContain('settings');
});

test('what another process changes is heard within seconds, with the series that it is about', async () => {
  const { key, widget } = await side();
  const seriesId = await activeSeries(server, {
    key,
    steps: [email('one'), wait('two', 1, 'days')],
  });
  const stream = await listen(key);
  const userId = await newUser(other, {}, widget);
  await enroll(other, { userId, seriesId }, widget);
  await until(async () => expect(stream.topics()).toContain('enrollments'));
  await until(async () => expect(stream.topics()).toContain('users'));
  expect(stream.seriesIds()).toContain(seriesId);
  await advance(other, 'end', { key });
  await until(async () => {
    expect(stream.topics()).toContain('messages');
    expect(stream.topics()).toContain('test_clock');
  });
  const { data } = stream.heard.findLast(({ event }) => event === 'changed') ?? { data: {} };
  expect(data).toEqual({
    topics: expect.any(Array),
    series_ids: expect.any(Array),
    at: expect.any(String),
  });
});

test('many changes are told about once a second', async () => {
  const { key } = await side();
  const stream = await listen(key);
  const began = performance.now();
  for (let n = 0; n < 40; n += 1) {
    await server.v1('PATCH', '/settings', { name: `Name ${n}` }, { key });
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const seconds = (performance.now() - began) / 1_000;
  expect(stream.heard.filter(({ event }) => event === 'changed').length).toBeLessThan(seconds + 2);
});

test('a key that is revoked ends its stream within seconds', async () => {
  const { key } = await side();
  const made = await server.v1('POST', '/keys', { kind: 'secret' }, { key });
  const stream = await listen(made.body.key as string);
  await other.v1('POST', `/keys/${made.body.id}/revoke`, undefined, { key });
  await until(async () => {
    expect(stream.heard.at(-1)).toEqual({ event: 'end', data: { reason: 'session' } });
    expect(stream.hasEnded()).toBe(true);
  });
  expect((await server.v1('GET', '/stream', undefined, { key: made.body.key })).status).toBe(401);
});

test('a member names the side in the query, and is cut off when signed out or removed', async () => {
  const query = `?workspace=${server.test.id}`;
  const viewer = await signIn(server, { role: 'viewer' });
  const stream = await listenAs({ cookie: viewer.cookie }, { query });
  expect(stream.heard[0]?.data['workspace_id']).toBe(server.test.id);
  await server.v1('PATCH', '/settings', { name: 'Heard' });
  await until(async () => expect(stream.topics()).toContain('settings'));
  const foreign = await server.newWorkspace();
  const elsewhere = `?workspace=${foreign.test.id}`;
  expect((await listenAs({ cookie: viewer.cookie }, { query: elsewhere })).status).toBe(404);
  expect((await listenAs({ cookie: viewer.cookie })).status).toBe(400);
  await server.db`delete from memberships where member_id = ${viewer.id}`;
  await until(async () => expect(stream.hasEnded()).toBe(true));
  expect(stream.heard.at(-1)?.data).toEqual({ reason: 'session' });

  const other = await signIn(server, { role: 'viewer' });
  const second = await listenAs({ cookie: other.cookie }, { query });
  await server.db`delete from member_sessions where member_id = ${other.id}`;
  await until(async () => expect(second.hasEnded()).toBe(true));
});

test('one key may open twenty streams, and another more', async () => {
  const { key } = await side();
  for (let n = 0; n < 20; n += 1) expect((await listen(key)).status).toBe(200);
  const refused = await server.v1('GET', '/stream', undefined, { key });
  expect([refused.status, refused.body.code]).toEqual([429, 'stream.too_many']);
  open.pop()?.close();
  await until(async () => {
    const again = await listen(key);
    expect(again.status).toBe(200);
  });
});

test('a widget key hears nothing, and nobody without a key', async () => {
  expect((await server.v1('GET', '/stream', undefined, { key: null })).status).toBe(401);
  const { widgetKey } = server.test;
  expect((await server.v1('GET', '/stream', undefined, { key: widgetKey })).status).toBe(403);
});

test('a server that stops says so, and is not held up', async () => {
  const stopped = await startServer({ beside: server, transport: null });
  const stream = await listen(server.test.secretKey, stopped);
  const began = performance.now();
  await stopped.close();
  expect(performance.now() - began).toBeLessThan(3_000);
  expect(stream.heard.at(-1)).toEqual({ event: 'end', data: { reason: 'shutdown' } });
});
