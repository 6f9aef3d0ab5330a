import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import type { Handover, OutgoingMessage, Transport } from '../../src/transport/index.ts';
import { expectExactLedger } from '../support/ledger.ts';
import { startServer } from '../support/server.ts';
import { activeSeries, email, enroll, move, newUser, seriesCall, wait } from '../support/series.ts';
import { until } from '../support/until.ts';

/**
 * Goal: what is on its way when a user is removed, or a series paused or archived, comes to a good end
 * whatever the receiving server says, and nothing follows. Method: a transport that answers when and
 * as the test tells it; the live side with its worker.
 */
interface Held {
  readonly message: OutgoingMessage;
  readonly answer: (handover: Handover) => void;
}

const ACCEPTED: Handover = { kind: 'accepted', answer: '250 ok' };
const REJECTED: Handover = { kind: 'rejected', answer: '550 no such user', phase: 'rcpt' };
const DEFERRED: Handover = {
  kind: 'deferred',
  answer: '450 4.2.1 later',
  phase: 'rcpt',
  retryAfterMs: 1,
};
const DOUBT: Handover = { kind: 'in_doubt', answer: 'the connection was lost', phase: 'end' };
/** The worker has looked for work at least once in this time. */
const PASSES_MS = 700;

/** Handovers that wait for the test's answer; everybody else's are accepted at once. */
let held: Held[] = [];
let heldFor = new Set<string>();
const transport: Transport = {
  name: 'held',
  concurrency: 5,
  send: (message) => {
    if (!message.envelope.to.some((address) => heldFor.has(address))) {
      return Promise.resolve(ACCEPTED);
    }
    return new Promise((answer) => held.push({ message, answer }));
  },
  verify: () => Promise.resolve({ ok: true, answer: 'ok' }),
  close: () => Promise.resolve(),
};
const server = await startServer({ transport });
afterAll(server.close);
afterEach(() => {
  heldFor = new Set();
  for (const { answer } of held) answer(ACCEPTED);
  held = [];
});

const key = { key: server.live.secretKey };
const data = async (path: string) =>
  (await server.v1('GET', path, undefined, key)).body.data as ReturnType<typeof JSON.parse>[];

/** Somebody whose first email of two is just being handed over. */
async function underWay() {
  const steps = [email('a'), wait('w', 0, 'days'), email('b')];
  const seriesId = await activeSeries(server, { ...key, steps });
  const userId = await newUser(server, {}, key);
  heldFor.add(`${userId}@example.com`);
  await enroll(server, { userId, seriesId }, key);
  await until(() => expect(held).toHaveLength(1));
  const remove = () => seriesCall(server, 'remove', { userId, seriesId }, key);
  const messages = () => data(`/messages?user_id=${userId}`);
  const enrollments = () => data(`/series/${seriesId}/enrollments`);
  return {
    seriesId,
    userId,
    remove,
    messages,
    enrollments,
    /** Asks for the removal; gives its answer, yet to come, once it stands in the books. */
    removing: async () => {
      const answer = remove();
      await until(async () => expect(await enrollments()).toMatchObject([{ state: 'removed' }]));
      return { answer };
    },
    answer: (handover: Handover) => held[0]?.answer(handover),
    message: async () => (await messages())[0],
    queue: () =>
      server.db`select step_id, status from recipients where automation_id = ${seriesId}`,
    log: () => server.db`
      select step_id as step, outcome, reason from step_log where automation_id = ${seriesId} order by seq
    `,
  };
}

