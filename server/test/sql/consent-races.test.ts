import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, test } from 'vitest';
import { changePreferences, suppress, type ConsentDeps } from '../../src/consent/index.ts';
import { attemptKeyOf, beginAttempts } from '../../src/delivery/sql/attempt.ts';
import { withdrawLeases } from '../../src/delivery/sql/withdraw.ts';
import { connect } from '../../src/platform/db.ts';
import { until } from '../support/until.ts';
import { testDatabase } from '../support/database.ts';
import {
  CONSENT_KEY,
  leasedEmails,
  type LeasedEmail,
  type LeasedEmails,
} from '../support/leased-emails.ts';

/**
 * Goal: once it has been answered that somebody is unsubscribed or suppressed, no attempt begins.
 * Method: real attempts and real changes on connections of their own, at random distances, while
 * somebody else holds the row for a moment, so that statements meet with older snapshots. What counts
 * is what had been committed when the change was answered. Without the withdrawal this must fail, and
 * that is tested as well.
 */
const RACES = 5_000;
const LANES = 6;
const NOW = new Date('2026-11-23T10:00:00.000Z');

const { url, db, drop } = await testDatabase();
const [sending, holding] = ['sending', 'holding'].map((name) =>
  connect(url, { max: LANES, applicationName: name }),
) as [typeof db, typeof db];
afterAll(async () => {
  await Promise.all([sending.end({ timeout: 1 }), holding.end({ timeout: 1 })]);
  await drop();
});

const withdrawing: ConsentDeps = {
  db,
  key: CONSENT_KEY,
  withdraw: async (users) => void (await withdrawLeases(db, users)),
};

/** The four ways in which a person gets out of mail. */
const WAYS: readonly ((
  deps: ConsentDeps,
  world: LeasedEmails,
  one: LeasedEmail,
) => Promise<unknown>)[] = [
  (deps, { workspaceId }, { bucket, userId }) =>
    changePreferences(deps, {
      workspaceId,
      bucket,
      userId,
      changes: [{ listId: null, to: 'unsubscribed' }],
      source: 'test',
      now: NOW,
    }),
  (deps, { workspaceId, listId }, { bucket, userId }) =>
    changePreferences(deps, {
      workspaceId,
      bucket,
      userId,
      changes: [{ listId, to: 'unsubscribed' }],
      source: 'test',
      now: NOW,
    }),
  (deps, { workspaceId }, { address }) =>
    suppress(deps, {
      workspaceId,
      targets: [{ address }],
      reason: 'manual',
      source: 'test',
      now: NOW,
    }),
  (deps, { workspaceId }, { userId }) =>
    suppress(deps, {
      workspaceId,
      targets: [{ userId }],
      reason: 'unsubscribe',
      source: 'test',
      now: NOW,
    }),
];

async function hasBegun({ bucket, enrollmentId }: LeasedEmail): Promise<boolean> {
  const rows = await db`
    select 1 from messages where bucket = ${bucket} and enrollment_id = ${enrollmentId}
  `;
  return rows.length > 0;
}

/** Begins one attempt, and has it answered by its mail server at once. */
async function send(world: LeasedEmails, one: LeasedEmail): Promise<boolean> {
  const attempt = world.attemptOf(one);
  const begun = await beginAttempts(sending, [attempt]);
  await sending`
    update messages set state = 'accepted', worker_id = null, lease_token = null
     where bucket = ${one.bucket} and id = ${attempt.id}
  `;
  return begun.has(attemptKeyOf(attempt));
}

/** Holds the row of an email, as somebody who looks at it does. */
function hold({ bucket, enrollmentId }: LeasedEmail, release: Promise<unknown>): Promise<unknown> {
  return holding.begin(async (tx) => {
    await tx`
      select 1 from recipients where bucket = ${bucket} and enrollment_id = ${enrollmentId} for update
    `;
    await release;
  });
}

/** One race. Whether the mail began, and whether it did so after the change had been answered. */
async function race(
  deps: ConsentDeps,
  world: LeasedEmails,
  { one, n, leadMs }: { one: LeasedEmail; n: number; leadMs: number },
): Promise<{ begun: boolean; late: boolean }> {
  const pause = (ms: number) => sleep(Math.random() * ms);
  const held = Math.random() < 0.5 ? hold(one, sleep(Math.random() * 6)) : null;
  const change = async (): Promise<boolean> => {
    await pause(3);
    await WAYS[n % WAYS.length]!(deps, world, one);
    return hasBegun(one);
  };
  const attempt = async (): Promise<boolean> => {
    await pause(3 + leadMs);
    return send(world, one);
  };
  const [begunAtAnswer, begun] = await Promise.all([change(), attempt(), held]);
  return { begun, late: begun && !begunAtAnswer };
}

