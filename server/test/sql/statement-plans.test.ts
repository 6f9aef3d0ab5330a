import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { companiesByIds } from '../../src/audience/sql/companies.ts';
import * as facts from '../../src/audience/sql/facts.ts';
import { consentOfUsers } from '../../src/audience/sql/consent.ts';
import { listUsers, upsertUsers, usersByIds } from '../../src/audience/sql/users.ts';
import { beginAttempts } from '../../src/delivery/sql/attempt.ts';
import { insertFinished } from '../../src/delivery/sql/finish.ts';
import { findMessage, listEvents, messagesOfUser } from '../../src/delivery/sql/read.ts';
import * as search from '../../src/delivery/sql/search-messages.ts';
import * as release from '../../src/delivery/sql/release.ts';
import { settleMessages } from '../../src/delivery/sql/settle.ts';
import { queueHealth } from '../../src/delivery/sql/workers.ts';
import * as claim from '../../src/enrollment/sql/claim-due.ts';
import { insertEnrollments, loadEntryFacts } from '../../src/enrollment/sql/enter.ts';
import { findPassage, listExplained, listSteps } from '../../src/enrollment/explain/sql.ts';
import * as timeline from '../../src/enrollment/sql/timeline.ts';
import { findStepReason } from '../../src/delivery/sql/step-reason.ts';
import * as find from '../../src/enrollment/sql/find-rows.ts';
import * as leave from '../../src/enrollment/sql/leave.ts';
import { lookForWork } from '../../src/enrollment/sql/look.ts';
import * as move from '../../src/enrollment/sql/move-on.ts';
import * as read from '../../src/enrollment/sql/read.ts';
import * as stepPeople from '../../src/enrollment/sql/step-people.ts';
import * as stepCounts from '../../src/enrollment/sql/step-counts.ts';
import { readPrints } from '../../src/app/stream/sql.ts';
import { usersByEmail } from '../../src/audience/sql/users-named.ts';
import * as resolve from '../../src/enrollment/sql/resolve.ts';
import { countWaiting, lookAtSide, readTestClock } from '../../src/enrollment/sql/test-clock.ts';
import type { Pool, Transaction } from '../../src/platform/db.ts';
import * as variants from '../../src/series/sql/variants.ts';
import { testDatabase } from '../support/database.ts';
import { plansOf } from '../support/explain.ts';

/**
 * Goal: no statement that workers or callers wait for reads more the more rows there are, whatever they
 * are spread like. Method: tens of thousands of rows as they lie in a long-used installation (one huge
 * series, many archived ones, half of a paused one parked); then the plan of each statement, for the
 * values at hand and for any values (a prepared statement may end up with either), must go through the
 * indexes that it names and read no table of people's rows from end to end.
 */
const USERS = 40_000;
/** Small, and read whole whenever the planner likes. */
const SMALL = new Set([
  'workspaces',
  'workers',
  'automations',
  'series_versions',
  'series_scans',
  'series_migrations',
  'broadcasts',
  'series_scans',
  'step_days',
  'passage_days',
  'report_deltas',
  'message_counts',
  'sending_pauses',
]);
/** Partitions of months without events. */
const EMPTY = /^events_\d/;
const EVENTS_BY_USER = 'events_default_bucket_user_id_event_type_occurred_at_idx';
const EVENTS_HEARD = 'events_default_bucket_user_id_event_type_received_at_idx';

let db: Pool;
let drop: () => Promise<void>;

const live = randomUUID();
const testSide = randomUUID();
const series = randomUUID();
const paused = randomUUID();
const user = randomUUID();
const enrollment = randomUUID();
const message = randomUUID();
const workerId = randomUUID();
const now = new Date();

beforeAll(async () => {
  ({ db, drop } = await testDatabase());
  await seed();
}, 300_000);

afterAll(() => drop());

