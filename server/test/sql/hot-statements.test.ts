import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { usersByIds } from '../../src/audience/sql/users.ts';
import { beginAttempts } from '../../src/delivery/sql/attempt.ts';
import { findMessage } from '../../src/delivery/sql/read.ts';
import { heldBy, orphanBuckets } from '../../src/delivery/sql/release.ts';
import { settleMessages } from '../../src/delivery/sql/settle.ts';
import { queueHealth } from '../../src/delivery/sql/workers.ts';
import { lookForWork } from '../../src/enrollment/sql/look.ts';
import { claimDue, claimDueTest, dueBuckets } from '../../src/enrollment/sql/claim-due.ts';
import { loadEntryFacts } from '../../src/enrollment/sql/enter.ts';
import { lockRowsOfUser } from '../../src/enrollment/sql/find-rows.ts';
import { endActive, lockRows } from '../../src/enrollment/sql/leave.ts';
import { moveOn } from '../../src/enrollment/sql/move-on.ts';
import { findPassage } from '../../src/enrollment/explain/sql.ts';
import type { Db } from '../../src/platform/db.ts';
import { testDatabase } from '../support/database.ts';
import { planOf } from '../support/plan.ts';

/**
 * Goal: no statement of the hot path ever reads a table of people's rows from end to end. Method:
 * tables large enough for the planner to care, and `explain` on the real statements; what is asserted is
 * the index, never the cost.
 */
const PEOPLE = 60_000;
const WORKSPACE = randomUUID();
const SERIES = randomUUID();
const BUCKET = 7;
const SOME_ID = randomUUID();
const NOW = new Date('2026-11-23T09:00:00.000Z');
const LARGE = /Seq Scan on (recipients|enrollments|users|messages|step_log)/;

const { db, drop } = await testDatabase();
afterAll(drop);

beforeAll(async () => {
  await db`
    insert into workspaces (id, pair_id, side, name, created_at, updated_at)
    values (${WORKSPACE}, ${WORKSPACE}, 'live', 'Tidewater', ${NOW}, ${NOW})
  `;
  await db`
    insert into automations (id, workspace_id, type, name, status, draft, version, created_at, updated_at)
    values (${SERIES}, ${WORKSPACE}, 'series', 'Welcome', 'active', '{}', 1, ${NOW}, ${NOW})
  `;
  await db`
    insert into users (bucket, id, workspace_id, external_id, first_seen, last_seen, created_at, updated_at)
    select n % 64, md5('u' || n)::uuid, ${WORKSPACE}, 'user-' || n, now(), now(), now(), now()
      from generate_series(1, ${PEOPLE}::int) n
  `;
  await db`
    insert into enrollments (bucket, id, workspace_id, user_id, automation_id, version, run, state, entered_at)
    select n % 64, md5('e' || n)::uuid, ${WORKSPACE}, md5('u' || n)::uuid, ${SERIES}, 1, 1, 'active', now()
      from generate_series(1, ${PEOPLE}::int) n
  `;
  // One in a hundred is due; the others wait for weeks.
  await db`
    insert into recipients (bucket, enrollment_id, seq, workspace_id, automation_id, user_id, version,
                            step_id, live, due_at, from_at, timezone, tz_version, reasons)
    select n % 64, md5('e' || n)::uuid, 1, ${WORKSPACE}, ${SERIES}, md5('u' || n)::uuid, 1, 'mail', true,
           now() + case when n % 100 = 0 then interval '-1 minute' else n * interval '1 minute' end,
           now(), 'UTC', '2026a', '[]'
      from generate_series(1, ${PEOPLE}::int) n
  `;
  await db`
    insert into messages (bucket, id, workspace_id, enrollment_id, seq, automation_id, user_id,
                          user_external_id, step_id, state, transport, from_address, to_address, subject,
                          html, text, headers, message_id, scheduled_for, reasons, created_at, updated_at)
    select n % 64, md5('m' || n)::uuid, ${WORKSPACE}, md5('e' || n)::uuid, 0, ${SERIES},
           md5('u' || n)::uuid, 'user-' || n, 'mail', 'accepted', 'smtp', 'a@x.test', 'b@x.test', 's', 'h',
           't', '{}', 'i', now(), '[]', now(), now()
      from generate_series(1, ${PEOPLE}::int) n
  `;
  await db`analyze`;
});

