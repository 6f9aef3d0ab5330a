import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, test, vi } from 'vitest';
import type { Handover, OutgoingMessage, Transport } from '../../src/transport/index.ts';
import { expectExactLedger } from '../support/ledger.ts';
import { startServer } from '../support/server.ts';
import { activeSeries, email, enroll, move, newUser, seriesCall, wait } from '../support/series.ts';

/**
 * Goal: what is on its way when a user is removed, or a series paused or archived, comes to a good end
 * whatever the receiving server says, and nothing follows. Method: a transport that answers when and
 * as the test tells it; the live side with its worker.
 */
interface Held {
  readonly message: OutgoingMessage;
  readonly answer: (handover: Handover) => void;
}

const held: Held[] = [];
let sent = 0;
const transport: Transport = {
  name: 'held',
  concurrency: 5,
  send: (message) =>
    new Promise((answer) => {
      sent += 1;
      held.push({ message, answer });
    }),
  verify: () => Promise.resolve({ ok: true, answer: 'ok' }),
  close: () => Promise.resolve(),
};
const server = await startServer({ transport });
afterAll(server.close);

/** The worker has looked for work at least once in this time. */
const PASSES_MS = 700;
const ACCEPTED: Handover = { kind: 'accepted', answer: '250 ok' };
const REJECTED: Handover = { kind: 'rejected', answer: '550 no such user', phase: 'rcpt' };
const DEFERRED: Handover = {
  kind: 'deferred',
  answer: '451 later',
  phase: 'rcpt',
  retryAfterMs: 1,
};
const DOUBT: Handover = { kind: 'in_doubt', answer: 'the connection was lost', phase: 'end' };

const key = { key: server.live.secretKey };
const data = async (path: string) =>
  (await server.v1('GET', path, undefined, key)).body.data as ReturnType<typeof JSON.parse>[];

/** Somebody whose first email of two is just being handed over. */
async function underWay() {
  const seriesId = await activeSeries(server, {
    ...key,
    steps: [email('a'), wait('w', 0, 'days'), email('b')],
  });
  const userId = await newUser(server, {}, key);
  await enroll(server, { userId, seriesId }, key);
  const handover = await vi.waitFor(
    () => {
      const found = held.find(({ message }) =>
        message.envelope.to.includes(`${userId}@example.com`),
      );
      expect(found).toBeDefined();
      return found!;
    },
    { timeout: 10_000, interval: 5 },
  );
  return {
    seriesId,
    userId,
    answer: handover.answer,
    remove: () => seriesCall(server, 'remove', { userId, seriesId }, key),
    message: async () => (await data(`/messages?user_id=${userId}`))[0],
    log: () => server.db`
      select step_id as step, outcome, reason from step_log where automation_id = ${seriesId} order by seq
    `,
  };
}

const queue = (seriesId: string) => server.db`
  select step_id, status from recipients where automation_id = ${seriesId}
`;

describe('a removal during a handover', () => {
  test('answers once that has come to its end, so that nothing leaves afterwards', async () => {
    const { remove, answer, message, seriesId, log } = await underWay();
    let isAnswered = false;
    const removing = remove().then((removed) => {
      isAnswered = true;
      return removed;
    });
    await sleep(400);
    expect(isAnswered).toBe(false);
    answer(ACCEPTED);
    expect((await removing).text).toBe('{"success":true,"removed":true}');
    expect(await message()).toMatchObject({ status: 'accepted', step_id: 'a' });
    expect(await queue(seriesId)).toEqual([]);
    expect(await log()).toMatchObject([{ step: 'a', outcome: 'passed' }]);
  });

  test('is not held up for long by a server that says nothing', async () => {
    const { remove, answer, message, seriesId } = await underWay();
    const startedMs = performance.now();
    expect((await remove()).body.removed).toBe(true);
    expect(performance.now() - startedMs).toBeLessThan(8_000);
    expect(await message()).toMatchObject({ status: 'sending' });
    expect((await remove()).body.removed).toBe(false);
    await expectExactLedger(server.db);
    answer(ACCEPTED);
    await vi.waitFor(async () => expect(await message()).toMatchObject({ status: 'accepted' }));
    expect(await queue(seriesId)).toEqual([]);
  });

  test.each([
    ['refuses', REJECTED, 'rejected', [{ outcome: 'failed' }]],
    ['defers', DEFERRED, 'cancelled', [{ outcome: 'cancelled', reason: 'removed' }]],
    ['says nothing that is understood', DOUBT, 'in_doubt', []],
  ] as const)('is final also when the server %s', async (_name, handover, status, log) => {
    const run = await underWay();
    const removing = run.remove();
    await sleep(50);
    run.answer(handover);
    expect((await removing).body.removed).toBe(true);
    await vi.waitFor(async () => expect(await run.message()).toMatchObject({ status }));
    await vi.waitFor(async () => expect(await queue(run.seriesId)).toEqual([]));
    expect(await run.log()).toMatchObject(log);
    await expectExactLedger(server.db);
    const before = sent;
    await sleep(PASSES_MS);
    expect(sent).toBe(before);
  });

  test('lets nobody order it again afterwards', async () => {
    const run = await underWay();
    const removing = run.remove();
    await sleep(50);
    run.answer(DOUBT);
    await removing;
    const { id, status } = await run.message();
    expect(status).toBe('in_doubt');
    const resend = await server.v1('POST', `/messages/${id}/resolve`, { decision: 'resend' }, key);
    expect(resend).toMatchObject({
      status: 409,
      body: { code: 'enrollment.resend_after_removal' },
    });
    const marked = await server.v1(
      'POST',
      `/messages/${id}/resolve`,
      { decision: 'mark_sent' },
      key,
    );
    expect(marked).toMatchObject({ status: 200, body: { status: 'accepted' } });
    expect(await run.log()).toMatchObject([
      { step: 'a', outcome: 'passed', reason: 'marked_sent' },
    ]);
    await expectExactLedger(server.db);
  });

  test('and a new enrollment at once are two passages; the second starts at the first step', async () => {
    const run = await underWay();
    const removing = run.remove();
    await sleep(50);
    const again = await seriesCall(
      server,
      'enroll',
      { userId: run.userId, seriesId: run.seriesId },
      key,
    );
    expect(again.body.enrolled).toBe(true);
    run.answer(ACCEPTED);
    expect((await removing).body.removed).toBe(true);
    await vi.waitFor(async () =>
      expect(await data(`/messages?user_id=${run.userId}`)).toHaveLength(2),
    );
    const states = await data(`/series/${run.seriesId}/enrollments`);
    expect(states.map(({ run: number, state }) => [number, state])).toEqual([
      [2, 'active'],
      [1, 'removed'],
    ]);
    for (const { answer } of held) answer(ACCEPTED);
  });
});