/** As one text, for a literal has no type that the database would have to guess. */
async function seed(): Promise<void> {
  await db.unsafe(`
    insert into workspaces (id, pair_id, side, name, clock_now, created_at, updated_at)
    values ('${live}', '${live}', 'live', 'W', null, now(), now()),
           ('${testSide}', '${testSide}', 'test', 'W', now(), now(), now());
    insert into workspaces (id, pair_id, side, name, clock_now, created_at, updated_at)
    select id, id, 'test', 'W', now(), now(), now()
      from (select gen_random_uuid() as id from generate_series(1, 500)) w;
    insert into automations (id, workspace_id, type, name, status, draft, version, created_at, updated_at)
    values ('${series}', '${live}', 'series', 'S', 'active', '{}', 1, now(), now()),
           ('${paused}', '${live}', 'series', 'S', 'paused', '{}', 1, now(), now());
    insert into automations (id, workspace_id, type, name, status, draft, version, created_at, updated_at)
    select gen_random_uuid(), '${live}', 'series', 'S', (array['active', 'archived', 'draft'])[n % 3 + 1],
           '{}', 1, now(), now()
      from generate_series(1, 600) n;
    insert into users (bucket, workspace_id, id, external_id, email, first_seen, last_seen, created_at, updated_at)
    select n % 64, case when n % 20 = 0 then '${testSide}' else '${live}' end::uuid, gen_random_uuid(),
           'u' || n, 'u' || n || '@example.com', now(), now(), now() - n * interval '1 second', now()
      from generate_series(1, ${USERS}) n;
    insert into signals (bucket, workspace_id, live, user_id, kind, at, may_start)
    select bucket, workspace_id, true, id, 'changed', now(), true from users where bucket % 2 = 0;
    insert into enrollments (bucket, id, workspace_id, user_id, automation_id, version, run, state, entered_at)
    select bucket, gen_random_uuid(), workspace_id, id,
           case when random() < 0.8 then '${series}' else '${paused}' end::uuid, 1, 2, 'active', created_at
      from users;
    insert into enrollments (bucket, id, workspace_id, user_id, automation_id, version, run, state, entered_at, ended_at)
    select bucket, gen_random_uuid(), workspace_id, id, '${series}', 1, 1, 'completed', created_at, now()
      from users where random() < 0.5;
    insert into recipients (bucket, enrollment_id, seq, workspace_id, automation_id, user_id, version, step_id,
                            live, parked, due_at, from_at, timezone, tz_version, reasons)
    select bucket, id, 2, workspace_id, automation_id, user_id, 1,
           (array['tips', 'offer', 'ask', 'bye'])[1 + floor(random() * 4)::int], workspace_id <> '${testSide}',
           automation_id = '${paused}' and random() < 0.5, now() + (random() * 30 - 1) * interval '1 day',
           now(), 'UTC', '2025b', '[]'
      from enrollments where state = 'active';
    update recipients set status = 'processing', worker_id = '${workerId}', lease_token = gen_random_uuid()
     where live and not parked and random() < 0.01;
    insert into step_log (bucket, enrollment_id, seq, workspace_id, automation_id, user_id, step_id, outcome,
                          due_at, at, reasons)
    select bucket, id, 1, workspace_id, automation_id, user_id, 'hello', 'passed', entered_at, now(), '[]'
      from enrollments;
    insert into messages (bucket, id, workspace_id, enrollment_id, seq, automation_id, user_id,
                          user_external_id, step_id, state, transport, from_address, to_address, subject,
                          html, text, headers, message_id, scheduled_for, reasons, attempt, attempted_at,
                          created_at, updated_at, variant)
    select bucket, gen_random_uuid(), workspace_id, id, 1, automation_id, user_id, 'u', 'hello',
           case when random() < 0.0005 then 'in_doubt' else 'accepted' end,
           'smtp', 'a@example.com', 'b@example.com', 's', 'h', 't', '{}', 'm', now(), '[]', 1, now(),
           entered_at, now(), case when random() < 0.1 then 'A' end
      from enrollments;
    insert into lists (id, workspace_id, name, kind, created_at, updated_at)
    select gen_random_uuid(), '${live}', 'News', 'opt_in', now(), now() from generate_series(1, 2000);
    insert into preferences (bucket, user_id, list_id, workspace_id, state, source, at)
    select bucket, id, '${series}', workspace_id, 'subscribed', 'api', now() from users;
    insert into consent_changes (bucket, id, workspace_id, user_id, list_id, after, source, at)
    select bucket, gen_random_uuid(), workspace_id, id, '${series}', 'subscribed', 'api', now() from users;
    insert into variant_tests (automation_id, step_id, workspace_id, metric, after, confidence, names,
                               look_due_at, winner)
    select '${series}', 's' || n, '${live}', 'opened', 100, 0.95, '{A,B}', now(),
           case when n > 20 then 'A' end
      from generate_series(1, 2000) n;
    insert into message_events (bucket, id, workspace_id, message_id, kind, at)
    select bucket, gen_random_uuid(), workspace_id, id, 'accepted', now() from messages;
    insert into companies (bucket, workspace_id, id, external_id, first_seen, last_seen, created_at, updated_at)
    select bucket, workspace_id, gen_random_uuid(), external_id, now(), now(), now(), now() from users;
    -- A month in which somebody sent in the past of one user: no guess about others may follow from it.
    insert into events (bucket, id, workspace_id, user_id, event_type, occurred_at, received_at, stored_at)
    select 9, gen_random_uuid(), '${live}', '${workerId}', 'seen', now() - n * interval '1 minute',
           now() - n * interval '1 minute', '2020-01-01'
      from generate_series(1, ${USERS}) n;
    insert into workers (id, host, pid, version, tz_version, started_at, beat_at)
    values ('${workerId}', 'h', 1, '0', '2025b', now(), now());
  `);
  await db`analyze`;
}

