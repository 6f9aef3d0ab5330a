import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, test } from 'vitest';
import { bucketOf, userIdOf } from '../../src/platform/ids.ts';
import { startServer } from '../support/server.ts';
import { activeSeries, advance, email, enroll, newUser, wait } from '../support/series.ts';

/** Goal: lists, preferences and suppressions of `/api/v1` do what docs/consent.md says, at once. */
const server = await startServer();
afterAll(server.close);

const UNKNOWN = '0197c5f0-0000-7000-8000-000000000000';

async function newList(body: object = {}, key?: string) {
  const who = key === undefined ? {} : { key };
  const made = await server.v1('POST', '/lists', { name: 'News', kind: 'opt_in', ...body }, who);
  expect(made.status, made.text).toBe(201);
  return made.body;
}

const preferencesOf = async (userId: string) =>
  (await server.v1('GET', `/users/${userId}/preferences`)).body;

const setPreferences = (userId: string, body: object) =>
  server.v1('PUT', `/users/${userId}/preferences`, body);

describe('lists', () => {
  test('are made, read, changed, archived and deleted', async () => {
    const list = await newList({ description: 'Once a month', tracking: { opens: false } });
    expect(list).toEqual({
      id: expect.any(String),
      name: 'News',
      description: 'Once a month',
      kind: 'opt_in',
      double_opt_in: false,
      tracking: { opens: false },
      archived_at: null,
      created_at: expect.any(String),
      updated_at: expect.any(String),
    });
    const path = `/lists/${list.id}`;
    const changed = await server.v1('PATCH', path, { name: 'Letters', double_opt_in: true });
    expect(changed.body).toMatchObject({ name: 'Letters', double_opt_in: true, kind: 'opt_in' });
    expect((await server.v1('PATCH', path, { kind: 'opt_out' })).body).toMatchObject({
      code: 'consent.list_kind_fixed',
    });
    const read = await server.v1('GET', path);
    expect(read.body.counts).toEqual({ subscribed: 0, unsubscribed: 0, pending: 0 });
    expect((await server.v1('DELETE', path)).body).toMatchObject({ code: 'consent.list_in_use' });
    const archived = await server.v1('POST', `${path}/archive`);
    expect(archived.body.archived_at).toEqual(expect.any(String));
    const listed = async (query: string) =>
      (await server.v1('GET', `/lists?${query}`)).body.data.map(({ id }: { id: string }) => id);
    expect(await listed('archived=true')).toContain(list.id);
    expect(await listed('archived=false')).not.toContain(list.id);
    expect((await server.v1('POST', `${path}/unarchive`)).body.archived_at).toBeNull();
    await server.v1('POST', `${path}/archive`);
    expect((await server.v1('DELETE', path)).status).toBe(204);
    expect((await server.v1('GET', path)).body).toMatchObject({ code: 'consent.list_not_found' });
  });

  test('with double opt-in are lists to be joined', async () => {
    const body = { name: 'News', kind: 'opt_out', double_opt_in: true };
    const refused = await server.v1('POST', '/lists', body);
    expect(refused).toMatchObject({
      status: 400,
      body: { code: 'consent.double_opt_in_needs_opt_in' },
    });
  });

  test('take up to 1,000 users at once, and the same call again changes nothing', async () => {
    const { id } = await newList();
    const [ada, bob] = [await newUser(server), await newUser(server)];
    const body = { user_ids: [ada, 'nobody-knows', bob] };
    const joined = await server.v1('POST', `/lists/${id}/subscribers`, body);
    expect(joined.body.data).toEqual([
      { user_id: ada, state: 'subscribed', result: 'changed' },
      { user_id: 'nobody-knows', state: null, result: 'unknown_user' },
      { user_id: bob, state: 'subscribed', result: 'changed' },
    ]);
    const again = await server.v1('POST', `/lists/${id}/subscribers`, body);
    expect(again.body.data[0].result).toBe('unchanged');
    await server.v1('POST', `/lists/${id}/subscribers/remove`, { user_ids: [ada] });
    const inState = async (state: string) =>
      (await server.v1('GET', `/lists/${id}/subscribers?state=${state}`)).body.data;
    expect(await inState('subscribed')).toEqual([
      {
        user_id: bob,
        email: `${bob}@example.com`,
        state: 'subscribed',
        source: 'api',
        at: expect.any(String),
      },
    ]);
    expect((await inState('unsubscribed')).map((one: { user_id: string }) => one.user_id)).toEqual([
      ada,
    ]);
    const { counts } = (await server.v1('GET', `/lists/${id}`)).body;
    expect(counts).toEqual({ subscribed: 1, unsubscribed: 1, pending: 0 });
    const many = { user_ids: Array.from({ length: 1_001 }, (_, n) => `u${n}`) };
    expect((await server.v1('POST', `/lists/${id}/subscribers`, many)).status).toBe(400);
  });

  test('to be left count everybody who has said nothing', async () => {
    const { test: side } = await server.newWorkspace();
    const who = { key: side.secretKey };
    const { id } = await newList({ kind: 'opt_out' }, side.secretKey);
    const users = await Promise.all(
      [1, 2, 3].map(() => newUser(server, {}, { key: side.widgetKey })),
    );
    await server.v1('POST', `/lists/${id}/subscribers/remove`, { user_ids: [users[0]] }, who);
    const { counts } = (await server.v1('GET', `/lists/${id}`, undefined, who)).body;
    expect(counts).toEqual({ subscribed: 2, unsubscribed: 1, pending: 0 });
    const page = await server.v1('GET', `/lists/${id}/subscribers?limit=1`, undefined, who);
    const next = `/lists/${id}/subscribers?limit=1&cursor=${page.body.next_cursor}`;
    const rest = await server.v1('GET', next, undefined, who);
    const found = [page, rest].map(({ body }) => body.data[0].user_id);
    expect(found.toSorted()).toEqual(users.slice(1).toSorted());
    expect(rest.body.next_cursor).toBeNull();
  });
});

