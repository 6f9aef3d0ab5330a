import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  eventFilterOf,
  factsNeeded,
  filterOf,
  matches,
  neededTogether,
  stepFilterOf,
} from '../../src/audience/filter/index.ts';
import { heardEvents, loadFacts } from '../../src/audience/load-facts.ts';
import { HEARD_EVENTS_MAX } from '../../src/audience/sql/facts.ts';
import { usersByIds } from '../../src/audience/sql/users.ts';
import type { User } from '../../src/audience/user.ts';
import { bucketOf, companyIdOf, userIdOf } from '../../src/platform/ids.ts';
import { testDatabase } from '../support/database.ts';
import { plansOf } from '../support/explain.ts';

const { db, drop } = await testDatabase();
afterAll(drop);

const workspaceId = randomUUID();
const companyId = companyIdOf(workspaceId, 'acme');
const NOW = new Date('2026-05-01T12:00:00.000Z');
const DAY_MS = 86_400_000;
const within = { amount: 2, unit: 'days' };
let ann: User;
let bob: User;

beforeAll(async () => {
  await db`
    insert into companies (bucket, workspace_id, id, external_id, plan, first_seen, last_seen,
                           created_at, updated_at)
    values (${bucketOf(companyId)}, ${workspaceId}, ${companyId}, 'acme', 'team', ${NOW}, ${NOW}, ${NOW}, ${NOW})
  `;
  ann = await writeUser('ann', companyId);
  bob = await writeUser('bob', null);
});

async function writeUser(name: string, company: string | null): Promise<User> {
  const id = userIdOf(workspaceId, name);
  const bucket = bucketOf(id);
  await db`
    insert into users (bucket, workspace_id, id, external_id, company_id, first_seen, last_seen,
                       created_at, updated_at)
    values (${bucket}, ${workspaceId}, ${id}, ${name}, ${company}, ${NOW}, ${NOW}, ${NOW}, ${NOW})
  `;
  return (await usersByIds(db, [{ bucket, id }])).get(id)!;
}

/** @returns the event's id */
async function writeEvent(
  user: User,
  eventType: string,
  {
    daysAgo = 0,
    receivedDaysAgo = daysAgo,
    amount = 1,
  }: { daysAgo?: number; receivedDaysAgo?: number; amount?: number } = {},
): Promise<string> {
  const id = randomUUID();
  const at = (days: number) => new Date(NOW.getTime() - days * DAY_MS);
  await db`
    insert into events (bucket, id, workspace_id, user_id, event_type, occurred_at, received_at,
                        stored_at, metadata)
    values (${user.bucket}, ${id}, ${workspaceId}, ${user.id}, ${eventType}, ${at(daysAgo)},
            ${at(receivedDaysAgo)}, ${NOW}, ${JSON.stringify({ amount })}::text::jsonb)
  `;
  return id;
}

test('counts are of one user, one type and the time before each one’s own now', async () => {
  for (const daysAgo of [0, 1, 2, 3]) await writeEvent(ann, 'paid', { daysAgo, amount: daysAgo });
  await writeEvent(ann, 'Paid');
  await writeEvent(bob, 'paid', { daysAgo: 1 });
  const big = { field: 'metadata.amount', operator: 'at_least', value: 2 };
  const paid = (count: number, rest: object = {}) =>
    filterOf({ event: 'paid', operator: 'exactly', count, ...rest });
  const later = new Date(NOW.getTime() + DAY_MS);
  const cases = [
    { user: ann, now: NOW, filter: paid(4) },
    { user: ann, now: NOW, filter: paid(3, { within }) },
    { user: ann, now: later, filter: paid(2, { within }) },
    { user: ann, now: NOW, filter: paid(2, { where: [big] }) },
    { user: ann, now: later, filter: paid(0, { within, where: [big] }) },
    { user: bob, now: NOW, filter: paid(1, { within }) },
    { user: bob, now: NOW, filter: paid(0, { where: [big] }) },
  ].map((one, key) => ({ ...one, key, needs: factsNeeded(one.filter) }));
  const facts = await loadFacts(db, cases);
  const held = cases.map(({ key, filter, now }) => matches(filter, facts.get(key)!, now));
  expect(held).toEqual(cases.map(() => true));
});