const ref = { bucket: 7, enrollmentId: enrollment, seq: 2 };
const refs = [ref, { ...ref, bucket: 8 }];
const held = refs.map((row) => ({ ...row, leaseToken: randomUUID() }));
const next = {
  stepId: 'tips',
  dueAt: now,
  fromAt: now,
  timezone: 'UTC',
  reasons: [],
  isHeld: false,
};
const moves = [
  { ...ref, outcome: 'passed' as const, reason: null, now, next },
  { ...ref, outcome: 'failed' as const, reason: 'r', now, next: null },
];
const newMessage = {
  ...ref,
  id: message,
  workspaceId: live,
  automationId: series,
  userId: user,
  userExternalId: 'u',
  stepId: 'tips',
  variant: null,
  listId: null,
  transport: 'smtp',
  from: 'a@example.com',
  to: 'b@example.com',
  subject: 's',
  html: 'h',
  text: 't',
  headers: {},
  messageId: '<m@example.com>',
  scheduledFor: now,
  now,
};
const attempts = held.map((row) => ({
  ...newMessage,
  ...row,
  workerId,
  closesAt: now,
  userTimezone: null,
  consent: {
    purpose: 'marketing' as const,
    listId: null,
    addressHash: '00'.repeat(32),
    userHash: '11'.repeat(32),
  },
}));
const answers = held.map(({ bucket, leaseToken }) => ({
  bucket,
  id: message,
  eventId: message,
  leaseToken,
  state: 'accepted' as const,
  answer: '',
}));
const finished = [{ ...newMessage, state: 'accepted' as const, answer: '' }];
const entry = { bucket: 7, userId: user, workspaceId: live, automationId: series };
const newEnrollment = {
  ...entry,
  id: enrollment,
  version: 1,
  run: 1,
  live: true,
  enteredAt: now,
  source: 'api' as const,
  entryEventId: null,
  properties: '{}',
  first: next,
};
const userChange = {
  bucket: 7,
  id: user,
  workspaceId: live,
  externalId: 'u',
  patch: { own: { name: 'A' }, traits: {}, context: {} },
  isActivity: true,
  mayCreate: true,
  companyId: null,
  mayStart: true,
};
const tz = { tzVersion: '2025b' };
const silence = { silenceMs: 15_000 };
const marks = Array.from({ length: 64 }, () => new Date(0));
const after = { at: now, id: message };
const inbox = {
  workspaceId: live,
  automationId: null,
  stepId: null,
  states: null,
  reason: null,
  from: null,
  to: null,
  after: null,
  limit: 51,
};
const inSeries = { workspaceId: live, automationId: series, userId: null, after: null, limit: 51 };
const atStep = {
  ...inSeries,
  stepId: 'hello',
  version: null,
  userIds: null,
};
const named = { workspaceId: live, email: 'a@example.com' };
const people = { workspaceId: live, email: null, after: null, limit: 51 };
const doubt = { bucket: 7, workspaceId: live, id: message };
const order = { ...doubt, eventId: message, dueAt: now, timezone: 'UTC', reasons: '[]', ...tz };
const seen = { bucket: 7, userId: user, eventType: 'seen', since: now };
const end = { state: 'ended' as const, reason: 'r', now };

