import { randomUUID } from 'node:crypto';
import { afterAll, describe, expect, test } from 'vitest';
import { settleMessages } from '../../src/delivery/index.ts';
import { inTransaction } from '../../src/platform/db.ts';
import { catchUp, recordRefused, recordReturned } from '../../src/tracking/index.ts';
import { countsOfSeries } from '../../src/tracking/sql/counts.ts';
import type { Returned } from '../../src/transport/index.ts';
import { testDatabase } from '../support/database.ts';
import { sentWorld, told, type SentMessage, type SentWorld } from '../support/sent-world.ts';

/** Goal: whatever comes back, however often and in whatever order, ends in one state, and counts once. */
const { db, drop } = await testDatabase();
afterAll(drop);

const DAY = 86_400_000;
const record = (world: SentWorld, returned: readonly Returned[], source = 'ses') =>
  recordReturned(world.deps, world.workspaceId, returned, { now: new Date(), source });

/** The answer of the transport, as a worker writes it. */
async function settle({ bucket, id, leaseToken }: SentMessage, state: 'accepted' | 'rejected') {
  await inTransaction(db, async (tx) => {
    const settlement = { bucket, id, eventId: randomUUID(), leaseToken, state, answer: '250 ok' };
    const owned = await settleMessages(tx, [settlement]);
    await tx`delete from recipients where lease_token = ${leaseToken}`;
    expect(owned).toHaveLength(1);
  });
}

/** The worker died: nobody knows. */
const doubt = ({ bucket, id }: SentMessage) =>
  db`update messages set state = 'in_doubt' where bucket = ${bucket} and id = ${id}`;

function permutations<T>(items: readonly T[]): T[][] {
  if (items.length < 2) return [[...items]];
  return items.flatMap((item, place) =>
    permutations(items.toSpliced(place, 1)).map((rest) => [item, ...rest]),
  );
}

describe('order and repetition', () => {
  test.each([
    ['delivered', ['delivered', 'opened', 'clicked', 'delayed', 'replied']],
    ['bounced', ['delivered', 'bounced', 'opened', 'delayed', 'dropped']],
    ['complained', ['delivered', 'bounced', 'complained', 'opened', 'unsubscribed']],
  ] as const)('property: every order of five events ends as %s', async (end, kinds) => {
    const world = await sentWorld(db);
    const outcomes = ['accepted', 'in_doubt'] as const;
    const plans = permutations(kinds).map((order, n) => ({ order, settleAt: n % 6, n }));
    const ends = new Set<string>();
    let settledCount = 0;
    const run = async ({ order, settleAt, n }: (typeof plans)[number]): Promise<void> => {
      const message = await world.newMessage({ state: 'sending' });
      const outcome = outcomes[Math.floor(n / 6) % 2];
      const events = order.map((kind) => told(kind, message));
      for (let place = 0; place <= events.length; place += 1) {
        if (place === settleAt)
          await (outcome === 'accepted' ? settle(message, outcome) : doubt(message));
        const event = events[place];
        if (event === undefined) continue;
        // Twice in one call, and once more in another.
        expect(await record(world, [event, event])).toBe(1);
        expect(await record(world, [event])).toBe(0);
      }
      await catchUp({ db });
      const { length } = await db`
        select 1 from step_log where enrollment_id = ${message.enrollmentId}`;
      expect(length).toBe(outcome === 'in_doubt' ? 1 : 0);
      settledCount += 1;
      const found = (await world.eventsOf(message.id)).map(({ kind }) => kind);
      ends.add(
        JSON.stringify([await world.stateOf(message.id), found.filter((k) => k !== 'accepted')]),
      );
    };
    for (let from = 0; from < plans.length; from += 6) {
      await Promise.all(plans.slice(from, from + 6).map(run));
    }
    expect(settledCount).toBe(120);
    expect([...ends]).toEqual([JSON.stringify([end, [...kinds].toSorted()])]);
    const [counts] = await countsOfSeries(db, {
      workspaceId: world.workspaceId,
      automationId: world.seriesId,
    });
    const counted = { ...counts } as Record<string, unknown>;
    // Those that were in doubt; the others are counted by whoever settles them.
    expect(counted['sent']).toBeGreaterThanOrEqual(60);
    for (const kind of kinds) {
      if (kind === 'delayed') continue;
      expect(counted[kind === 'bounced' ? 'bounced_hard' : kind], kind).toBe(120);
    }
  });

  test('what our server refused stays refused, unless others know better', async () => {
    const world = await sentWorld(db);
    const message = await world.newMessage({ state: 'rejected' });
    await record(world, [told('delayed', message), told('dropped', message)]);
    expect(await world.stateOf(message.id)).toBe('rejected');
    await record(world, [told('delivered', message)]);
    expect(await world.stateOf(message.id)).toBe('delivered');
  });

  test.each(['scheduled', 'cancelled', 'sending'])('what is %s stays so', async (state) => {
    const world = await sentWorld(db);
    const message = await world.newMessage({ state });
    await record(world, [told('delivered', message)]);
    expect(await world.stateOf(message.id)).toBe(state);
    expect(await catchUp({ db })).toBe(0);
  });

  test('a doubt ends with the evidence, and so does its step', async () => {
    const world = await sentWorld(db);
    for (const [kind, state, outcome] of [
      ['delivered', 'delivered', 'passed'],
      ['opened', 'accepted', 'passed'],
      ['dropped', 'rejected', 'failed'],
    ] as const) {
      const message = await world.newMessage({ state: 'in_doubt' });
      await record(world, [told(kind, message)]);
      expect(await world.stateOf(message.id)).toBe(state);
      const log = await db`
        select outcome from step_log where enrollment_id = ${message.enrollmentId}`;
      expect(log.map((row) => row['outcome'])).toEqual([outcome]);
    }
  });

  test('calls at the same time count once, whoever tells', async () => {
    const world = await sentWorld(db);
    const messages = await Promise.all(Array.from({ length: 20 }, () => world.newMessage()));
    const events = messages.flatMap((m) => [
      told('delivered', m),
      told('bounced', m, { class: 'blocked' }),
    ]);
    const added = await Promise.all(
      Array.from({ length: 8 }, (_, n) =>
        record(world, n % 2 === 0 ? events : events.toReversed(), `source ${n % 4}`),
      ),
    );
    expect(added.reduce((a, b) => a + b, 0)).toBe(4 * 40);
    const [counts] = await countsOfSeries(db, {
      workspaceId: world.workspaceId,
      automationId: world.seriesId,
    });
    expect(counts).toMatchObject({ delivered: 20, blocked: 20 });
  });
});

