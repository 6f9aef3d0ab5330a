import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, test } from 'vitest';
import type { Handover, Transport } from '../../src/transport/index.ts';
import { expectExactLedger } from '../support/ledger.ts';
import { startServer, type Answer } from '../support/server.ts';
import { activeSeries, email, newUser, wait } from '../support/series.ts';
import { until } from '../support/until.ts';

/**
 * Goal: one enrollment whoever asks how often, and nothing leaves after a removal has answered.
 * Method: two API processes' worth of services over one database, each with a worker; many calls at
 * once, over real sockets; a transport that notes when each handover starts.
 */

/** Says yes after a moment; now and then "later", or nothing that anybody understands. */
function notingTransport() {
  const starts = new Map<string, number[]>();
  let count = 0;
  const answers: Handover[] = [
    { kind: 'deferred', answer: '450 4.2.1 later', phase: 'rcpt' },
    { kind: 'in_doubt', answer: 'the connection was lost', phase: 'end' },
    // Of the message, not of the address: people who do not exist would not be written to again.
    { kind: 'rejected', answer: '554 5.6.0 not like this', phase: 'end' },
  ];
  const transport: Transport = {
    name: 'noting',
    concurrency: 10,
    send: async ({ id }) => {
      starts.set(id, [...(starts.get(id) ?? []), performance.now()]);
      count += 1;
      const answer = count % 5 === 0 ? answers[(count / 5) % answers.length] : undefined;
      await sleep(Math.random() * 4);
      return answer ?? { kind: 'accepted', answer: '250 ok' };
    },
    verify: () => Promise.resolve({ ok: true, answer: 'ok' }),
    close: () => Promise.resolve(),
  };
  return { transport, starts };
}

const { transport, starts } = notingTransport();
const first = await startServer({ transport });
const second = await startServer({ beside: first, transport });
const servers = [first, second] as const;
afterAll(async () => {
  await second.close();
  await first.close();
});

const key = first.live.secretKey;
const call = (index: number, action: string, userId: string, seriesId: string): Promise<Answer> =>
  servers[index % 2]!.sdk('/series', { action, user_id: userId, series_id: seriesId }, { key });

test('100 enrolls at once of each of 50 users make 50 enrollments, and 50 answers `enrolled`', async () => {
  const seriesId = await activeSeries(first, { key, steps: [wait('day', 1, 'days'), email('a')] });
  const users = await Promise.all(Array.from({ length: 50 }, () => newUser(first, {}, { key })));
  const calls = Array.from({ length: 100 }, (_, i) =>
    users.map((userId) => call(i, 'enroll', userId, seriesId)),
  );
  const answers = await Promise.all(calls.flat());
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  const enrolled = answers.filter(({ body }) => body.enrolled === true);
  const already = answers.filter(({ body }) => body.already_enrolled === true);
  expect([enrolled.length, already.length]).toEqual([50, 4_950]);
  const rows = await first.db`
    select u.external_id as "userId", count(*)::int as enrollments,
           (select count(*)::int from recipients r where r.user_id = u.id) as rows
      from users u join enrollments e on e.user_id = u.id and e.automation_id = ${seriesId}
     group by u.id, u.external_id
  `;
  expect(rows).toHaveLength(50);
  for (const row of rows) expect(row).toMatchObject({ enrollments: 1, rows: 1 });
  await expectExactLedger(first.db);
}, 180_000);

const LANES = 100;
const ROUNDS = 50;

interface Removal {
  readonly userId: string;
  /** When the answer had come. */
  readonly atMs: number;
}

