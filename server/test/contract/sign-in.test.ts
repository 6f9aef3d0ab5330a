import { afterAll, describe, expect, test } from 'vitest';
import { createReset } from '../../src/workspace/index.ts';
import { startServer, type TestServer } from '../support/server.ts';
import {
  addMember,
  callerOf,
  cookieFor,
  cookieOf,
  PASSWORD,
  postAuth,
  signIn,
} from '../support/sign-in.ts';
import { totp } from '../support/totp.ts';

/**
 * Goal: who is a member gets in, nobody else does, and a session ends when it should. Method: the calls
 * of the dashboard over real sockets, and the same calls as others would make them.
 */
const server = await startServer({ hasSession: true, trustsProxy: true });
afterAll(server.close);

const NEW_PASSWORD = 'another horse battery';

const setUp = (to: TestServer, body: object) =>
  to.send({
    method: 'POST',
    path: '/api/v1/setup',
    headers: { 'content-type': 'application/json', origin: to.url },
    body: JSON.stringify({
      name: 'Ada',
      email: 'Ada@Tidewater.example',
      password: PASSWORD,
      ...body,
    }),
  });
const sessionOf = (cookie: string, to = server) =>
  to.send({ path: '/api/v1/session', headers: { cookie } });
const isIn = async (cookie: string): Promise<boolean> => (await sessionOf(cookie)).status === 200;
/** Another attempt of a test is not what is tested. */
const enter = (email: string, password: string, headers: Record<string, string> = {}) =>
  postAuth(server, '/sign-in/email', { email, password }, headers);

describe('on a fresh installation', () => {
  test('the link of the start makes one owner of everything, once, whoever is first', async () => {
    const fresh = await startServer();
    try {
      await fresh.newWorkspace();
      const before = await fresh.send({ path: '/api/v1/session' });
      expect([before.status, before.body]).toMatchObject([
        401,
        { code: 'session.missing', details: { setup: true, single_sign_on: null } },
      ]);
      const token = fresh.setupToken;
      const wrong = await setUp(fresh, { token: `${token}x` });
      expect([wrong.status, wrong.body.code]).toEqual([403, 'workspace.setup_invalid']);
      const short = await setUp(fresh, { token, password: 'too short' });
      expect([short.status, short.body.code]).toEqual([400, 'request.invalid']);
      const both = await Promise.all(
        ['a', 'b'].map((name) => setUp(fresh, { token, email: `${name}@tidewater.example` })),
      );
      expect(both.map(({ status }) => status).toSorted()).toEqual([200, 409]);
      const [members] = await fresh.db`select count(*)::int as count from members`;
      expect(members).toEqual({ count: 1 });
      const answer = both.find(({ status }) => status === 200)!;
      expect(answer.headers['set-cookie']).toEqual([
        expect.stringMatching(
          /^milepost\.session_token=[^;]+; Max-Age=\d+; Path=\/; HttpOnly; Secure; SameSite=Strict$/,
        ),
      ]);
      const { body } = await sessionOf(cookieOf(answer), fresh);
      const sides = body.workspaces as { role: string; side: string }[];
      expect(sides.map(({ role, side }) => `${role} ${side}`).toSorted()).toEqual([
        'owner live',
        'owner live',
        'owner test',
        'owner test',
      ]);
      const again = await setUp(fresh, { token });
      expect([again.status, again.body.code]).toEqual([409, 'workspace.setup_done']);
      const later = await fresh.send({ path: '/api/v1/session' });
      expect(later.body.details).toEqual({ single_sign_on: null });
    } finally {
      await fresh.close();
    }
  });

  test('addresses are the same in any case', async () => {
    const fresh = await startServer();
    try {
      await setUp(fresh, { token: fresh.setupToken });
      await cookieFor(fresh, 'aDa@tidewater.example');
    } finally {
      await fresh.close();
    }
  });
});

