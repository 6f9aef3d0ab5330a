import { afterAll, describe, expect, test } from 'vitest';
import { startServer } from '../support/server.ts';
import { activeSeries, newUser, enroll } from '../support/series.ts';

/**
 * Goal: a member may look at their workspace, and nobody else by way of their browser. Method: the cookie
 * of a session, sent as a page of ours would and as others would.
 */
const server = await startServer({ hasSession: true });
afterAll(server.close);

const origin = server.url;
const { cookie } = server;
const get = (headers: Record<string, string> = {}, path = '/session') =>
  server.send({ path: `/api/v1${path}`, headers });

test('the session tells which sides there are', async () => {
  const answer = await get({ cookie });
  expect(answer.status).toBe(200);
  expect(answer.body.workspaces).toHaveLength(2);
  for (const side of ['live', 'test'] as const) {
    const { id, widgetKey } = server[side];
    expect(answer.body.workspaces).toContainEqual({
      id,
      pair_id: expect.any(String),
      name: 'Tidewater',
      side,
      widget_key: widgetKey,
      role: 'owner',
    });
  }
  expect(answer.text).not.toContain('mp_sk_');
  expect(answer.body.member).toMatchObject({ name: 'Grace', two_factor: false });
});

describe('a call with the cookie', () => {
  const mine = () => ({ cookie, 'milepost-workspace': server.test.id });

  test('reads and changes the side that it names', async () => {
    const seriesId = await activeSeries(server);
    await enroll(server, { userId: await newUser(server), seriesId });
    const listed = await get(mine(), '/series');
    expect(listed.body.data).toMatchObject([{ id: seriesId }]);
    const live = await get({ ...mine(), 'milepost-workspace': server.live.id }, '/series');
    expect(live.body.data).toEqual([]);
    const advanced = await server.send({
      method: 'POST',
      path: '/api/v1/test_clock/advance',
      headers: {
        ...mine(),
        origin,
        'content-type': 'application/json',
        'sec-fetch-site': 'same-origin',
      },
      body: '{"by":{"hours":1}}',
    });
    expect(advanced.status, advanced.text).toBe(200);
  });

  test('must name a side, and one that there is', async () => {
    expect(await get({ cookie }, '/series')).toMatchObject({
      status: 400,
      body: { code: 'session.workspace_missing' },
    });
    for (const id of ['none', '0197c5f0-0000-7000-8000-000000000000']) {
      const answer = await get({ cookie, 'milepost-workspace': id }, '/series');
      expect(answer).toMatchObject({ status: 404, body: { code: 'workspace.not_found' } });
    }
  });

  test('goes by the key where one is sent as well', async () => {
    const headers = { ...mine(), authorization: `Bearer ${server.live.secretKey}` };
    expect((await get(headers, '/series')).body.data).toEqual([]);
    const wrong = { ...mine(), authorization: 'Bearer x' };
    expect((await get(wrong, '/series')).status).toBe(401);
  });

  test('is refused from a page of another site, and by another name of this machine', async () => {
    const foreign = [
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { origin: origin.replace('http:', 'https:') },
      { host: 'evil.example' },
      { host: `rebound.example:${server.port}` },
    ];
    for (const headers of foreign) {
      for (const path of ['/session', '/series']) {
        const answer = await get({ ...mine(), ...headers }, path);
        expect([headers, answer.status]).toEqual([headers, 403]);
        expect(answer.body.code).toBe('session.cross_site');
      }
    }
  });

  test('is refused with a cookie that is not ours', async () => {
    const value = cookie.slice('milepost.session_token='.length);
    for (const wrong of ['', 'x', value.slice(1), `${value.split('.')[0]}.x`]) {
      const answer = await get({ cookie: `milepost.session_token=${wrong}` });
      expect([wrong, answer.status, answer.body.code]).toEqual([wrong, 401, 'session.missing']);
    }
    expect((await get({})).status).toBe(401);
    expect((await get({}, '/series')).body.error).toBe('Missing API key');
  });

  test('is nothing to /api/sdk', async () => {
    const answer = await server.sdk(
      '/users/identify',
      { user_id: 'a' },
      { key: null, headers: mine() },
    );
    expect(answer.status).toBe(401);
  });
});
