import { afterAll, describe, expect, test, vi } from 'vitest';
import { startServer, TEST_CLOCK, type Answer, type CallOptions } from '../support/server.ts';
import { activeSeries, advance, enroll, newUser, wait, email } from '../support/series.ts';
import { tokenWriter } from '../support/user-tokens.ts';

/** Goal: `POST /api/sdk/users/update` lets in, writes, counts and refuses as the contract says. */
const server = await startServer();
afterAll(server.close);

const exact = ({ status, text }: Answer) => [status, text];
const error = (status: number, message: string) => [status, JSON.stringify({ error: message })];
const answer = (counts: object, errors: readonly object[] = []) => [
  200,
  JSON.stringify({ success: true, created: 0, updated: 0, skipped: 0, ...counts, errors }),
];

let userCount = 0;
const newId = (): string => `carl-${(userCount += 1)}`;
const secret = { key: server.test.secretKey };
const update = (body: unknown, options: CallOptions = secret) =>
  server.sdk('/users/update', body, options);
const users = (...ids: string[]) => ids.map((id) => ({ user_id: id }));
const get = (userId: string, options?: CallOptions) =>
  server.v1('GET', `/users/${encodeURIComponent(userId)}`, undefined, options);
const read = async (userId: string, options?: CallOptions) => (await get(userId, options)).body;

describe('who may', () => {
  const { claiming, sign } = tokenWriter(server.test.identitySecret);
  const other = tokenWriter(server.live.identitySecret);
  const nowS = Math.floor(Date.now() / 1_000);
  const scope = 'users.update';
  const REQUIRED = error(403, 'user_token is required when identity verification is enabled');
  const INVALID = error(403, 'Invalid user_token');
  const widget = { key: server.test.widgetKey };

  test('a secret key needs no token', async () => {
    expect(exact(await update({ users: users(newId()) }))).toEqual(answer({ created: 1 }));
  });

  test('a widget key needs one, whatever the setting', async () => {
    for (const key of [server.test.widgetKey, server.live.widgetKey]) {
      for (const token of [undefined, null, '']) {
        expect(exact(await update({ users: users(newId()), user_token: token }, { key }))).toEqual(
          REQUIRED,
        );
      }
    }
  });

  test('with the scope and an hour to live it may, also without a user', async () => {
    const tokens = [
      claiming({ scope, exp: nowS + 3_600 }),
      sign(JSON.stringify({ scope, exp: nowS + 300 })),
    ];
    for (const token of tokens) {
      const good = await update({ users: users(newId()), user_token: token }, widget);
      expect(exact(good)).toEqual(answer({ created: 1 }));
    }
    const live = other.sign(JSON.stringify({ scope, exp: nowS + 300 }));
    const answered = await update(
      { users: users(newId()), user_token: live },
      { key: server.live.widgetKey },
    );
    expect(exact(answered)).toEqual(answer({ created: 1 }));
  });

  test.each([
    ['no scope', claiming({ exp: nowS + 300 })],
    ['another scope', claiming({ scope: 'users', exp: nowS + 300 })],
    ['a scope with a space', claiming({ scope: 'users.update ', exp: nowS + 300 })],
    ['a list of scopes', claiming({ scope: [scope], exp: nowS + 300 })],
    [
      'a scope through the prototype',
      sign(`{"__proto__":{"scope":"${scope}"},"exp":${nowS + 300}}`),
    ],
    ['no exp', claiming({ scope })],
    ['two hours to live', claiming({ scope, exp: nowS + 7_200 })],
    ['more than an hour and the leeway', claiming({ scope, exp: nowS + 3_600 + 120 })],
    ['exp in milliseconds', claiming({ scope, exp: Date.now() + 300_000 })],
    ['exp long ago', claiming({ scope, exp: nowS - 300 })],
    ['a secret of the other side', other.claiming({ scope, exp: nowS + 300 })],
    ['nonsense', 'nonsense'],
  ])('%s is no token for it', async (_name, token) => {
    const userId = newId();
    expect(exact(await update({ users: users(userId), user_token: token }, widget))).toEqual(
      INVALID,
    );
    expect((await get(userId)).status).toBe(404);
  });

  test('a token for it is none for a user, and one of a user is none for it', async () => {
    const who = { key: server.live.widgetKey };
    const scoped = other.sign(JSON.stringify({ scope, exp: nowS + 300 }));
    const identify = await server.sdk(
      '/users/identify',
      { user_id: 'eve', user_token: scoped },
      who,
    );
    expect(exact(identify)).toEqual(error(403, 'user_token does not match user_id'));
    const own = other.claiming({ exp: nowS + 300 }, 'eve');
    expect(exact(await update({ users: users('eve'), user_token: own }, who))).toEqual(INVALID);
  });

  test('fields of the call are judged before the token, single users after it', async () => {
    expect(exact(await update({ users: 7 }, widget))).toEqual(error(400, 'users must be an array'));
    expect(exact(await update({ users: [7] }, widget))).toEqual(REQUIRED);
  });
});

