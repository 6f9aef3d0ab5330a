import { afterAll, describe, expect, test } from 'vitest';
import { startServer, type Answer, type CallOptions } from '../support/server.ts';
import { activeSeries, email, move, newUser } from '../support/series.ts';

const server = await startServer();
afterAll(server.close);

let keyCount = 0;
const newKey = (): string => `key-${(keyCount += 1)}`;
const withKey = (key: string, more: CallOptions = {}): CallOptions => ({
  ...more,
  headers: { ...more.headers, 'idempotency-key': key },
});
const seriesId = await activeSeries(server);
const call = (userId: string, action = 'enroll') => ({
  action,
  user_id: userId,
  series_id: seriesId,
});
const isReplayed = ({ headers }: Answer): boolean => headers['idempotent-replayed'] === 'true';
const REUSED = '{"error":"Idempotency-Key was used with a different request"}';

describe('the same key and the same request', () => {
  test('give the first answer again, whatever has become of the series and the user', async () => {
    const userId = await newUser(server);
    const options = withKey(newKey());
    const first = await server.sdk('/series', call(userId), options);
    expect(first.body.enrolled).toBe(true);
    expect(first.headers['idempotent-replayed']).toBeUndefined();
    await server.sdk('/series', call(userId, 'remove'));
    for (let i = 0; i < 3; i += 1) {
      const again = await server.sdk('/series', call(userId), options);
      expect(again.text).toBe(first.text);
      expect(again.status).toBe(200);
      expect(again.headers['idempotent-replayed']).toBe('true');
      expect(again.headers['content-type']).toBe('application/json; charset=utf-8');
    }
    // Nobody was enrolled by saying it again.
    const listed = await server.v1('GET', `/series/${seriesId}/enrollments?user_id=${userId}`);
    expect(listed.body.data).toHaveLength(1);
    expect(listed.body.data[0].state).toBe('removed');
  });

  test('do so for identify as well', async () => {
    const options = withKey(newKey());
    const body = { user_id: 'said-twice', traits: { count: 1, timezone: 'Nowhere/Land' } };
    const first = await server.sdk('/users/identify', body, options);
    expect(first.body).toMatchObject({ created: true, warnings: [expect.any(String)] });
    const again = await server.sdk('/users/identify', body, options);
    expect(again.text).toBe(first.text);
    expect(isReplayed(again)).toBe(true);
  });

  test('do so after a refusal', async () => {
    const options = withKey(newKey());
    const unknown = call('comes-later');
    const refused = await server.sdk('/series', unknown, options);
    expect(refused).toMatchObject({ status: 404, text: '{"error":"User not found"}' });
    await server.sdk('/users/identify', { user_id: 'comes-later' });
    const again = await server.sdk('/series', unknown, options);
    expect(again).toMatchObject({ status: 404, text: '{"error":"User not found"}' });
    expect(isReplayed(again)).toBe(true);
    const fields = withKey(newKey());
    expect((await server.sdk('/series', {}, fields)).status).toBe(400);
    const fieldsAgain = await server.sdk('/series', {}, fields);
    expect(fieldsAgain.text).toBe('{"error":"action, user_id, and series_id are required"}');
    expect(isReplayed(fieldsAgain)).toBe(true);
    const reserved = withKey(newKey());
    const body = { user_id: 'r', traits: { id: 1, org_id: 2 } };
    const named = await server.sdk('/users/identify', body, reserved);
    expect((await server.sdk('/users/identify', body, reserved)).text).toBe(named.text);
    expect(named.body.reserved_keys).toEqual(['id', 'org_id']);
  });

  test('of a hundred at once one is handled, and all get its answer', async () => {
    const userId = await newUser(server);
    const options = withKey(newKey());
    const answers = await Promise.all(
      Array.from({ length: 100 }, () => server.sdk('/series', call(userId), options)),
    );
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    expect(answers[0]?.body.enrolled).toBe(true);
    expect(answers.filter((answer) => !isReplayed(answer))).toHaveLength(1);
  });

  test('are not the same with another kind of key: a browser learns nothing of what a backend did', async () => {
    const { live } = server;
    const key = newKey();
    const id = await activeSeries(server, { key: live.secretKey });
    const userId = await newUser(server, {}, { key: live.secretKey });
    const body = { action: 'enroll', user_id: userId, series_id: id };
    const backend = await server.sdk('/series', body, withKey(key, { key: live.secretKey }));
    expect(backend.body.enrolled).toBe(true);
    const page = await server.sdk('/series', body, withKey(key, { key: live.widgetKey }));
    expect(page.status).not.toBe(200);
    expect(page.text).not.toContain('enrolled');
  });
});

