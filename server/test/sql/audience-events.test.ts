import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  insertEvents,
  listEvents,
  makeEventPartitions,
  type EventRow,
} from '../../src/audience/sql/events.ts';
import { deleteOldEventIds } from '../../src/audience/sql/events.ts';
import { bucketOf, userIdOf, uuidv5, uuidv7In } from '../../src/platform/ids.ts';
import { testDatabase } from '../support/database.ts';
import { planOf } from '../support/plan.ts';

/** Goal: events find their partition in any month, ids are forgotten in time, and reads use indexes. */
const { db, drop } = await testDatabase();
afterAll(drop);

const LIVE = '0197c5f0-0000-7000-8000-000000000001';
const TEST = '0197c5f0-0000-7000-8000-000000000002';
const CLOCK = new Date('2025-03-24T08:00:00.000Z');

beforeAll(async () => {
  for (const [id, side, clock] of [
    [LIVE, 'live', null],
    [TEST, 'test', CLOCK],
  ] as const) {
    await db`
      insert into workspaces (id, pair_id, side, name, clock_now, created_at, updated_at)
      values (${id}, ${LIVE}, ${side}, 'Tidewater', ${clock}, ${CLOCK}, ${CLOCK})
    `;
  }
});

function row(workspaceId: string, name: string, more: Partial<EventRow> = {}): EventRow {
  const userId = userIdOf(workspaceId, name);
  const bucket = bucketOf(userId);
  return {
    bucket,
    id: uuidv7In(bucket, CLOCK),
    workspaceId,
    userId,
    sessionId: null,
    repeatId: more.eventId === undefined ? null : uuidv5(userId, more.eventId ?? ''),
    eventType: 'bought',
    occurredAt: null,
    eventId: null,
    elementSelector: null,
    pageUrl: null,
    metadata: '{}',
    ...more,
  };
}

const partitions = async (): Promise<string[]> => {
  const rows = await db<{ name: string }[]>`
    select inhrelid::regclass::text as name from pg_inherits
     where inhparent = 'events'::regclass order by 1
  `;
  return rows.map(({ name }) => name);
};
const inDefault = async (): Promise<number> => {
  const [found] = await db<{ count: number }[]>`select count(*)::int as count from events_default`;
  return found?.count ?? -1;
};
/** Runs `work` with the database's clock at an instant. */
const at = <T>(instant: string, work: (tx: typeof db) => Promise<T>): Promise<unknown> =>
  db.begin(async (tx) => {
    await tx`select set_config('milepost.now', ${instant}, true)`;
    await work(tx as unknown as typeof db);
  });

test('the months from the last to three ahead have partitions, and there is one for all else', async () => {
  const month = (ahead: number): string => {
    const now = new Date();
    const first = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + ahead, 1));
    return `events_${first.toISOString().slice(0, 7).replace('-', '_')}`;
  };
  expect(await partitions()).toEqual([...[-1, 0, 1, 2, 3].map(month), 'events_default'].toSorted());
  expect(await makeEventPartitions(db)).toBe(0);
});

test('events of a test side lie with those of the day, wherever its clock stands', async () => {
  await insertEvents(db, [row(LIVE, 'ada'), row(TEST, 'ada')]);
  expect(await inDefault()).toBe(0);
  const rows = await db`select received_at, occurred_at from events where workspace_id = ${TEST}`;
  expect(rows).toEqual([{ received_at: CLOCK, occurred_at: CLOCK }]);
});

test('months are added as time goes by, each once, and by many at once', async () => {
  await at('2031-06-15T12:00:00Z', async (tx) => {
    expect(await makeEventPartitions(tx)).toBe(5);
    expect(await makeEventPartitions(tx)).toBe(0);
    await insertEvents(tx, [row(LIVE, 'later')]);
  });
  expect(await partitions()).toEqual(
    expect.arrayContaining(['events_2031_05', 'events_2031_06', 'events_2031_09']),
  );
  expect(await inDefault()).toBe(0);
  const [found] =
    await db`select tableoid::regclass::text as name from events where user_id = ${userIdOf(LIVE, 'later')}`;
  expect(found).toEqual({ name: 'events_2031_06' });
  const made = await Promise.all(
    Array.from({ length: 4 }, () => at('2035-01-31T23:59:59.999Z', makeEventPartitions)),
  );
  expect(made).toHaveLength(4);
  expect((await partitions()).filter((name) => /_203[45]_/.test(name))).toHaveLength(5);
});

