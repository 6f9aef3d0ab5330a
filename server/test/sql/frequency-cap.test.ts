import { randomUUID } from 'node:crypto';
import { afterAll, expect, test } from 'vitest';
import { loadCapFacts } from '../../src/enrollment/frequency-cap.ts';
import { inTransaction } from '../../src/platform/db.ts';
import { bucketOf, userIdOf, uuidv7In } from '../../src/platform/ids.ts';
import { createSeriesCatalog } from '../../src/series/index.ts';
import { startServer, TEST_CLOCK } from '../support/server.ts';
import { activeSeries, advance, email, enroll, newUser, wait } from '../support/series.ts';

/**
 * Goal: a cap counts every email that has begun to leave, and locks whom it counts for. Method: real
 * sends on a test side, and rows put by hand for what a test side does not have.
 */
const server = await startServer();
afterAll(server.close);

const DAY_MS = 86_400_000;
const side = async (limits: object) => {
  const { test } = await server.newWorkspace({ settings: { limits } });
  const ref = (externalId: string) => {
    const userId = userIdOf(test.id, externalId);
    return { bucket: bucketOf(userId), userId, workspaceId: test.id };
  };
  return { id: test.id, key: test.secretKey, ref };
};
const read = (refs: readonly ReturnType<Awaited<ReturnType<typeof side>>['ref']>[]) =>
  inTransaction(server.db, (tx) =>
    loadCapFacts({ db: tx, catalog: createSeriesCatalog(server.db) }, refs),
  );

test('emails of all series count, the newest ones, by the clock of the side', async () => {
  const { key, ref } = await side({ emails: { count: 2, days: 7 } });
  const userId = await newUser(server, {}, { key });
  const steps = [email('a'), wait('w', 1, 'days'), email('b')];
  const first = await activeSeries(server, { key, steps });
  const second = await activeSeries(server, { key, steps: [email('c')] });
  await enroll(server, { userId, seriesId: first }, { key });
  await advance(server, new Date(TEST_CLOCK.getTime() + DAY_MS / 2).toISOString(), { key });
  await enroll(server, { userId, seriesId: second }, { key });
  await advance(server, new Date(TEST_CLOCK.getTime() + DAY_MS / 2 + 1).toISOString(), { key });
  const facts = (await read([ref(userId), ref(userId)])).get(ref(userId).userId);
  expect(facts).toMatchObject({ count: 2, days: 7 });
  const times = facts!.sentAt.map((at) => at.getTime()).toSorted();
  expect(times).toEqual([TEST_CLOCK.getTime(), TEST_CLOCK.getTime() + DAY_MS / 2]);
});

test('a row under a lease counts when its step is an email, and once with its message', async () => {
  const { key, ref } = await side({ emails: { count: 5, days: 1 } });
  const userId = await newUser(server, {}, { key });
  const seriesId = await activeSeries(server, { key, steps: [wait('w', 9, 'days'), email('x')] });
  await enroll(server, { userId, seriesId }, { key });
  const { bucket, userId: id } = ref(userId);
  const hold = async (stepId: string) => {
    await server.db`
      update recipients set status = 'processing', step_id = ${stepId},
             worker_id = ${randomUUID()}, lease_token = ${randomUUID()}
       where bucket = ${bucket} and user_id = ${id}`;
    return (await read([ref(userId)])).get(id)?.sentAt.length;
  };
  expect(await hold('w')).toBe(0);
  expect(await hold('x')).toBe(1);
  const states: [string, number][] = [
    ['sending', 1],
    ['in_doubt', 1],
    ['scheduled', 1],
    ['cancelled', 0],
    ['rejected', 0],
  ];
  for (const [state, count] of states) {
    await server.db`delete from messages where bucket = ${bucket} and user_id = ${id}`;
    await server.db`
      insert into messages (bucket, id, workspace_id, enrollment_id, seq, automation_id, user_id,
                            user_external_id, step_id, state, transport, from_address, to_address,
                            subject, html, text, headers, message_id, scheduled_for, reasons,
                            created_at, updated_at)
      select bucket, ${uuidv7In(bucket, TEST_CLOCK)}, workspace_id, enrollment_id, seq, automation_id,
             user_id, ${userId}, step_id, ${state}, 'smtp', 'a@b.example', 'c@d.example', 's', 'h', 't',
             '{}', 'm', ${TEST_CLOCK}, '[]', ${TEST_CLOCK}, ${TEST_CLOCK}
        from recipients where bucket = ${bucket} and user_id = ${id}`;
    expect([state, (await read([ref(userId)])).get(id)?.sentAt.length]).toEqual([state, count]);
  }
  await server.db`delete from messages where bucket = ${bucket} and user_id = ${id}`;
  await server.db`
    update recipients set status = 'pending', step_id = 'w', worker_id = null, lease_token = null
     where bucket = ${bucket} and user_id = ${id}`;
});

test('without a cap nobody is looked at, and with one the user is locked', async () => {
  const free = await side({});
  expect((await read([free.ref('ada')])).size).toBe(0);
  const { key, ref } = await side({ emails: { count: 1, days: 1 } });
  const userId = await newUser(server, {}, { key });
  const { bucket, userId: id } = ref(userId);
  const catalog = createSeriesCatalog(server.db);
  const isLocked = await inTransaction(server.db, async (tx) => {
    await loadCapFacts({ db: tx, catalog }, [ref(userId)]);
    const rows = await server.db`
      select 1 from users where bucket = ${bucket} and id = ${id} for no key update skip locked`;
    return rows.length === 0;
  });
  expect(isLocked).toBe(true);
});
