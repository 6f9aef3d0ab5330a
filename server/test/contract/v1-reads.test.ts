import { afterAll, describe, expect, test } from 'vitest';
import { startServer, TEST_CLOCK, type CallOptions } from '../support/server.ts';
import {
  activeSeries,
  advance,
  draftSeries,
  email,
  enroll,
  move,
  newUser,
} from '../support/series.ts';
import { until } from '../support/until.ts';
import { seriesCall, wait } from '../support/series.ts';

/** Goal: what `/api/v1` tells about people, passages and messages is true, whole and well formed. */
const server = await startServer();
afterAll(server.close);

const NOW = TEST_CLOCK.toISOString();
const ISO = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
const UUID = expect.stringMatching(/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/);
const REASON = { rule: expect.any(String), input: expect.any(String), outcome: expect.any(String) };

/** A workspace for one test, and calls to its test side. */
async function ownSide() {
  const { test: side } = await server.newWorkspace();
  const key = { key: side.widgetKey };
  const secret = { key: side.secretKey };
  return {
    key,
    secret,
    get: (path: string) => server.v1('GET', path, undefined, secret),
    data: async (path: string) =>
      (await server.v1('GET', path, undefined, secret)).body.data as Record<string, unknown>[],
  };
}

describe('lists', () => {
  /** Every item of a list, read in pages of so many. */
  async function readAll(path: string, limit: number, who: CallOptions) {
    const items: { id: string }[] = [];
    let cursor: string | null = '';
    for (let pages = 0; cursor !== null; pages += 1) {
      expect(pages).toBeLessThan(50);
      const glue = path.includes('?') ? '&' : '?';
      const query = `${glue}limit=${limit}${cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`}`;
      const page = await server.v1('GET', path + query, undefined, who);
      expect(page.status, page.text).toBe(200);
      expect(Object.keys(page.body)).toEqual(['data', 'next_cursor']);
      expect(page.body.data.length).toBeLessThanOrEqual(limit);
      if (page.body.next_cursor !== null) expect(page.body.data).toHaveLength(limit);
      items.push(...page.body.data);
      cursor = page.body.next_cursor;
    }
    return items;
  }

  test('give each item once, also where all are of the same instant', async () => {
    const { secret, key } = await ownSide();
    const seriesId = await activeSeries(server, secret);
    for (let i = 0; i < 6; i += 1) {
      await draftSeries(server, secret);
      await server.v1('POST', '/broadcasts', { name: `b${i}` }, secret);
      const userId = await newUser(server, {}, key);
      await enroll(server, { userId, seriesId }, key);
      await server.v1('POST', '/keys', { kind: 'widget' }, secret);
    }
    await advance(server, NOW, secret);
    const lists: [string, number][] = [
      ['/series', 7],
      ['/series?status=draft', 6],
      ['/broadcasts', 6],
      ['/users', 6],
      [`/series/${seriesId}/enrollments`, 6],
      [`/series/${seriesId}/recipients`, 6],
      ['/messages', 6],
      ['/keys', 9],
    ];
    for (const [path, count] of lists) {
      const whole = await readAll(path, 200, secret);
      expect([path, whole.length]).toEqual([path, count]);
      expect(new Set(whole.map(({ id }) => id)).size).toBe(count);
      for (const limit of [1, 2, 3, count]) {
        expect(await readAll(path, limit, secret)).toEqual(whole);
      }
    }
  });

  test('are youngest first, and pages stay whole while others write', async () => {
    const { secret, key } = await ownSide();
    const names = [];
    for (const day of ['24', '25', '26', '27']) {
      await advance(server, `2025-03-${day}T09:00:00.000Z`, secret);
      names.unshift(await newUser(server, {}, key));
    }
    const first = await server.v1('GET', '/users?limit=2', undefined, secret);
    await newUser(server, {}, key);
    const { next_cursor: cursor } = first.body;
    const second = await server.v1('GET', `/users?limit=2&cursor=${cursor}`, undefined, secret);
    const ids = [...first.body.data, ...second.body.data].map(({ user_id: id }) => id);
    expect(ids).toEqual(names);
  });

  test.each(['/series', '/broadcasts', '/users', '/messages', '/keys'])(
    '%s: limit and cursor are checked',
    async (path) => {
      for (const query of [
        'limit=0',
        'limit=201',
        'limit=-1',
        'limit=x',
        'limit=1.5',
        'limit=',
        'limit=1e9',
        'limit=1&limit=2',
      ]) {
        const answer = await server.v1('GET', `${path}?${query}`);
        expect([query, answer.status, answer.body.code]).toEqual([query, 400, 'request.invalid']);
        expect(answer.body.details[0].path).toMatch(/^limit/);
      }
      const cursorOf = (text: string) => `cursor=${Buffer.from(text).toString('base64url')}`;
      const UNKNOWN = '0197c5f0-0000-7000-8000-000000000000';
      for (const query of [
        'cursor=x',
        'cursor=%00',
        `cursor=${'x'.repeat(200)}`,
        cursorOf(`-1 ${UNKNOWN}`),
        cursorOf(`9999999999999999 ${UNKNOWN}`),
        cursorOf(`1 ${'-'.repeat(36)}`),
        cursorOf(`1 ${'a'.repeat(36)}`),
        cursorOf(`1 ${UNKNOWN}'`),
      ]) {
        const answer = await server.v1('GET', `${path}?${query}`);
        expect([query, answer.status, answer.body.code]).toEqual([
          query,
          400,
          'request.cursor_invalid',
        ]);
      }
      // The end of all time is a place like any other.
      const end = await server.v1('GET', `${path}?${cursorOf(`8640000000000000 ${UNKNOWN}`)}`);
      expect(end.status).toBe(200);
      const long = await server.v1('GET', `${path}?cursor=${'x'.repeat(201)}`);
      expect(long.status).toBe(400);
    },
  );

  test('a status that is none is refused', async () => {
    for (const path of ['/series?status=gone', '/messages?status=sent', '/broadcasts?status=']) {
      expect((await server.v1('GET', path)).status).toBe(400);
    }
    const id = await activeSeries(server);
    expect((await server.v1('GET', `/series/${id}/enrollments?state=gone`)).status).toBe(400);
  });
});

