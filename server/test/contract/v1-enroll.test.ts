import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startServer, TEST_CLOCK, type TestWorkspace } from '../support/server.ts';
import { activeSeries, advance, draftSeries, email, enroll, move } from '../support/series.ts';
import { newUser, seriesCall, wait } from '../support/series.ts';

/**
 * Goal: `enroll` and `remove` of a series answer for each of up to 1,000 users what became of them, and
 * limits across series hold however many calls come at once. Method: real calls, and the books.
 */
const server = await startServer();
afterAll(server.close);

const NOW = TEST_CLOCK.toISOString();
const UNKNOWN = '0197c5f0-0000-7000-8000-000000000000';
const bulk = (seriesId: string, action: string, body: unknown, key?: string) =>
  server.v1('POST', `/series/${seriesId}/${action}`, body, key === undefined ? {} : { key });
const resultsOf = (answer: { body: { data: { result: string }[] } }) =>
  answer.body.data.map(({ result }) => result);
const stateOf = async (seriesId: string, userId: string, key?: string) => {
  const who = key === undefined ? {} : { key };
  const path = `/series/${seriesId}/enrollments?user_id=${userId}`;
  const { body } = await server.v1('GET', path, undefined, who);
  const [last] = body.data;
  return last === undefined ? null : [last.state, last.end_reason];
};

describe('enroll', () => {
  test('answers for each user, in order, and the good ones are in', async () => {
    const seriesId = await activeSeries(server);
    const [a, b, c] = [await newUser(server), await newUser(server), await newUser(server)];
    await enroll(server, { userId: b, seriesId });
    const answer = await bulk(seriesId, 'enroll', {
      users: [
        a,
        { user_id: b },
        { user_id: c, properties: { plan: 'pro' } },
        'nobody',
        '',
        { user_id: 5 },
        { user_id: 'x'.repeat(256) },
        7,
        { user_id: a, properties: [] },
        a,
      ],
    });
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({
      dry_run: false,
      counts: { enrolled: 2, already_enrolled: 2, user_not_found: 1, invalid: 5 },
      data: [
        { user_id: a, result: 'enrolled', scheduled_for: NOW },
        {
          user_id: b,
          result: 'already_enrolled',
          message: 'User is already enrolled in this series',
        },
        { user_id: c, result: 'enrolled', scheduled_for: NOW },
        { user_id: 'nobody', result: 'user_not_found', error: 'User not found' },
        { user_id: null, result: 'invalid', error: 'user_id is required' },
        { user_id: null, result: 'invalid', error: 'user_id must be a string' },
        {
          user_id: 'x'.repeat(256),
          result: 'invalid',
          error: 'user_id must be at most 255 characters',
        },
        { user_id: null, result: 'invalid', error: 'must be a user_id or an object with one' },
        { user_id: a, result: 'invalid', error: 'properties must be an object' },
        {
          user_id: a,
          result: 'already_enrolled',
          message: 'User is already enrolled in this series',
        },
      ],
    });
    const rows = await server.db`
      select properties, entered_by from enrollments
       where automation_id = ${seriesId} and properties <> '{}'`;
    expect([...rows]).toEqual([{ properties: { plan: 'pro' }, entered_by: 'api' }]);
  });

  test('says why somebody may not enter again', async () => {
    const users = [await newUser(server), await newUser(server)];
    const steps = [email('only')];
    const off = await activeSeries(server, { steps });
    const days = { amount: 3, unit: 'days' };
    const soon = await activeSeries(server, {
      steps,
      settings: { reenrollment: { enabled: true, cooldown: days } },
    });
    const often = await activeSeries(server, {
      steps,
      settings: { reenrollment: { enabled: true, max_runs: 1 } },
    });
    for (const seriesId of [off, soon, often]) await bulk(seriesId, 'enroll', { users });
    await advance(server, 'end');
    const first = async (seriesId: string) =>
      (await bulk(seriesId, 'enroll', { users })).body.data[0];
    expect(await first(off)).toEqual({
      user_id: users[0],
      result: 'already_completed',
      message: 'User has already completed this series and re-enrollment is disabled',
    });
    const after = new Date(TEST_CLOCK.getTime() + 3 * 86_400_000).toISOString();
    expect(await first(soon)).toEqual({
      user_id: users[0],
      result: 'too_soon',
      after: expect.stringMatching(/Z$/),
      message: expect.stringMatching(/^User can re-enter this series after /),
    });
    expect((await first(soon)).after >= after).toBe(true);
    expect(await first(often)).toEqual({
      user_id: users[0],
      result: 'too_often',
      message: 'User has already completed this series the maximum number of times',
    });
  });

  test('with dry_run it answers the same and writes nothing', async () => {
    const seriesId = await activeSeries(server);
    const a = await newUser(server);
    const body = { users: [a, a, 'nobody'], dry_run: true };
    for (let time = 0; time < 2; time += 1) {
      const answer = await bulk(seriesId, 'enroll', body);
      expect(answer.body.dry_run).toBe(true);
      expect(resultsOf(answer)).toEqual(['enrolled', 'already_enrolled', 'user_not_found']);
    }
    expect(await stateOf(seriesId, a)).toBeNull();
    const real = await bulk(seriesId, 'enroll', { ...body, dry_run: false });
    expect(resultsOf(real)).toEqual(['enrolled', 'already_enrolled', 'user_not_found']);
  });

  test('takes 1,000 users, and no more', async () => {
    const seriesId = await activeSeries(server, { steps: [wait('long', 300, 'days'), email('x')] });
    const users = Array.from({ length: 1_000 }, (_, at) => ({ user_id: `crowd-${at}` }));
    const made = await server.sdk('/users/update', { users }, { key: server.test.secretKey });
    expect(made.body).toMatchObject({ created: 1_000 });
    const properties = { text: 'x'.repeat(9_000) };
    const heavy = users.map((user) => ({ ...user, properties }));
    const answer = await bulk(seriesId, 'enroll', { users: heavy });
    expect(answer.body.counts, answer.text.slice(0, 200)).toEqual({ enrolled: 1_000 });
    const again = await bulk(seriesId, 'enroll', { users: [...users, 'one'] });
    expect(again.status).toBe(400);
    expect(again.body).toMatchObject({
      error: 'users must hold 1 to 1000 users',
      code: 'enrollment.bulk_invalid',
    });
    const removed = await bulk(seriesId, 'remove', { users });
    expect(removed.body.counts).toEqual({ removed: 1_000 });
  });

  test.each([
    [undefined, ['users']],
    [{}, ['users']],
    [{ users: [] }, ['users']],
    [{ users: 'ada', dry_run: 'yes' }, ['users', 'dry_run']],
  ])('the body %j is refused with every fault', async (body, paths) => {
    const answer = await bulk(await activeSeries(server), 'enroll', body);
    expect(answer.status).toBe(400);
    expect(answer.body.code).toBe('enrollment.bulk_invalid');
    expect(answer.body.details.map(({ path }: { path: string }) => path)).toEqual(paths);
  });

  test('a series that is not there is 404, and one that is not active 409', async () => {
    const users = [await newUser(server)];
    for (const id of [UNKNOWN, 'no-uuid']) {
      expect(await bulk(id, 'enroll', { users })).toMatchObject({
        status: 404,
        body: { error: 'Series not found', code: 'series.not_found' },
      });
    }
    const draft = await draftSeries(server);
    const paused = await activeSeries(server);
    await move(server, paused, 'pause');
    for (const id of [draft, paused]) {
      expect(await bulk(id, 'enroll', { users })).toMatchObject({
        status: 409,
        body: {
          error: 'Series must be active to enroll users',
          code: 'enrollment.series_not_open',
        },
      });
    }
  });

  test('twenty calls at once with the same users enter each of them once', async () => {
    const seriesId = await activeSeries(server);
    const users: string[] = [];
    for (let count = 0; count < 10; count += 1) users.push(await newUser(server));
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, at) =>
        bulk(seriesId, 'enroll', { users: at % 2 === 0 ? users : users.toReversed() }),
      ),
    );
    const enrolled = answers.map(({ body }) => (body.counts.enrolled as number) ?? 0);
    expect(enrolled.reduce((sum, count) => sum + count)).toBe(10);
  });
});