describe('a removal during a handover', () => {
  test('answers once that has come to its end, so that nothing leaves afterwards', async () => {
    const run = await underWay();
    let isAnswered = false;
    const { answer } = await run.removing();
    void answer.then(() => (isAnswered = true));
    await sleep(PASSES_MS);
    expect(isAnswered).toBe(false);
    run.answer(ACCEPTED);
    expect((await answer).text).toBe('{"success":true,"removed":true}');
    expect(await run.message()).toMatchObject({ status: 'accepted', step_id: 'a' });
    expect(await run.queue()).toEqual([]);
    expect(await run.log()).toMatchObject([{ step: 'a', outcome: 'passed' }]);
  });

  test('is not held up for long by a server that says nothing', async () => {
    const run = await underWay();
    const startedMs = performance.now();
    expect((await run.remove()).body.removed).toBe(true);
    const tookMs = performance.now() - startedMs;
    expect(tookMs).toBeGreaterThan(4_000);
    expect(tookMs).toBeLessThan(15_000);
    expect(await run.message()).toMatchObject({ status: 'sending' });
    expect((await run.remove()).body.removed).toBe(false);
    await expectExactLedger(server.db);
    run.answer(ACCEPTED);
    await until(async () => expect(await run.message()).toMatchObject({ status: 'accepted' }));
    await until(async () => expect(await run.queue()).toEqual([]));
  });

  test.each([
    ['refuses', REJECTED, 'rejected', [{ outcome: 'failed' }]],
    ['defers', DEFERRED, 'cancelled', [{ outcome: 'cancelled', reason: 'removed' }]],
    ['says nothing that is understood', DOUBT, 'in_doubt', []],
  ] as const)('is final also when the server %s', async (_name, handover, status, log) => {
    const run = await underWay();
    const { answer } = await run.removing();
    run.answer(handover);
    expect((await answer).body.removed).toBe(true);
    await until(async () => expect(await run.message()).toMatchObject({ status }));
    await until(async () => expect(await run.queue()).toEqual([]));
    expect(await run.log()).toMatchObject(log);
    await expectExactLedger(server.db);
    await sleep(PASSES_MS);
    expect(held).toHaveLength(1);
  });

  test('lets nobody order it again afterwards', async () => {
    const run = await underWay();
    const { answer } = await run.removing();
    run.answer(DOUBT);
    await answer;
    const { id, status } = await run.message();
    expect(status).toBe('in_doubt');
    const decide = (decision: string) =>
      server.v1('POST', `/messages/${id}/resolve`, { decision }, key);
    expect(await decide('resend')).toMatchObject({
      status: 409,
      body: { code: 'enrollment.resend_after_removal' },
    });
    expect(await decide('mark_sent')).toMatchObject({ status: 200, body: { status: 'accepted' } });
    expect(await run.log()).toMatchObject([
      { step: 'a', outcome: 'passed', reason: 'marked_sent' },
    ]);
    await expectExactLedger(server.db);
  });

  test('and a new enrollment at once are two passages; the second starts at the first step', async () => {
    const run = await underWay();
    const { answer } = await run.removing();
    const { userId, seriesId } = run;
    const again = await seriesCall(server, 'enroll', { userId, seriesId }, key);
    expect(again.body.enrolled).toBe(true);
    run.answer(ACCEPTED);
    expect((await answer).body.removed).toBe(true);
    await until(async () => expect(await run.messages()).toHaveLength(2));
    const [second, first] = await run.enrollments();
    expect([second.run, second.state]).toEqual([2, 'active']);
    expect([first.run, first.state]).toEqual([1, 'removed']);
    expect((await run.messages()).map(({ step_id: id }) => id)).toEqual(['a', 'a']);
  });
});

test.each(['resend', 'mark_sent'] as const)(
  'a message in doubt holds nobody up, and is settled by a member: %s',
  async (decision) => {
    const run = await underWay();
    run.answer(DOUBT);
    // The person goes on meanwhile.
    await until(() => expect(held).toHaveLength(2));
    held[1]?.answer(ACCEPTED);
    const [doubted] = await data(`/messages?user_id=${run.userId}&status=in_doubt`);
    expect(doubted).toMatchObject({ step_id: 'a' });
    await until(async () =>
      expect(await run.enrollments()).toMatchObject([{ state: 'completed' }]),
    );
    await expectExactLedger(server.db);

    const path = `/messages/${doubted.id}`;
    const decided = await server.v1('POST', `${path}/resolve`, { decision }, key);
    expect(decided.status, decided.text).toBe(200);
    const twice = await server.v1('POST', `${path}/resolve`, { decision }, key);
    expect(twice).toMatchObject({ status: 409, body: { code: 'enrollment.not_in_doubt' } });
    if (decision === 'resend') {
      await until(() => expect(held).toHaveLength(3));
      held[2]?.answer(ACCEPTED);
    }
    await until(async () => {
      const read = await server.v1('GET', path, undefined, key);
      expect(read.body).toMatchObject({ status: 'accepted', sent_at: expect.any(String) });
    });
    await until(() => expectExactLedger(server.db));
  },
);

test('a pause lets a handover finish, and nothing follows until the series is resumed', async () => {
  const run = await underWay();
  await move(server, run.seriesId, 'pause', key);
  run.answer(ACCEPTED);
  await until(async () => expect(await run.message()).toMatchObject({ status: 'accepted' }));
  await sleep(PASSES_MS);
  expect(held).toHaveLength(1);
  expect(await run.queue()).toHaveLength(1);
  await move(server, run.seriesId, 'resume', key);
  await until(() => expect(held).toHaveLength(2));
  held[1]?.answer(ACCEPTED);
  await until(async () => expect(await run.queue()).toEqual([]));
});

test('archiving lets a handover finish, and ends the enrollment', async () => {
  const run = await underWay();
  await move(server, run.seriesId, 'archive', key);
  run.answer(DEFERRED);
  await until(async () => expect(await run.enrollments()).toMatchObject([{ state: 'ended' }]));
  expect(await run.queue()).toEqual([]);
  expect(await run.message()).toMatchObject({ status: 'cancelled' });
  await expectExactLedger(server.db);
});