describe('what is written', () => {
  test('creates and changes, key by key, and counts', async () => {
    const [known, unknown] = [await newUser(server, { name: 'Ada', a: 1, b: 1 }), newId()];
    const body = {
      users: [
        { user_id: known, traits: { a: 2, b: null, c: 3, name: 'Ada L' }, context: { k: 1 } },
        {
          user_id: unknown,
          traits: { email: 'x@example.com', signed_up_at: '2024-01-01', plan: 'pro' },
        },
      ],
    };
    expect(exact(await update(body))).toEqual(answer({ created: 1, updated: 1 }));
    expect(await read(known)).toMatchObject({
      name: 'Ada L',
      email: `${known}@example.com`,
      traits: { a: 2, c: 3 },
      context: { k: 1 },
    });
    expect((await read(known)).traits).toEqual({ a: 2, c: 3 });
    expect(await read(unknown)).toMatchObject({
      email: 'x@example.com',
      signed_up_at: '2024-01-01T00:00:00.000Z',
      traits: { plan: 'pro' },
    });
  });

  test('never moves first_seen and last_seen', async () => {
    const { test: side } = await server.newWorkspace();
    const key = { key: side.secretKey };
    await server.sdk('/users/identify', { user_id: 'ada' }, key);
    const later = '2025-03-26T10:00:00.000Z';
    await advance(server, later, key);
    await update({ users: [{ user_id: 'ada', traits: { a: 1 } }] }, key);
    const at = TEST_CLOCK.toISOString();
    expect(await read('ada', key)).toMatchObject({
      first_seen: at,
      last_seen: at,
      created_at: at,
      updated_at: later,
      traits: { a: 1 },
    });
  });

  test('update_only leaves out whom nobody knows, and counts them', async () => {
    const [known, unknown, other] = [await newUser(server), newId(), newId()];
    const body = { users: users(known, unknown, other), update_only: true };
    expect(exact(await update(body))).toEqual(answer({ updated: 1, skipped: 2 }));
    expect((await get(unknown)).status).toBe(404);
    expect(exact(await update({ ...body, update_only: false }))).toEqual(
      answer({ created: 2, updated: 1 }),
    );
    expect(exact(await update({ ...body, update_only: null }))).toEqual(answer({ updated: 3 }));
  });

  test('one that is named twice is written twice, in order', async () => {
    const userId = newId();
    const body = {
      users: [
        { user_id: userId, traits: { a: 1, b: 1 } },
        { user_id: userId, traits: { a: 2, b: null } },
      ],
    };
    expect(exact(await update(body))).toEqual(answer({ created: 1, updated: 1 }));
    expect((await read(userId)).traits).toEqual({ a: 2 });
  });

  test('good ones are written even when others fail, each with its own words', async () => {
    const [good, last] = [newId(), newId()];
    const long = 'x'.repeat(300);
    const body = {
      users: [
        { user_id: good },
        null,
        'x',
        {},
        { user_id: '' },
        { user_id: 7 },
        { user_id: long },
        { user_id: 'nul\0' },
        { user_id: 'half\ud800' },
        { user_id: 'u1', traits: [] },
        { user_id: 'u2', traits: { id: 1, company_id: 2 } },
        { user_id: 'u3', traits: { email: 'x' } },
        { user_id: 'u4', traits: { name: 7 } },
        { user_id: 'u5', traits: { a: 'x'.repeat(20_000) } },
        { user_id: 'u6', context: 'x' },
        { user_id: 'u7', traits: { a: 'x\0' } },
        { user_id: last },
      ],
    };
    const unstorable = 'must not contain NUL or unpaired surrogates';
    expect(exact(await update(body))).toEqual(
      answer({ created: 2 }, [
        { index: 1, user_id: null, error: 'users[1] must be an object' },
        { index: 2, user_id: null, error: 'users[2] must be an object' },
        { index: 3, user_id: null, error: 'user_id is required' },
        { index: 4, user_id: null, error: 'user_id is required' },
        { index: 5, user_id: null, error: 'user_id must be a string' },
        { index: 6, user_id: 'x'.repeat(255), error: 'user_id must be at most 255 characters' },
        { index: 7, user_id: 'nul\0', error: `user_id ${unstorable}` },
        { index: 8, user_id: 'half\ufffd', error: `user_id ${unstorable}` },
        { index: 9, user_id: 'u1', error: 'traits must be an object' },
        { index: 10, user_id: 'u2', error: 'Reserved trait keys cannot be set: id, company_id' },
        { index: 11, user_id: 'u3', error: 'email is not a valid email address' },
        { index: 12, user_id: 'u4', error: 'name must be a string' },
        { index: 13, user_id: 'u5', error: 'Traits and context exceed 20000 bytes' },
        { index: 14, user_id: 'u6', error: 'context must be an object' },
        { index: 15, user_id: 'u7', error: `traits ${unstorable}` },
      ]),
    );
    for (const userId of [good, last]) expect((await get(userId)).status).toBe(200);
    for (let i = 1; i <= 7; i += 1) expect((await get(`u${i}`)).status).toBe(404);
  });

  test('1,000 users in one call, and in ten calls at once', async () => {
    const ids = Array.from({ length: 1_000 }, newId);
    expect(exact(await update({ users: users(...ids) }))).toEqual(answer({ created: 1_000 }));
    const calls = Array.from({ length: 10 }, (_, call) =>
      update({
        users: ids.toReversed().map((id, i) => ({ user_id: id, traits: { [`t${call}`]: i } })),
      }),
    );
    for (const each of await Promise.all(calls))
      expect(exact(each)).toEqual(answer({ updated: 1_000 }));
    expect(Object.keys((await read(ids[500]!)).traits)).toHaveLength(10);
  });

  test('a changed time zone plans what waits anew', async () => {
    const { test: side } = await server.newWorkspace();
    const key = { key: side.secretKey };
    const settings = { use_user_timezone: true, send_window: { start: '09:00', end: '10:00' } };
    const steps = [wait('day', 1, 'days'), email('a')];
    const seriesId = await activeSeries(server, { ...key, settings, steps });
    const userId = await newUser(server, { timezone: 'Europe/Berlin' }, key);
    await enroll(server, { userId, seriesId }, key);
    await update({ users: [{ user_id: userId, traits: { timezone: 'America/New_York' } }] }, key);
    await vi.waitFor(async () => {
      const rows = await server.v1('GET', `/series/${seriesId}/recipients`, undefined, key);
      expect(JSON.stringify(rows.body.data[0].reasons)).toContain('America/New_York');
    });
  });
});

