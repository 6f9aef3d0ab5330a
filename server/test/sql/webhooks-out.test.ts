import { randomUUID } from 'node:crypto';
import { appendFileSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { Ajv2020 } from 'ajv/dist/2020.js';
import ajvFormats from 'ajv-formats';
import { afterAll, afterEach, expect, test } from 'vitest';
import { connect, type Pool } from '../../src/platform/db.ts';
import { callWebhook, parsePrivateHosts } from '../../src/transport/index.ts';
import {
  createEventStream,
  createWebhookSender,
  lineWriterOf,
  sendDisabledAlerts,
  tidyWebhooks,
} from '../../src/webhook/index.ts';
import { EVENT_TYPES } from '../../src/webhook/event-types.ts';
import { hurryDeliveries } from '../../src/webhook/sql/webhooks.ts';
import { startServer, type TestWorkspace } from '../support/server.ts';
import { activeSeries, email, enroll } from '../support/series.ts';
import {
  isSigned,
  startReceiver,
  type Manner,
  type Received,
} from '../support/webhook-receiver.ts';

/**
 * Goal: whatever happened is told at least once, in order for each person, whatever receivers, workers
 * and members do meanwhile. Method: no worker but senders made here, whose leases are short and whose
 * process can end without a word; receivers on loopback that fail at random; retries are hurried in the
 * database, which knows the time.
 */
const server = await startServer({ transport: null });
const { db } = server;
const CALL_MS = 300;
const BOUNDS = { running: 16, runningPerWebhook: 8, leaseMs: 1_000 };
const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
  await db`delete from outbox_streams`;
});
afterAll(server.close);

/** A worker's part: `kill` ends it as SIGKILL would, with its leases had and its answers unwritten. */
function startSender(pool: Pool, { bounds = BOUNDS } = {}) {
  const { box, clock } = server.services;
  const ended = new AbortController();
  const sender = createWebhookSender({
    db: pool,
    box,
    clock,
    log: { ...server.services.log, error: () => {}, warn: () => {} },
    random: Math.random,
    call: (call, signal) =>
      callWebhook(call, {
        signal,
        privateHosts: parsePrivateHosts('true'),
        timeoutMs: CALL_MS,
      }),
    onRoom: () => {},
    bounds,
  });
  const running = (async () => {
    while (!ended.signal.aborted) {
      sender.look();
      const count = await sender.tick().catch(() => 0);
      if (count === 0) await sleep(5);
    }
  })();
  return {
    stop: async () => {
      ended.abort();
      await running;
      await sender.stop();
    },
    kill: async () => {
      ended.abort();
      await pool.end({ timeout: 0 });
      await running;
    },
  };
}

const hurry = () => db`
  update webhook_deliveries set next_at = db_now()
   where status = 'pending' and lease_token is null and attempts > 0
`;

async function receiver(answer?: (call: Received) => Manner | Promise<Manner>) {
  const made = await startReceiver(answer);
  closers.push(made.close);
  return made;
}

async function addWebhook(
  who: TestWorkspace,
  { url, types = ['*'] }: { url: string; types?: string[] },
): Promise<{ id: string; secret: string }> {
  const body = { url, event_types: types };
  const answer = await server.v1('POST', '/webhooks', body, { key: who.test.secretKey });
  expect(answer.status, answer.text).toBe(201);
  return answer.body;
}

const identify = async (who: TestWorkspace, userId: string, traits: object): Promise<void> => {
  const body = { user_id: userId, traits };
  const answer = await server.sdk('/users/identify', body, { key: who.test.widgetKey });
  expect(answer.status, answer.text).toBe(200);
};

async function settled(webhookId: string, { hurried = true } = {}): Promise<void> {
  for (let looks = 0; looks < 800; looks += 1) {
    const [row] = await db<{ count: number }[]>`
      select count(*)::int as count from webhook_deliveries
       where webhook_id = ${webhookId} and status = 'pending'
    `;
    if (row?.count === 0) return;
    if (hurried) await hurry();
    await sleep(10);
  }
  throw new Error('deliveries stay pending');
}