describe('signing in', () => {
  test('a wrong password and an unknown address are answered alike', async () => {
    const { email } = await addMember(server.db, { workspaceId: server.test.id, role: 'viewer' });
    const wrong = await enter(email, 'wrong horse battery');
    const unknown = await enter('nobody@tidewater.example', 'wrong horse battery');
    expect(wrong.status).toBe(401);
    expect([unknown.status, unknown.text]).toEqual([wrong.status, wrong.text]);
    expect(wrong.headers['set-cookie']).toBeUndefined();
  });

  test('nobody makes an account for themselves', async () => {
    const body = { email: 'me@tidewater.example', password: PASSWORD, name: 'Me' };
    const answer = await postAuth(server, '/sign-up/email', body);
    expect(answer.status).toBe(404);
    const [found] = await server.db`select 1 from members where email = ${body.email}`;
    expect(found).toBeUndefined();
  });

  test('what of the library we do not use cannot be reached', async () => {
    const { cookie } = await signIn(server, { role: 'owner' });
    for (const path of [
      '/delete-user',
      '/change-email',
      '/update-session',
      '/list-sessions',
      '/get-session',
      '/link-social',
      '/unlink-account',
      '/list-accounts',
      '/get-access-token',
      '/two-factor/get-totp-uri',
      '/two-factor/send-otp',
      '/request-password-reset',
      '/sign-in/username',
    ]) {
      expect([path, (await postAuth(server, path, {}, { cookie })).status]).toEqual([path, 404]);
      const got = await server.send({ path: `/api/auth${path}`, headers: { cookie } });
      expect([path, got.status]).toEqual([path, 404]);
    }
  });

  test('gives a new session each time, whatever cookie was there before', async () => {
    const { email, cookie } = await signIn(server, { role: 'viewer' });
    const fixed = 'milepost.session_token=chosen.by-somebody';
    for (const sent of [cookie, fixed]) {
      const answer = await enter(email, PASSWORD, { cookie: sent });
      expect(cookieOf(answer)).not.toBe(sent);
      expect(cookieOf(answer)).not.toBe(cookie);
    }
    expect(await isIn(fixed)).toBe(false);
    const [token = ''] = cookie.replace('milepost.session_token=', '').split('.');
    // Who reads the table has the token, but not what it is signed with.
    expect(await isIn(`milepost.session_token=${token}`)).toBe(false);
    expect(await isIn(`milepost.session_token=${token}.x`)).toBe(false);
  });

  test('the token of the session is in no answer', async () => {
    const { email } = await addMember(server.db, { workspaceId: server.test.id, role: 'viewer' });
    const answer = await enter(email, PASSWORD);
    const [token = ''] = cookieOf(answer).replace('milepost.session_token=', '').split('.');
    expect(token.length).toBeGreaterThan(20);
    expect(answer.text).not.toContain(token);
  });

  test('guessing at one account is slowed down, for every process', async () => {
    const second = await startServer({ beside: server, transport: null, trustsProxy: true });
    try {
      const guess = (to: TestServer, email: string) =>
        postAuth(to, '/sign-in/email', { email, password: 'wrong horse battery' });
      const statuses: number[] = [];
      for (let n = 0; n < 22; n++) {
        statuses.push((await guess(second, 'victim@tidewater.example')).status);
      }
      expect(statuses.slice(0, 20)).toEqual(Array(20).fill(401));
      expect(statuses.slice(20)).toEqual([429, 429]);
      const refused = await guess(second, 'VICTIM@tidewater.example');
      expect([refused.status, refused.body.code]).toEqual([429, 'workspace.rate_limited']);
      expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
      await second.services.limiter.sync();
      await guess(server, 'victim@tidewater.example');
      await server.services.limiter.sync();
      expect((await guess(server, 'victim@tidewater.example')).status).toBe(429);
    } finally {
      await second.close();
    }
  });
});