describe('preferences', () => {
  test('are read and changed, and each change is proved', async () => {
    const list = await newList({ name: `Only ${Math.random()}` });
    const user = await newUser(server);
    const stateOf = async () =>
      (await preferencesOf(user)).lists.find(({ id }: { id: string }) => id === list.id).state;
    expect((await preferencesOf(user)).all).toBe('subscribed');
    expect(await stateOf()).toBe('unsubscribed');
    const changed = await setPreferences(user, {
      all: 'unsubscribed',
      lists: [{ id: list.id, state: 'subscribed' }],
      source: 'import of 2025',
    });
    expect(changed.body.all).toBe('unsubscribed');
    expect(await stateOf()).toBe('subscribed');
    const changes = await server.v1('GET', `/users/${user}/preferences/changes`);
    expect(changes.body.data).toHaveLength(2);
    expect(changes.body.data).toContainEqual({
      id: expect.any(String),
      list_id: null,
      before: null,
      after: 'unsubscribed',
      source: 'import of 2025',
      detail: {},
      at: expect.any(String),
    });
  });

  test('of nobody, or about a list that is not there, are refused', async () => {
    const user = await newUser(server);
    expect((await setPreferences('nobody-knows', { all: 'unsubscribed' })).body).toMatchObject({
      code: 'consent.user_not_found',
    });
    const lists = [{ id: UNKNOWN, state: 'subscribed' }];
    expect((await setPreferences(user, { lists })).body).toMatchObject({
      code: 'consent.list_not_found',
    });
    expect((await setPreferences(user, { all: 'pending' })).status).toBe(400);
  });
});

describe('suppressions', () => {
  const listed = async (query: string) =>
    (await server.v1('GET', `/suppressions?${query}`)).body.data;

  test('are added once, found and taken away with a reason', async () => {
    const address = 'Gone.For.Good@Example.com';
    const body = { email: address, reason: 'manual', note: 'asked by phone' };
    const added = await server.v1('POST', '/suppressions', body);
    expect(added).toMatchObject({
      status: 201,
      body: {
        kind: 'address',
        email: 'gone.for.good@example.com',
        user_id: null,
        reason: 'manual',
        source: 'api',
        detail: { note: 'asked by phone' },
      },
    });
    const again = await server.v1('POST', '/suppressions', body);
    expect([again.status, again.body.id]).toEqual([200, added.body.id]);
    for (const query of ['email=GONE.for.good@example.com', 'q=gone.for', 'q=Gone']) {
      expect(await listed(query), query).toMatchObject([{ id: added.body.id }]);
    }
    expect(await listed('q=gone%25')).toEqual([]);
    const path = `/suppressions/${added.body.id}`;
    expect((await server.v1('DELETE', path)).status).toBe(400);
    expect((await server.v1('DELETE', `${path}?note=a%20mistake`)).status).toBe(204);
    expect((await server.v1('DELETE', `${path}?note=again`)).body).toMatchObject({
      code: 'consent.suppression_not_found',
    });
    const none = await server.v1('POST', '/suppressions', { reason: 'manual' });
    expect(none.body).toMatchObject({ code: 'consent.suppression_invalid' });
  });

  test('of a user are found by the user', async () => {
    const user = await newUser(server);
    const added = await server.v1('POST', '/suppressions', { user_id: user });
    expect(added.body).toMatchObject({ kind: 'user', email: null, user_id: user });
    expect(await listed(`user_id=${user}`)).toMatchObject([{ id: added.body.id }]);
  });

  test('come in as CSV, with a report for each line, and go out as CSV', async () => {
    const { test: side } = await server.newWorkspace();
    const who = { key: side.secretKey };
    const csv = [
      'email,reason',
      'one@example.com,hard_bounce',
      'not an address,',
      'two@example.com,whim',
      '"three@example.com",',
      'ONE@example.com,hard_bounce',
    ].join('\r\n');
    const report = await server.v1('POST', '/suppressions/import', { csv }, who);
    expect(report.body).toEqual({
      added: 2,
      present: 1,
      invalid: 2,
      data: [
        { line: 2, result: 'added', error: null },
        { line: 3, result: 'invalid', error: 'email is not a valid email address' },
        { line: 4, result: 'invalid', error: expect.stringContaining('reason must be one of') },
        { line: 5, result: 'added', error: null },
        { line: 6, result: 'present', error: null },
      ],
    });
    const rows = [{ email: 'one@example.com', reason: 'hard_bounce' }, { user_id: 'x' }];
    const more = await server.v1('POST', '/suppressions/import', { rows }, who);
    expect(more.body).toMatchObject({ added: 1, present: 1, invalid: 0 });
    const file = await server.v1('GET', '/suppressions/export', undefined, who);
    expect(file.headers['content-type']).toContain('text/csv');
    const lines = file.text.trim().split('\r\n');
    expect(lines[0]).toBe('email,user_id,reason,source,created_at');
    expect(
      lines
        .slice(1)
        .map((line) => line.split(',').slice(0, 4))
        .toSorted(),
    ).toEqual([
      ['one@example.com', '', 'hard_bounce', 'import'],
      ['three@example.com', '', 'import', 'import'],
    ]);
    const both = await server.v1('POST', '/suppressions/import', { csv, rows }, who);
    expect(both.body).toMatchObject({ code: 'consent.import_invalid' });
  });

  test('of another workspace are not to be seen', async () => {
    const { test: other } = await server.newWorkspace();
    const body = { email: 'secret@example.com' };
    const { id } = (await server.v1('POST', '/suppressions', body, { key: other.secretKey })).body;
    expect(await listed('email=secret@example.com')).toEqual([]);
    expect((await server.v1('DELETE', `/suppressions/${id}?note=mine`)).status).toBe(404);
  });
});