test('events reach a receiver that fails at random, all of them, signed, and in order for each person', async () => {
  const who = await server.newWorkspace();
  const okBefore = new Map<string, number>();
  const outOfOrder: string[] = [];
  const fails: Manner[] = [500, 503, 302, 'close', 'break', 404];
  let calls = 0;
  const at = await receiver(({ data }) => {
    const [user, n] = [String(data['user_id']), (data['traits'] as { n: number }).n];
    const done = okBefore.get(user) ?? -1;
    // Once more what was taken already is no fault; ahead of what was not is.
    if (n > done + 1) outOfOrder.push(`${user}: ${n} after ${done}`);
    calls += 1;
    if (calls % 37 === 0) return 'silence';
    if (Math.random() < 0.4) return fails[calls % fails.length]!;
    okBefore.set(user, Math.max(done, n));
    return 204;
  });
  const { id, secret } = await addWebhook(who, { url: at.url });
  const USERS = 12;
  const EVENTS = 8;
  const victims = [
    connect(server.database.url, { max: 3 }),
    connect(server.database.url, { max: 3 }),
  ];
  const first = startSender(victims[0]!);
  const hurrying = setInterval(() => void hurry(), 20);
  for (let n = 0; n < EVENTS; n += 1) {
    await Promise.all(
      Array.from({ length: USERS }, (_, user) => identify(who, `user-${user}`, { n })),
    );
    if (n === 3) {
      await first.kill();
      const second = startSender(victims[1]!);
      setTimeout(() => void second.kill(), 60);
    }
  }
  const third = startSender(db);
  await settled(id);
  clearInterval(hurrying);
  await third.stop();
  expect(outOfOrder).toEqual([]);
  const heard = new Set(at.taken.map(({ id: event }) => event));
  expect(heard.size).toBe(USERS * EVENTS);
  for (const call of at.seen) {
    expect(isSigned(call, secret)).toBe(true);
    expect(call.headers['webhook-id']).toBe(call.id);
  }
  expect(at.seen.length).toBeGreaterThan(USERS * EVENTS);
}, 20_000);

test('a worker that dies in the midst of a call leaves it to another, under the same id', async () => {
  const who = await server.newWorkspace();
  let answering: () => void = () => {};
  const arrived = new Promise<void>((resolve) => (answering = resolve));
  let isFirst = true;
  const at = await receiver(async () => {
    answering();
    if (!isFirst) return 204;
    isFirst = false;
    await sleep(150);
    return 204;
  });
  const { id } = await addWebhook(who, { url: at.url, types: ['user.created'] });
  await identify(who, 'ada', {});
  const victim = startSender(connect(server.database.url, { max: 2 }));
  await arrived;
  await victim.kill();
  const held = await db`
    select from webhook_deliveries where webhook_id = ${id} and lease_token is not null`;
  expect(held).toHaveLength(1);
  await sleep(200);
  const next = startSender(db);
  await settled(id, { hurried: false });
  await next.stop();
  expect(at.seen.map(({ id: event }) => event)).toEqual([at.seen[0]!.id, at.seen[0]!.id]);
}, 20_000);

test('a slow receiver does not hold up another', async () => {
  const who = await server.newWorkspace();
  const slow = await receiver(() => 'silence');
  const quick = await receiver();
  const { id: slowId } = await addWebhook(who, { url: slow.url });
  const { id: quickId } = await addWebhook(who, { url: quick.url });
  await Promise.all(Array.from({ length: 30 }, (_, n) => identify(who, `u${n}`, {})));
  const sender = startSender(db, { bounds: { ...BOUNDS, running: 12, runningPerWebhook: 6 } });
  await settled(quickId, { hurried: false });
  expect(quick.taken).toHaveLength(30);
  expect(slow.taken).toEqual([]);
  await sender.stop();
  await server.v1('DELETE', `/webhooks/${slowId}`, undefined, { key: who.test.secretKey });
});