describe('users', () => {
  test('are found by address, in any case', async () => {
    const { key, data } = await ownSide();
    const ada = await newUser(server, { email: 'Ada@Example.com' }, key);
    await newUser(server, {}, key);
    for (const text of ['ada@example.com', 'ADA@EXAMPLE.COM']) {
      expect(await data(`/users?email=${encodeURIComponent(text)}`)).toMatchObject([
        { user_id: ada },
      ]);
    }
    expect(await data('/users?email=nobody%40example.com')).toEqual([]);
  });

  test('that nobody identified are not there', async () => {
    expect(await server.v1('GET', '/users/nobody')).toMatchObject({
      status: 404,
      body: { error: 'User not found', code: 'audience.user_not_found' },
    });
  });
});

describe('enrollments', () => {
  test('are told with run, version, state and why they ended', async () => {
    const { key, secret, data, get } = await ownSide();
    const seriesId = await activeSeries(server, {
      ...secret,
      settings: { reenrollment: { enabled: true } },
    });
    const [ada, bob, eve] = [
      await newUser(server, {}, key),
      await newUser(server, {}, key),
      await newUser(server, {}, key),
    ];
    for (const userId of [ada, bob, eve]) await enroll(server, { userId, seriesId }, key);
    await seriesCall(server, 'remove', { userId: bob, seriesId }, key);
    const list = `/series/${seriesId}/enrollments`;
    expect(await data(`${list}?user_id=${ada}`)).toEqual([
      {
        id: UUID,
        user_id: ada,
        version: 1,
        run: 1,
        state: 'active',
        end_reason: null,
        entered_at: NOW,
        ended_at: null,
        created_at: NOW,
        updated_at: NOW,
      },
    ]);
    expect(await data(`${list}?user_id=${bob}`)).toMatchObject([
      { state: 'removed', end_reason: 'removed', ended_at: NOW },
    ]);
    await advance(server, '2025-03-25T08:00:00.000Z', secret);
    expect(await data(`${list}?state=completed`)).toMatchObject([
      { state: 'completed', end_reason: 'finished', ended_at: '2025-03-25T08:00:00.000Z' },
      { state: 'completed', end_reason: 'finished' },
    ]);
    await enroll(server, { userId: ada, seriesId }, key);
    expect(await data(`${list}?user_id=${ada}`)).toMatchObject([
      { run: 2, state: 'active', entered_at: '2025-03-25T08:00:00.000Z' },
      { run: 1, state: 'completed' },
    ]);
    expect(await data(`${list}?state=removed`)).toHaveLength(1);
    expect(await data(`${list}?user_id=stranger`)).toEqual([]);
    expect((await get(`/series/none/enrollments`)).status).toBe(404);
  });

  test('of an archived series end', async () => {
    const { key, secret, data } = await ownSide();
    const seriesId = await activeSeries(server, secret);
    const userId = await newUser(server, {}, key);
    await enroll(server, { userId, seriesId }, key);
    await move(server, seriesId, 'archive', secret);
    await until(async () =>
      expect(await data(`/series/${seriesId}/enrollments`)).toMatchObject([
        { state: 'ended', end_reason: 'series_archived', ended_at: NOW },
      ]),
    );
    expect(await data(`/series/${seriesId}/recipients`)).toEqual([]);
  });
});