test(`after a removal has answered, no handover of that enrollment starts: ${LANES * ROUNDS} races`, async () => {
  const seriesId = await activeSeries(first, {
    key,
    steps: [email('a'), wait('no-time', 0, 'minutes'), email('b')],
    settings: { reenrollment: { enabled: true } },
  });
  const removals: Removal[] = [];
  let races = 0;
  const lane = async (index: number): Promise<void> => {
    const userId = await newUser(first, {}, { key });
    for (let round = 0; round < ROUNDS; round += 1) {
      // Sometimes the removal comes while the enrollment is still being answered, sometimes later.
      const enrolling = call(index + round, 'enroll', userId, seriesId);
      if (round % 3 !== 0) await enrolling;
      await sleep(Math.random() * (round % 2 === 0 ? 10 : 100));
      const removed = await call(index + round + 1, 'remove', userId, seriesId);
      const atMs = performance.now();
      expect(removed.status, removed.text).toBe(200);
      if (removed.body.removed === true) removals.push({ userId, atMs });
      const entered = await enrolling;
      expect(entered.status, entered.text).toBe(200);
      races += 1;
      // What the removal missed, the next round removes.
      if (removed.body.removed === false) {
        const again = await call(index, 'remove', userId, seriesId);
        if (again.body.removed === true) removals.push({ userId, atMs: performance.now() });
      }
    }
  };
  await Promise.all(Array.from({ length: LANES }, (_, index) => lane(index)));
  expect(races).toBe(LANES * ROUNDS);
  await settled(seriesId);

  // The removals of one user follow each other, and so do the enrollments that they ended.
  const rows = await first.db<{ userId: string; messageIds: string[] | null }[]>`
    select u.external_id as "userId", array_agg(m.id) filter (where m.id is not null) as "messageIds"
      from enrollments e
      join users u on u.bucket = e.bucket and u.id = e.user_id
      left join messages m on m.bucket = e.bucket and m.enrollment_id = e.id
     where e.automation_id = ${seriesId} and e.state = 'removed'
     group by u.external_id, e.id, e.run
     order by e.run
  `;
  expect(rows.length).toBe(removals.length);
  const endedOf = new Map<string, string[][]>();
  for (const { userId, messageIds } of rows) {
    endedOf.set(userId, [...(endedOf.get(userId) ?? []), messageIds ?? []]);
  }
  let raced = 0;
  for (const { userId, atMs } of removals) {
    const messageIds = endedOf.get(userId)?.shift() ?? [];
    for (const id of messageIds) {
      const times = starts.get(id) ?? [];
      if (times.length > 0) raced += 1;
      for (const startMs of times) {
        expect(startMs, `${id} started ${startMs - atMs} ms after the answer`).toBeLessThan(atMs);
      }
    }
  }
  // Otherwise the removals came when nothing was under way, and nothing was shown.
  expect(raced).toBeGreaterThan(LANES * ROUNDS * 0.2);
  expect(removals.length).toBeGreaterThan(LANES * ROUNDS * 0.5);
  await expectHandedOverOnce(seriesId);
  await expectExactLedger(first.db);
}, 300_000);

/** Waits until nothing of a series is under way or due. */
async function settled(seriesId: string): Promise<void> {
  await until(async () => {
    const busy = await first.db`
      select status, due_at from recipients
       where automation_id = ${seriesId} and (status = 'processing' or due_at <= db_now())
       limit 5
    `;
    expect(busy).toEqual([]);
  });
}

/** No message was handed over again after a yes, a no for good, or a doubt. */
async function expectHandedOverOnce(seriesId: string): Promise<void> {
  const messages = await first.db<{ id: string; attempt: number; deferrals: number }[]>`
    select m.id, m.attempt,
           (select count(*)::int from message_events v
             where v.bucket = m.bucket and v.message_id = m.id and v.kind = 'deferred') as deferrals
      from messages m where m.automation_id = ${seriesId}
  `;
  expect(messages.length).toBeGreaterThan(1_000);
  for (const { id, attempt, deferrals } of messages) {
    const count = starts.get(id)?.length ?? 0;
    expect([id, count]).toEqual([id, attempt]);
    expect(count - deferrals).toBeLessThanOrEqual(1);
  }
}