test('nothing is written where nobody asks, and only what is asked for', async () => {
  const [quiet, who] = [await server.newWorkspace(), await server.newWorkspace()];
  const { id } = await addWebhook(who, { url: 'https://x.example/', types: ['user.updated'] });
  for (const one of [quiet, who]) {
    await identify(one, 'ada', { n: 1 });
    await identify(one, 'ada', { n: 2 });
    await identify(one, 'ada', { n: 2 });
  }
  const rows = await db<{ workspaceId: string; type: string; data: object }[]>`
    select workspace_id as "workspaceId", type, data from outbox_events
     where workspace_id in (${quiet.test.id}, ${who.test.id})
  `;
  expect(rows).toEqual([
    {
      workspaceId: who.test.id,
      type: 'user.updated',
      data: expect.objectContaining({ user_id: 'ada', changed: ['traits'], traits: { n: 2 } }),
    },
  ]);
  await server.v1('DELETE', `/webhooks/${id}`, undefined, { key: who.test.secretKey });
});

test('an event is undone with what it tells of', async () => {
  const who = await server.newWorkspace();
  await addWebhook(who, { url: 'https://x.example/' });
  const undone = new Error('undone');
  await expect(
    db.begin(async (tx) => {
      await tx`
        insert into suppressions (id, workspace_id, hash, kind, address, reason, source, at)
        values (${randomUUID()}, ${who.test.id}, '\\x00', 'address', 'a@b.example', 'manual', 'api',
                db_now())`;
      const rows = await tx`
        select from outbox_events where workspace_id = ${who.test.id} and type = 'user.suppressed'`;
      expect(rows).toHaveLength(1);
      throw undone;
    }),
  ).rejects.toBe(undone);
  expect(await db`select from outbox_events where workspace_id = ${who.test.id}`).toHaveLength(0);
});

test('a passage tells of itself and its messages, as the schemas say, and everything else does too', async () => {
  const who = await server.newWorkspace();
  const key = who.test.secretKey;
  const { id } = await addWebhook(who, { url: 'https://x.example/' });
  const as = { key };
  const seriesId = await activeSeries(server, { key, steps: [email('only')] });
  await identify(who, 'ada', { email: 'ada@tidewater.example' });
  await identify(who, 'ada', { plan: 'pro' });
  await enroll(server, { userId: 'ada', seriesId }, as);
  await server.v1('POST', '/test_clock/advance', { by: { minutes: 5 } }, as);
  await db`
    insert into message_events (bucket, id, workspace_id, message_id, kind, at, detail)
    select bucket, gen_random_uuid(), workspace_id, id, k.kind, db_now(), '{"machine":true,"class":"hard"}'
      from messages m
     cross join unnest(array['delivered', 'opened', 'clicked', 'bounced', 'complained', 'dropped',
                             'unsubscribed']) k (kind)
     where m.workspace_id = ${who.test.id}`;
  for (const state of ['cancelled', 'in_doubt']) {
    await db`update messages set state = ${state} where workspace_id = ${who.test.id}`;
  }
  for (const state of ['goal_reached', 'exited', 'removed']) {
    await db`
      update enrollments set state = 'active', ended_at = null where workspace_id = ${who.test.id}`;
    await db`
      update enrollments set state = ${state}, ended_at = db_now(), end_reason = 'x'
       where workspace_id = ${who.test.id}`;
  }
  for (const all of ['unsubscribed', 'subscribed']) {
    await server.v1('PUT', '/users/ada/preferences', { all }, as);
  }
  await server.v1('POST', '/suppressions', { email: 'ada@tidewater.example' }, as);
  await server.v1('POST', `/series/${seriesId}/pause`, undefined, as);
  await server.v1('POST', `/series/${seriesId}/archive`, undefined, as);
  const news = {
    name: 'News',
    email: { subject: 'N', html: '<p>N</p>' },
    audience: { everybody: true },
  };
  const broadcast = await server.v1('POST', '/broadcasts', news, as);
  await server.v1(
    'POST',
    `/broadcasts/${broadcast.body.id}/schedule`,
    { at: '2025-06-01T09:00:00Z' },
    as,
  );
  await server.v1('POST', `/broadcasts/${broadcast.body.id}/cancel`, undefined, as);
  await db`
    insert into sending_pauses (id, workspace_id, rule, figures, paused_at, resumed_at)
    values (${randomUUID()}, ${who.test.id}, 'bounces', '{"sent":9,"limitPercent":5}', db_now(), db_now())`;
  await db`
    insert into users (bucket, id, workspace_id, external_id, first_seen, last_seen, created_at, updated_at)
    values (0, '00000000-0000-4000-8000-000000000000', ${who.test.id}, 'gone', now(), now(), now(), now())`;
  await db`delete from users where workspace_id = ${who.test.id} and external_id = 'gone'`;
  const rows = await db<{ type: string; data: Record<string, unknown> }[]>`
    select e.type, e.data from outbox_events e join webhook_deliveries d on d.event_id = e.id
     where d.webhook_id = ${id} order by e.seq`;
  const ajv = ajvFormats.default(new Ajv2020({ strict: false }));
  for (const { type, data } of rows) {
    const known = EVENT_TYPES.find(({ name }) => name === type);
    expect(known, type).toBeDefined();
    const isValid = ajv.compile({ ...known!.data, additionalProperties: false });
    expect(isValid(data), `${type} ${JSON.stringify(data)} ${JSON.stringify(isValid.errors)}`).toBe(
      true,
    );
  }
  const told = new Set(rows.map(({ type }) => type));
  expect(EVENT_TYPES.map(({ name }) => name).filter((name) => !told.has(name))).toEqual([]);
  await db`update enrollments set state = 'completed', end_reason = 'finished' where workspace_id = ${who.test.id}`;
  await db`update messages set state = 'accepted' where workspace_id = ${who.test.id}`;
}, 20_000);

