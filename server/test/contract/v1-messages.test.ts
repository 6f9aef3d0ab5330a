import { SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startServer, TEST_CLOCK } from '../support/server.ts';
import { activeSeries, advance, email, enroll, newUser, wait } from '../support/series.ts';

/**
 * Goal: messages are found by everything that a screen filters by, page by page, and decided about
 * together. Method: the test side with two series and messages made to stand in many states.
 */
const server = await startServer();
afterAll(server.close);

const ask = async (path: string) => {
  const answer = await server.v1('GET', path);
  expect(answer.status, answer.text).toBe(200);
  return answer.body;
};
interface Listed {
  readonly id: string;
  readonly status: string;
  readonly user_id: string;
  readonly step_id: string;
}
const pages = async (query: string, limit = 2): Promise<Listed[]> => {
  const all: Listed[] = [];
  for (let cursor = '', n = 0; n < 50; n += 1) {
    const page = await ask(`/messages?limit=${limit}${query}${cursor}`);
    all.push(...page.data);
    if (page.next_cursor === null) return all;
    cursor = `&cursor=${page.next_cursor}`;
  }
  throw new Error('the list does not end');
};

const users: string[] = [];
let [first, second] = ['', ''];
beforeAll(async () => {
  first = await activeSeries(server, { steps: [email('a'), wait('w', 1, 'days'), email('b')] });
  second = await activeSeries(server, { steps: [email('c')] });
  for (let n = 0; n < 6; n += 1) {
    const userId = await newUser(server);
    users.push(userId);
    await enroll(server, { userId, seriesId: first });
    await enroll(server, { userId, seriesId: second });
  }
  await advance(server, new Date(TEST_CLOCK.getTime() + 2 * 86_400_000).toISOString());
  const states = { 1: 'bounced', 2: 'complained', 3: 'rejected' };
  for (const [index, state] of Object.entries(states)) {
    await server.db`
      update messages set state = ${state}, answer = ${`550 no ${state} here`}
       where user_external_id = ${users[Number(index)] ?? ''} and step_id = 'c'
    `;
  }
  // As it is of an email that a server refused.
  await server.db`
    update step_log l set outcome = 'failed' from messages m
     where m.state = 'rejected' and l.bucket = m.bucket and l.enrollment_id = m.enrollment_id
       and l.seq = m.seq
  `;
});

describe('the list', () => {
  test('is narrowed by one status and by several, common ones and rare ones', async () => {
    expect(await pages('')).toHaveLength(18);
    expect((await pages('&status=bounced')).map(({ status }) => status)).toEqual(['bounced']);
    const rare = await pages('&status=complained,rejected,bounced');
    expect(rare.map(({ status }) => status).toSorted()).toEqual([
      'bounced',
      'complained',
      'rejected',
    ]);
    const mixed = await pages('&status=accepted,bounced');
    expect(mixed).toHaveLength(16);
    expect(new Set(mixed.map(({ id }) => id)).size).toBe(16);
    for (const wrong of ['sent', 'bounced,', 'bounced;accepted']) {
      expect((await server.v1('GET', `/messages?status=${wrong}`)).status).toBe(400);
    }
  });

  test('is narrowed by series and step', async () => {
    expect(await pages(`&series_id=${first}`)).toHaveLength(12);
    const b = await pages(`&series_id=${first}&step_id=b`);
    expect(b.map(({ step_id }) => step_id)).toEqual(Array.from({ length: 6 }, () => 'b'));
    expect(await pages(`&series_id=${second}&status=accepted`)).toHaveLength(3);
    expect(await pages('&step_id=c&status=bounced')).toHaveLength(1);
    expect(await pages(`&series_id=${crypto.randomUUID()}`)).toEqual([]);
  });

  test('is narrowed by who it went to, by id or address', async () => {
    const [, one = ''] = users;
    expect(await pages(`&user_id=${one}`)).toHaveLength(3);
    expect(await pages(`&q=${one}`)).toHaveLength(3);
    const byAddress = await pages(`&q=${one.toUpperCase()}@example.com&status=bounced`);
    expect(byAddress).toMatchObject([{ user_id: one, step_id: 'c' }]);
    expect(await pages('&q=nobody@example.com')).toEqual([]);
    expect(await pages(`&q=${one}&user_id=${users[2]}`)).toEqual([]);
    expect(await pages('&q=%00')).toEqual([]);
  });

  test('is narrowed by what was said and when it was made', async () => {
    expect(await pages('&reason=NO%20rej')).toMatchObject([{ status: 'rejected' }]);
    expect(await pages('&reason=%25')).toEqual([]);
    const day = new Date(TEST_CLOCK.getTime() + 3_600_000).toISOString();
    expect(await pages(`&from=${day}`)).toHaveLength(6);
    expect(await pages(`&to=${day}`)).toHaveLength(12);
    expect((await server.v1('GET', '/messages?from=yesterday')).status).toBe(400);
    expect((await server.v1('GET', '/messages?reason=%00')).status).toBe(400);
  });
});

test('messages are counted by status, of the side and of a series of it', async () => {
  const { counts } = await ask('/messages/counts');
  expect(counts).toMatchObject({
    accepted: { count: 15, is_exact: true },
    bounced: { count: 1, is_exact: true },
    in_doubt: { count: 0, is_exact: true },
    sending: { count: 0, is_exact: true },
  });
  const own = await ask(`/messages/counts?series_id=${second}`);
  expect(own.counts).toMatchObject({ accepted: { count: 3 }, rejected: { count: 1 } });
  const foreign = await server.newWorkspace();
  const key = { key: foreign.test.secretKey };
  const theirs = await server.v1('GET', `/messages/counts?series_id=${second}`, undefined, key);
  expect(theirs.body.counts.accepted.count).toBe(0);
});