test('an event whose month has no partition is kept, and its month stays where it is', async () => {
  await at('2040-02-29T00:00:00Z', (tx) => insertEvents(tx, [row(LIVE, 'leap')]));
  expect(await inDefault()).toBe(1);
  await at('2040-01-01T00:00:00Z', async (tx) => expect(await makeEventPartitions(tx)).toBe(4));
  expect(await partitions()).not.toContain('events_2040_02');
  expect(await partitions()).toContain('events_2040_03');
  const id = userIdOf(LIVE, 'leap');
  const user = { bucket: bucketOf(id), id };
  const page = { workspaceId: LIVE, user, eventType: null, after: null, limit: 10 };
  expect(await listEvents(db, page)).toHaveLength(1);
});

test('ids are forgotten after 24 hours of their side, a bounded number at a time', async () => {
  const ids = ['1', '2', '3', '4', '5'];
  await insertEvents(
    db,
    [LIVE, TEST].flatMap((side) => ids.map((eventId) => row(side, 'eve', { eventId }))),
  );
  const left = async (side: string): Promise<number> => {
    const [found] = await db<
      { count: number }[]
    >`select count(*)::int as count from event_ids where workspace_id = ${side}`;
    return found?.count ?? -1;
  };
  expect(await deleteOldEventIds(db, { limit: 100 })).toBe(0);
  await db`update workspaces set clock_now = ${new Date(CLOCK.getTime() + 86_400_000)} where id = ${TEST}`;
  expect(await deleteOldEventIds(db, { limit: 3 })).toBe(3);
  expect([await left(LIVE), await left(TEST)]).toEqual([5, 2]);
  expect(await deleteOldEventIds(db, { limit: 3 })).toBe(2);
  expect(await deleteOldEventIds(db, { limit: 3 })).toBe(0);
  expect([await left(LIVE), await left(TEST)]).toEqual([5, 0]);
});

test('callers with the same events in other orders wait for each other, and each counts once', async () => {
  const ids = Array.from({ length: 500 }, (_, i) => `m-${i}`);
  for (let round = 0; round < 5; round += 1) {
    const rows = ids.map((id, i) => row(LIVE, `mixed-${i % 7}`, { eventId: `${id}-${round}` }));
    const orders = [rows, rows.toReversed(), rows.slice(250).concat(rows.slice(0, 250))];
    await Promise.all([...orders, ...orders].map((each) => insertEvents(db, withNewIds(each))));
  }
  const [found] = await db<{ count: number }[]>`
    select count(*)::int as count from events where event_id like 'm-%'
  `;
  expect(found?.count).toBe(2_500);
});

const withNewIds = (rows: readonly EventRow[]): EventRow[] =>
  rows.map((each) => ({ ...each, id: uuidv7In(each.bucket, CLOCK) }));

test('hot reads use their indexes', async () => {
  const many = Array.from({ length: 20_000 }, (_, i) =>
    row(LIVE, `user-${i % 500}`, { eventType: `type-${i % 20}` }),
  );
  await insertEvents(db, many);
  await db`analyze events`;
  const id = userIdOf(LIVE, 'user-7');
  const list = (more: object): Promise<string> =>
    planOf(db, (explaining) => {
      const all = { user: null, eventType: null, after: null };
      return listEvents(explaining, { workspaceId: LIVE, limit: 51, ...all, ...more });
    });
  const after = { at: new Date(), id };
  expect(await list({})).toMatch(/workspace_id_stored_at_id_idx/);
  expect(await list({ after })).toMatch(/workspace_id_stored_at_id_idx/);
  expect(await list({ eventType: 'type-3' })).toMatch(/workspace_id_event_type_stored_at_id_idx/);
  expect(await list({ user: { bucket: bucketOf(id), id } })).toMatch(/bucket_user_id_event_type/);
  expect(await planOf(db, (explaining) => deleteOldEventIds(explaining, { limit: 10 }))).toMatch(
    /event_ids_by_age/,
  );
});