test('of somebody who was erased only the erasure is told, and then nothing is kept', async () => {
  const who = await server.newWorkspace();
  const as = { key: who.test.secretKey };
  const at = await receiver();
  const { id } = await addWebhook(who, { url: at.url });
  await identify(who, 'zenobia', { email: 'zenobia@tidewater.example' });
  await server.v1('POST', '/suppressions', { email: 'zenobia@tidewater.example' }, as);
  expect((await server.v1('DELETE', '/users/zenobia', undefined, as)).status).toBeLessThan(300);
  const sender = startSender(db);
  await settled(id, { hurried: false });
  await sender.stop();
  expect(at.taken.map(({ type, data }) => [type, data])).toEqual([
    ['user.erased', { user_id: 'zenobia' }],
  ]);
  const left = await db`
    select e::text, d::text from outbox_events e left join webhook_deliveries d on d.event_id = e.id
     where e.workspace_id = ${who.test.id}`;
  expect(JSON.stringify(left)).not.toMatch(/zenobia/i);
  // There is nobody left to name, so it is not sent again either.
  const log = await server.v1('GET', `/webhooks/${id}/deliveries`, undefined, as);
  const path = `/webhooks/${id}/deliveries/${log.body.data[0].id}/replay`;
  const again = await server.v1('POST', path, undefined, as);
  expect([again.status, again.body.code]).toEqual([404, 'webhook.delivery_not_found']);
});