describe('whom it concerns', () => {
  test("what is told of another workspace's message, or of none, is dropped", async () => {
    const [mine, other] = [await sentWorld(db), await sentWorld(db)];
    const message = await other.newMessage();
    const forged = [
      told('complained', message),
      told('bounced', { id: randomUUID() }),
      told('bounced', { id: "'; drop" }),
    ];
    expect(await record(mine, forged)).toBe(0);
    expect(await other.stateOf(message.id)).toBe('accepted');
    expect(await other.eventsOf(message.id)).toEqual([]);
    expect([...(await mine.suppressions()), ...(await other.suppressions())]).toEqual([]);
  });

  test('two sources may use the same key', async () => {
    const world = await sentWorld(db);
    const event = told('delivered', await world.newMessage());
    expect([await record(world, [event]), await record(world, [event], 'mailbox')]).toEqual([1, 1]);
  });

  test('text of strangers is kept as far as the database can hold it', async () => {
    const world = await sentWorld(db);
    const message = await world.newMessage();
    const event = told('clicked', message, {
      at: new Date(Number.NaN),
      detail: { url: 'x\0y\ud800', user_agent: 'curl/8', source: 'forged', machine: false },
    });
    expect(await record(world, [event])).toBe(1);
    const [kept] = await world.eventsOf(message.id);
    expect(kept?.detail).toEqual({
      url: 'x\u{fffd}y\u{fffd}',
      user_agent: 'curl/8',
      source: 'ses',
      machine: true,
      reason: 'scanner',
    });
  });
});

