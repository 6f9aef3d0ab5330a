import { afterAll, describe, expect, test } from 'vitest';
import { startServer } from '../support/server.ts';
import { activeSeries } from '../support/series.ts';
import { MISSING_TOKENS, TOKEN_USER, tokenWriter, userTokens } from '../support/user-tokens.ts';

/**
 * Goal: with a widget key on a side that verifies identities, nobody acts as a user, or learns whether
 * there is one, without a token for that user. Method: both calls that name a user, with every token
 * of the tables; each answer byte for byte.
 */
const server = await startServer();
afterAll(server.close);

const REQUIRED = '{"error":"user_token is required when identity verification is enabled"}';
const INVALID = '{"error":"Invalid user_token"}';
const MISMATCH = '{"error":"user_token does not match user_id"}';

const { live } = server;
const seriesId = await activeSeries(server, { key: live.secretKey });
const tokens = userTokens({ secret: live.identitySecret, now: new Date() });
await server.sdk('/users/identify', { user_id: TOKEN_USER }, { key: live.secretKey });
const usersBefore = await countUsers();

async function countUsers(): Promise<number> {
  const [row] = await server.db<{ count: number }[]>`select count(*)::int as count from users`;
  return row?.count ?? 0;
}

/** What both calls answer; they must agree on who may act. */
async function answersTo(
  token: string | null | undefined,
  { userId = TOKEN_USER, key = live.widgetKey }: { userId?: string; key?: string } = {},
) {
  const who = { user_id: userId, user_token: token };
  const call = { action: 'remove', series_id: seriesId, ...who };
  const [series, identify] = await Promise.all([
    server.sdk('/series', call, { key }),
    server.sdk('/users/identify', { ...who, traits: {} }, { key }),
  ]);
  return { series, identify };
}

async function expectRefused(
  token: string | null | undefined,
  text: string,
  who: { userId?: string; key?: string } = {},
): Promise<void> {
  const { series, identify } = await answersTo(token, who);
  expect([series.status, series.text]).toEqual([403, text]);
  expect([identify.status, identify.text]).toEqual([403, text]);
}

/** Whose answer changes within a second of being written: they have a test of their own. */
const TICKING = new Set(['time: nbf in 61 seconds', 'exp 59 seconds ago']);

test('clocks may differ by a minute', async () => {
  const { claiming } = tokenWriter(live.identitySecret);
  const nowS = Math.floor(Date.now() / 1_000);
  for (const claims of [{ exp: nowS - 50 }, { nbf: nowS + 55 }]) {
    const { identify } = await answersTo(claiming(claims));
    expect(identify.status).toBe(200);
  }
  for (const claims of [{ exp: nowS - 61 }, { nbf: nowS + 70 }]) {
    await expectRefused(claiming(claims), INVALID);
  }
});

test.each(Object.entries(MISSING_TOKENS))('%s is asked for', async (_name, token) => {
  await expectRefused(token, REQUIRED);
  await expectRefused(token, REQUIRED, { userId: 'unknown' });
});

test('more than 200 kinds of bad token are invalid, for users that exist and for others', async () => {
  const kinds = Object.entries(tokens.bad).filter(
    ([kind, token]) => token.length < 200_000 && !TICKING.has(kind),
  );
  expect(kinds.length).toBeGreaterThan(200);
  for (const [kind, token] of kinds) {
    const { series, identify } = await answersTo(token);
    expect([kind, series.status, series.text]).toEqual([kind, 403, INVALID]);
    expect([kind, identify.status, identify.text]).toEqual([kind, 403, INVALID]);
    const unknown = await answersTo(token, { userId: 'unknown' });
    expect([kind, unknown.series.text]).toEqual([kind, INVALID]);
  }
  expect(await countUsers()).toBe(usersBefore);
});

test('a token of a megabyte is a body that is too large', async () => {
  const { series, identify } = await answersTo('A'.repeat(1_000_000));
  expect([series.status, identify.status]).toEqual([413, 413]);
});

test('a token that is no string is a wrong field', async () => {
  for (const token of [42, true, ['x'], { a: 1 }]) {
    const { series, identify } = await answersTo(token as never);
    for (const { status, text } of [series, identify]) {
      expect([status, text]).toEqual([400, '{"error":"user_token must be a string"}']);
    }
  }
});

test('a token of somebody else does not match, whatever resembles', async () => {
  for (const [kind, { token, userId }] of Object.entries(tokens.wrongUser)) {
    const { series, identify } = await answersTo(token, userId === undefined ? {} : { userId });
    // An id that cannot be stored is refused before the token is looked at.
    const isField = userId !== undefined && !userId.isWellFormed();
    const expected = isField
      ? [kind, 400, '{"error":"user_id must not contain NUL or unpaired surrogates"}']
      : [kind, 403, MISMATCH];
    expect([kind, series.status, series.text]).toEqual(expected);
    expect([kind, identify.status, identify.text]).toEqual(expected);
  }
  expect(await countUsers()).toBe(usersBefore);
});