test('an event is given up after three days, and its endpoint is disabled after five', async () => {
  const who = await server.newWorkspace();
  const as = { key: who.test.secretKey };
  const at = await receiver(() => 500);
  const { id } = await addWebhook(who, { url: at.url, types: ['user.created', 'user.updated'] });
  await identify(who, 'ada', {});
  await identify(who, 'ada', { n: 1 });
  await db`update webhook_deliveries set give_up_at = db_now() where webhook_id = ${id}`;
  const sender = startSender(db);
  await settled(id, { hurried: false });
  const log = await server.v1('GET', `/webhooks/${id}/deliveries?status=given_up`, undefined, as);
  // The later one had its attempt, too, once the earlier was given up.
  expect(
    log.body.data.map((one: { type: string; attempts: number }) => [one.type, one.attempts]),
  ).toEqual([
    ['user.updated', 1],
    ['user.created', 1],
  ]);
  expect(log.body.data[0].log[0]).toMatchObject({ status: 500, answer: 'answer 500' });
  await db`update webhooks set failing_since = db_now() - interval '5 days' where id = ${id}`;
  await identify(who, 'bea', {});
  for (let looks = 0; looks < 200; looks += 1) {
    const { body } = await server.v1('GET', `/webhooks/${id}`, undefined, as);
    if (!body.is_enabled) break;
    await sleep(10);
  }
  const disabled = await server.v1('GET', `/webhooks/${id}`, undefined, as);
  expect(disabled.body).toMatchObject({ is_enabled: false, disabled_reason: 'failing' });
  const audit = await server.v1('GET', '/audit?action=webhook.disable', undefined, as);
  expect(audit.body.data[0].target).toMatchObject({ kind: 'webhook', id });
  const overview = await server.v1('GET', '/overview', undefined, as);
  expect(overview.body.attention).toContainEqual(
    expect.objectContaining({ reason: 'webhook_disabled', name: at.url }),
  );
  await server.v1('PATCH', '/settings', { alerts_url: `${at.url}/alerts` }, as);
  const alerts: { url: string; body: string; secrets: readonly string[] }[] = [];
  const mailed: string[] = [];
  const tell = (isTold: boolean): Promise<number> =>
    sendDisabledAlerts({
      db,
      mailOwners: async ({ url }) => void mailed.push(url),
      clock: server.services.clock,
      secretsOf: server.services.webhooks.secretsOf,
      call: async (call) => {
        alerts.push(call);
        return isTold
          ? { kind: 'answered' }
          : { kind: 'failed', reason: 'refused', isTemporary: true };
      },
    });
  expect(await tell(false)).toBe(1);
  // Told again a minute later, and then no more.
  expect(await tell(true)).toBe(0);
  await db`update webhooks set alert_due_at = db_now() where id = ${id}`;
  expect([await tell(true), await tell(true)]).toEqual([1, 0]);
  expect(alerts.map(({ url }) => url)).toEqual([`${at.url}/alerts`, `${at.url}/alerts`]);
  expect(alerts[0]?.secrets).toHaveLength(1);
  // Owners once, however often the call is tried.
  expect(mailed).toEqual([at.url]);
  expect(JSON.parse(alerts[1]?.body ?? '')).toMatchObject({
    type: 'webhook.disabled',
    workspace_id: who.test.id,
    webhook_id: id,
    url: at.url,
    reason: 'failing',
  });
  // What was pending goes on once it is enabled again.
  const good = await receiver();
  await server.v1('PATCH', `/webhooks/${id}`, { url: good.url, is_enabled: true }, as);
  await settled(id, { hurried: false });
  await sender.stop();
  expect(good.taken.map(({ data }) => data['user_id'])).toEqual(['bea']);
  // A member who stops it again is told nothing of what they did themselves.
  await db`update webhooks set alert_due_at = db_now(), notice_due = true where id = ${id}`;
  await server.v1('PATCH', `/webhooks/${id}`, { is_enabled: true }, as);
  await server.v1('PATCH', `/webhooks/${id}`, { is_enabled: false }, as);
  expect([await tell(true), mailed.length]).toEqual([0, 1]);
}, 20_000);

test('410 Gone disables at once', async () => {
  const who = await server.newWorkspace();
  const at = await receiver(() => 410);
  const { id } = await addWebhook(who, { url: at.url });
  await identify(who, 'ada', {});
  const sender = startSender(db);
  for (let looks = 0; looks < 200; looks += 1) {
    const [row] = await db`select from webhooks where id = ${id} and disabled_reason = 'gone'`;
    if (row !== undefined) break;
    await sleep(10);
  }
  await sender.stop();
  expect(await db`select from webhooks where id = ${id} and not is_enabled`).toHaveLength(1);
});

test('private addresses are refused, and nothing arrives', async () => {
  const who = await server.newWorkspace();
  await db`delete from webhooks`;
  const at = await receiver();
  const { id } = await addWebhook(who, { url: at.url });
  await identify(who, 'ada', {});
  const { box, clock, log } = server.services;
  const sender = createWebhookSender({
    db,
    box,
    clock,
    log,
    random: Math.random,
    call: (call, signal) => callWebhook(call, { signal }),
    onRoom: () => {},
  });
  expect(await sender.tick()).toBe(1);
  await sender.stop();
  expect(at.seen).toEqual([]);
  const [row] = await db<{ log: { reason: string }[] }[]>`
    select attempt_log as log from webhook_deliveries where webhook_id = ${id}`;
  expect(row?.log[0]?.reason).toBe('the host is a loopback address');
  await db`delete from webhooks where id = ${id}`;
});