describe('recipients', () => {
  test('are the steps that wait, soonest first, each with its reasons', async () => {
    const { key, secret, data } = await ownSide();
    const seriesId = await activeSeries(server, {
      ...secret,
      steps: [wait('pause', 2, 'days'), email('a')],
      settings: { send_window: { start: '10:00', end: '11:00' } },
    });
    const late = await newUser(server, { timezone: 'America/New_York' }, key);
    await enroll(server, { userId: late, seriesId }, key);
    await advance(server, '2025-03-24T09:00:00.000Z', secret);
    const later = await newUser(server, {}, key);
    await enroll(server, { userId: later, seriesId }, key);
    const list = `/series/${seriesId}/recipients`;
    expect(await data(list)).toEqual([
      {
        id: expect.any(String),
        user_id: late,
        step_id: 'pause',
        status: 'pending',
        scheduled_for: '2025-03-26T08:00:00.000Z',
        held: false,
        timezone: 'America/New_York',
        attempts: 0,
        reasons: expect.arrayContaining([REASON]),
      },
      expect.objectContaining({ user_id: later, scheduled_for: '2025-03-26T09:00:00.000Z' }),
    ]);
    await advance(server, '2025-03-26T12:00:00.000Z', secret);
    // New York: 10:00 is 14:00 UTC. The other's window was open at 10:00 UTC.
    expect(await data(list)).toMatchObject([
      { user_id: late, step_id: 'a', scheduled_for: '2025-03-26T14:00:00.000Z' },
    ]);
    expect(await data(`${list}?user_id=${later}`)).toEqual([]);
    expect(await data(`${list}?user_id=${late}`)).toHaveLength(1);
  });
});

describe('stats', () => {
  test('count people, messages and steps, and add up', async () => {
    const { key, secret, get } = await ownSide();
    const seriesId = await activeSeries(server, secret);
    const empty = (await get(`/series/${seriesId}/stats`)).body;
    expect(empty).toMatchObject({
      entered: 0,
      enrollments: {},
      messages: {},
      steps: [],
      ledger: {
        planned: 0,
        passed: 0,
        skipped: 0,
        failed: 0,
        cancelled: 0,
        pending: 0,
        processing: 0,
        in_doubt: 0,
        unaccounted: 0,
      },
    });
    const users = [];
    for (let i = 0; i < 4; i += 1)
      users.push(await newUser(server, i === 3 ? { email: null } : {}, key));
    for (const userId of users) await enroll(server, { userId, seriesId }, key);
    await advance(server, NOW, secret);
    await seriesCall(server, 'remove', { userId: users[0]!, seriesId }, key);
    const { body } = await get(`/series/${seriesId}/stats`);
    expect(body.enrollments).toEqual({ active: 3, removed: 1 });
    expect(body.messages).toEqual({ accepted: 3 });
    expect(body.ledger).toEqual({
      planned: 8,
      passed: 3,
      skipped: 1,
      failed: 0,
      cancelled: 1,
      pending: 3,
      processing: 0,
      in_doubt: 0,
      unaccounted: 0,
    });
    expect(body.steps).toMatchObject([
      { step_id: 'welcome', waiting: 0, passed: 3, skipped: 1, failed: 0, cancelled: 0 },
      { step_id: 'day', waiting: 3, passed: 0, skipped: 0, failed: 0, cancelled: 1 },
    ]);
  });
});