test('two series that ask the same of one user for different counts get an answer each', async () => {
  const few = filterOf({ event: 'seen', operator: 'at_least', count: 2 });
  const many = filterOf({ event: 'seen', operator: 'at_least', count: 5 });
  for (let i = 0; i < 5; i += 1) await writeEvent(bob, 'seen');
  const ask = { user: bob, now: NOW };
  const facts = await loadFacts(db, [
    { ...ask, key: 'few', needs: factsNeeded(few) },
    { ...ask, key: 'many', needs: factsNeeded(many) },
    { ...ask, key: 'both', needs: neededTogether([many, few].map(factsNeeded)) },
  ]);
  expect(matches(few, facts.get('few')!, NOW)).toBe(true);
  expect(matches(many, facts.get('many')!, NOW)).toBe(true);
  expect(matches(many, facts.get('both')!, NOW)).toBe(true);
});

test('only what is needed is read', async () => {
  const statements = async (filter: ReturnType<typeof filterOf>) => {
    const ask = { key: 1, user: ann, now: NOW, enrollmentId: randomUUID(), properties: {} };
    const plans = await plansOf(db, (tx) =>
      loadFacts(tx, [{ ...ask, needs: factsNeeded(filter) }]),
    );
    return new Set(plans.map(({ text }) => text)).size;
  };
  expect(await statements(filterOf({ field: 'user.plan', operator: 'is_set' }))).toBe(0);
  expect(await statements(filterOf({ field: 'company.plan', operator: 'is_set' }))).toBe(1);
  expect(await statements(stepFilterOf({ email: 'any', operator: 'sent' }))).toBe(1);
  expect(await statements(stepFilterOf({ field: 'properties.a', operator: 'is_set' }))).toBe(0);
});

test('a company is found in its own bucket, and nobody gets somebody else’s', async () => {
  const filter = filterOf({ field: 'company.plan', operator: 'equals', value: 'team' });
  const needs = factsNeeded(filter);
  const facts = await loadFacts(
    db,
    [ann, bob].map((user) => ({ key: user.externalId, user, needs, now: NOW })),
  );
  expect(matches(filter, facts.get('ann')!, NOW)).toBe(true);
  expect(matches(filter, facts.get('bob')!, NOW)).toBe(false);
});

const heardBy = async (
  user: User,
  { since = 1, ...rest }: Record<string, unknown> & { since?: number } = {},
) => {
  const ask = {
    key: 'wait',
    bucket: user.bucket,
    userId: user.id,
    eventType: 'ordered',
    since: new Date(NOW.getTime() - since * DAY_MS),
    except: [],
    ...rest,
  };
  return (await heardEvents(db, [ask])).get('wait')!.map(({ id }) => id);
};

test('a wait hears what came since, in the order in which it came, whenever it happened', async () => {
  const before = await writeEvent(ann, 'ordered', { daysAgo: 1.1 });
  const edge = await writeEvent(ann, 'ordered', { daysAgo: 1 });
  const now = await writeEvent(ann, 'ordered', { amount: 9 });
  const late = await writeEvent(ann, 'ordered', { daysAgo: 9, receivedDaysAgo: 0.5 });
  await writeEvent(ann, 'Ordered');
  await writeEvent(bob, 'ordered');
  expect(await heardBy(ann)).toEqual([edge, late, now]);
  expect(await heardBy(ann, { since: 2, except: [late, edge] })).toEqual([before, now]);
  const filter = eventFilterOf({ field: 'metadata.amount', operator: 'equals', value: 9 });
  expect(await heardBy(ann, { match: { filter, now: NOW } })).toEqual([now]);
});

test('each wait of a batch hears its own', async () => {
  const asks = [ann, bob, ann].map((user, key) => ({
    key,
    bucket: user.bucket,
    userId: user.id,
    eventType: key === 2 ? 'nothing' : 'joined',
    since: NOW,
    except: [],
  }));
  const ids = [await writeEvent(ann, 'joined'), await writeEvent(bob, 'joined')];
  const heard = await heardEvents(db, asks);
  expect([...heard].map(([key, events]) => [key, events.map(({ id }) => id)])).toEqual([
    [0, [ids[0]]],
    [1, [ids[1]]],
    [2, []],
  ]);
});

test('of more events than a wait can hear at once it hears the latest', async () => {
  const carl = await writeUser('carl', null);
  const ids: string[] = [];
  for (let i = 0; i <= HEARD_EVENTS_MAX; i += 1) {
    ids.push(await writeEvent(carl, 'ordered', { daysAgo: 0.9 - i / 1_000 }));
  }
  expect(await heardBy(carl)).toEqual(ids.slice(1));
});
