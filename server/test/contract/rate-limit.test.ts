import { afterAll, describe, expect, test } from 'vitest';
import { createWorkspace } from '../../src/workspace/index.ts';
import { startServer, type Answer, type TestServer } from '../support/server.ts';
import { activeSeries, newUser } from '../support/series.ts';

/**
 * Goal: each rate limit holds where the contract says, and nowhere else. Method: small limits, set
 * through the settings, in a workspace for each test.
 */
const server = await startServer();
afterAll(server.close);

const TOO_MANY = '{"error":"Too many requests"}';
const statuses = (answers: readonly Answer[]): number[] => answers.map(({ status }) => status);

async function limited(rateLimits: Record<string, number>) {
  const { test: side } = await server.newWorkspace();
  const { secretKey } = side;
  const body = { rate_limits: rateLimits };
  const changed = await server.v1('PATCH', '/settings', body, { key: secretKey });
  expect(changed.body.rate_limits).toMatchObject(rateLimits);
  return side;
}

async function repeat(count: number, send: (index: number) => Promise<Answer>): Promise<Answer[]> {
  const answers: Answer[] = [];
  for (let i = 0; i < count; i += 1) answers.push(await send(i));
  return answers;
}

const retryAfter = ({ headers }: Answer): number => {
  expect(headers['retry-after']).toMatch(/^[1-9]\d*$/);
  return Number(headers['retry-after']);
};

test('the limits of a new workspace are those of the contract', async () => {
  const { db: pool, box, clock } = server.services;
  const { live, test: side } = await createWorkspace(
    { pool, box },
    { name: 'New', now: clock.now() },
  );
  for (const { secretKey: key } of [live, side]) {
    const { body } = await server.v1('GET', '/settings', undefined, { key });
    expect(body.rate_limits).toEqual({
      widget_per_minute: 600,
      widget_unknown_user_per_minute: 60,
      secret_per_second: 1_000,
      enrollments_per_user_per_hour: 60,
    });
  }
});

describe('calls of a widget key', () => {
  const identify = (on: TestServer, key: string, body: unknown = { user_id: 'ada' }) =>
    on.sdk('/users/identify', body, { key });

  test('are limited per minute, whatever they come to, and told when to come back', async () => {
    const { widgetKey } = await limited({ widget_per_minute: 5 });
    const bodies = [{ user_id: 'ada' }, '{', {}, { user_id: 1 }, { user_id: 'bob' }];
    const answers = await repeat(7, (i) =>
      identify(server, widgetKey, bodies[i] ?? { user_id: 'x' }),
    );
    expect(statuses(answers)).toEqual([200, 400, 400, 400, 200, 429, 429]);
    for (const answer of answers.slice(5)) {
      expect(answer.text).toBe(TOO_MANY);
      expect(retryAfter(answer)).toBeLessThanOrEqual(60);
    }
  });

  test('do not use up what a secret key may, nor another widget key', async () => {
    const { widgetKey, secretKey } = await limited({ widget_per_minute: 1 });
    const made = await server.v1('POST', '/keys', { kind: 'widget' }, { key: secretKey });
    expect(statuses(await repeat(2, () => identify(server, widgetKey)))).toEqual([200, 429]);
    expect((await identify(server, secretKey)).status).toBe(200);
    expect((await identify(server, made.body.key)).status).toBe(200);
  });

  test('with a limit of 0 are not limited', async () => {
    const { widgetKey } = await limited({ widget_per_minute: 0 });
    const answers = await repeat(30, () => identify(server, widgetKey));
    expect(new Set(statuses(answers))).toEqual(new Set([200]));
  });

  test('a preflight, a wrong method and an unknown path are not counted', async () => {
    const { widgetKey } = await limited({ widget_per_minute: 1 });
    const headers = { authorization: `Bearer ${widgetKey}` };
    await repeat(3, () => server.send({ method: 'OPTIONS', path: '/api/sdk/series', headers }));
    await repeat(3, () => server.send({ path: '/api/sdk/series', headers }));
    await repeat(3, () => server.send({ method: 'POST', path: '/api/sdk/x', headers }));
    expect((await identify(server, widgetKey)).status).toBe(200);
  });

  test('an address in X-Forwarded-For is not believed', async () => {
    const { widgetKey: key } = await limited({ widget_per_minute: 2 });
    const answers = await repeat(3, (i) =>
      server.sdk(
        '/users/identify',
        { user_id: 'ada' },
        { key, headers: { 'x-forwarded-for': `10.0.0.${i}` } },
      ),
    );
    expect(statuses(answers)).toEqual([200, 200, 429]);
  });

  test('a changed limit holds from the next call on', async () => {
    const { widgetKey, secretKey } = await limited({ widget_per_minute: 1 });
    expect(statuses(await repeat(2, () => identify(server, widgetKey)))).toEqual([200, 429]);
    const body = { rate_limits: { widget_per_minute: 0 } };
    await server.v1('PATCH', '/settings', body, { key: secretKey });
    expect((await identify(server, widgetKey)).status).toBe(200);
  });

  test('are counted over all processes', async () => {
    const second = await startServer({ beside: server });
    const { widgetKey } = await limited({ widget_per_minute: 10 });
    const both = [server, second];
    let passed = 0;
    for (let round = 0; round < 5; round += 1) {
      const answers = await repeat(4, (i) => identify(both[i % 2]!, widgetKey));
      passed += statuses(answers).filter((status) => status === 200).length;
      // A process learns of the other's calls when it tells of its own: once a second with traffic.
      for (const { services } of both) await services.limiter.sync();
      if (round === 4) expect(new Set(statuses(answers))).toEqual(new Set([429]));
    }
    expect(passed).toBeGreaterThanOrEqual(10);
    expect(passed).toBeLessThanOrEqual(12);
    await second.close();
  });
});