test('the stream writes every event of all sides once it is open, again after a failure, and no more', async () => {
  const who = await server.newWorkspace();
  await identify(who, 'early', {});
  const path = join(mkdtempSync(join(tmpdir(), 'milepost-')), 'events.jsonl');
  const monotonicMs = () => server.services.clock.monotonicMs();
  const real = lineWriterOf(path, process.stdout);
  let failures = 1;
  const writer = {
    write: async (lines: string) => {
      await real.write(lines);
      if (failures-- > 0) {
        appendFileSync(path, '{"half":');
        throw new Error('died before it was known');
      }
    },
  };
  const tick = createEventStream({ db, monotonicMs, writer });
  expect(await tick()).toBe(0);
  await identify(who, 'ada', {});
  await identify(who, 'ada', { n: 1 });
  await expect(tick()).rejects.toThrow('died before');
  expect(await tick()).toBe(2);
  await identify(who, 'bea', {});
  // Another process goes on where this one stopped.
  expect(await createEventStream({ db, monotonicMs, writer: real })()).toBe(1);
  expect(await tick()).toBe(0);
  const lines = readFileSync(path, 'utf8')
    .trimEnd()
    .split('\n')
    .filter((line) => line !== '{"half":')
    .map((line) => JSON.parse(line));
  expect(lines.map(({ type, data }) => [type, data.user_id])).toEqual([
    ['user.created', 'ada'],
    ['user.updated', 'ada'],
    ['user.created', 'ada'],
    ['user.updated', 'ada'],
    ['user.created', 'bea'],
  ]);
  expect(new Set(lines.map(({ id }) => id)).size).toBe(3);
  expect(lines[0]).toMatchObject({ workspace_id: who.test.id, side: 'test' });
});

test('standard output that nobody reads, or that was closed, holds up nothing but its lines', async () => {
  let take: (() => void) | null = null;
  const stuck = new Writable({ write: (_chunk, _encoding, done) => void (take = done) });
  const writer = lineWriterOf('-', stuck, { writeMs: 10 });
  await expect(writer.write('one\n')).rejects.toThrow('nobody reads');
  await expect(writer.write('one\n')).rejects.toThrow('nobody reads');
  expect(stuck.writableLength).toBe(4);
  take!();
  const again = writer.write('one\n');
  await new Promise(setImmediate);
  take!();
  await again;
  const closed = new Writable({ write: (_chunk, _encoding, done) => done(new Error('EPIPE')) });
  const lost = lineWriterOf('-', closed);
  await expect(lost.write('one\n')).rejects.toThrow('EPIPE');
  await expect(lost.write('two\n')).rejects.toThrow();
});

test('what waits at an endpoint gets its turn piece by piece', async () => {
  const who = await server.newWorkspace();
  const { id } = await addWebhook(who, { url: 'https://x.example/' });
  for (const user of ['ada', 'bea', 'ada']) await identify(who, user, { n: Math.random() });
  await db`update webhook_deliveries set next_at = 'infinity' where webhook_id = ${id}`;
  let after = await hurryDeliveries(db, { webhookId: id, after: null, limit: 1 });
  for (let pieces = 1; pieces < 3; pieces += 1) {
    expect(after).not.toBeNull();
    after = await hurryDeliveries(db, { webhookId: id, after, limit: 1 });
  }
  expect(await hurryDeliveries(db, { webhookId: id, after, limit: 1 })).toBeNull();
  const [row] = await db`
    select count(*)::int as count from webhook_deliveries
     where webhook_id = ${id} and next_at <= db_now()`;
  expect(row).toEqual({ count: 3 });
});

test('the log is kept for thirty days', async () => {
  const who = await server.newWorkspace();
  const { id } = await addWebhook(who, { url: 'https://x.example/' });
  await identify(who, 'ada', {});
  await identify(who, 'bea', {});
  await db`
    update outbox_events set written_at = db_now() - interval '31 days'
     where workspace_id = ${who.test.id} and data ->> 'user_id' = 'ada'`;
  expect(await tidyWebhooks(db)).toBe(1);
  expect(await db`select from webhook_deliveries where webhook_id = ${id}`).toHaveLength(1);
  expect(await tidyWebhooks(db)).toBe(0);
});