async function runRaces(deps: ConsentDeps, count: number) {
  const world = await leasedEmails(db, { count });
  const totals = { begun: 0, late: 0 };
  const left = world.emails.entries();
  // Follows the machine, so that neither side always wins.
  let leadMs = 0;
  const lane = async (): Promise<void> => {
    for (const [n, one] of left) {
      const { begun, late } = await race(deps, world, { one, n, leadMs });
      leadMs = Math.max(0, leadMs + (begun ? 0.5 : -0.5));
      totals.begun += Number(begun);
      totals.late += Number(late);
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  return totals;
}

test('of 5,000 races of leaving against sending none starts after the answer', async () => {
  const { begun, late } = await runRaces(withdrawing, RACES);
  expect(late).toBe(0);
  // Both sides must have won many times, else nothing was raced.
  expect(begun).toBeGreaterThan(RACES / 20);
  expect(begun).toBeLessThan(RACES - RACES / 20);
}, 300_000);

test.each([
  ['waits for an attempt that had the row before', withdrawing, false],
  [
    'would miss such an attempt without the withdrawal',
    { ...withdrawing, withdraw: async () => {} },
    true,
  ],
] as const)('a change %s', async (_title, deps, isLate) => {
  const world = await leasedEmails(db, { count: WAYS.length });
  for (const [n, one] of world.emails.entries()) {
    const { promise, resolve } = Promise.withResolvers<void>();
    const held = hold(one, promise);
    await sleep(20);
    const attempting = send(world, one);
    // It has its snapshot when it stands before the row.
    await until(async () => {
      const rows = await db`
        select 1 from pg_stat_activity
         where datname = current_database() and wait_event_type = 'Lock'
           and query like '%attempt%'
      `;
      expect(rows.length).toBeGreaterThan(0);
    });
    const changing = WAYS[n]!(deps, world, one).then(() => hasBegun(one));
    await Promise.race([changing, sleep(300)]);
    resolve();
    const [begunAtAnswer, begun] = await Promise.all([changing, attempting, held]);
    expect(begun && !begunAtAnswer).toBe(isLate);
  }
});

test('an attempt that comes after finds its lease gone, and its row is to be had again', async () => {
  const world = await leasedEmails(db, { count: WAYS.length });
  for (const [n, one] of world.emails.entries()) {
    await WAYS[n]!(withdrawing, world, one);
    const [row] = await db`
      select status, lease_token, worker_id from recipients
       where bucket = ${one.bucket} and enrollment_id = ${one.enrollmentId}
    `;
    expect(row).toEqual({ status: 'pending', lease_token: null, worker_id: null });
    expect(await send(world, one)).toBe(false);
  }
});

test('the attempt asks for itself, even where no lease was withdrawn', async () => {
  const world = await leasedEmails(db, { count: WAYS.length });
  const deps = { ...withdrawing, withdraw: async () => {} };
  for (const [n, one] of world.emails.entries()) {
    await WAYS[n]!(deps, world, one);
    expect(await send(world, one)).toBe(false);
  }
});

test('a webhook in hand is left alone, for it would be called twice', async () => {
  const { emails } = await leasedEmails(db, { count: 1, stepType: 'webhook' });
  expect(await withdrawLeases(db, emails)).toBe(0);
});

test('a handover under way is waited for', async () => {
  const world = await leasedEmails(db, { count: 1 });
  const one = world.emails[0]!;
  const attempt = world.attemptOf(one);
  await beginAttempts(sending, [attempt]);
  let isOver = false;
  const ending = sleep(150).then(async () => {
    isOver = true;
    await sending`update messages set state = 'accepted', lease_token = null where id = ${attempt.id}`;
  });
  await WAYS[0]!(withdrawing, world, one);
  expect(isOver).toBe(true);
  await ending;
});

test('an attempt to an address that the person has given up meanwhile does not begin', async () => {
  const world = await leasedEmails(db, { count: 2 });
  const [moved, stays] = world.emails as [LeasedEmail, LeasedEmail];
  await db`
    update users set email = 'new@example.com' where bucket = ${moved.bucket} and id = ${moved.userId}
  `;
  expect(await send(world, moved)).toBe(false);
  expect(await send(world, stays)).toBe(true);
});

test('of one email that is in hand twice, under a lease taken back and the one after, the latter begins', async () => {
  const world = await leasedEmails(db, { count: 1 });
  const now = world.attemptOf(world.emails[0]!);
  const before = { ...now, leaseToken: randomUUID() };
  const begun = await beginAttempts(sending, [before, now]);
  expect([...begun]).toEqual([attemptKeyOf(now)]);
  const rows = await db`select lease_token from messages where id = ${now.id}`;
  expect(rows).toEqual([{ lease_token: now.leaseToken }]);
});