describe('series', () => {
  const messagesOf = async (userId: string) =>
    (await server.v1('GET', `/messages?user_id=${userId}`)).body.data.map(
      ({ step_id: stepId }: { step_id: string }) => stepId,
    );
  const skippedOf = async (userId: string) => {
    const id = userIdOf(server.test.id, userId);
    const rows = await server.db`
      select reason from step_log
       where bucket = ${bucketOf(id)} and user_id = ${id} and outcome = 'skipped'
    `;
    return rows.map(({ reason }) => reason);
  };

  test.each([
    ['who left all marketing', { all: 'unsubscribed' }, 'unsubscribed', true],
    ['who is not on its list', {}, 'not_subscribed', true],
    ['whose address complained', null, 'suppressed:complaint', false],
  ] as const)(
    'skip, for people %s, what needs consent, and tell why',
    async (_title, choice, reason, getsTransactional) => {
      const list = await newList();
      const listed = reason === 'not_subscribed' ? { list_id: list.id } : {};
      const seriesId = await activeSeries(server, {
        steps: [
          email('offer', listed),
          wait('hour', 1, 'hours'),
          email('receipt', { purpose: 'transactional' }),
        ],
      });
      const userId = await newUser(server);
      if (choice === null) {
        const body = { email: `${userId}@example.com`, reason: 'complaint' };
        await server.v1('POST', '/suppressions', body);
      } else await setPreferences(userId, choice);
      await enroll(server, { userId, seriesId });
      await advance(server, 'end');
      expect(await messagesOf(userId)).toEqual(getsTransactional ? ['receipt'] : []);
      expect(await skippedOf(userId)).toEqual(getsTransactional ? [reason] : [reason, reason]);
      const explained = await server.v1('GET', `/users/${userId}/explain?series_id=${seriesId}`);
      expect(explained.text).toMatch(/skipped, for/);
    },
  );

  test('send to people on the list, and nobody once it is archived', async () => {
    const list = await newList();
    const steps = [
      email('first', { list_id: list.id }),
      wait('h', 1, 'hours'),
      email('second', { list_id: list.id }),
    ];
    const seriesId = await activeSeries(server, { steps });
    const userId = await newUser(server);
    await server.v1('POST', `/lists/${list.id}/subscribers`, { user_ids: [userId] });
    await enroll(server, { userId, seriesId });
    const { now } = (await server.v1('GET', '/test_clock')).body;
    await advance(server, now);
    expect(await messagesOf(userId)).toEqual(['first']);
    await server.v1('POST', `/lists/${list.id}/archive`);
    await advance(server, 'end');
    expect(await messagesOf(userId)).toEqual(['first']);
    expect(await skippedOf(userId)).toEqual(['list_archived']);
  });

  test('that listen for it are left by whoever unsubscribes', async () => {
    const seriesId = await activeSeries(server, {
      settings: { exit: [{ on: 'unsubscribe' }] },
      steps: [wait('day', 1, 'days'), email('later')],
    });
    const userId = await newUser(server);
    await enroll(server, { userId, seriesId });
    await setPreferences(userId, { all: 'unsubscribed' });
    for (let tries = 0; tries < 100; tries += 1) {
      const explained = await server.v1('GET', `/users/${userId}/explain?series_id=${seriesId}`);
      if (/unsubscribed/.test(explained.text)) return;
      await sleep(50);
    }
    expect.fail('still in the series');
  });
});
