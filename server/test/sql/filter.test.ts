import { randomInt, randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  conditionSql,
  factsNeeded,
  faultsOfStepFilter,
  filterOf,
  matches,
  stepFilterOf,
  type ConsentFact,
  type Facts,
  type Filter,
} from '../../src/audience/filter/index.ts';
import { RULES } from '../../src/audience/filter/operators/index.ts';
import { loadFacts } from '../../src/audience/load-facts.ts';
import type { User } from '../../src/audience/user.ts';
import { usersByIds } from '../../src/audience/sql/users.ts';
import { bucketOf, NIL_UUID } from '../../src/platform/ids.ts';
import { testDatabase } from '../support/database.ts';
import {
  filterArb,
  LISTS,
  nowArb,
  personArb,
  VALUES,
  type GeneratedPerson,
} from './filter-generators.ts';

/** Random filters, each over all people. */
const RUNS = Number(process.env['FILTER_RUNS'] ?? 500);
const PEOPLE = 250;

const { db, drop } = await testDatabase();
afterAll(drop);

const workspaceId = randomUUID();
const seed = Number(process.env['FILTER_SEED'] ?? randomInt(2 ** 31));
/** In the order of their ids. */
let people: readonly Person[];
/** Everything about each, with events instead of counts of them. */
let facts: ReadonlyMap<string, Facts>;

interface Person {
  readonly user: User;
  readonly enrollmentId: string;
  readonly properties: Readonly<Record<string, unknown>>;
}

beforeAll(async () => {
  await writeLists();
  const samples = fc.sample(personArb, { seed, numRuns: PEOPLE });
  const written = [];
  for (const person of samples) written.push(await write(person));
  people = await readPeople(written);
  facts = await readFacts();
}, 1_800_000);

/**
 * Goal: a filter never says one thing of a set and another of one person. Method: three ways over the
 * same people: the database over all of them; in memory over what the loader reads; in memory over
 * every event there is, as a simulation has it.
 */
test('in memory and in SQL, every filter selects the same people', async () => {
  let held = 0;
  let asked = 0;
  await fc.assert(
    fc.asyncProperty(filterArb, nowArb, async (json, now) => {
      expect(faultsOfStepFilter(json, '')).toEqual([]);
      const filter = stepFilterOf(json, { timezone: 'Europe/Berlin' });
      const idsOf = (all: ReadonlyMap<string, Facts>) =>
        [...all].filter(([, one]) => matches(filter, one, now)).map(([id]) => id);
      const inMemory = idsOf(facts);
      const { chosen, left } = await select(filter, now);
      // Neither the condition nor its negation is null for anybody.
      expect(chosen.length + left.length).toBe(facts.size);
      expect(chosen).toEqual(inMemory);
      expect(idsOf(await load(filter, now))).toEqual(inMemory);
      held += inMemory.length;
      asked += facts.size;
    }),
    { numRuns: RUNS },
  );
  console.log(`people of seed ${seed}: ${held} of ${asked} matched`);
}, 1_800_000);

test('who has left all marketing has left every list, and nobody stands to one that is not there', async () => {
  const standings = (operator: string, list: string) =>
    select(filterOf({ list, operator }), new Date(0)).then(({ chosen }) => chosen);
  const gone = await select(filterOf({ consent: 'unsubscribed' }), new Date(0));
  const leftIn = await standings('unsubscribed', LISTS.optIn);
  expect(gone.chosen.length).toBeGreaterThan(0);
  expect(gone.chosen.filter((id) => !leftIn.includes(id))).toEqual([]);
  for (const list of [LISTS.elsewhere, LISTS.missing]) {
    for (const operator of ['subscribed', 'not_subscribed', 'unsubscribed']) {
      expect(await standings(operator, list)).toEqual([]);
    }
  }
  for (const list of [LISTS.optIn, LISTS.optOut]) {
    const on = await standings('subscribed', list);
    const off = await standings('not_subscribed', list);
    expect([...on, ...off].toSorted()).toEqual([...facts.keys()]);
    const left = await standings('unsubscribed', list);
    expect(left.filter((id) => !off.includes(id))).toEqual([]);
  }
});