describe('a session', () => {
  test('is listed, ended one by one, and with all others', async () => {
    const one = await signIn(server, { role: 'viewer' });
    const two = await cookieFor(server, one.email);
    const three = await cookieFor(server, one.email);
    const stranger = await signIn(server, { role: 'owner' });
    const listed = await one.call('GET', '/sessions');
    expect(listed.body.data).toHaveLength(3);
    expect(listed.body.data.map((session: { is_current: boolean }) => session.is_current)).toEqual([
      false,
      false,
      true,
    ]);
    const [{ id }] = listed.body.data;
    const foreign = await stranger.call('POST', `/sessions/${id}/revoke`);
    expect([foreign.status, foreign.body.code]).toEqual([404, 'workspace.session_not_found']);
    expect((await one.call('POST', `/sessions/${id}/revoke`)).body).toEqual({ revoked: 1 });
    expect([await isIn(two), await isIn(three)]).toEqual([true, false]);
    expect((await one.call('POST', '/sessions/revoke_others')).body).toEqual({ revoked: 1 });
    expect([await isIn(one.cookie), await isIn(two), await isIn(stranger.cookie)]).toEqual([
      true,
      false,
      true,
    ]);
  });

  test('ends by signing out, also for who kept the cookie', async () => {
    const { cookie } = await signIn(server, { role: 'viewer' });
    const answer = await postAuth(server, '/sign-out', {}, { cookie });
    expect(answer.status).toBe(200);
    expect(cookieOf(answer)).toBe('');
    expect(await isIn(cookie)).toBe(false);
  });

  test('expires', async () => {
    const { id, cookie } = await signIn(server, { role: 'viewer' });
    await server.db`update member_sessions set expires_at = db_now() where member_id = ${id}`;
    expect(await isIn(cookie)).toBe(false);
  });

  test('of others ends when the password is changed, and one’s own is another one', async () => {
    const one = await signIn(server, { role: 'viewer' });
    const two = await cookieFor(server, one.email);
    const change = (currentPassword: string, newPassword = NEW_PASSWORD) =>
      postAuth(
        server,
        '/change-password',
        { currentPassword, newPassword, revokeOtherSessions: false },
        { cookie: one.cookie },
      );
    expect((await change('wrong horse battery')).status).toBe(400);
    expect((await change(PASSWORD, 'too short')).status).toBe(400);
    expect(await isIn(two)).toBe(true);
    const changed = await change(PASSWORD);
    expect(changed.status).toBe(200);
    expect([await isIn(two), await isIn(one.cookie)]).toEqual([false, false]);
    expect(await isIn(cookieOf(changed))).toBe(true);
    expect((await enter(one.email, PASSWORD)).status).toBe(401);
    expect((await enter(one.email, NEW_PASSWORD)).status).toBe(200);
  });

  test('ends when the role is changed and when the member is removed', async () => {
    const owner = await signIn(server, { role: 'owner' });
    const editor = await signIn(server, { role: 'editor' });
    const changed = await owner.call('PATCH', `/members/${editor.id}`, { role: 'viewer' });
    expect([changed.status, changed.body.role]).toEqual([200, 'viewer']);
    expect(await isIn(editor.cookie)).toBe(false);
    const again = await cookieFor(server, editor.email);
    const call = callerOf(server, again, server.test.id);
    expect((await call('POST', '/lists', { name: 'x', kind: 'opt_in' })).body.code).toBe(
      'workspace.role_required',
    );
    expect((await owner.call('DELETE', `/members/${editor.id}`)).status).toBe(200);
    expect(await isIn(again)).toBe(false);
    expect((await enter(editor.email, PASSWORD)).status).toBe(401);
  });
});

test('a link gives a member who lost the password a new one, once, and ends their sessions', async () => {
  const one = await signIn(server, { role: 'viewer' });
  const now = new Date();
  const resetFor = () =>
    createReset(server.db, { email: one.email.toUpperCase(), dropsSecondFactor: false, now });
  const reset = (token: string) =>
    server.send({
      method: 'POST',
      path: '/api/v1/password/reset',
      headers: { 'content-type': 'application/json', origin: server.url },
      body: JSON.stringify({ token, password: NEW_PASSWORD }),
    });
  const { token: replaced } = await resetFor();
  const { token } = await resetFor();
  expect((await reset(replaced)).body.code).toBe('workspace.reset_invalid');
  const answer = await reset(token);
  expect([answer.status, answer.body]).toEqual([200, { signed_in: false }]);
  expect(await isIn(one.cookie)).toBe(false);
  expect((await enter(one.email, PASSWORD)).status).toBe(401);
  expect((await enter(one.email, NEW_PASSWORD)).status).toBe(200);
  expect((await reset(token)).body.code).toBe('workspace.reset_invalid');
});