describe('remove', () => {
  test('answers for each user, and in every state of the series', async () => {
    const seriesId = await activeSeries(server);
    const [a, b] = [await newUser(server), await newUser(server)];
    await bulk(seriesId, 'enroll', { users: [a] });
    await move(server, seriesId, 'pause');
    const users = [a, b, a, 'nobody', {}];
    const dry = await bulk(seriesId, 'remove', { users, dry_run: true });
    const expected = ['removed', 'not_enrolled', 'not_enrolled', 'user_not_found', 'invalid'];
    expect(resultsOf(dry)).toEqual(expected);
    expect(await stateOf(seriesId, a)).toEqual(['active', null]);
    const answer = await bulk(seriesId, 'remove', { users });
    expect(resultsOf(answer)).toEqual(expected);
    expect(answer.body.counts).toEqual({
      removed: 1,
      not_enrolled: 2,
      user_not_found: 1,
      invalid: 1,
    });
    expect(await stateOf(seriesId, a)).toEqual(['removed', 'removed']);
    expect((await bulk(UNKNOWN, 'remove', { users })).status).toBe(404);
  });

  test('ten calls at once remove each user once', async () => {
    const seriesId = await activeSeries(server);
    const users: string[] = [];
    for (let count = 0; count < 10; count += 1) users.push(await newUser(server));
    await bulk(seriesId, 'enroll', { users });
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => bulk(seriesId, 'remove', { users })),
    );
    const removed = answers.map(({ body }) => (body.counts.removed as number) ?? 0);
    expect(removed.reduce((sum, count) => sum + count)).toBe(10);
  });
});