test('calls of a secret key are limited per second, under /api/sdk and /api/v1 together', async () => {
  const { secretKey: key } = await limited({ secret_per_second: 4 });
  const answers = await Promise.all([
    ...Array.from({ length: 4 }, () => server.v1('GET', '/settings', undefined, { key })),
    ...Array.from({ length: 4 }, () => server.sdk('/users/identify', { user_id: 'ada' }, { key })),
  ]);
  const refused = answers.filter(({ status }) => status === 429);
  // A second may have turned on the way.
  expect(refused.length).toBeGreaterThanOrEqual(2);
  expect(refused.every((answer) => retryAfter(answer) === 1)).toBe(true);
  for (const { text, body } of refused) {
    if ('code' in body)
      expect(body).toMatchObject({ error: 'Too many requests', code: 'workspace.rate_limited' });
    else expect(text).toBe(TOO_MANY);
  }
});

describe('answers `User not found`', () => {
  const call = (key: string, userId: string, action = 'enroll') =>
    server.sdk('/series', { action, user_id: userId, series_id: 'none' }, { key });

  test('are limited per minute, and then nothing more is looked up', async () => {
    const { widgetKey } = await limited({ widget_unknown_user_per_minute: 3 });
    await server.sdk('/users/identify', { user_id: 'ada' }, { key: widgetKey });
    const answers = await repeat(5, (i) =>
      call(widgetKey, `nobody-${i}`, i % 2 ? 'remove' : 'enroll'),
    );
    expect(statuses(answers)).toEqual([404, 404, 404, 429, 429]);
    expect(answers[3]?.text).toBe(TOO_MANY);
    expect(retryAfter(answers[3]!)).toBeLessThanOrEqual(60);
    // A user that exists is answered alike, or the limit would tell what it is to hide.
    expect((await call(widgetKey, 'ada')).status).toBe(429);
  });

  test('that run together do not pass the limit together', async () => {
    const { widgetKey } = await limited({ widget_unknown_user_per_minute: 5 });
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, i) => call(widgetKey, `nobody-${i}`)),
    );
    expect(statuses(answers).filter((status) => status === 404)).toHaveLength(5);
    expect(statuses(answers).filter((status) => status === 429)).toHaveLength(35);
  });

  test('are not limited for a secret key, nor is `Series not found`', async () => {
    const { widgetKey, secretKey } = await limited({ widget_unknown_user_per_minute: 1 });
    expect(statuses(await repeat(3, () => call(secretKey, 'nobody')))).toEqual([404, 404, 404]);
    await server.sdk('/users/identify', { user_id: 'ada' }, { key: widgetKey });
    const answers = await repeat(3, () => call(widgetKey, 'ada'));
    expect(answers.map(({ text }) => text)).toEqual(Array(3).fill('{"error":"Series not found"}'));
  });
});

describe('enrollments of one user', () => {
  async function limitedSeries(max: number) {
    const side = await limited({ enrollments_per_user_per_hour: max });
    const key = side.secretKey;
    const seriesIds = await Promise.all(
      Array.from({ length: 5 }, () => activeSeries(server, { key })),
    );
    const enroll = (userId: string, index: number, by = side.widgetKey, action = 'enroll') =>
      server.sdk('/series', { action, user_id: userId, series_id: seriesIds[index] }, { key: by });
    return { ...side, enroll };
  }

  test('are limited per hour; answers that begin none are not counted', async () => {
    const { enroll, widgetKey } = await limitedSeries(2);
    const ada = await newUser(server, {}, { key: widgetKey });
    expect((await enroll(ada, 0)).body.enrolled).toBe(true);
    for (let i = 0; i < 5; i += 1) expect((await enroll(ada, 0)).body.already_enrolled).toBe(true);
    expect((await enroll(ada, 1)).body.enrolled).toBe(true);
    const refused = await enroll(ada, 2);
    expect([refused.status, refused.text]).toEqual([429, TOO_MANY]);
    expect(retryAfter(refused)).toBeGreaterThan(60);
    expect(retryAfter(refused)).toBeLessThanOrEqual(3_600);
    // Nothing was begun by it, and what begins nothing is still answered.
    expect((await enroll(ada, 0)).body.already_enrolled).toBe(true);
    expect((await enroll(ada, 2, widgetKey, 'remove')).body.removed).toBe(false);
    expect((await enroll(ada, 1, widgetKey, 'remove')).body.removed).toBe(true);
    expect((await enroll(ada, 1)).status).toBe(429);
    const bob = await newUser(server, {}, { key: widgetKey });
    expect((await enroll(bob, 2)).body.enrolled).toBe(true);
  });

  test('are not limited for a secret key', async () => {
    const { enroll, widgetKey, secretKey } = await limitedSeries(1);
    const ada = await newUser(server, {}, { key: widgetKey });
    for (let i = 0; i < 4; i += 1)
      expect((await enroll(ada, i, secretKey)).body.enrolled).toBe(true);
    expect((await enroll(ada, 4)).body.enrolled).toBe(true);
  });

  test('a hundred calls at once count as the one that began', async () => {
    const { enroll, widgetKey } = await limitedSeries(2);
    const ada = await newUser(server, {}, { key: widgetKey });
    const answers = await Promise.all(Array.from({ length: 100 }, () => enroll(ada, 0)));
    expect(new Set(statuses(answers))).toEqual(new Set([200]));
    expect((await enroll(ada, 1)).body.enrolled).toBe(true);
    expect((await enroll(ada, 2)).status).toBe(429);
  });
});