test('lists and choices are looked up by their keys', async () => {
  const condition = conditionSql(db, filterOf({ list: LISTS.optIn, operator: 'subscribed' }), {
    now: new Date(0),
  });
  const plan = await db<{ 'QUERY PLAN': string }[]>`
    explain select u.id from users u where u.workspace_id = ${workspaceId} and ${condition}
  `;
  const text = plan.map((row) => row['QUERY PLAN']).join('\n');
  expect(text).not.toMatch(/Seq Scan on (?:lists|preferences)/);
});

test('the filters of the property use every operator', () => {
  const generated = Object.entries(VALUES).flatMap(([reads, operators]) =>
    Object.keys(operators).map((operator) => `${reads} ${operator}`),
  );
  const declared = RULES.map(({ reads, operator }) => `${reads} ${operator}`);
  expect(generated.toSorted()).toEqual(declared.toSorted());
});

test('names of fields are bound like values', async () => {
  const json = { field: `traits.a'b"; drop table users; --`, operator: 'equals', value: "') or (" };
  expect((await select(filterOf(json), new Date(0))).chosen).toEqual([]);
});

test('the filter of many conditions fits into one statement', async () => {
  const when = {
    field: `traits.${'a.'.repeat(32)}a`,
    operator: 'within_last',
    value: { amount: 1, unit: 'days' },
  };
  const json = { or: Array.from({ length: 199 }, () => when) };
  expect((await select(filterOf(json), new Date(0))).chosen).toEqual([]);
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
async function select(filter: Filter, now: Date) {
  const condition = conditionSql(db, filter, { now });
  const rows = await db<{ id: string; holds: boolean | null }[]>`
    select u.id, ${condition} as holds
      from enrollments n
      join users u on u.bucket = n.bucket and u.id = n.user_id
      left join companies c on c.id = u.company_id
     where u.workspace_id = ${workspaceId}
     order by u.id
  `;
  const idsOf = (holds: boolean) => rows.filter((row) => row.holds === holds).map(({ id }) => id);
  return { chosen: idsOf(true), left: idsOf(false) };
}

/** What the loader reads for a filter. */
function load(filter: Filter, now: Date): Promise<Map<string, Facts>> {
  const needs = factsNeeded(filter);
  return loadFacts(
    db,
    people.map((person) => ({ ...person, key: person.user.id, needs, now })),
  );
}

async function write(person: GeneratedPerson): Promise<string> {
  const id = randomUUID();
  const { company } = person;
  const companyId = company === null ? null : randomUUID();
  if (company !== null) {
    await db`
      insert into companies (bucket, workspace_id, id, external_id, name, domain, plan,
                             employee_count, signed_up_at, traits, first_seen, last_seen,
                             created_at, updated_at)
      values (${bucketOf(companyId!)}, ${workspaceId}, ${companyId}, 'acme', ${company.name}, ${company.domain},
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
  await writeEnrollment(id, person);
  await writeChoices(id, person);
  return id;
}

async function writeLists(): Promise<void> {
  const elsewhere = randomUUID();
  for (const [id, name] of [
    [workspaceId, 'here'],
    [elsewhere, 'elsewhere'],
  ] as const) {
    await db`
      insert into workspaces (id, pair_id, side, name, created_at, updated_at)
      values (${id}, ${randomUUID()}, 'live', ${name}, '2026-01-01T00:00:00Z',
              '2026-01-01T00:00:00Z')
    `;
  }
  for (const [id, workspace, kind] of [
    [LISTS.optIn, workspaceId, 'opt_in'],
    [LISTS.optOut, workspaceId, 'opt_out'],
    [LISTS.elsewhere, elsewhere, 'opt_out'],
  ] as const) {
    await db`
      insert into lists (id, workspace_id, name, kind, created_at, updated_at)
      values (${id}, ${workspace}, ${kind}, ${kind}, '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z')
    `;
  }
}

/** Of each list the last choice of the person. */
const chosenOf = ({ choices: { all, lists } }: GeneratedPerson): ReadonlyMap<string, string> =>
  new Map([...lists, ...(all === null ? [] : [[NIL_UUID, all] as const])]);

async function writeChoices(userId: string, person: GeneratedPerson): Promise<void> {
  for (const [listId, state] of chosenOf(person)) {
    await db`
      insert into preferences (bucket, user_id, list_id, workspace_id, state, source, at)
      values (0, ${userId}, ${listId}, ${workspaceId}, ${state}, 'test', '2026-01-01T00:00:00Z')
    `;
  }
}

/** How a person stands to mail, reckoned from what was written of them and nothing else. */
function consentOf(chosen: ReadonlyMap<string, string>): ConsentFact {
  const hasLeft = chosen.get(NIL_UUID) === 'unsubscribed';
  const standing = (list: string, silent: 'subscribed' | 'not_subscribed') => {
    const state = chosen.get(list);
    if (hasLeft || state === 'unsubscribed') return 'unsubscribed';
    if (state === undefined) return silent;
    return state === 'subscribed' ? 'subscribed' : 'not_subscribed';
  };
  return {
    hasLeft,
    lists: new Map([
      [LISTS.optIn, standing(LISTS.optIn, 'not_subscribed')],
      [LISTS.optOut, standing(LISTS.optOut, 'subscribed')],
    ]),
  };
}

async function writeEnrollment(userId: string, person: GeneratedPerson): Promise<void> {
  const enrollmentId = randomUUID();
  await db`
    insert into enrollments (bucket, id, workspace_id, user_id, automation_id, version, run, state,
                             entered_at, properties)
    values (0, ${enrollmentId}, ${workspaceId}, ${userId}, ${randomUUID()}, 1, 1, 'active',
            '2026-01-01T00:00:00Z', ${person.properties}::text::jsonb)
  `;
  for (const [index, email] of person.emails.entries()) {
    const messageId = randomUUID();
    await db`
      insert into messages (bucket, id, workspace_id, enrollment_id, seq, automation_id, user_id,
                            user_external_id, step_id, state, transport, from_address, to_address,
                            subject, html, text, headers, message_id, scheduled_for, reasons,
                            created_at, updated_at)
      values (0, ${messageId}, ${workspaceId}, ${enrollmentId}, ${index + 1}, ${randomUUID()},
              ${userId}, 'u', ${email.stepId}, ${email.state}, 'smtp', 'a@example.com',
              'b@example.com', 's', 'h', 't', '{}', 'm', '2026-01-01T00:00:00Z', '[]',
              '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z')
    `;
    for (const { kind, detail } of email.events) {
      await db`
        insert into message_events (bucket, id, workspace_id, message_id, kind, at, detail)
        values (0, ${randomUUID()}, ${workspaceId}, ${messageId}, ${kind}, '2026-01-01T00:00:00Z',
                ${detail}::text::jsonb)
      `;
    }
  }
}

async function readPeople(ids: readonly string[]): Promise<Person[]> {
  const users = await usersByIds(
    db,
    ids.map((id) => ({ bucket: 0, id })),
  );
  const rows = await db<(Omit<Person, 'user'> & { userId: string })[]>`
    select user_id as "userId", id as "enrollmentId", properties
      from enrollments where workspace_id = ${workspaceId} order by user_id
  `;
  return rows.map(({ userId, ...row }) => ({ ...row, user: users.get(userId)! }));
}

async function readFacts(): Promise<Map<string, Facts>> {
  const everything = filterOf({ field: 'company.name', operator: 'is_set' });
  const emails = stepFilterOf({ email: 'any', operator: 'sent' });
  const withCompany = await load(everything, new Date(0));
  const withEmails = await load(emails, new Date(0));
  const events = await db<(Facts['events'][number] & { userId: string })[]>`
    select user_id as "userId", event_type as "eventType", occurred_at as "occurredAt",
           page_url as "pageUrl", element_selector as "elementSelector", metadata
      from events where workspace_id = ${workspaceId}
  `;
  const byUser = Map.groupBy(events, ({ userId }) => userId);
  const choices = await db<{ userId: string; listId: string; state: string }[]>`
    select user_id as "userId", list_id as "listId", state from preferences
     where workspace_id = ${workspaceId}
  `;
  const chosenBy = Map.groupBy(choices, ({ userId }) => userId);
  return new Map(
    people.map(({ user: { id } }) => [
      id,
      {
        ...withCompany.get(id)!,
        emails: withEmails.get(id)!.emails,
        consent: consentOf(new Map(chosenBy.get(id)?.map(({ listId, state }) => [listId, state]))),
        events: byUser.get(id) ?? [],
        counts: undefined,
      },
    ]),
  );
}