test('a good token lets its user act', async () => {
  for (const [kind, { token, userId = TOKEN_USER }] of Object.entries(tokens.good)) {
    if (TICKING.has(kind)) continue;
    const { series, identify } = await answersTo(token, { userId });
    expect([kind, identify.status]).toEqual([kind, 200]);
    expect([200, 404]).toContain(series.status);
  }
  const body = {
    action: 'enroll',
    user_id: TOKEN_USER,
    series_id: seriesId,
    user_token: tokens.valid,
  };
  expect((await server.sdk('/series', body, { key: live.widgetKey })).body.enrolled).toBe(true);
});

describe('only a signer can tell', () => {
  test('whether a user exists', async () => {
    for (const token of [undefined, 'x', tokens.wrongUser['another user']?.token]) {
      const known = await answersTo(token);
      const unknown = await answersTo(token, { userId: 'nobody-at-all' });
      expect(unknown.series.text).toBe(known.series.text);
      expect(unknown.series.status).toBe(known.series.status);
    }
    const own = tokenWriter(live.identitySecret).claiming({}, 'nobody-at-all');
    const call = {
      action: 'enroll',
      user_id: 'nobody-at-all',
      series_id: seriesId,
      user_token: own,
    };
    const answer = await server.sdk('/series', call, { key: live.widgetKey });
    expect([answer.status, answer.text]).toEqual([404, '{"error":"User not found"}']);
  });

  test('whether a series exists, is active, or is something else', async () => {
    const key = live.secretKey;
    const broadcast = await server.v1('POST', '/broadcasts', { name: 'News' }, { key });
    for (const id of [seriesId, broadcast.body.id, 'none']) {
      for (const action of ['enroll', 'remove']) {
        const call = { action, user_id: TOKEN_USER, series_id: id };
        const answer = await server.sdk('/series', call, { key: live.widgetKey });
        expect([answer.status, answer.text]).toEqual([403, REQUIRED]);
      }
    }
  });
});

describe('who needs a token', () => {
  const body = { user_id: TOKEN_USER };

  test('nobody with a secret key', async () => {
    const answer = await server.sdk('/users/identify', body, { key: live.secretKey });
    expect(answer.status).toBe(200);
    const wrong = { ...body, user_token: 'x' };
    expect((await server.sdk('/users/identify', wrong, { key: live.secretKey })).status).toBe(200);
  });

  test('nobody on a new test side, where a token is neither needed nor looked at', async () => {
    const settings = await server.v1('GET', '/settings');
    expect(settings.body.identity_verification).toEqual({ enabled: false, require_exp: false });
    for (const token of [undefined, null, '', 'x', tokens.valid]) {
      const answer = await server.sdk('/users/identify', { ...body, user_token: token });
      expect(answer.status).toBe(200);
    }
  });

  test('everybody on a new live side', async () => {
    const settings = await server.v1('GET', '/settings', undefined, { key: live.secretKey });
    expect(settings.body.identity_verification).toEqual({ enabled: true, require_exp: false });
  });

  test('whoever the setting says, from the next call on', async () => {
    const { test: side } = await server.newWorkspace();
    const { widgetKey, secretKey, identitySecret } = side;
    const patch = (identity: object) =>
      server.v1('PATCH', '/settings', { identity_verification: identity }, { key: secretKey });
    const identify = (token?: string) =>
      server.sdk('/users/identify', { ...body, user_token: token }, { key: widgetKey });
    const own = userTokens({ secret: identitySecret, now: new Date() });
    expect((await identify()).status).toBe(200);
    await patch({ enabled: true });
    expect((await identify()).text).toBe(REQUIRED);
    expect((await identify(own.valid)).status).toBe(200);
    // The token of another workspace, and of the other side, is nobody's here.
    expect((await identify(tokens.valid)).text).toBe(INVALID);
    await patch({ require_exp: true });
    expect((await identify(own.valid)).text).toBe(INVALID);
    expect((await identify(own.good['exp to come']?.token)).status).toBe(200);
    await patch({ enabled: false });
    expect((await identify()).status).toBe(200);
  });
});

test('two identity secrets are live during a rotation, until the old one is revoked', async () => {
  const { live: side } = await server.newWorkspace();
  const options = { key: side.secretKey };
  const listed = await server.v1('GET', '/keys', undefined, options);
  const old = listed.body.data.find(({ kind }: { kind: string }) => kind === 'identity');
  const young = await server.v1('POST', `/keys/${old.id}/rotate`, undefined, options);
  expect(young.body).toMatchObject({
    kind: 'identity',
    key: expect.stringMatching(/^mp_is_live_/),
  });
  const identify = (secret: string) =>
    server.sdk(
      '/users/identify',
      { user_id: TOKEN_USER, user_token: tokenWriter(secret).valid },
      { key: side.widgetKey },
    );
  expect((await identify(side.identitySecret)).status).toBe(200);
  expect((await identify(young.body.key)).status).toBe(200);
  const third = await server.v1('POST', '/keys', { kind: 'identity' }, options);
  expect(third.status).toBe(409);
  await server.v1('POST', `/keys/${old.id}/revoke`, undefined, options);
  expect((await identify(side.identitySecret)).text).toBe(INVALID);
  expect((await identify(young.body.key)).status).toBe(200);
});