describe('suppression', () => {
  test('a hard bounce and a complaint suppress the address, and work on it is taken back', async () => {
    const world = await sentWorld(db);
    const [a, b] = [await world.newMessage(), await world.newMessage()];
    await record(world, [told('bounced', a), told('complained', b)]);
    const expected = [
      { address: a.address, reason: 'hard_bounce' },
      { address: b.address, reason: 'complaint' },
    ];
    expect(await world.suppressions()).toEqual(
      expected.toSorted((x, y) => (x.address < y.address ? -1 : 1)),
    );
    expect(world.withdrawn.flat().toSorted()).toEqual([a.userId, b.userId].toSorted());
  });

  test('a blocked message and a soft bounce suppress nobody', async () => {
    const world = await sentWorld(db);
    const message = await world.newMessage();
    await record(world, [
      told('bounced', message, { class: 'blocked' }),
      told('bounced', message, { class: 'soft' }),
    ]);
    expect(await world.suppressions()).toEqual([]);
    expect(await world.stateOf(message.id)).toBe('bounced');
  });

  test('a bounce of the address that mail was forwarded to is not held against the first', async () => {
    const world = await sentWorld(db);
    const message = await world.newMessage();
    const bounce = told('bounced', message);
    await record(world, [{ ...bounce, recipient: 'elsewhere@forwarded.example' }]);
    expect(await world.suppressions()).toEqual([]);
    await record(world, [{ ...bounce, key: 'again', recipient: message.address.toUpperCase() }]);
    expect(await world.suppressions()).toEqual([
      { address: message.address, reason: 'hard_bounce' },
    ]);
  });

  test('soft bounces in a row over the days of the rule suppress', async () => {
    const world = await sentWorld(db, { soft_bounces: { count: 3, days: 10 } });
    const first = await world.newMessage({ sentAgoMs: 11 * DAY });
    const later = async (days: number) => world.newMessage({ sentAgoMs: days * DAY, to: first });
    const softly = (message: SentMessage, days: number) =>
      record(world, [
        told('bounced', message, { class: 'soft', at: new Date(Date.now() - days * DAY) }),
      ]);
    await softly(first, 11);
    await softly(await later(6), 6);
    expect(await world.suppressions()).toEqual([]);
    await softly(await later(0), 0);
    expect(await world.suppressions()).toEqual([{ address: first.address, reason: 'hard_bounce' }]);
  });

  test('an arrival in between begins the row anew', async () => {
    const world = await sentWorld(db);
    const first = await world.newMessage({ sentAgoMs: 20 * DAY });
    for (const days of [20, 15, 10, 5, 0]) {
      const message =
        days === 20 ? first : await world.newMessage({ sentAgoMs: days * DAY, to: first });
      if (days === 10) continue;
      const at = new Date(Date.now() - days * DAY);
      await record(world, [told('bounced', message, { class: 'soft', at })]);
    }
    expect(await world.suppressions()).toEqual([]);
  });

  test('an unsubscription that a provider tells of is kept once, even if told again', async () => {
    const world = await sentWorld(db);
    const message = await world.newMessage();
    const event = told('unsubscribed', message);
    await record(world, [event]);
    const choices = () => db`
      select state from preferences where bucket = ${message.bucket} and user_id = ${message.userId}`;
    expect(await choices()).toMatchObject([{ state: 'unsubscribed' }]);
    await db`delete from preferences where bucket = ${message.bucket} and user_id = ${message.userId}`;
    expect(await record(world, [event])).toBe(0);
    expect(await choices()).toEqual([]);
  });

  test('what a server refuses at the handover goes the same way, and stays rejected', async () => {
    const world = await sentWorld(db);
    const [gone, blocked] = [
      await world.newMessage({ state: 'rejected' }),
      await world.newMessage({ state: 'rejected' }),
    ];
    const { workspaceId } = world;
    const of = (message: SentMessage, bounceClass: 'hard' | 'blocked') => ({
      workspaceId,
      messageId: message.id,
      attempt: 1,
      class: bounceClass,
      code: '5.1.1',
      diagnostic: '550 no such user',
    });
    for (let times = 0; times < 2; times += 1) {
      const after = await inTransaction(db, (tx) =>
        recordRefused(world.deps, tx, [of(gone, 'hard'), of(blocked, 'blocked')], {
          now: new Date(),
        }),
      );
      await after();
    }
    expect(await world.suppressions()).toEqual([{ address: gone.address, reason: 'hard_bounce' }]);
    expect(world.withdrawn).toEqual([[gone.userId]]);
    expect(await world.stateOf(gone.id)).toBe('rejected');
    const [counts] = await countsOfSeries(db, { workspaceId, automationId: world.seriesId });
    expect(counts).toMatchObject({ sent: 2, bounced_hard: 1, blocked: 1 });
  });
});

test('what series listen to is told once, and nothing else', async () => {
  const world = await sentWorld(db);
  await world.newSeries({ exit: [{ on: 'hard_bounce' }, { on: 'complaint' }] });
  await db`update workspaces set listens = listens || '{message:replied,message:clicked}'
            where id = ${world.workspaceId}`;
  const message = await world.newMessage();
  const events = [
    told('bounced', message),
    told('delivered', message),
    told('replied', message),
    told('clicked', message, { detail: { user_agent: 'curl/8' } }),
  ];
  await record(world, events);
  await record(world, events);
  const signals = await db`
    select name, kind, user_id, live, may_start from signals
     where workspace_id = ${world.workspaceId} order by name`;
  const of = { kind: 'message', user_id: message.userId, live: true, may_start: false };
  expect(signals).toEqual([
    { name: 'hard_bounce', ...of },
    { name: 'replied', ...of },
  ]);
});
