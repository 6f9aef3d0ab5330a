import { afterAll, beforeAll, expect, test } from 'vitest';
import { countPeople, lookAtPage, type AudienceRules } from '../../src/broadcast/sql/audience.ts';
import { claimBroadcast, nextDueOf } from '../../src/broadcast/sql/claim.ts';
import { countQueued, feedQueue, nextRecipientAt } from '../../src/broadcast/sql/feed.ts';
import { listRecipients } from '../../src/broadcast/sql/recipients.ts';
import { NIL_UUID, userIdOf, uuidv7 } from '../../src/platform/ids.ts';
import { testDatabase, type TestDatabase } from '../support/database.ts';
import { plansOf, type Plan } from '../support/explain.ts';

/** Goal: no statement of a broadcast reads a table of people from end to end. Method: their plans. */
let database: TestDatabase;
const workspaceId = userIdOf(NIL_UUID, 'workspace');
const other = userIdOf(NIL_UUID, 'another workspace');
const automationId = userIdOf(NIL_UUID, 'broadcast');
const elder = userIdOf(NIL_UUID, 'broadcast before');
const listId = userIdOf(NIL_UUID, 'list');
const NOW = new Date('2025-03-24T08:00:00.000Z');

beforeAll(async () => {
  database = await testDatabase();
  const { db } = database;
  await db`
    insert into users (bucket, workspace_id, id, external_id, email, first_seen, last_seen, created_at,
                       updated_at)
    select ('x' || right(id::text, 2))::bit(8)::int % 64, w, id, 'user-' || n,
           'user-' || n || '@example.com', now(), now(), now() - n * interval '1 second', now()
      from generate_series(1, 20000) n
     cross join lateral (select gen_random_uuid() as id,
                                (array[${workspaceId}, ${other}]::uuid[])[1 + n % 2] as w) u
  `;
  await db`
    insert into preferences (bucket, user_id, list_id, workspace_id, state, source, at)
    select bucket, id, (array[${NIL_UUID}, ${listId}]::uuid[])[1 + bucket % 2],
           workspace_id, 'subscribed', 'test', now() from users
  `;
  await db`
    insert into workspaces (id, pair_id, side, name, created_at, updated_at)
    select id, id, 'live', 'x', now(), now() from unnest(array[${workspaceId}, ${other}]::uuid[]) id
  `;
  await db`
    insert into suppressions (id, workspace_id, hash, kind, address, reason, source, at)
    select gen_random_uuid(), workspace_id, sha256(external_id::bytea), 'address', email, 'manual', 'test',
           now() from users
  `;
  await db`
    insert into broadcast_recipients (bucket, automation_id, user_id, due_at, exclusion)
    select bucket, a, id, now(), case when bucket % 8 = 0 then 'suppressed:manual' end
      from users cross join unnest(array[${automationId}, ${elder}]::uuid[]) a
  `;
  await db`
    insert into enrollments (bucket, id, workspace_id, user_id, automation_id, version, run, state,
                             entered_at, ended_at)
    select bucket, user_id, ${workspaceId}, user_id, ${elder}, 1, 1, 'completed', now(), now()
      from broadcast_recipients where automation_id = ${elder}
  `;
  await db`vacuum (analyze) users, preferences, suppressions, broadcast_recipients, enrollments`;
});
afterAll(() => database.drop());

const BIG = ['users', 'preferences', 'suppressions', 'broadcast_recipients', 'enrollments'];

function expectIndexes(plans: readonly Plan[], ...indexes: readonly string[]): void {
  expect(plans.length).toBeGreaterThan(0);
  for (const plan of plans) {
    expect([...plan.scanned].filter((table) => BIG.includes(table), plan.text)).toEqual([]);
    for (const index of indexes) expect([...plan.indexes], plan.kind).toContain(index);
  }
}

const page = { workspaceId, cursorAt: NOW.toISOString(), cursorId: uuidv7(NOW) };
const rules: AudienceRules = {
  workspaceId,
  now: NOW,
  matches: null,
  needsCompany: false,
  audienceListId: listId,
  purpose: 'marketing',
  emailListId: listId,
  cap: { count: 2, days: 7 },
};

test('looking at a piece of the users walks them by age', async () => {
  const plans = await plansOf(database.db, (db) =>
    // Nothing is run, so there is no answer.
    lookAtPage(db, { ...page, limit: 2_000 }, { withZones: true }).catch(() => null),
  );
  expectIndexes(plans, 'users_by_age');
});

test('telling people apart asks one probe each', async () => {
  const last = ['2025-03-20T08:00:00.000Z', NIL_UUID] as const;
  const odd = { ids: [], invalidIds: [], suppressed: [] };
  const plans = await plansOf(database.db, (db) => countPeople(db, page, { last, rules, odd }));
  expectIndexes(plans, 'users_by_age', 'users_email', 'suppressions_by_user', 'preferences_pkey');
});

test('taking people into the queue goes by their time', async () => {
  const broadcast = {
    id: automationId,
    workspaceId,
    version: 1,
    side: 'live',
    fedAt: NOW.toISOString(),
    fedId: uuidv7(NOW),
    now: new Date(),
  } as const;
  const how = { limit: 500, readyAt: NOW, stepId: 'email', timezone: 'UTC', tzVersion: 'x' };
  const fed = await plansOf(database.db, (db) => feedQueue(db, broadcast, { ...how, reasons: [] }));
  expectIndexes(fed, 'broadcast_recipients_due', 'users_pkey');
  const next = await plansOf(database.db, (db) => nextRecipientAt(db, broadcast));
  expectIndexes(next, 'broadcast_recipients_due');
  const queued = await plansOf(database.db, (db) =>
    countQueued(db, { id: automationId, soon: NOW, max: 500 }),
  );
  expectIndexes(queued);
});

test('a page of recipients is found by their keys', async () => {
  const all = { automationId, outcome: null, only: null, lookMax: 51, limit: 50 };
  const after = { bucket: 3, userId: uuidv7(NOW) };
  for (const from of [null, after]) {
    const plans = await plansOf(database.db, (db) => listRecipients(db, { ...all, after: from }));
    expectIndexes(plans, 'broadcast_recipients_pkey', 'enrollments_run');
  }
});

test('what is due is claimed without a look at those that are not', async () => {
  const claim = await plansOf(database.db, (db) => claimBroadcast(db, { workspaceId: null }));
  expectIndexes(claim);
  expectIndexes(await plansOf(database.db, (db) => nextDueOf(db, workspaceId)));
});