describe('400 and 413', () => {
  test('users is an array of at most 1,000', async () => {
    for (const body of [{}, '[]', 'null', '7', { users: null }]) {
      expect(exact(await update(body))).toEqual(error(400, 'users is required'));
    }
    for (const value of [{}, 'x', 7, true]) {
      expect(exact(await update({ users: value }))).toEqual(error(400, 'users must be an array'));
    }
    const many = Array.from({ length: 1_001 }, (_, i) => ({ user_id: `many-${i}` }));
    expect(exact(await update({ users: many }))).toEqual(
      error(400, 'users must hold at most 1000 users'),
    );
    expect((await get('many-0')).status).toBe(404);
    expect(exact(await update({ users: [] }))).toEqual(answer({}));
  });

  test('update_only is a boolean, user_token a string', async () => {
    for (const value of [7, 'true', [], {}]) {
      expect(exact(await update({ users: [], update_only: value }))).toEqual(
        error(400, 'update_only must be a boolean'),
      );
    }
    for (const value of [7, true, [], {}]) {
      expect(exact(await update({ users: [], user_token: value }))).toEqual(
        error(400, 'user_token must be a string'),
      );
    }
  });

  test('keys that would change what an object is', async () => {
    const answered = await update('{"users":[{"user_id":"x","traits":{"__proto__":{"a":1}}}]}');
    expect(exact(answered)).toEqual(error(400, 'Request body is not valid JSON'));
  });

  test('nested too deep is a fault of the one user', async () => {
    const deep = `{"users":[{"user_id":"deep","traits":${'{"a":'.repeat(4_000)}1${'}'.repeat(4_000)}}]}`;
    const message = 'traits must not nest deeper than 32 levels';
    expect(exact(await update(deep))).toEqual(
      answer({}, [{ index: 0, user_id: 'deep', error: message }]),
    );
  });

  test('1,000 users with 20,000 bytes each are read with a secret key, and more than 24 MiB are not', async () => {
    const traits = { a: 'x'.repeat(19_992) };
    const body = {
      users: Array.from({ length: 1_000 }, (_, i) => ({ user_id: `big-${i}`, traits })),
    };
    expect(exact(await update(body))).toEqual(answer({ created: 1_000 }));
    const huge = Buffer.alloc(24 * 1_048_576 + 1, ' ');
    expect(exact(await update(huge))).toEqual(error(413, 'Request body is too large'));
  });

  test('with a widget key 2 MiB are read', async () => {
    const widget = { key: server.test.widgetKey };
    const body = JSON.stringify({ users: 7 });
    const send = (bytes: number, isChunked: boolean) =>
      server.send({
        method: 'POST',
        path: '/api/sdk/users/update',
        headers: { authorization: `Bearer ${widget.key}`, 'content-type': 'application/json' },
        body: body.padEnd(bytes),
        isChunked,
      });
    for (const isChunked of [false, true]) {
      expect(exact(await send(2_097_152, isChunked))).toEqual(error(400, 'users must be an array'));
      expect(exact(await send(2_097_153, isChunked))).toEqual(
        error(413, 'Request body is too large'),
      );
    }
  });
});