const row = { bucket: BUCKET, enrollmentId: SOME_ID, seq: 1 };
const held = { ...row, leaseToken: SOME_ID };
const who = { bucket: BUCKET, userId: SOME_ID, automationId: SERIES };
const marks = Array.from({ length: 64 }, () => new Date(0));

const NEXT = {
  stepId: 'e2',
  dueAt: NOW,
  fromAt: NOW,
  timezone: 'UTC',
  reasons: [],
  isHeld: false,
};

const STATEMENTS: readonly [string, RegExp, (db: Db) => Promise<unknown>][] = [
  ['which buckets have due rows', /recipients_due\b/, (on) => dueBuckets(on, { marks })],
  [
    'claim what is due',
    /recipients_due\b/,
    (on) => claimDue(on, { bucket: BUCKET, mark: new Date(0), limit: 500 }),
  ],
  ['what there is to do', /recipients_due_test/, (on) => lookForWork(on, { testSidesMax: 100 })],
  [
    'claim what is due on a test side',
    /recipients_due_test/,
    (on) => claimDueTest(on, { workspaceId: WORKSPACE, token: null, limit: 500 }),
  ],
  [
    'facts for an entry',
    /enrollments_run|enrollments_one_active/,
    (on) => loadEntryFacts(on, [{ ...who, workspaceId: WORKSPACE }]),
  ],
  ['users by id', /users_pkey/, (on) => usersByIds(on, [{ bucket: BUCKET, id: SOME_ID }])],
  [
    'move a row on to the next step',
    /Tid Scan/,
    (on) =>
      moveOn(on, [{ ...row, outcome: 'skipped', reason: 'gone', now: NOW, next: NEXT }], {
        tzVersion: '2026a',
      }),
  ],
  [
    'complete an enrollment',
    /recipients_pkey/,
    (on) =>
      moveOn(on, [{ ...row, outcome: 'passed', reason: null, now: NOW, next: null }], {
        tzVersion: '2026a',
      }),
  ],
  [
    'settle a message',
    /messages_pkey|messages_sending/,
    (on) =>
      settleMessages(on, [
        {
          bucket: BUCKET,
          id: SOME_ID,
          eventId: SOME_ID,
          leaseToken: SOME_ID,
          state: 'accepted',
          answer: '250 ok',
        },
      ]),
  ],
  [
    'what a worker holds',
    /recipients_processing/,
    (on) => heldBy(on, { workerId: SOME_ID, limit: 500 }),
  ],
  ['rows of the dead', /recipients_processing/, (on) => orphanBuckets(on, { silenceMs: 15_000 })],
  ['the row of an enrollment', /recipients_pkey/, (on) => lockRows(on, who)],
  [
    'end an enrollment',
    /enrollments_one_active|enrollments_run/,
    (on) => endActive(on, { ...who, reason: 'removed', now: NOW }),
  ],
  ['the rows of a user', /enrollments_run|enrollments_one_active/, (on) => lockRowsOfUser(on, who)],
  ['the latest enrollment', /enrollments_run/, (on) => findPassage(on, { ...who, silenceMs: 1 })],
  [
    'one message',
    /messages_pkey/,
    (on) => findMessage(on, { workspaceId: WORKSPACE, id: SOME_ID }),
  ],
  ['the health of the queue', /recipients_due\b/, (on) => queueHealth(on, { silenceMs: 15_000 })],
];

test.each(STATEMENTS)('%s: by an index', async (_name, index, run) => {
  const plan = await planOf(db, run);
  expect(plan).toMatch(index);
  expect(plan).not.toMatch(LARGE);
});

test('beginning attempts: by an index', async () => {
  const attempt = {
    ...held,
    id: SOME_ID,
    workspaceId: WORKSPACE,
    automationId: SERIES,
    userId: SOME_ID,
    userExternalId: 'ada',
    stepId: 'mail',
    variant: null,
    listId: null,
    transport: 'smtp',
    from: 'a@x.test',
    to: 'b@x.test',
    subject: 's',
    html: 'h',
    text: 't',
    headers: {},
    messageId: '<i@x.test>',
    scheduledFor: NOW,
    now: NOW,
    workerId: SOME_ID,
    closesAt: null,
    userTimezone: null,
    consent: {
      purpose: 'marketing' as const,
      listId: null,
      addressHash: '00'.repeat(32),
      userHash: '11'.repeat(32),
    },
  };
  const plan = await planOf(db, (on) => beginAttempts(on, [attempt]));
  expect(plan).toMatch(/recipients_pkey/);
  expect(plan).not.toMatch(LARGE);
});