describe('properties of the single call', () => {
  const send = async (properties: unknown) => {
    const userId = await newUser(server);
    const seriesId = await activeSeries(server);
    const body = { action: 'enroll', user_id: userId, series_id: seriesId, properties };
    return server.sdk('/series', body);
  };

  test.each([[undefined], [null], [{}], [{ plan: 'pro', nested: { list: [1, 'ü'] } }]])(
    '%j is taken',
    async (properties) => {
      expect(await send(properties)).toMatchObject({ status: 200, body: { enrolled: true } });
    },
  );

  test.each([
    ['properties must be an object', 'pro'],
    ['properties must be an object', [1]],
    ['properties exceeds 10000 bytes', { x: 'y'.repeat(10_000) }],
    ['properties must have names of at most 100 characters', { ['k'.repeat(101)]: 1 }],
    ['properties must not contain NUL or unpaired surrogates', { x: 'a\0b' }],
  ])('they are refused as: %s', async (error, properties) => {
    expect(await send(properties)).toMatchObject({ status: 400, body: { error } });
  });
});

describe('series at once', () => {
  let workspace: TestWorkspace;
  let key = '';
  beforeAll(async () => {
    workspace = await server.newWorkspace({ settings: { limits: { series_at_once: 2 } } });
    key = workspace.test.secretKey;
  });
  const series = (priority: number) => activeSeries(server, { key, settings: { priority } });
  const FULL = {
    success: true,
    enrolled: false,
    message: 'User is in the maximum number of series',
  };

  test('one more is refused unless it matters more, and then the least ends as displaced', async () => {
    const userId = await newUser(server, {}, { key });
    const [low, middle, same, high] = [
      await series(1),
      await series(5),
      await series(1),
      await series(9),
    ];
    for (const seriesId of [middle, low]) await enroll(server, { userId, seriesId }, { key });
    expect((await seriesCall(server, 'enroll', { userId, seriesId: same }, { key })).body).toEqual(
      FULL,
    );
    const refused = await bulk(same, 'enroll', { users: [userId] }, key);
    expect(refused.body.data).toEqual([
      { user_id: userId, result: 'series_limit', message: FULL.message },
    ]);
    const dry = await bulk(high, 'enroll', { users: [userId], dry_run: true }, key);
    expect(resultsOf(dry)).toEqual(['enrolled']);
    expect(await stateOf(low, userId, key)).toEqual(['active', null]);

    await enroll(server, { userId, seriesId: high }, { key });
    expect(await stateOf(low, userId, key)).toEqual(['exited', 'displaced']);
    expect(await stateOf(middle, userId, key)).toEqual(['active', null]);
    expect(await stateOf(high, userId, key)).toEqual(['active', null]);
    const left = await server.v1('GET', `/series/${low}/recipients`, undefined, { key });
    expect(left.body.data).toEqual([]);
    const again = await seriesCall(server, 'enroll', { userId, seriesId: high }, { key });
    expect(again.body.already_enrolled).toBe(true);
  });

  test('of thirty entries at once only as many get in as may', async () => {
    const userId = await newUser(server, {}, { key });
    const all = [];
    for (let count = 0; count < 15; count += 1) all.push(await series(0));
    const answers = await Promise.all(
      [...all, ...all].map((seriesId) => bulk(seriesId, 'enroll', { users: [userId] }, key)),
    );
    const results = answers.flatMap(resultsOf);
    expect(results.filter((result) => result === 'enrolled')).toHaveLength(2);
    expect(new Set(results)).toEqual(new Set(['enrolled', 'already_enrolled', 'series_limit']));
    const active = await server.db<{ count: number }[]>`
      select count(*)::int as count from enrollments e join users u on u.id = e.user_id
       where u.external_id = ${userId} and u.workspace_id = ${workspace.test.id}
         and e.state = 'active'`;
    expect(active[0]?.count).toBe(2);
  });

  test('whatever the order in which they come together, those that matter most stay', async () => {
    const userId = await newUser(server, {}, { key });
    const all = await Promise.all([3, 1, 4, 7, 5, 9, 2, 6].map((priority) => series(priority)));
    const answers = await Promise.all(
      all.map((seriesId) => seriesCall(server, 'enroll', { userId, seriesId }, { key })),
    );
    expect(answers.map(({ status }) => status)).toEqual(all.map(() => 200));
    const states = await Promise.all(all.map((seriesId) => stateOf(seriesId, userId, key)));
    const stayed = all.filter((_, at) => states[at]?.[0] === 'active');
    expect(stayed).toEqual([all[3], all[5]]);
  });
});
