import { randomInt, randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  conditionSql,
  faultsOfFilter,
  filterOf,
  matches,
  type Facts,
} from '../../src/audience/filter/index.ts';
import { RULES } from '../../src/audience/filter/operators/index.ts';
import { testDatabase } from '../support/database.ts';
import { filterArb, nowArb, personArb, VALUES, type GeneratedPerson } from './filter-generators.ts';

/** Random filters, each over all people. */
const RUNS = Number(process.env['FILTER_RUNS'] ?? 500);
const PEOPLE = 250;

const { db, drop } = await testDatabase();
afterAll(drop);

const workspaceId = randomUUID();
const seed = Number(process.env['FILTER_SEED'] ?? randomInt(2 ** 31));
let facts: ReadonlyMap<string, Facts>;

beforeAll(async () => {
  for (const person of fc.sample(personArb, { seed, numRuns: PEOPLE })) await write(person);
  facts = await read();
}, 60_000);

test('in memory and in SQL, every filter selects the same people', async () => {
  let held = 0;
  let asked = 0;
  await fc.assert(
    fc.asyncProperty(filterArb, nowArb, async (json, now) => {
      expect(faultsOfFilter(json, '')).toEqual([]);
      const filter = filterOf(json, { timezone: 'Europe/Berlin' });
      const inMemory = [...facts].filter(([, one]) => matches(filter, one, now)).map(([id]) => id);
      const { chosen, left } = await select(json, now);
      // Neither the condition nor its negation is null for anybody.
      expect(chosen.length + left.length).toBe(facts.size);
      expect(chosen).toEqual(inMemory);
      held += inMemory.length;
      asked += facts.size;
    }),
    { numRuns: RUNS },
  );
  console.log(`people of seed ${seed}: ${held} of ${asked} matched`);
}, 300_000);

test('the filters of the property use every operator', () => {
  const generated = Object.entries(VALUES).flatMap(([reads, operators]) =>
    Object.keys(operators).map((operator) => `${reads} ${operator}`),
  );
  const declared = RULES.map(({ reads, operator }) => `${reads} ${operator}`);
  expect(generated.toSorted()).toEqual(declared.toSorted());
});

test('names of fields are bound like values', async () => {
  const json = { field: `traits.a'b"; drop table users; --`, operator: 'equals', value: "') or (" };
  expect((await select(json, new Date(0))).chosen).toEqual([]);
});

test('the filter of many conditions fits into one statement', async () => {
  const when = {
    field: `traits.${'a.'.repeat(32)}a`,
    operator: 'within_last',
    value: { amount: 1, unit: 'days' },
  };
  const json = { or: Array.from({ length: 199 }, () => when) };
  expect((await select(json, new Date(0))).chosen).toEqual([]);
});

test('events are looked up by user and type', async () => {
  const json = { event: 'opened', operator: 'at_least', count: 2 };
  const condition = conditionSql(db, filterOf(json), { now: new Date(0) });
  const plan = await db.begin(async (transaction) => {
    await transaction`set local enable_seqscan = off`;
    return transaction<{ 'QUERY PLAN': string }[]>`
      explain select u.id from users u where u.workspace_id = ${workspaceId} and ${condition}
    `;
  });
  const text = plan.map((row) => row['QUERY PLAN']).join('\n');
  expect(text).toMatch(
    /Index Cond: \(\(bucket = u\.bucket\) AND \(user_id = u\.id\) AND \(event_type = 'opened'/,
  );
});

/** Who a filter selects, and who it does not, in the order of their ids. */
async function select(json: unknown, now: Date) {
  const condition = conditionSql(db, filterOf(json, { timezone: 'Europe/Berlin' }), { now });
  const rows = await db<{ id: string; holds: boolean | null }[]>`
    select u.id, ${condition} as holds
      from users u left join companies c on c.id = u.company_id
     where u.workspace_id = ${workspaceId}
     order by u.id
  `;
  const idsOf = (holds: boolean) => rows.filter((row) => row.holds === holds).map(({ id }) => id);
  return { chosen: idsOf(true), left: idsOf(false) };
}

async function write(person: GeneratedPerson): Promise<void> {
  const id = randomUUID();
  const { company } = person;
  const companyId = company === null ? null : randomUUID();
  if (company !== null) {
    await db`
      insert into companies (bucket, workspace_id, id, external_id, name, domain, plan,
                             employee_count, signed_up_at, traits, first_seen, last_seen,
                             created_at, updated_at)
      values (1, ${workspaceId}, ${companyId}, 'acme', ${company.name}, ${company.domain},
              ${company.plan}, ${company.employeeCount},
              ${company.signedUpAt}::text::timestamptz, ${company.traits}::text::jsonb,
              ${person.createdAt}::text::timestamptz, ${person.createdAt}::text::timestamptz,
              ${person.createdAt}::text::timestamptz, ${person.createdAt}::text::timestamptz)
    `;
  }
  await db`
    insert into users (bucket, workspace_id, id, external_id, email, name, timezone, signed_up_at,
                       traits, context, first_seen, last_seen, created_at, updated_at, company_id)
    values (0, ${workspaceId}, ${id}, ${id}, ${person.email}, ${person.name}, ${person.timezone},
            ${person.signedUpAt}::text::timestamptz, ${person.traits}::text::jsonb,
            ${person.context}::text::jsonb, ${person.createdAt}::text::timestamptz,
            ${person.createdAt}::text::timestamptz, ${person.createdAt}::text::timestamptz,
            ${person.createdAt}::text::timestamptz, ${companyId})
  `;
  for (const event of person.events) {
    await db`
      insert into events (bucket, id, workspace_id, user_id, event_type, occurred_at, received_at,
                          stored_at, page_url, metadata)
      values (0, ${randomUUID()}, ${workspaceId}, ${id}, ${event.eventType},
              ${event.occurredAt}::text::timestamptz, ${event.occurredAt}::text::timestamptz,
              '2026-01-01T00:00:00Z', ${event.pageUrl}, ${event.metadata}::text::jsonb)
    `;
  }
}

/** The people as the server loads them, in the order of their ids. */
async function read(): Promise<Map<string, Facts>> {
  const rows = await db<({ id: string } & Facts['user'] & { companyId: string | null })[]>`
    select id, external_id as "externalId", email, name, timezone, locale,
           signed_up_at as "signedUpAt", traits, context, first_seen as "firstSeen",
           last_seen as "lastSeen", created_at as "createdAt", updated_at as "updatedAt",
           company_id as "companyId"
      from users where workspace_id = ${workspaceId} order by id
  `;
  const companies = await db<(NonNullable<Facts['company']> & { id: string })[]>`
    select id, external_id as "externalId", name, domain, industry, plan,
           employee_count as "employeeCount", signed_up_at as "signedUpAt", traits,
           first_seen as "firstSeen", last_seen as "lastSeen", created_at as "createdAt",
           updated_at as "updatedAt"
      from companies where workspace_id = ${workspaceId}
  `;
  const events = await db<(Facts['events'][number] & { userId: string })[]>`
    select user_id as "userId", event_type as "eventType", occurred_at as "occurredAt",
           page_url as "pageUrl", element_selector as "elementSelector", metadata
      from events where workspace_id = ${workspaceId}
  `;
  return new Map(
    rows.map((user) => [
      user.id,
      {
        user,
        company: companies.find(({ id }) => id === user.companyId) ?? null,
        events: events.filter(({ userId }) => userId === user.id),
      },
    ]),
  );
}
