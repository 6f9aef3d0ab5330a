import { afterAll, expect, test } from 'vitest';
import { changeMany, suppress } from '../../src/consent/index.ts';
import { connect, type Transaction } from '../../src/platform/db.ts';
import { bucketOf, uuidv7In } from '../../src/platform/ids.ts';
import { settle } from '../../src/delivery/settle.ts';
import { withdrawLeases } from '../../src/delivery/sql/withdraw.ts';
import { recordReturned, recordVisits } from '../../src/tracking/index.ts';
import { testDatabase } from '../support/database.ts';
import { sentWorld, told, type SentMessage, type SentWorld } from '../support/sent-world.ts';
import { until } from '../support/until.ts';

/**
 * Goal: a transaction about mail that PostgreSQL ends, because it met another one head-on, is done again
 * and nobody hears of it. Method: somebody holds the second thing that it locks, lets it wait, and then
 * wants the first: it has waited for longer, so it is the one that is ended.
 */
const { url, db, drop } = await testDatabase();
await db.unsafe(
  `alter database "${new URL(url).pathname.slice(1)}" set deadlock_timeout = '500ms'`,
);
const [working, holding] = ['working', 'holding'].map((name) =>
  connect(url, { max: 2, applicationName: name }),
) as [typeof db, typeof db];
afterAll(async () => {
  await Promise.all([working.end({ timeout: 1 }), holding.end({ timeout: 1 })]);
  await drop();
});

const now = new Date();

/** What stands in the way: locks of two people or messages. */
interface Way {
  readonly work: (world: SentWorld, both: readonly SentMessage[]) => Promise<unknown>;
  /** The two in the order in which the work locks them. */
  readonly order: (both: readonly SentMessage[]) => Promise<SentMessage[]>;
  readonly lock: (tx: Transaction, one: SentMessage) => Promise<unknown>;
}

const messages: Pick<Way, 'order' | 'lock'> = {
  order: async (both) => both.toSorted((a, b) => a.bucket - b.bucket || (a.id < b.id ? -1 : 1)),
  lock: (tx, { bucket, id }) =>
    tx`select 1 from messages where bucket = ${bucket} and id = ${id} for no key update`,
};
const PERSON_LOCK = 4_400_010;
const people: Pick<Way, 'order' | 'lock'> = {
  order: async (both) => {
    const ids = both.map(({ userId }) => userId);
    const rows = await db<{ id: string }[]>`
      select id from unnest(${ids}::text[]) as u (id) order by hashtext(id)
    `;
    return rows.map(({ id }) => both.find(({ userId }) => userId === id)!);
  },
  lock: (tx, { userId }) =>
    tx`select pg_advisory_xact_lock(${PERSON_LOCK}::int, hashtext(${userId}))`,
};
const rows: Pick<Way, 'order' | 'lock'> = {
  order: async (both) =>
    both.toSorted((a, b) => a.bucket - b.bucket || (a.enrollmentId < b.enrollmentId ? -1 : 1)),
  lock: (tx, { bucket, enrollmentId }) => tx`
    select 1 from recipients where bucket = ${bucket} and enrollment_id = ${enrollmentId} for update
  `,
};

const WAYS: Readonly<Record<string, Way>> = {
  'what came back': {
    ...messages,
    work: ({ deps, workspaceId }, both) =>
      recordReturned(
        { ...deps, db: working },
        workspaceId,
        both.map((one) => told('delivered', one)),
        { now, source: 'test' },
      ),
  },
  visits: {
    ...messages,
    work: (_world, both) =>
      recordVisits(
        { db: working },
        both.map(({ id: messageId }) => ({
          id: uuidv7In(bucketOf(messageId), now),
          kind: 'opened',
          messageId,
          linkId: null,
          url: null,
          isTrap: false,
          at: now,
          method: 'GET',
          userAgent: 'Mozilla/5.0',
          isPrefetch: false,
        })),
      ),
  },
  wishes: {
    ...people,
    work: ({ deps: { consent }, workspaceId }, both) => {
      const wishes = both.map(({ bucket, userId }) => {
        return { bucket, userId, listId: null, to: 'unsubscribed' as const };
      });
      const change = { workspaceId, wishes, source: 'test', now };
      return changeMany({ ...consent, db: working }, change);
    },
  },
  suppressions: {
    ...people,
    work: ({ deps: { consent }, workspaceId }, both) => {
      const targets = both.map(({ address }) => ({ address }));
      const change = { workspaceId, targets, reason: 'manual' as const, source: 'test', now };
      return suppress({ ...consent, db: working }, change);
    },
  },
  'answers of servers': {
    ...messages,
    order: rows.order,
    work: async ({ workspaceId }, both) => {
      const deps = {
        db: working,
        clock: { now: () => now },
        random: () => 0,
        onSettled: async () => {},
      };
      const answered = both.map(({ id, bucket, leaseToken }) => ({
        claimed: { leaseToken, attempts: 0, firstAttemptAt: null },
        message: { id, bucket, workspaceId },
        handover: { kind: 'accepted', answer: '250 ok' },
        eventId: uuidv7In(bucket, now),
      }));
      expect((await settle(deps as never, answered as never)).size).toBe(2);
    },
  },
  'leases taken back': { ...rows, work: (_world, both) => withdrawLeases(working, both) },
};

test.each(Object.entries(WAYS))(
  '%s wait and come through',
  async (title, { work, order, lock }) => {
    const world = await sentWorld(db);
    const isHeld = title === 'leases taken back';
    const state = isHeld || title === 'answers of servers' ? 'sending' : 'accepted';
    const both = await Promise.all([world.newMessage({ state }), world.newMessage({ state })]);
    const [first, second] = (await order(both)) as [SentMessage, SentMessage];
    const held = Promise.withResolvers<void>();
    const holder = holding.begin(async (tx) => {
      await tx`set local deadlock_timeout = '60s'`;
      await lock(tx, second);
      held.resolve();
      await until(async () => expect(await waiting()).toEqual(['working']));
      // A statement goes out when it is awaited.
      const wanted = Promise.resolve(lock(tx, first));
      await until(async () => expect(await waiting()).toEqual(['holding', 'working']));
      // Comes only when the work is ended: it holds the first, and waits for the second.
      await wanted;
      if (!isHeld) return;
      // What is being handed over would be waited for.
      await tx`
        update messages set lease_token = null, state = 'scheduled'
         where state = 'sending' and id = any (${both.map(({ id }) => id)}::uuid[])
      `;
    });
    await held.promise;
    await Promise.all([work(world, both), holder]);
  },
);

/** Who waits for a lock. */
async function waiting(): Promise<string[]> {
  const waiters = await db<{ name: string }[]>`
    select application_name as name from pg_stat_activity
     where wait_event_type = 'Lock' and datname = current_database()
     order by 1
  `;
  return waiters.map(({ name }) => name);
}
