import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import * as companies from '../../src/audience/sql/search-companies.ts';
import * as count from '../../src/audience/sql/count.ts';
import * as properties from '../../src/audience/sql/properties.ts';
import * as search from '../../src/audience/sql/search.ts';
import { filterOf } from '../../src/audience/index.ts';
import { countMessagesOf, eraseMessages } from '../../src/delivery/index.ts';
import { erasePassages, listPassagesOf } from '../../src/enrollment/person/sql.ts';
import type { Pool, Transaction } from '../../src/platform/db.ts';
import { testDatabase } from '../support/database.ts';
import { plansOf } from '../support/explain.ts';

/**
 * Goal: a page of people costs the same whether there are a thousand of them or ten million. Method:
 * 40,000 people, and statistics that tell the planner of ten million; each statement must go by its
 * index, for these values and for any, and read no table from end to end.
 */
const USERS = 40_000;
const PRETENDED = 10_000_000;

let db: Pool;
let drop: () => Promise<void>;
const workspaceId = randomUUID();
const id = randomUUID();
const now = new Date();

beforeAll(async () => {
  ({ db, drop } = await testDatabase());
  await db.unsafe(`
    insert into workspaces (id, pair_id, side, name, created_at, updated_at)
    values ('${workspaceId}', '${workspaceId}', 'live', 'W', now(), now());
    insert into users (bucket, workspace_id, id, external_id, email, name, traits, first_seen, last_seen,
                       seen_on, created_at, updated_at)
    select n % 64, case when n % 9 = 0 then gen_random_uuid() else '${workspaceId}' end,
           gen_random_uuid(), 'u' || n, case when n % 5 > 0 then 'u' || n || '@example.com' end,
           'Ada ' || n, '{"plan":"pro"}', now(), now(), now()::date - n % 400,
           now() - n * interval '1 second', now()
      from generate_series(1, ${USERS}) n;
    insert into companies (bucket, workspace_id, id, external_id, name, first_seen, last_seen,
                           created_at, updated_at)
    select bucket, workspace_id, gen_random_uuid(), external_id, name, now(), now(), created_at, now()
      from users;
    insert into messages (bucket, id, workspace_id, enrollment_id, seq, automation_id, user_id,
                          user_external_id, step_id, state, transport, from_address, to_address, subject,
                          html, text, headers, message_id, scheduled_for, reasons, created_at, updated_at)
    select bucket, gen_random_uuid(), workspace_id, gen_random_uuid(), 1, workspace_id, id, 'u', 'a',
           'accepted', 'smtp', 'a', 'b', 's', 'h', 't', '{}', 'm', now(), '[]', now(), now()
      from users;
    insert into message_events (bucket, id, workspace_id, message_id, kind, at)
    select bucket, gen_random_uuid(), workspace_id, id, 'accepted', now() from messages;
    insert into enrollments (bucket, id, workspace_id, user_id, automation_id, version, run, state,
                             entered_at, ended_at)
    select bucket, enrollment_id, workspace_id, user_id, workspace_id, 1, 1, 'completed', now(), now()
      from messages;
    insert into step_log (bucket, enrollment_id, seq, workspace_id, automation_id, user_id, step_id,
                          outcome, due_at, at, reasons)
    select bucket, id, 1, workspace_id, automation_id, user_id, 'a', 'passed', now(), now(), '[]'
      from enrollments;
    insert into transactional_emails (bucket, enrollment_id, workspace_id, step, content, created_at)
    select bucket, id, workspace_id, '{}', '{}', now() from enrollments;
  `);
  await db`analyze`;
  // The planner takes rows per page from here, and the number of pages from the file.
  await db`
    update pg_class set reltuples = ${PRETENDED}
     where relname in ('users', 'companies') and relkind = 'r'
  `;
}, 300_000);
afterAll(() => drop());

const key = (value: string) => ({ value, id });
const stretch = (
  sort: 'created_at' | 'last_seen' | 'email',
  order: 'asc' | 'desc',
  value?: string,
) => ({ workspaceId, sort, order, after: value === undefined ? null : key(value) }) as const;
const AT = '2026-01-02 03:04:05.678+00';
const pro = filterOf({ field: 'user.plan', operator: 'equals', value: 'pro' });
const matching = (tx: Transaction) => search.matching(tx, { filter: pro, q: 'u1', now });
const person = { bucket: 7, userId: id };
const company = { workspaceId, sort: 'name', order: 'asc', after: key('acme') } as const;

