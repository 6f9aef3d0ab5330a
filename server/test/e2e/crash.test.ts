import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { resolveDoubt } from '../../src/enrollment/resolve.ts';
import { expectExactLedger } from '../support/ledger.ts';
import { CONNECTIONS, mailWorld, until, type MailWorld } from '../support/mail-world.ts';

/**
 * Goal: whenever a worker or the database dies, no email is lost and none leaves twice; what nobody
 * can know is in doubt, and is no more than was on its way. Method: real processes, real SIGKILL, a
 * real sink whose log is written before it answers; that log is the truth.
 */
const KILLS = 30;
const MESSAGES = 5_000;
const RESTARTS = 5;
/** A dead worker's rows are back within 30 s; then they still have to be sent. */
const DRAINED_MS = 60_000;

let world: MailWorld;

beforeEach(async () => {
  world = await mailWorld();
}, 300_000);

afterEach(async () => {
  await world.close();
}, 300_000);

const addressOf = (n: number): string => `person-${n}@example.com`;

/** Every row is gone: what is left is accepted or in doubt. */
function drained(): Promise<void> {
  return until(isDrained, { withinMs: DRAINED_MS, what: 'everything is sent', found: queue });
}

const isDrained = async (): Promise<boolean> =>
  (await world.db`select 1 from recipients limit 1`).length === 0;

/** For a failure's message: what is left, and who holds it. */
async function queue(): Promise<unknown> {
  return {
    states: await world.states(),
    rows: await world.db`
      select status, worker_id, count(*)::int, min(due_at) as due from recipients group by 1, 2
    `,
    sessions: await world.db`
      select state, wait_event, left(query, 60) as query from pg_stat_activity where state <> 'idle'
    `,
  };
}

/** How many messages the sink took of each person. */
function copies(): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { to } of world.accepted()) counts.set(to, (counts.get(to) ?? 0) + 1);
  return counts;
}

const sending = async (): Promise<number> => (await world.states())['sending'] ?? 0;

/** Nothing lost, nothing twice, the books exact. Gives the messages that are in doubt. */
async function expectSoundBooks(messages: number): Promise<{ id: string; to: string }[]> {
  const taken = copies();
  expect([...taken.values()].filter((count) => count > 1)).toEqual([]);
  const states = await world.states();
  const { accepted = 0, in_doubt: doubted = 0, ...others } = states;
  expect(others).toEqual({});
  expect(accepted + doubted).toBe(messages);
  const rows = await world.db<{ id: string; to: string; state: string }[]>`
    select id, to_address as "to", state from messages
  `;
  // What we say was accepted was; what we do not say may have been.
  expect(rows.filter(({ state, to }) => state === 'accepted' && !taken.has(to))).toEqual([]);
  await expectExactLedger(world.db);
  return rows.filter(({ state }) => state === 'in_doubt');
}

test('a worker killed thirty times loses nothing and sends nothing twice', async () => {
  await world.enroll(MESSAGES, addressOf);
  let doubtedBefore = 0;
  for (let kill = 1; kill <= KILLS; kill += 1) {
    const sentBefore = world.accepted().length;
    const worker = await world.startWorker();
    // Rows that dead workers held come back after a while; a kill counts when mail is on its way.
    await until(async () => world.accepted().length > sentBefore, {
      withinMs: DRAINED_MS,
      what: `mail is sent after ${kill - 1} kills`,
      found: queue,
    });
    await sleep(Math.random() * 40);
    await worker.kill();
    // Nobody else works, so what is being sent now was on its way when this one died, or an earlier one.
    const states = await world.states();
    const doubted = (states['in_doubt'] ?? 0) + (states['sending'] ?? 0);
    expect(doubted - doubtedBefore).toBeLessThanOrEqual(CONNECTIONS);
    doubtedBefore = doubted;
  }
  const last = await world.startWorker();
  await drained();
  const doubts = await expectSoundBooks(MESSAGES);
  expect(doubts.length).toBeGreaterThan(0);

  // A member looks each one up at the receiver, and decides.
  const taken = copies();
  for (const { id, to } of doubts) {
    const decision = taken.has(to) ? 'mark_sent' : 'resend';
    await resolveDoubt(world.services, { workspaceId: world.workspaceId, id, decision });
  }
  await drained();
  expect(await expectSoundBooks(MESSAGES)).toEqual([]);
  expect(copies().size).toBe(MESSAGES);
  await last.stop();
}, 240_000);

test('a database that dies five times loses nothing and nothing goes twice', async () => {
  const messages = 1_500;
  await world.enroll(messages, (n) => `fault.dot.delay.80.person-${n}@example.com`);
  const worker = await world.startWorker();
  for (let restart = 1; restart <= RESTARTS; restart += 1) {
    const sentBefore = world.accepted().length;
    await until(async () => world.accepted().length > sentBefore, {
      withinMs: DRAINED_MS,
      what: `mail is sent after ${restart - 1} restarts`,
      found: queue,
    });
    await sleep(Math.random() * 300);
    await world.restartDatabase();
  }
  await drained();
  const doubts = await expectSoundBooks(messages);
  // The worker lived through it all: it knows what was answered.
  expect(doubts).toEqual([]);
  await worker.stop();
}, 180_000);

test('a worker that stood still while it was taken for dead wakes and changes nothing', async () => {
  const people = 200;
  await world.enroll(people, (n) => `fault.dot.delay.400.person-${n}@example.com`);
  const sleeper = await world.startWorker();
  await until(async () => (await sending()) > 0, { withinMs: 20_000, what: 'a handover' });
  sleeper.child.kill('SIGSTOP');
  const stoppedMs = performance.now();
  const other = await world.startWorker();
  await until(async () => (await world.states())['in_doubt'] !== undefined, {
    withinMs: 40_000,
    what: 'the rows of a dead worker are taken over',
  });
  expect(performance.now() - stoppedMs).toBeLessThan(30_000);
  await drained();
  const before = await snapshot();
  sleeper.child.kill('SIGCONT');
  await sleep(3_000);
  expect(await snapshot()).toEqual(before);
  const doubts = await expectSoundBooks(people);
  expect(doubts.length).toBeLessThanOrEqual(CONNECTIONS);
  await Promise.all([sleeper.kill(), other.stop()]);
}, 300_000);

/** Everything that says what became of whom. */
async function snapshot() {
  return {
    messages: await world.db`select id, state, attempt, sent_at, answer from messages order by id`,
    log: await world.db`select enrollment_id, seq, outcome from step_log order by 1, 2`,
    enrollments: await world.db`select id, state, ended_at from enrollments order by id`,
    sink: world.accepted().length,
  };
}
