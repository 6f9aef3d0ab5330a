import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Transport } from '../../src/transport/index.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { activeSeries, email, wait } from '../support/series.ts';
import { until } from '../support/until.ts';

/**
 * Goal: what the API promises holds with everything in between: once a call has been answered, no
 * handover starts that it forbids. Method: two servers with a worker each, a transport that notes when
 * it is given a message, and people who leave at random moments of a series of emails.
 */
const PEOPLE = 300;
const STEPS = ['a', 'b', 'c', 'd'];

/** When each address was last handed to the transport, on this process's clock. */
const startedAt = new Map<string, number[]>();
const transport: Transport = {
  name: 'noting',
  concurrency: 10,
  send: async ({ envelope: { to } }) => {
    const address = to[0] ?? '';
    startedAt.set(address, [...(startedAt.get(address) ?? []), performance.now()]);
    await sleep(Math.random() * 20);
    return { kind: 'accepted', answer: '250 ok' };
  },
  verify: () => Promise.resolve({ ok: true, answer: 'ok' }),
  close: () => Promise.resolve(),
};

let servers: [TestServer, TestServer];
beforeAll(async () => {
  const first = await startServer({ transport });
  servers = [first, await startServer({ transport, beside: first })];
});
afterAll(async () => {
  await servers[1].close();
  await servers[0].close();
});

test('after the answer no handover starts, whichever way somebody left', async () => {
  const [server] = servers;
  const key = { key: server.live.secretKey };
  const any = (n: number): TestServer => servers[n % 2]!;
  const list = (await server.v1('POST', '/lists', { name: 'News', kind: 'opt_out' }, key)).body.id;
  const steps = STEPS.flatMap((id) => [
    email(id, { list_id: list }),
    wait(`after-${id}`, 0, 'minutes'),
  ]);
  const seriesId = await activeSeries(server, { ...key, steps });
  const ways = [
    (userId: string, n: number) =>
      any(n).v1('PUT', `/users/${userId}/preferences`, { all: 'unsubscribed' }, key),
    (userId: string, n: number) =>
      any(n).v1('POST', `/lists/${list}/subscribers/remove`, { user_ids: [userId] }, key),
    (userId: string, n: number) =>
      any(n).v1('POST', '/suppressions', { email: `${userId}@example.com` }, key),
    (userId: string, n: number) => any(n).v1('POST', '/suppressions', { user_id: userId }, key),
  ];
  const leftAt = new Map<string, number>();
  const race = async (n: number): Promise<void> => {
    const userId = `leaver-${n}`;
    const traits = { email: `${userId}@example.com` };
    await any(n).sdk('/users/identify', { user_id: userId, traits }, key);
    const call = { action: 'enroll', user_id: userId, series_id: seriesId };
    expect((await any(n).sdk('/series', call, key)).status).toBe(200);
    await sleep(Math.random() * (n % 3 === 0 ? 60 : 1_500));
    const answer = await ways[n % ways.length]!(userId, n + 1);
    expect(answer.status, answer.text).toBeLessThan(300);
    leftAt.set(`${userId}@example.com`, performance.now());
  };
  const left = Array.from({ length: PEOPLE }, (_, n) => n).values();
  const lane = async (): Promise<void> => {
    for (const n of left) await race(n);
  };
  await Promise.all(Array.from({ length: 12 }, lane));
  await until(async () => {
    const rows = await server.db`select 1 from recipients limit 1`;
    expect(rows).toHaveLength(0);
  });

  const late = [...leftAt].filter(([address, at]) =>
    (startedAt.get(address) ?? []).some((started) => started > at),
  );
  expect(late).toEqual([]);
  // Some were quick enough to get nothing, some got everything, and all steps are accounted for.
  const counts = [...leftAt.keys()].map((address) => startedAt.get(address)?.length ?? 0);
  expect(Math.min(...counts)).toBeLessThan(STEPS.length);
  expect(Math.max(...counts)).toBeGreaterThan(0);
  const skipped = await server.db<{ count: number }[]>`
    select count(*)::int as count from step_log
     where outcome = 'skipped' and reason ~ '^(unsubscribed|suppressed:manual)'
  `;
  const sent = counts.reduce((sum, count) => sum + count, 0);
  expect(sent + (skipped[0]?.count ?? 0)).toBe(PEOPLE * STEPS.length);
}, 300_000);