/** Name, indexes it must go by, and the statement. */
const STATEMENTS: readonly [string, readonly string[], (tx: Transaction) => Promise<unknown>][] = [
  [
    'the first page by age',
    ['users_by_age'],
    (tx) => search.pageOfUsers(tx, stretch('created_at', 'desc'), { where: null, limit: 51 }),
  ],
  [
    'a later page by age, the other way',
    ['users_by_age'],
    (tx) => search.pageOfUsers(tx, stretch('created_at', 'asc', AT), { where: null, limit: 51 }),
  ],
  [
    'a page by who was seen last',
    ['users_by_seen'],
    (tx) =>
      search.pageOfUsers(tx, stretch('last_seen', 'desc', '2026-01-02'), {
        where: null,
        limit: 51,
      }),
  ],
  [
    'a page by address',
    ['users_by_email'],
    (tx) => search.pageOfUsers(tx, stretch('email', 'asc', 'u1@'), { where: null, limit: 51 }),
  ],
  [
    'a window with a filter',
    ['users_by_age'],
    (tx) =>
      search.pageOfUsers(tx, stretch('created_at', 'desc', AT), {
        where: matching(tx),
        until: key('2026-01-01 03:04:05+00'),
        limit: 51,
      }),
  ],
  [
    'the end of a window',
    ['users_by_email'],
    (tx) => search.placeInStretch(tx, stretch('email', 'desc', 'u1@'), { places: 20_000 }),
  ],
  [
    'who begins with a text',
    ['users_by_email', 'users_by_external', 'users_by_name'],
    (tx) => search.usersBeginningWith(tx, { workspaceId, q: 'u123', limit: 2_001 }),
  ],
  [
    'some by their keys',
    ['users_pkey'],
    (tx) =>
      search.pageOfUsers(tx, stretch('email', 'asc'), {
        where: matching(tx),
        among: [{ bucket: 7, id }],
        limit: 51,
      }),
  ],
  [
    'users of a company',
    ['users_by_company'],
    (tx) =>
      search.usersOfCompany(tx, {
        workspaceId,
        companyId: id,
        after: { bucket: 7, id },
        limit: 51,
      }),
  ],
  [
    'a sample',
    ['users_pkey'],
    (tx) => count.sampleUsers(tx, { workspaceId, filter: pro, now, limit: 500 }),
  ],
  [
    'traits',
    ['users_by_age', 'users_by_seen'],
    (tx) => properties.traitsSeen(tx, { workspaceId, sample: 500, limit: 500 }),
  ],
  [
    'companies by name',
    ['companies_by_name', 'users_by_company'],
    (tx) =>
      companies.pageOfCompanies(tx, company, {
        filter: null,
        q: 'a',
        now,
        until: key('b'),
        limit: 51,
        usersMax: 10,
      }),
  ],
  [
    'passages of a person',
    ['enrollments_run', 'step_log_pkey'],
    (tx) => listPassagesOf(tx, { ...person, workspaceId, state: null, after: null, limit: 51 }),
  ],
  ['messages of a person', ['messages_by_user'], (tx) => countMessagesOf(tx, person)],
  [
    'erasing messages',
    ['messages_by_user', 'messages_pkey'],
    (tx) => eraseMessages(tx, { ...person, nobody: id, limit: 200 }),
  ],
  [
    'erasing passages',
    ['enrollments_run', 'enrollments_pkey', 'step_log_pkey'],
    (tx) => erasePassages(tx, { ...person, nobody: id, limit: 500 }),
  ],
];

/** Small, and read whole whenever the planner likes. */
const SMALL = new Set(['workspaces', 'automations', 'recipients', 'webhook_attempts']);

test.each(STATEMENTS)('%s goes by its indexes', async (_name, indexes, run) => {
  const plans = await plansOf(db, run);
  expect(plans.length).toBeGreaterThan(0);
  for (const { kind, text, indexes: used, scanned } of plans) {
    expect([kind, text, [...used]]).toEqual([kind, text, expect.arrayContaining([...indexes])]);
    expect([kind, [...scanned].filter((table) => !SMALL.has(table))]).toEqual([kind, []]);
  }
});