describe('explain', () => {
  test('tells state, every rule with input and outcome, and what comes next', async () => {
    const { key, secret, get } = await ownSide();
    const seriesId = await activeSeries(server, {
      ...secret,
      settings: { send_window: { start: '10:00', end: '11:00' }, timezone: 'Europe/Berlin' },
    });
    const userId = await newUser(server, {}, key);
    const why = async () => {
      const { status, body } = await get(`/users/${userId}/explain?series_id=${seriesId}`);
      expect(status).toBe(200);
      expect(Object.keys(body).slice(0, 3)).toEqual(['state', 'reasons', 'next']);
      expect(body.reasons.length).toBeGreaterThan(0);
      for (const reason of body.reasons) expect(reason).toEqual(REASON);
      return body;
    };
    expect(await why()).toMatchObject({ state: 'not_enrolled', next: null });
    const scheduledFor = await enroll(server, { userId, seriesId }, key);
    expect(await why()).toMatchObject({
      state: 'waiting',
      next: { step_id: 'welcome', at: scheduledFor, action: expect.any(String) },
    });
    const rules = (await why()).next.reasons.map(({ rule }: { rule: string }) => rule);
    expect(rules).toEqual(expect.arrayContaining(['zone', 'window']));
    await move(server, seriesId, 'pause', secret);
    expect(await why()).toMatchObject({ state: 'paused', next: { at: null } });
    await move(server, seriesId, 'resume', secret);
    await advance(server, '2025-03-25T00:00:00.000Z', secret);
    const second = await why();
    expect(second).toMatchObject({ state: 'waiting', next: { step_id: 'day' } });
    expect(JSON.stringify(second.reasons)).toContain('welcome');
    await advance(server, 'end', secret);
    expect(await why()).toMatchObject({ state: 'completed', next: null });
    const removed = await newUser(server, {}, key);
    await enroll(server, { userId: removed, seriesId }, key);
    await seriesCall(server, 'remove', { userId: removed, seriesId }, key);
    const { body } = await get(`/users/${removed}/explain?series_id=${seriesId}`);
    expect(body).toMatchObject({ state: 'removed', next: null });
  });

  test('says when re-enrollment is what stops a user', async () => {
    const { key, secret, get } = await ownSide();
    const seriesId = await activeSeries(server, {
      ...secret,
      steps: [email('a')],
      settings: { reenrollment: { enabled: true, cooldown: { amount: 1, unit: 'weeks' } } },
    });
    const userId = await newUser(server, {}, key);
    await enroll(server, { userId, seriesId }, key);
    await advance(server, NOW, secret);
    const { body } = await get(`/users/${userId}/explain?series_id=${seriesId}`);
    const rule = body.reasons.find(({ rule }: { rule: string }) => rule === 'reenrollment');
    expect(rule.outcome).toContain('2025-03-31T08:00:00.000Z');
  });

  test('needs a user, then a series, of this side', async () => {
    const { key, get } = await ownSide();
    const userId = await newUser(server, {}, key);
    const foreign = await activeSeries(server);
    const broadcast = await server.v1('POST', '/broadcasts', { name: 'x' });
    expect(await get(`/users/nobody/explain?series_id=none`)).toMatchObject({
      status: 404,
      body: { error: 'User not found' },
    });
    for (const id of ['none', foreign, broadcast.body.id, '']) {
      const answer = await get(`/users/${userId}/explain?series_id=${id}`);
      expect(answer).toMatchObject({ status: 404, body: { error: 'Series not found' } });
    }
    expect((await get(`/users/${userId}/explain`)).body).toEqual({ data: [], next_cursor: null });
    const own = await newUser(server);
    const other = await server.v1('GET', `/users/${own}/explain?series_id=${broadcast.body.id}`);
    expect(other).toMatchObject({
      status: 400,
      body: { error: 'The specified automation is not a series' },
    });
  });
});