test('several messages in doubt are decided about together, each for itself', async () => {
  const ids: string[] = [];
  for (const { id } of (await pages(`&series_id=${first}&step_id=a`, 10)).slice(0, 2)) {
    await server.db`
      with doubted as (
        update messages set state = 'in_doubt', sent_at = null where id = ${id} returning *
      )
      delete from step_log l using doubted m
       where l.bucket = m.bucket and l.enrollment_id = m.enrollment_id and l.seq = m.seq
    `;
    ids.push(id);
  }
  const accepted = (await pages('&status=accepted')).at(0)?.id ?? '';
  const unknown = crypto.randomUUID();
  const asked = [...ids, accepted, unknown, ids[0]];
  const answer = await server.v1('POST', '/messages/resolve', {
    ids: asked,
    decision: 'mark_sent',
  });
  expect(answer.status, answer.text).toBe(200);
  expect(answer.body).toEqual({
    resolved: 2,
    data: [
      ...ids.map((id) => ({ id, status: 'accepted', code: null, error: null })),
      {
        id: accepted,
        status: null,
        code: 'enrollment.not_in_doubt',
        error: expect.stringContaining('accepted'),
      },
      {
        id: unknown,
        status: null,
        code: 'enrollment.message_not_found',
        error: 'Message not found',
      },
    ],
  });
  const many = Array.from({ length: 101 }, () => unknown);
  for (const body of [
    { ids: [], decision: 'resend' },
    { ids: many, decision: 'resend' },
  ]) {
    expect((await server.v1('POST', '/messages/resolve', body)).status).toBe(400);
  }
});

test('zones, countries and holidays are those that plans go by', async () => {
  const zones = await server.v1('GET', '/timezones');
  expect(zones.headers['cache-control']).toContain('max-age');
  expect(zones.body.data.length).toBeGreaterThan(400);
  expect(zones.body.data).toContainEqual({ name: 'UTC', offset: '+00:00', offset_minutes: 0 });
  expect(zones.body.data).toContainEqual({
    name: 'Asia/Kolkata',
    offset: '+05:30',
    offset_minutes: 330,
  });
  const { data } = await ask('/countries');
  const germany = data.find(({ code }: { code: string }) => code === 'DE');
  expect(germany).toMatchObject({ name: 'Germany' });
  expect(germany.regions).toContainEqual({ code: 'BY', name: 'Bayern' });
  const holidays = await ask('/holidays?country=de&region=BY&year=2026');
  expect(holidays.data).toContainEqual({ date: '2026-01-06', name: 'Epiphany', weekday: 2 });
  expect((await ask('/holidays?country=DE&year=2026')).data).not.toContainEqual(
    expect.objectContaining({ date: '2026-01-06' }),
  );
  for (const wrong of ['country=XX&year=2026', 'country=DE&region=ZZ&year=2026', 'country=DE']) {
    expect((await server.v1('GET', `/holidays?${wrong}`)).status).toBe(400);
  }
  for (const { code, regions } of data) {
    for (const region of regions.slice(0, 2)) {
      await ask(`/holidays?country=${code}&region=${region.code}&year=2026`);
    }
  }
});

test('an identity token is judged with reasons, and no secret is told', async () => {
  const { test: side } = await server.newWorkspace();
  const key = { key: side.secretKey };
  const made = await server.v1('POST', '/keys', { kind: 'identity' }, key);
  const secret = made.body.key as string;
  const tokenOf = (claims: object, by = secret) =>
    new SignJWT({ ...claims })
      .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
      .sign(new TextEncoder().encode(by));
  const verify = async (token: string, user_id = 'ada') => {
    const answer = await server.v1('POST', '/identity/verify', { token, user_id }, key);
    expect(answer.status, answer.text).toBe(200);
    expect(answer.text).not.toContain(secret);
    const wrong = answer.body.checks.filter(
      ({ is_right }: { is_right: boolean | null }) => is_right === false,
    );
    return { ...answer.body, wrong: wrong.map(({ name }: { name: string }) => name) };
  };
  const now = Math.floor(server.services.clock.now().getTime() / 1_000);
  expect(await verify(await tokenOf({ user_id: 'ada', exp: now + 600 }))).toMatchObject({
    is_valid: true,
    code: null,
    wrong: [],
    claims: { user_id: 'ada' },
    expires_at: new Date((now + 600) * 1_000).toISOString(),
  });
  expect(await verify(await tokenOf({ sub: 'ada', exp: now - 600 }))).toMatchObject({
    is_valid: false,
    code: 'workspace.user_token_invalid',
    wrong: ['expires', 'times'],
  });
  expect(await verify(await tokenOf({ user_id: 'bob' }))).toMatchObject({
    code: 'workspace.user_token_mismatch',
    wrong: ['user'],
  });
  expect((await verify(await tokenOf({ user_id: 7 }))).wrong).toEqual(['user']);
  expect((await verify(await tokenOf({}))).wrong).toEqual(['user']);
  const foreign = await verify(await tokenOf({ user_id: 'ada' }, `${secret}x`));
  expect(foreign).toMatchObject({ is_valid: false, wrong: ['signature'] });
  expect(await verify('not.a.token.at.all')).toMatchObject({
    claims: null,
    expires_at: null,
    wrong: ['form'],
  });
});