describe('the second factor', () => {
  const withSecond = async () => {
    const one = await signIn(server, { role: 'editor' });
    const enabled = await postAuth(
      server,
      '/two-factor/enable',
      { password: PASSWORD },
      { cookie: one.cookie },
    );
    expect(enabled.status, enabled.text).toBe(200);
    const { totpURI, backupCodes } = enabled.body as { totpURI: string; backupCodes: string[] };
    const secret = new URL(totpURI).searchParams.get('secret') ?? '';
    expect(totpURI).toMatch(/^otpauth:\/\/totp\/Milepost:/);
    const verified = await postAuth(
      server,
      '/two-factor/verify-totp',
      { code: totp(secret) },
      { cookie: one.cookie },
    );
    expect(verified.status, verified.text).toBe(200);
    return { one, secret, backupCodes, cookie: cookieOf(verified) };
  };

  test('is asked for, once it was proven, and the password alone opens nothing', async () => {
    const { one, secret, cookie } = await withSecond();
    // What one may do has changed: the session of before is none any more.
    expect([await isIn(one.cookie), await isIn(cookie)]).toEqual([false, true]);
    expect((await sessionOf(cookie)).body.member.two_factor).toBe(true);
    const first = await enter(one.email, PASSWORD);
    expect([first.status, first.body.twoFactorRedirect]).toEqual([200, true]);
    const half = cookieOf(first);
    expect(half).not.toContain('session_token');
    expect(await isIn(half)).toBe(false);
    const wrong = await postAuth(
      server,
      '/two-factor/verify-totp',
      { code: '000000' },
      { cookie: half },
    );
    expect(wrong.status).toBe(401);
    const right = await postAuth(
      server,
      '/two-factor/verify-totp',
      { code: totp(secret) },
      { cookie: half },
    );
    expect(right.status, right.text).toBe(200);
    expect(await isIn(cookieOf(right))).toBe(true);
  });

  test('can be a backup code, each of which is good once', async () => {
    const { one, backupCodes } = await withSecond();
    const [code = ''] = backupCodes;
    const withCode = async () =>
      postAuth(
        server,
        '/two-factor/verify-backup-code',
        { code },
        { cookie: cookieOf(await enter(one.email, PASSWORD)) },
      );
    const used = await withCode();
    expect(used.status, used.text).toBe(200);
    expect(await isIn(cookieOf(used))).toBe(true);
    expect((await withCode()).status).toBe(401);
  });

  test('is guessed at five times at most for one password that was right', async () => {
    const { one, secret } = await withSecond();
    const half = cookieOf(await enter(one.email, PASSWORD));
    const guess = (code: string) =>
      postAuth(server, '/two-factor/verify-totp', { code }, { cookie: half });
    for (let n = 0; n < 5; n++) expect((await guess('000000')).status).toBe(401);
    expect((await guess(totp(secret))).status).toBe(400);
  });

  test('stays when the password is reset, unless the link says otherwise', async () => {
    const { one } = await withSecond();
    const resetTo = async (dropsSecondFactor: boolean) => {
      const asked = { email: one.email, dropsSecondFactor, now: new Date() };
      const { token } = await createReset(server.db, asked);
      await server.send({
        method: 'POST',
        path: '/api/v1/password/reset',
        headers: { 'content-type': 'application/json', origin: server.url },
        body: JSON.stringify({ token, password: NEW_PASSWORD }),
      });
      return enter(one.email, NEW_PASSWORD);
    };
    expect((await resetTo(false)).body.twoFactorRedirect).toBe(true);
    const without = await resetTo(true);
    expect(without.body.twoFactorRedirect).toBeUndefined();
    expect(await isIn(cookieOf(without))).toBe(true);
  });

  test('is kept encrypted, and so are the backup codes', async () => {
    const { one, secret, backupCodes } = await withSecond();
    const rows = await server.db`
      select secret, backup_codes from member_second_factors where member_id = ${one.id}
    `;
    const stored = JSON.stringify(rows);
    expect(rows).toHaveLength(1);
    for (const plain of [secret, ...backupCodes]) expect(stored).not.toContain(plain);
  });
});

describe('pages of others', () => {
  test.each([
    ['another site', { origin: 'https://evil.example' }],
    ['another port of this machine', { origin: 'http://127.0.0.1:1' }],
    ['a browser that says so', { 'sec-fetch-site': 'cross-site' }],
    ['a sibling of ours', { 'sec-fetch-site': 'same-site' }],
    ['a name that was made to point here', { host: 'evil.example' }],
  ])('change nothing: %s', async (_name, headers: Record<string, string>) => {
    const { cookie, email, call } = await signIn(server, { role: 'owner' });
    const body = { name: 'x', kind: 'opt_in' };
    const answers = [
      await call('POST', '/lists', body, headers),
      await call('GET', '/session', undefined, headers),
      await call('POST', '/sessions/revoke_others', undefined, headers),
      await postAuth(server, '/sign-out', {}, { cookie, ...headers }),
      await enter(email, PASSWORD, headers),
      await postAuth(server, '/change-password', {}, { cookie, ...headers }),
    ];
    for (const { status, body } of answers) {
      expect([status, body.code]).toEqual([403, 'session.cross_site']);
    }
    expect(await isIn(cookie)).toBe(true);
  });

  test('our own pages do, by the public name and by that of this machine', async () => {
    const { call } = await signIn(server, { role: 'owner' });
    for (const headers of [
      { origin: 'https://milepost.example', host: 'milepost.example' },
      { origin: `http://localhost:${server.port}`, host: `localhost:${server.port}` },
      { 'sec-fetch-site': 'same-origin' },
    ]) {
      const answer = await call('POST', '/sessions/revoke_others', undefined, headers);
      expect(answer.status, answer.text).toBe(200);
    }
  });
});