describe('a message in doubt', () => {
  test.each([
    ['resend', ACCEPTED, 'accepted'],
    ['mark_sent', null, 'accepted'],
  ] as const)('is settled by a member: %s', async (decision, second, status) => {
    const run = await underWay();
    run.answer(DOUBT);
    await vi.waitFor(async () =>
      expect(await run.message()).toMatchObject({ status: expect.any(String) }),
    );
    // The person goes on meanwhile.
    await vi.waitFor(async () =>
      expect(await data(`/messages?user_id=${run.userId}`)).toHaveLength(2),
    );
    const doubted = (await data(`/messages?user_id=${run.userId}&status=in_doubt`))[0];
    expect(doubted).toMatchObject({ step_id: 'a' });
    await expectExactLedger(server.db);
    const before = held.length;
    const decided = await server.v1('POST', `/messages/${doubted.id}/resolve`, { decision }, key);
    expect(decided.status, decided.text).toBe(200);
    const twice = await server.v1('POST', `/messages/${doubted.id}/resolve`, { decision }, key);
    expect(twice).toMatchObject({ status: 409, body: { code: 'enrollment.not_in_doubt' } });
    if (second !== null) {
      await vi.waitFor(() => expect(held.length).toBeGreaterThan(before), { timeout: 10_000 });
      held.at(-1)?.answer(second);
    }
    const read = async () =>
      (await server.v1('GET', `/messages/${doubted.id}`, undefined, key)).body;
    await vi.waitFor(async () => expect(await read()).toMatchObject({ status }), {
      timeout: 10_000,
    });
    for (const { answer } of held) answer(ACCEPTED);
    await expectExactLedger(server.db);
  });
});

describe('pausing and archiving during a handover', () => {
  test('a pause lets it finish, and nothing follows until the series is resumed', async () => {
    const run = await underWay();
    await move(server, run.seriesId, 'pause', key);
    run.answer(ACCEPTED);
    await vi.waitFor(async () => expect(await run.message()).toMatchObject({ status: 'accepted' }));
    const before = sent;
    await sleep(PASSES_MS);
    expect(sent).toBe(before);
    expect(await queue(run.seriesId)).toHaveLength(1);
    await move(server, run.seriesId, 'resume', key);
    await vi.waitFor(() => expect(sent).toBe(before + 1), { timeout: 10_000 });
    held.at(-1)?.answer(ACCEPTED);
    await vi.waitFor(async () => expect(await queue(run.seriesId)).toEqual([]));
  });

  test('archiving lets it finish, and ends the enrollment', async () => {
    const run = await underWay();
    await move(server, run.seriesId, 'archive', key);
    run.answer(DEFERRED);
    await vi.waitFor(
      async () =>
        expect(await data(`/series/${run.seriesId}/enrollments`)).toMatchObject([
          { state: 'ended' },
        ]),
      { timeout: 20_000 },
    );
    expect(await queue(run.seriesId)).toEqual([]);
    expect(await run.message()).toMatchObject({ status: 'cancelled' });
    await expectExactLedger(server.db);
  });
});