describe('messages', () => {
  async function mailed() {
    const side = await ownSide();
    const { key, secret } = side;
    const steps = [
      email('hello', {
        subject: 'Hello {{ user.name }}',
        html: '<p>Hi <b>{{ user.name }}</b> of {{ traits.company }} & {{ workspace.name }}</p>',
      }),
      wait('day', 1, 'days'),
      email('bye', { from: 'Ada <ada@example.com>', reply_to: 'reply@example.com' }),
    ];
    const seriesId = await activeSeries(server, { ...secret, steps });
    const userId = await newUser(server, { name: 'Zoë <3', company: 'Tide' }, key);
    const other = await newUser(server, {}, key);
    for (const each of [userId, other]) await enroll(server, { userId: each, seriesId }, key);
    await advance(server, '2025-03-25T08:00:00.000Z', secret);
    return { ...side, seriesId, userId, other };
  }

  test('are told in full, one by one', async () => {
    const { data, get, userId, seriesId } = await mailed();
    const listed = await data(`/messages?user_id=${userId}`);
    expect(listed.map(({ step_id: id }) => id)).toEqual(['bye', 'hello']);
    const common = {
      id: UUID,
      user_id: userId,
      automation_id: seriesId,
      step_id: 'hello',
      status: 'accepted',
      to: `${userId}@example.com`,
      from: 'Milepost <hello@milepost.example>',
      subject: 'Hello Zoë <3',
      scheduled_for: NOW,
      sent_at: NOW,
      message_id: expect.stringMatching(/^<[^@\s]+@milepost\.example>$/),
      transport: 'capture',
      variant: null,
      reason: expect.any(String),
      attempts: 1,
      created_at: NOW,
      updated_at: NOW,
    };
    expect(listed[1]).toEqual(common);
    const { body } = await get(`/messages/${listed[1]?.['id']}`);
    expect(body).toEqual({
      ...common,
      purpose: 'marketing',
      list: null,
      html: '<p>Hi <b>Zoë &lt;3</b> of Tide & Tidewater</p>',
      text: expect.stringContaining('Zoë <3'),
      headers: expect.objectContaining({ Subject: 'Hello Zoë <3', To: `${userId}@example.com` }),
      reasons: expect.arrayContaining([REASON]),
      explanation: { code: 'message_captured', sentence: expect.any(String) },
      events: expect.any(Array),
    });
    const bye = await get(`/messages/${listed[0]?.['id']}`);
    expect(bye.body).toMatchObject({
      from: 'Ada <ada@example.com>',
      message_id: expect.stringMatching(/@example\.com>$/),
      headers: { 'Reply-To': 'reply@example.com' },
    });
  });

  test('are filtered by user, series and status, alone and together', async () => {
    const { data, userId, other, seriesId } = await mailed();
    const count = async (query: string) => (await data(`/messages?${query}`)).length;
    const UNKNOWN = '0197c5f0-0000-7000-8000-000000000000';
    expect(await count('')).toBe(4);
    expect(await count(`user_id=${userId}`)).toBe(2);
    expect(await count(`user_id=${other}&series_id=${seriesId}&status=accepted`)).toBe(2);
    expect(await count(`series_id=${seriesId.toUpperCase()}`)).toBe(4);
    for (const nothing of [
      'user_id=nobody',
      `series_id=${UNKNOWN}`,
      'series_id=none',
      'status=rejected',
      'user_id=',
    ]) {
      expect([nothing, await count(nothing)]).toEqual([nothing, 0]);
    }
  });

  test('that are not there are not found, and cannot be decided about', async () => {
    for (const id of ['none', '0197c5f0-0000-7000-8000-000000000000', '%00']) {
      const read = await server.v1('GET', `/messages/${id}`);
      expect(read).toMatchObject({ status: 404, body: { error: 'Message not found' } });
      const decided = await server.v1('POST', `/messages/${id}/resolve`, { decision: 'resend' });
      expect(decided).toMatchObject({ status: 404, body: { error: 'Message not found' } });
    }
  });

  test('that are in no doubt cannot be decided about', async () => {
    const { data, secret } = await mailed();
    const [first] = await data('/messages');
    for (const decision of ['resend', 'mark_sent']) {
      const answer = await server.v1(
        'POST',
        `/messages/${first?.['id']}/resolve`,
        { decision },
        secret,
      );
      expect(answer).toMatchObject({ status: 409, body: { code: 'enrollment.not_in_doubt' } });
    }
    for (const body of [undefined, {}, { decision: 'maybe' }, { decision: 5 }, []]) {
      const answer = await server.v1('POST', `/messages/${first?.['id']}/resolve`, body, secret);
      expect(answer.status).toBe(400);
    }
  });

  test('carry the sender that the settings name, else the server’s', async () => {
    const { key, secret, data } = await ownSide();
    const patch = {
      from: 'Tide <tide@example.com>',
      reply_to: 'help@example.com',
      name: 'Tide Ltd',
    };
    const changed = await server.v1('PATCH', '/settings', patch, secret);
    expect(changed.status).toBe(200);
    const seriesId = await activeSeries(server, {
      ...secret,
      steps: [email('a', { subject: '{{ workspace.name }}' })],
    });
    const userId = await newUser(server, {}, key);
    await enroll(server, { userId, seriesId }, key);
    await advance(server, NOW, secret);
    expect(await data('/messages')).toMatchObject([
      { from: 'Tide <tide@example.com>', subject: 'Tide Ltd' },
    ]);
  });
});

test('every instant is ISO 8601 in UTC with milliseconds', async () => {
  const paths = ['/series', '/users', '/keys', '/messages', '/test_clock'];
  const instants: unknown[] = [];
  const collect = (value: unknown, name = ''): void => {
    if (/(_at|_for|_seen|^now)$/.test(name) && value !== null) instants.push(value);
    else if (typeof value === 'object' && value !== null) {
      for (const [key, child] of Object.entries(value)) collect(child, key);
    }
  };
  const userId = await newUser(server, { signed_up_at: '2025-01-01' });
  const seriesId = await activeSeries(server);
  await enroll(server, { userId, seriesId });
  for (const path of paths) collect((await server.v1('GET', path)).body);
  expect(instants.length).toBeGreaterThan(10);
  for (const instant of instants) expect(instant).toEqual(ISO);
});
