import { afterAll, expect, test } from 'vitest';
import { forgetOldIdempotency, requestHashOf, withIdempotency } from '../../src/workspace/index.ts';
import type { Answer } from '../../src/workspace/index.ts';
import { testDatabase } from '../support/database.ts';

const { db, drop } = await testDatabase();
afterAll(drop);

const WORKSPACE = '019c0000-0000-7000-8000-000000000001';
const OTHER_WORKSPACE = '019c0000-0000-7000-8000-000000000002';
const NOW = new Date('2026-03-01T12:00:00.123Z');
const SECOND = 1_000;
const HOUR = 3_600 * SECOND;
const QUICK = { pollMs: 5, waitMs: 2_000 };
const IMPATIENT = { pollMs: 5, waitMs: 25 };
const hashOf = (body: string) =>
  requestHashOf({ by: 'widget', method: 'POST', path: '/api/sdk/series', body });

let keyCount = 0;
const newKey = (): string => `key-${(keyCount += 1)}`;

/** Makes requests with one key, and counts how often one was really handled. */
function client(key = newKey()) {
  const handled = { count: 0 };
  const send = async (
    body: string,
    {
      afterMs = 0,
      workspaceId = WORKSPACE,
      waiting = QUICK,
      run = async (): Promise<Answer> => ({ status: 200, body: `answer ${handled.count}` }),
    } = {},
  ) => {
    const request = {
      workspaceId,
      key,
      requestHash: hashOf(body),
      now: new Date(NOW.getTime() + afterMs),
    };
    try {
      return await withIdempotency(
        db,
        request,
        () => {
          handled.count += 1;
          return run();
        },
        waiting,
      );
    } catch (error) {
      return (error as Error).message;
    }
  };
  return { send, handled, key };
}

const first = { status: 200, body: 'answer 1', replayed: false };
const replay = { status: 200, body: 'answer 1', replayed: true };
const REUSED = 'Idempotency-Key was used with a different request';
const BUSY = /still being handled/;

/** Handles a request once it is told to. */
function held(answer: Answer = { status: 200, body: 'answer 1' }) {
  const gate = Promise.withResolvers<Answer>();
  const began = Promise.withResolvers<void>();
  return {
    run: () => {
      began.resolve();
      return gate.promise;
    },
    began: began.promise,
    release: () => gate.resolve(answer),
    fail: (error: Error) => gate.reject(error),
  };
}

test('the same request again gets the first answer again and is not handled again', async () => {
  const { send, handled } = client();
  expect(await send('a')).toEqual(first);
  expect(await send('a')).toEqual(replay);
  expect(await send('a', { afterMs: 23 * HOUR })).toEqual(replay);
  expect(handled.count).toBe(1);
});

test('another request with the same key is refused, also while the first is being handled', async () => {
  const { send, handled } = client();
  const gate = held();
  const answer = send('a', { run: gate.run });
  await gate.began;
  expect(await send('b')).toBe(REUSED);
  gate.release();
  expect(await answer).toEqual(first);
  expect(await send('b')).toBe(REUSED);
  expect(handled.count).toBe(1);
});

test('who asks, method, path and body make a request', () => {
  const base = { by: 'secret', method: 'POST', path: '/api/sdk/series', body: '{}' };
  const hashes = [
    base,
    { ...base, by: 'widget' },
    { ...base, method: 'PUT' },
    { ...base, path: '/api/sdk/events' },
    { ...base, path: '/api/sdk/series?x' },
    { ...base, body: '{ }' },
    { ...base, path: '/api/sdk', body: '/series\n{}' },
  ].map((request) => requestHashOf(request).toString('hex'));
  expect(new Set(hashes).size).toBe(hashes.length);
  expect(requestHashOf({ ...base, body: Buffer.from('{}') }).toString('hex')).toBe(hashes[0]);
});

test('the same key means nothing to another workspace side', async () => {
  const { send, handled } = client();
  await send('a');
  expect(await send('b', { workspaceId: OTHER_WORKSPACE })).toMatchObject({ replayed: false });
  expect(handled.count).toBe(2);
});

test('of fifty requests that arrive together one is handled and all get its answer', async () => {
  const { send, handled } = client();
  const gate = held();
  const answers = Array.from({ length: 50 }, () => send('a', { run: gate.run }));
  await gate.began;
  await db`select pg_sleep(0.05)`;
  gate.release();
  const got = await Promise.all(answers);
  expect(handled.count).toBe(1);
  expect(got.filter((answer) => typeof answer === 'object' && !answer.replayed)).toEqual([first]);
  expect(got.filter((answer) => typeof answer === 'object' && answer.replayed)).toHaveLength(49);
});

test('whoever waits too long for the first answer is told to try again', async () => {
  const { send, handled } = client();
  const gate = held();
  const answer = send('a', { run: gate.run });
  await gate.began;
  expect(await send('a', { waiting: IMPATIENT })).toMatch(BUSY);
  gate.release();
  await answer;
  expect(await send('a')).toEqual(replay);
  expect(handled.count).toBe(1);
});