/** Name, indexes it must go by, and the statement. */
const STATEMENTS: readonly [string, readonly string[], (tx: Transaction) => Promise<unknown>][] = [
  ['dueBuckets', ['recipients_due'], (tx) => claim.dueBuckets(tx, { marks })],
  [
    'claimDue',
    ['recipients_due', 'users_pkey'],
    (tx) => claim.claimDue(tx, { bucket: 7, mark: new Date(0), limit: 500 }),
  ],
  [
    'claimDueTest',
    ['recipients_due_test', 'users_pkey'],
    (tx) => claim.claimDueTest(tx, { workspaceId: testSide, token: null, limit: 500 }),
  ],
  ['lookForWork', ['recipients_due_test'], (tx) => lookForWork(tx, { testSidesMax: 100 })],
  [
    'moveOn',
    ['recipients_pkey', 'enrollments_pkey', 'messages_step_occurrence'],
    (tx) => move.moveOn(tx, moves, tz),
  ],
  [
    'replanRows',
    ['recipients_pkey'],
    (tx) =>
      move.replanRows(
        tx,
        [
          { ...ref, ...next },
          { ...ref, ...next },
        ],
        tz,
      ),
  ],
  ['keepPlans', ['recipients_pkey'], (tx) => move.keepPlans(tx, refs, tz)],
  ['parkRows', ['recipients_pkey'], (tx) => move.parkRows(tx, refs)],
  [
    'cancelRows',
    ['recipients_pkey', 'messages_step_occurrence', 'enrollments_pkey'],
    (tx) => move.cancelRows(tx, refs, end),
  ],
  ['leaseRows', ['recipients_pkey'], (tx) => release.leaseRows(tx, held, { workerId })],
  ['releaseRows', ['recipients_pkey'], (tx) => release.releaseRows(tx, held)],
  [
    'requeueRows',
    ['recipients_pkey'],
    (tx) =>
      release.requeueRows(
        tx,
        held.map((row) => ({ ...row, dueAt: now, reasons: '[]' })),
      ),
  ],
  ['heldBy', ['recipients_processing'], (tx) => release.heldBy(tx, { workerId, limit: 5_000 })],
  ['orphanBuckets', ['recipients_processing'], (tx) => release.orphanBuckets(tx, silence)],
  [
    'lockOrphans',
    ['recipients_processing'],
    (tx) => release.lockOrphans(tx, { bucket: 7, ...silence, limit: 500 }),
  ],
  ['begunAmong', ['messages_step_occurrence'], (tx) => release.begunAmong(tx, held)],
  ['lockHeld', ['recipients_pkey', 'users_pkey'], (tx) => release.lockHeld(tx, held)],
  [
    'beginAttempts',
    ['recipients_pkey', 'enrollments_pkey', 'users_pkey'],
    (tx) => beginAttempts(tx, attempts),
  ],
  [
    'settleMessages',
    ['messages_pkey', 'recipients_pkey', 'users_pkey'],
    (tx) => settleMessages(tx, answers),
  ],
  ['insertFinished', ['recipients_pkey'], (tx) => insertFinished(tx, finished)],
  ['loadEntryFacts', ['users_pkey', 'enrollments_run'], (tx) => loadEntryFacts(tx, [entry, entry])],
  ['insertEnrollments', [], (tx) => insertEnrollments(tx, [newEnrollment], tz)],
  ['upsertUsers', ['users_pkey'], (tx) => upsertUsers(tx, [userChange, userChange])],
  ['usersByIds', ['users_pkey'], (tx) => usersByIds(tx, [{ bucket: 7, id: user }])],
  ['companiesByIds', ['companies_pkey'], (tx) => companiesByIds(tx, [{ bucket: 7, id: user }])],
  [
    'countEvents',
    [EVENTS_BY_USER],
    (tx) =>
      facts.countEvents(tx, [
        { ...seen, countMax: 3 },
        { ...seen, since: null, countMax: 1 },
      ]),
  ],
  [
    'countEventsWhere',
    [EVENTS_BY_USER],
    (tx) =>
      facts.countEventsWhere(tx, [seen, seen], {
        ...seen,
        countMax: 3,
        where: tx`(e.metadata -> 'amount' = '1'::jsonb)`,
      }),
  ],
  [
    'emailsOfEnrollments',
    ['messages_step_occurrence', 'message_events_by_message'],
    (tx) => facts.emailsOfEnrollments(tx, refs),
  ],
  [
    'eventsSince',
    [EVENTS_HEARD],
    (tx) => facts.eventsSince(tx, [{ ...seen, except: [] }], { where: null }),
  ],
  ['findRows', ['recipients_pkey', 'users_pkey'], (tx) => find.findRows(tx, refs)],
  ['lockParked', ['recipients_parked'], (tx) => find.lockParked(tx)],
  ['lockParkedOf', ['recipients_parked'], (tx) => find.lockParkedOf(tx, { workspaceId: live })],
  [
    'lockRowsOfUser',
    ['enrollments_one_active', 'recipients_pkey'],
    (tx) => find.lockRowsOfUser(tx, { bucket: 7, userId: user }),
  ],
  ['lockRows', ['enrollments_run', 'recipients_pkey'], (tx) => leave.lockRows(tx, entry)],
  [
    'endActive',
    ['enrollments_one_active'],
    (tx) => leave.endActive(tx, { ...entry, reason: 'r', now }),
  ],
  [
    'isBeingHandedOver',
    ['enrollments_run', 'messages_step_occurrence'],
    (tx) => leave.isBeingHandedOver(tx, entry),
  ],
  ['lockEnded', ['recipients_pkey', 'enrollments_pkey'], (tx) => leave.lockEnded(tx, refs)],
  ['tidyWork', ['recipients_by_series', 'recipients_parked'], (tx) => leave.tidyWork(tx)],
  [
    'lockArchivedRows',
    ['recipients_by_series'],
    (tx) => leave.lockArchivedRows(tx, { limit: 500 }),
  ],
  [
    'findDoubt',
    ['messages_pkey', 'enrollments_pkey', 'users_pkey'],
    (tx) => resolve.findDoubt(tx, doubt),
  ],
  ['markSent', ['messages_pkey'], (tx) => resolve.markSent(tx, { ...doubt, eventId: message })],
  ['orderAgain', ['messages_pkey', 'enrollments_pkey'], (tx) => resolve.orderAgain(tx, order)],
  ['readTestClock', ['recipients_due_test'], (tx) => readTestClock(tx, testSide)],
  [
    'lookAtSide',
    ['recipients_due_test', 'signals_of_tests', 'recipients_by_series'],
    (tx) => lookAtSide(tx, testSide),
  ],
  [
    'countWaiting',
    ['recipients_due_test'],
    (tx) => countWaiting(tx, { workspaceId: testSide, limit: 100_000 }),
  ],
  [
    'queueHealth',
    ['recipients_due', 'messages_in_doubt'],
    // It insists on a row, and gets a plan.
    (tx) => queueHealth(tx, silence).catch(() => null),
  ],
  ['findMessage', ['messages_pkey'], (tx) => findMessage(tx, { workspaceId: live, id: message })],
  [
    'listEvents',
    ['message_events_by_message'],
    (tx) => listEvents(tx, { bucket: 7, messageId: message }),
  ],
  ['messagesOfUser', ['messages_by_user'], (tx) => messagesOfUser(tx, { ...entry, limit: 50 })],
  [
    'messagesByAge',
    ['messages_by_age'],
    (tx) => search.messagesByAge(tx, { ...inbox, lookedMax: 20_000 }),
  ],
  [
    'messagesByAge, narrowed, a later page',
    ['messages_by_age'],
    (tx) =>
      search.messagesByAge(tx, { ...inbox, stepId: 'tips', after, from: now, lookedMax: 20_000 }),
  ],
  [
    'endOfLook',
    ['messages_by_age'],
    (tx) => search.endOfLook(tx, { ...inbox, after, lookedMax: 20_000 }),
  ],
  [
    'messagesOfUsers',
    ['messages_by_user'],
    (tx) => search.messagesOfUsers(tx, { ...inbox, users: [{ bucket: 7, id: user }] }),
  ],
  [
    'messagesNotWell',
    ['messages_not_well'],
    (tx) => search.messagesNotWell(tx, { ...inbox, states: ['in_doubt', 'bounced'], after }),
  ],
  [
    'messagesOfSmallSeries',
    ['messages_by_series'],
    (tx) => search.messagesOfSmallSeries(tx, { ...inbox, automationId: paused }),
  ],
  [
    'countOfSeries',
    ['messages_by_series'],
    (tx) => search.countOfSeries(tx, { ...inSeries, countMax: 10_000 }),
  ],
  [
    'countStatesOfSeries',
    ['messages_by_series'],
    (tx) => search.countStatesOfSeries(tx, { ...inSeries, states: ['accepted'], countMax: 10_000 }),
  ],
  [
    'countNotWell',
    ['messages_not_well'],
    (tx) => search.countNotWell(tx, { workspaceId: live, countMax: 10_000 }),
  ],
  [
    'countYoungest',
    ['messages_by_age'],
    (tx) => search.countYoungest(tx, { workspaceId: live, countMax: 1_000 }),
  ],
  [
    'listWaitingAt',
    ['recipients_by_step'],
    (tx) => stepPeople.listWaitingAt(tx, { ...atStep, after }),
  ],
  [
    'listWaitingAt of a user',
    ['enrollments_run'],
    (tx) => stepPeople.listWaitingAt(tx, { ...atStep, userIds: [user] }),
  ],
  [
    'listPassedFew',
    ['step_log_by_step'],
    (tx) =>
      stepPeople.listPassedFew(tx, {
        ...atStep,
        stepId: 'tips',
        outcome: 'failed',
        fewMax: 10_000,
      }),
  ],
  [
    'listPassedMany',
    ['enrollments_by_series', 'step_log_pkey'],
    (tx) =>
      stepPeople.listPassedMany(tx, { ...atStep, outcome: 'passed', passagesMax: 20_000, after }),
  ],
  [
    'endOfPassages',
    ['enrollments_by_series'],
    (tx) => stepPeople.endOfPassages(tx, { ...atStep, passagesMax: 20_000 }),
  ],
  [
    'countPassed',
    ['step_log_by_step'],
    (tx) => stepPeople.countPassed(tx, { ...atStep, outcome: 'passed', countMax: 10_000 }),
  ],
  [
    'countStanding',
    ['messages_by_series'],
    (tx) => stepCounts.countStanding(tx, { ...inSeries, stepIds: ['tips'], countMax: 1_000 }),
  ],
  ['readPrints', ['messages_by_age', 'users_by_age'], (tx) => readPrints(tx, live)],
  ['usersByEmail', ['users_by_email'], (tx) => usersByEmail(tx, { ...named, limit: 50 })],
  [
    'listEnrollments',
    ['enrollments_by_series'],
    (tx) => read.listEnrollments(tx, { ...inSeries, state: null }),
  ],
  [
    'listEnrollments of a user',
    ['enrollments_run'],
    (tx) => read.listEnrollments(tx, { ...inSeries, state: null, userId: user }),
  ],
  ['listRecipients', ['recipients_by_series'], (tx) => read.listRecipients(tx, inSeries)],
  [
    'listRecipients of a user',
    ['enrollments_run', 'recipients_pkey'],
    (tx) => read.listRecipients(tx, { ...inSeries, userId: user }),
  ],
  ['listSteps', ['step_log_pkey'], (tx) => listSteps(tx, ref)],
  [
    'findPassage',
    ['enrollments_run', 'recipients_pkey', 'signals_by_user'],
    (tx) => findPassage(tx, { ...entry, silenceMs: 1 }).catch(() => null),
  ],
  [
    'listExplained',
    ['automations_by_age', 'enrollments_run'],
    (tx) => listExplained(tx, { ...entry, after: null, limit: 21 }),
  ],
  ['findStepReason', ['step_log_pkey'], (tx) => findStepReason(tx, ref)],
  [
    'listPassages',
    ['enrollments_run'],
    (tx) => timeline.listPassages(tx, { ...entry, limit: 500 }),
  ],
  [
    'listPastSteps',
    ['step_log_pkey', 'messages_step_occurrence'],
    (tx) =>
      timeline.listPastSteps(tx, {
        bucket: 7,
        enrollmentIds: [enrollment],
        after: null,
        limit: 51,
      }),
  ],
  [
    'listMessageEvents',
    ['messages_by_user', 'message_events_by_message'],
    (tx) => timeline.listMessageEvents(tx, { ...entry, after: null, messagesMax: 1000, limit: 51 }),
  ],
  [
    'countVariants',
    ['messages_of_variants', 'message_events_by_message', 'consent_changes_by_user'],
    (tx) => variants.countVariants(tx, { automationId: series, stepId: 'tips' }),
  ],
  ['claimTest', ['variant_tests_open'], (tx) => variants.claimTest(tx)],
  [
    'consentOfUsers',
    ['preferences_pkey', 'lists_pkey'],
    (tx) => consentOfUsers(tx, [{ bucket: 7, id: user, workspaceId: live, lists: [series] }]),
  ],
  ['listUsers', ['users_by_age'], (tx) => listUsers(tx, people)],
  [
    'listUsers with an address',
    ['users_email'],
    (tx) => listUsers(tx, { ...people, email: 'u7@example.com' }),
  ],
];

test.each(STATEMENTS)('%s goes by its indexes', async (_name, indexes, run) => {
  const plans = await plansOf(db, run);
  expect(plans.length).toBeGreaterThan(0);
  for (const { kind, text, indexes: used, scanned } of plans) {
    const whole = [...scanned].filter((table) => !SMALL.has(table) && !EMPTY.test(table));
    const missing = indexes.filter((name) => !used.has(name));
    expect({ kind, whole, missing }, text).toEqual({ kind, whole: [], missing: [] });
  }
});