describe('the same key and another request', () => {
  const other = { status: 422, text: REUSED };
  test('are refused, and what came first stays', async () => {
    const [a, b] = [await newUser(server), await newUser(server)];
    const options = withKey(newKey());
    const first = await server.sdk('/series', call(a), options);
    expect(await server.sdk('/series', call(b), options)).toMatchObject(other);
    expect(await server.sdk('/series', call(a, 'remove'), options)).toMatchObject(other);
    const spaced = JSON.stringify(call(a), null, 1);
    expect(await server.sdk('/series', spaced, options)).toMatchObject(other);
    const identify = { user_id: a };
    expect(await server.sdk('/users/identify', identify, options)).toMatchObject(other);
    expect((await server.sdk('/series', call(a), options)).text).toBe(first.text);
    const none = await server.v1('GET', `/series/${seriesId}/enrollments?user_id=${b}`);
    expect(none.body.data).toEqual([]);
  });

  test('are another matter on another side and in another workspace', async () => {
    const key = newKey();
    const other = await server.newWorkspace();
    const body = { user_id: 'ada' };
    for (const { widgetKey, secretKey } of [server.test, other.test, other.live]) {
      const isLive = widgetKey.includes('_live_');
      const answer = await server.sdk(
        '/users/identify',
        body,
        withKey(key, { key: isLive ? secretKey : widgetKey }),
      );
      expect(answer.text).toBe('{"success":true,"created":true}');
    }
  });
});

test('a key has 1 to 255 characters', async () => {
  const body = { user_id: 'ada' };
  const tooLong = '{"error":"Idempotency-Key must be 1 to 255 characters"}';
  const answers = [];
  for (const key of ['', 'x', 'é'.repeat(10), 'x'.repeat(255), 'x'.repeat(256)]) {
    // A header is bytes: what is not ASCII goes as Latin-1.
    answers.push(await server.sdk('/users/identify', body, withKey(key)));
  }
  expect(answers.map(({ status }) => status)).toEqual([400, 200, 200, 200, 400]);
  expect(answers[0]?.text).toBe(tooLong);
  expect(answers[4]?.text).toBe(tooLong);
});

test('what was refused before it was read, or for being too much, is tried again', async () => {
  const { test: side } = await server.newWorkspace({
    settings: { rate_limits: { widget_unknown_user_per_minute: 1 } },
  });
  const options = withKey(newKey(), { key: side.widgetKey });
  expect((await server.sdk('/series', '{', options)).status).toBe(400);
  const body = { action: 'enroll', user_id: 'nobody', series_id: 'none' };
  expect((await server.sdk('/series', body, options)).status).toBe(404);
  // The limit is reached: even what was answered before is not looked up.
  expect((await server.sdk('/series', body, options)).status).toBe(429);
  await server.v1(
    'PATCH',
    '/settings',
    { rate_limits: { widget_unknown_user_per_minute: 0 } },
    { key: side.secretKey },
  );
  const again = await server.sdk('/series', body, options);
  expect(again.status).toBe(404);
  expect(isReplayed(again)).toBe(true);
});

test('without a key every call is one of its own', async () => {
  const userId = await newUser(server);
  expect((await server.sdk('/series', call(userId))).body.enrolled).toBe(true);
  expect((await server.sdk('/series', call(userId))).body.already_enrolled).toBe(true);
});

describe('/api/v1', () => {
  const series = { name: 'Once', steps: [email('a')] };

  test('creates once', async () => {
    const options = withKey(newKey());
    const first = await server.v1('POST', '/series', series, options);
    expect(first.status).toBe(201);
    const again = await server.v1('POST', '/series', series, options);
    expect(again.status).toBe(201);
    expect(again.text).toBe(first.text);
    expect(isReplayed(again)).toBe(true);
    const listed = await server.v1('GET', '/series?limit=200');
    const named = listed.body.data.filter(({ name }: { name: string }) => name === 'Once');
    expect(named).toHaveLength(1);
    const other = await server.v1('POST', '/series', { ...series, name: 'Other' }, options);
    expect(other).toMatchObject({
      status: 422,
      body: {
        error: 'Idempotency-Key was used with a different request',
        code: 'workspace.idempotency_key_reused',
      },
    });
  });

  test('gives a refusal again as it was', async () => {
    const options = withKey(newKey());
    const first = await server.v1('POST', '/series', { name: '' }, options);
    expect(first.status).toBe(400);
    const again = await server.v1('POST', '/series', { name: '' }, options);
    expect(again.text).toBe(first.text);
    expect(isReplayed(again)).toBe(true);
  });

  test('acts once on what the path names', async () => {
    const id = await activeSeries(server);
    const options = withKey(newKey());
    const paused = await server.v1('POST', `/series/${id}/pause`, undefined, options);
    expect(paused.body.status).toBe('paused');
    await move(server, id, 'resume');
    const again = await server.v1('POST', `/series/${id}/pause`, undefined, options);
    expect(again.text).toBe(paused.text);
    expect((await server.v1('GET', `/series/${id}`)).body.status).toBe('active');
    const elsewhere = await server.v1('POST', `/series/${id}/archive`, undefined, options);
    expect(elsewhere.status).toBe(422);
  });

  test('never keeps the text of a new key', async () => {
    const options = withKey(newKey());
    const first = await server.v1('POST', '/keys', { kind: 'secret' }, options);
    const second = await server.v1('POST', '/keys', { kind: 'secret' }, options);
    expect([first.status, second.status]).toEqual([201, 201]);
    expect(second.body.key).not.toBe(first.body.key);
    const kept = await server.db`select 1 from idempotency where body like '%mp\\_sk\\_%'`;
    expect(kept).toHaveLength(0);
  });
});