test('refusals are kept, failures of ours are not', async () => {
  const refused = client();
  const notFound = async () => ({ status: 404, body: '{"error":"User not found"}' });
  await refused.send('a', { run: notFound });
  expect(await refused.send('a')).toEqual({
    status: 404,
    body: '{"error":"User not found"}',
    replayed: true,
  });

  const failed = client();
  const down = async () => ({ status: 503, body: 'down' });
  expect(await failed.send('a', { run: down })).toEqual({
    status: 503,
    body: 'down',
    replayed: false,
  });
  expect(await failed.send('b')).toMatchObject({ status: 200, replayed: false });

  const thrown = client();
  const broken = async (): Promise<Answer> => {
    throw new Error('broken');
  };
  expect(await thrown.send('a', { run: broken })).toBe('broken');
  expect(await thrown.send('a')).toMatchObject({ status: 200, replayed: false });
});

test('requests that waited for one that failed are handled, one after the other', async () => {
  const { send, handled } = client();
  const gate = held();
  const failing = send('a', { run: gate.run });
  await gate.began;
  const waiting = [send('a'), send('a'), send('a')];
  gate.fail(new Error('broken'));
  expect(await failing).toBe('broken');
  const got = await Promise.all(waiting);
  expect(handled.count).toBe(2);
  expect(got.filter((answer) => typeof answer === 'object' && answer.replayed)).toHaveLength(2);
});

test('a request whose process died is taken over after a minute, by one request only', async () => {
  const { send, handled } = client();
  const gate = held();
  const dead = send('a', { run: gate.run });
  await gate.began;
  expect(await send('a', { afterMs: 59 * SECOND, waiting: IMPATIENT })).toMatch(BUSY);
  expect(await send('b', { afterMs: 61 * SECOND })).toBe(REUSED);

  const again = { afterMs: 60 * SECOND, run: async () => ({ status: 200, body: 'taken over' }) };
  const got = await Promise.all(Array.from({ length: 8 }, () => send('a', again)));
  expect(handled.count).toBe(2);
  expect(got.every((answer) => typeof answer === 'object' && answer.body === 'taken over')).toBe(
    true,
  );

  // The first was only slow: its late answer does not replace the one that was given out.
  gate.release();
  expect(await dead).toEqual(first);
  expect(await send('a', { afterMs: 62 * SECOND })).toMatchObject({
    body: 'taken over',
    replayed: true,
  });
});

test('a slow request that fails after it was taken over leaves the new claim alone', async () => {
  const { send } = client();
  const [slow, second] = [held(), held({ status: 200, body: 'second' })];
  const failing = send('a', { run: slow.run });
  await slow.began;
  const taking = send('a', { afterMs: 60 * SECOND, run: second.run });
  await second.began;
  slow.fail(new Error('broken'));
  expect(await failing).toBe('broken');
  expect(await send('a', { afterMs: 61 * SECOND, waiting: IMPATIENT })).toMatch(BUSY);
  second.release();
  expect(await taking).toMatchObject({ body: 'second', replayed: false });
});

test('a key is free again after a day, for any request', async () => {
  const { send, handled } = client();
  await send('a');
  expect(await send('b', { afterMs: 24 * HOUR - 1 })).toBe(REUSED);
  expect(await send('b', { afterMs: 24 * HOUR })).toEqual({
    status: 200,
    body: 'answer 2',
    replayed: false,
  });
  expect(await send('b', { afterMs: 25 * HOUR })).toMatchObject({
    body: 'answer 2',
    replayed: true,
  });
  expect(handled.count).toBe(2);
});

test.each([
  ['', false],
  ['x', true],
  ['x'.repeat(255), true],
  ['x'.repeat(256), false],
])('a key of the length of %j: allowed is %s', async (key, isAllowed) => {
  const answer = await client(key).send('a');
  if (isAllowed) expect(answer).toEqual(first);
  else expect(answer).toBe('Idempotency-Key must be 1 to 255 characters');
});

test('old requests are deleted in bounded batches, the oldest first', async () => {
  await db`truncate idempotency`;
  await db`
    insert into idempotency (workspace_id, key, request_hash, status, body, created_at)
    select ${WORKSPACE}, 'old-' || n, '\\x00', 200, '', ${NOW}::timestamptz - n * interval '1 hour'
      from generate_series(20, 31) n
  `;
  expect(await forgetOldIdempotency(db, { now: NOW, limit: 5 })).toBe(5);
  expect(await forgetOldIdempotency(db, { now: NOW, limit: 5 })).toBe(2);
  expect(await forgetOldIdempotency(db, { now: NOW })).toBe(0);
  const rows = await db<{ key: string }[]>`select key from idempotency order by created_at`;
  expect(rows.map(({ key }) => key)).toEqual(['old-24', 'old-23', 'old-22', 'old-21', 'old-20']);
});

test('old requests are found through the index by age', async () => {
  await db`
    insert into idempotency (workspace_id, key, request_hash, status, body, created_at)
    select ${WORKSPACE}, 'many-' || n, '\\x00', 200, '', ${NOW}::timestamptz + n * interval '1 minute'
      from generate_series(1, 5000) n
  `;
  await db`analyze idempotency`;
  const explaining = new Proxy(db, {
    apply: (target, self, [strings, ...values]: [TemplateStringsArray, ...unknown[]]) => {
      const texts = [`explain ${strings[0] ?? ''}`, ...strings.slice(1)];
      const raw = Object.assign(texts, { raw: texts });
      const plan = Reflect.apply(target, self, [raw, ...values]) as Promise<object[]>;
      return plan.then((lines) => ({ length: JSON.stringify(lines) }));
    },
  });
  // The statement answers how many rows it got, which here is the plan.
  const plan = await forgetOldIdempotency(explaining, { now: NOW });
  expect(plan).toContain('Index Scan using idempotency_by_age');
});
