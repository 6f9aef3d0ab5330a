import { randomBytes, randomUUID } from 'node:crypto';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import fastify from 'fastify';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  beat,
  createWebhookCaller,
  leaseRows,
  webhookAttemptsOf,
  webhookIdOf,
  type CalledWebhook,
  type Held,
  type SettledWebhook,
  type WebhookCallerDeps,
} from '../../src/delivery/index.ts';
import { reapDead } from '../../src/enrollment/reap.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { silentLog } from '../../src/platform/log.ts';
import { callWebhook, parsePrivateHosts } from '../../src/transport/index.ts';
import {
  createSecretBox,
  createWorkspace,
  rotateWebhookSecret,
  webhookSecretRoutes,
  webhookSecretsOf,
} from '../../src/workspace/index.ts';
import { testDatabase } from '../support/database.ts';
import { plansOf } from '../support/explain.ts';
import { until } from '../support/until.ts';

/**
 * Goal: every webhook whose row is leased is called at least once, and its row ends as the answer says,
 * whoever owns it by then. Method: rows written by hand, the real caller over a real database, and a
 * real server on loopback that answers as its path says.
 */

const { db, drop } = await testDatabase();
const NOW = new Date('2026-03-01T12:00:00.000Z');
const BUCKET = 5;
const box = createSecretBox(randomBytes(32));
const made = await createWorkspace({ pool: db, box }, { name: 'Hooks', now: NOW });
const workspaceId = made.live.id;
const automationId = randomUUID();

interface Seen {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Record<string, unknown>;
}
const seen: Seen[] = [];
/** Calls to `/held…` end when this does. */
let hold: Promise<unknown> = Promise.resolve();

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const path = request.url ?? '';
    const body = JSON.parse(Buffer.concat(chunks).toString()) as Seen['body'];
    seen.push({ path, headers: request.headers, body });
    const answer = (): void => {
      const status = Number(/\/(\d{3})/.exec(path)?.[1] ?? 200);
      response.writeHead(status, status === 429 ? { 'retry-after': '3600' } : {});
      response.end('{"traits":{"plan":"pro"}}');
    };
    if (path.startsWith('/held')) void hold.then(answer);
    else answer();
  });
});

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  await db`
    insert into automations (id, workspace_id, type, name, status, draft, version, created_at, updated_at)
    values (${automationId}, ${workspaceId}, 'series', 'Hooks', 'active', '{}', 1, ${NOW}, ${NOW})
  `;
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await drop();
});

/** People whose webhook step has been leased by a worker. */
async function leased(
  paths: readonly string[],
  { workerId = randomUUID() }: { workerId?: string } = {},
): Promise<CalledWebhook<string>[]> {
  const leaseToken = randomUUID();
  const { port } = server.address() as AddressInfo;
  const claimed: CalledWebhook<string>[] = [];
  for (const path of paths) {
    const userId = randomUUID();
    const enrollmentId = randomUUID();
    await db`
      insert into users (bucket, workspace_id, id, external_id, first_seen, last_seen, created_at, updated_at)
      values (${BUCKET}, ${workspaceId}, ${userId}, ${`ext-${userId}`}, ${NOW}, ${NOW}, ${NOW}, ${NOW})
    `;
    await db`
      insert into enrollments (bucket, id, workspace_id, user_id, automation_id, version, run, state, entered_at)
      values (${BUCKET}, ${enrollmentId}, ${workspaceId}, ${userId}, ${automationId}, 1, 1, 'active', ${NOW})
    `;
    await db`
      insert into recipients (bucket, enrollment_id, seq, workspace_id, automation_id, user_id, version,
                              step_id, live, due_at, from_at, timezone, tz_version, reasons)
      values (${BUCKET}, ${enrollmentId}, 1, ${workspaceId}, ${automationId}, ${userId}, 1, 'hook', true,
              ${NOW}, ${NOW}, 'UTC', 'x', '[]')
    `;
    const url = path.startsWith('http') ? path : `http://127.0.0.1:${port}${path}`;
    claimed.push({
      occurrence: {
        bucket: BUCKET,
        workspaceId,
        enrollmentId,
        seq: 1,
        automationId,
        dueAt: NOW,
        fromAt: NOW,
      },
      userId,
      leaseToken,
      step: { id: 'hook', type: 'webhook', url, set_traits: true, next: null },
      data: { path },
      attempts: 0,
      firstAttemptAt: null,
      context: path,
    });
  }
  const held = claimed.map(({ occurrence }) => ({ ...occurrence, leaseToken }));
  await leaseRows(db, held, { workerId });
  return claimed;
}

/** A caller that notes what its steps came to, and takes their rows away as moving on would. */
function newCaller(more: Partial<WebhookCallerDeps<string>> = {}) {
  const settled: SettledWebhook<string>[] = [];
  const privateHosts = parsePrivateHosts('127.0.0.1');
  const caller = createWebhookCaller<string>({
    db,
    clock: systemClock,
    log: silentLog,
    sleep,
    random: () => 1,
    wasStill: () => false,
    secretsOf: async (id) => [
      (await webhookSecretsOf({ pool: db, box }, { workspaceId: id, now: NOW })).secret,
    ],
    call: (call, signal) => callWebhook(call, { signal, privateHosts }),
    onCalled: async (tx, called) => {
      for (const { claimed } of called) {
        const { enrollmentId } = claimed.occurrence;
        await tx`delete from recipients where bucket = ${BUCKET} and enrollment_id = ${enrollmentId}`;
      }
      settled.push(...called);
    },
    ...more,
  });
  return { caller, settled };
}

const heldOf = ({ occurrence, leaseToken }: CalledWebhook<string>): Held => ({
  ...occurrence,
  leaseToken,
});

async function rowOf({ occurrence: { enrollmentId } }: CalledWebhook<string>) {
  const [row] = await db<
    {
      status: string;
      attempts: number;
      waitMs: number;
      firstAttemptAt: Date | null;
      reasons: unknown;
    }[]
  >`
    select status, attempts, first_attempt_at as "firstAttemptAt", reasons,
           extract(epoch from due_at - db_now())::float8 * 1000 as "waitMs"
      from recipients where bucket = ${BUCKET} and enrollment_id = ${enrollmentId}
  `;
  return row ?? null;
}

const attemptsOf = ({ occurrence }: CalledWebhook<string>) =>
  webhookAttemptsOf(db, { ...occurrence, workspaceId });

const idle = (
  caller: ReturnType<typeof newCaller>['caller'],
  rows: readonly CalledWebhook<string>[],
) => until(() => expect(rows.filter((row) => caller.isInHand(heldOf(row)))).toEqual([]));

const isSeen = (path: string) => until(() => expect(seen.map((one) => one.path)).toContain(path));

test('a yes moves the step on with its traits, and each kind of no ends as it should', async () => {
  const { caller, settled } = newCaller();
  const rows = await leased(['/ok', '/404', '/503', '/429', 'http://10.0.0.1/', '/307']);
  const [ok, gone, down, busy, inside, moved] = rows as [
    CalledWebhook<string>,
    CalledWebhook<string>,
    CalledWebhook<string>,
    CalledWebhook<string>,
    CalledWebhook<string>,
    CalledWebhook<string>,
  ];
  caller.expect(rows);
  expect(rows.every((row) => caller.isInHand(heldOf(row)))).toBe(true);
  caller.offer(rows);
  await idle(caller, rows);

  const results = Object.fromEntries(
    settled.map(({ claimed, verdict, reason, traits }) => [
      claimed.context,
      [verdict, reason, traits],
    ]),
  );
  expect(results).toEqual({
    '/ok': ['passed', null, { plan: 'pro' }],
    '/404': ['failed', 'webhook_failed: answered 404', null],
    'http://10.0.0.1/': ['failed', 'webhook_refused: the host is a private address', null],
    '/307': ['failed', 'webhook_failed: answered 307: redirects are not followed', null],
  });
  expect(await rowOf(down)).toMatchObject({
    status: 'pending',
    attempts: 1,
    firstAttemptAt: expect.any(Date),
    reasons: [{ rule: 'retry', input: 'attempt 1 failed: answered 503' }],
  });
  expect((await rowOf(down))?.waitMs).toBeCloseTo(30_000, -4);
  expect((await rowOf(busy))?.waitMs).toBeCloseTo(3_600_000, -4);
  const kept = await Promise.all([ok, gone, down, inside, moved].map(attemptsOf));
  expect(kept.map((of) => of.map(({ outcome, status }) => [outcome, status]))).toEqual([
    [['answered', 200]],
    [['failed', 404]],
    [['deferred', 503]],
    [['refused', null]],
    [['failed', 307]],
  ]);
  const told = seen.find(({ path }) => path === '/ok');
  expect(told?.headers['webhook-id']).toBe(webhookIdOf(ok.occurrence));
  expect(told?.body).toMatchObject({
    type: 'series.webhook',
    user_id: `ext-${ok.userId}`,
    data: { path: '/ok' },
  });
  await caller.stop();
});

test('the next attempt has the same id, and another line in the record', async () => {
  const { caller } = newCaller();
  const [row] = (await leased(['/500/again'])) as [CalledWebhook<string>];
  caller.offer([row]);
  await idle(caller, [row]);
  const leaseToken = randomUUID();
  await leaseRows(db, [{ ...heldOf(row), leaseToken }], { workerId: randomUUID() });
  const again = { ...row, leaseToken, attempts: 1, firstAttemptAt: NOW };
  caller.offer([again]);
  await idle(caller, [again]);
  const ids = seen
    .filter(({ path }) => path === '/500/again')
    .map(({ headers }) => headers['webhook-id']);
  expect(ids).toEqual([webhookIdOf(row.occurrence), webhookIdOf(row.occurrence)]);
  expect(await attemptsOf(row)).toHaveLength(2);
  await caller.stop();
});

test('who was removed, or waits in a paused series, is not called', async () => {
  const { caller, settled } = newCaller();
  const [removed, paused] = (await leased(['/removed', '/paused'])) as [
    CalledWebhook<string>,
    CalledWebhook<string>,
  ];
  await db`delete from recipients where enrollment_id = ${removed.occurrence.enrollmentId}`;
  await db`update automations set status = 'paused' where id = ${automationId}`;
  caller.offer([removed, paused]);
  await idle(caller, [removed, paused]);
  await db`update automations set status = 'active' where id = ${automationId}`;
  expect(seen.filter(({ path }) => ['/removed', '/paused'].includes(path))).toEqual([]);
  expect(settled).toEqual([]);
  expect(await rowOf(paused)).toMatchObject({ status: 'pending', attempts: 0 });
  await caller.stop();
});

test('the answer of somebody who was removed meanwhile is kept and moves nothing', async () => {
  const { caller, settled } = newCaller();
  const answer = Promise.withResolvers<void>();
  hold = answer.promise;
  const [row] = (await leased(['/held/removed'])) as [CalledWebhook<string>];
  caller.offer([row]);
  await isSeen('/held/removed');
  await db`delete from recipients where enrollment_id = ${row.occurrence.enrollmentId}`;
  answer.resolve();
  await idle(caller, [row]);
  expect(settled).toEqual([]);
  expect(await attemptsOf(row)).toMatchObject([{ outcome: 'answered', status: 200 }]);
  await caller.stop();
});

test('a slow host never has all the calls, and what finds no room is put off untried', async () => {
  const answer = Promise.withResolvers<void>();
  hold = answer.promise;
  const bounds = {
    running: 4,
    runningPerLane: 2,
    inHand: 10,
    inHandPerLane: 3,
    putOffMaxMs: 60_000,
  };
  const slow: string[] = [];
  const { caller, settled } = newCaller({
    bounds,
    call: async (call) => {
      if (call.url.includes('slow.example')) {
        slow.push(call.url);
        await answer.promise;
      }
      return { kind: 'answered', status: 200, traits: null, note: null };
    },
  });
  const slowRows = await leased(Array.from({ length: 6 }, (_, n) => `http://slow.example/${n}`));
  const quickRows = await leased(Array.from({ length: 3 }, (_, n) => `http://quick.example/${n}`));
  caller.offer([...slowRows, ...quickRows]);
  await idle(caller, quickRows);
  expect(settled).toHaveLength(3);
  expect(slow).toHaveLength(2);
  const putOff = await Promise.all(slowRows.slice(3).map(rowOf));
  for (const row of putOff) {
    expect(row).toMatchObject({ status: 'pending', attempts: 0, reasons: [{ rule: 'webhook' }] });
    expect(row?.waitMs).toBeGreaterThan(0);
  }
  answer.resolve();
  await idle(caller, slowRows);
  expect(settled).toHaveLength(6);
  await caller.stop();
});

test('stopping gives back what waits and what does not end, and counts no attempt', async () => {
  const { caller, settled } = newCaller({
    sleep: () => sleep(50),
    bounds: { running: 1, runningPerLane: 1, inHand: 10, inHandPerLane: 10, putOffMaxMs: 60_000 },
    call: (_call, signal) =>
      new Promise((resolve) => {
        const reason = 'given up';
        const givenUp = { kind: 'failed', reason, status: null, isTemporary: true } as const;
        signal.addEventListener('abort', () => resolve(givenUp));
      }),
  });
  const rows = await leased(['/stop/1', '/stop/2']);
  caller.offer(rows);
  await sleep(50);
  await caller.stop();
  expect(settled).toEqual([]);
  for (const row of rows) {
    expect(await rowOf(row)).toMatchObject({ status: 'pending', attempts: 0 });
    expect(await attemptsOf(row)).toEqual([]);
  }
});

test('one answer that cannot be written keeps no other from it, and is tried again later', async () => {
  const calledTwice: string[] = [];
  const written: string[] = [];
  const { caller } = newCaller({
    sleep: () => sleep(1),
    call: async () => ({ kind: 'answered', status: 200, traits: null, note: null }),
    onCalled: async (tx, called) => {
      for (const { claimed } of called) {
        if (claimed.context === '/poison') {
          calledTwice.push(claimed.context);
          throw new Error('cannot be written');
        }
        const { enrollmentId } = claimed.occurrence;
        await tx`delete from recipients where bucket = ${BUCKET} and enrollment_id = ${enrollmentId}`;
      }
      written.push(...called.map(({ claimed }) => claimed.context));
    },
  });
  const rows = await leased(['/a', '/b', '/poison', '/c', '/d', '/e']);
  caller.offer(rows);
  await idle(caller, rows);
  expect(new Set(written)).toEqual(new Set(['/a', '/b', '/c', '/d', '/e']));
  const poison = rows.find(({ context }) => context === '/poison');
  expect(poison && (await rowOf(poison))).toMatchObject({ status: 'pending', attempts: 1 });
  expect(calledTwice.length).toBeGreaterThan(0);
  await caller.stop();
});

test('a secret that does not open puts the call off, and holds nobody up', async () => {
  const { caller } = newCaller({ secretsOf: () => Promise.reject(new Error('does not open')) });
  const [row] = (await leased(['/unsigned'])) as [CalledWebhook<string>];
  caller.offer([row]);
  await idle(caller, [row]);
  expect(await rowOf(row)).toMatchObject({ status: 'pending', attempts: 1 });
  expect(seen.some(({ path }) => path === '/unsigned')).toBe(false);
  await caller.stop();
});

test('the webhooks of a dead worker go back to the queue, and its late answer moves nothing', async () => {
  const { caller, settled } = newCaller();
  const answer = Promise.withResolvers<void>();
  hold = answer.promise;
  const workerId = randomUUID();
  await beat(db, { id: workerId, host: 'h', pid: 1, version: '0', tzVersion: 'x' });
  const [row] = (await leased(['/held/dead'], { workerId })) as [CalledWebhook<string>];
  caller.offer([row]);
  await isSeen('/held/dead');
  await db`update workers set beat_at = db_now() - interval '1 hour' where id = ${workerId}`;
  const catalog = { version: () => Promise.reject(new Error('no message, nothing to decide')) };
  await reapDead({ db, catalog: catalog as never, silenceMs: 15_000 });
  expect(await rowOf(row)).toMatchObject({ status: 'pending', attempts: 0 });
  answer.resolve();
  await idle(caller, [row]);
  expect(settled).toEqual([]);
  expect(await rowOf(row)).toMatchObject({ status: 'pending', attempts: 0 });
  await caller.stop();
});

test('a secret is made when it is first needed, whoever asks first, and stays', async () => {
  const { test: side } = await createWorkspace({ pool: db, box }, { name: 'Secrets', now: NOW });
  const ask = () => webhookSecretsOf({ pool: db, box }, { workspaceId: side.id, now: NOW });
  const all = await Promise.all(Array.from({ length: 8 }, ask));
  expect(new Set(all.map(({ secret }) => secret)).size).toBe(1);
  expect(all[0]?.secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
  expect(all[0]?.previous).toBeNull();
  const [row] =
    await db`select encrypted, hint from webhook_secrets where workspace_id = ${side.id}`;
  expect(Buffer.from(row?.['encrypted'] as Uint8Array).includes(all[0]?.secret ?? '')).toBe(false);
  await expect(
    webhookSecretsOf({ pool: db, box }, { workspaceId: randomUUID(), now: NOW }),
  ).rejects.toMatchObject({ code: 'workspace.not_found' });
});

test('after a rotation both secrets sign for 24 hours, and a second one ends the oldest at once', async () => {
  const { test: side } = await createWorkspace({ pool: db, box }, { name: 'Rotated', now: NOW });
  const deps = { pool: db, box };
  const at = (hours: number) => new Date(NOW.getTime() + hours * 3_600_000);
  const first = await webhookSecretsOf(deps, { workspaceId: side.id, now: NOW });
  const second = await rotateWebhookSecret(deps, { workspaceId: side.id, now: at(1) });
  expect(second.secret).not.toBe(first.secret);
  expect(second.previous).toEqual({ secret: first.secret, validUntil: at(25) });
  const later = await webhookSecretsOf(deps, { workspaceId: side.id, now: at(24.9) });
  expect(later).toEqual(second);
  const after = await webhookSecretsOf(deps, { workspaceId: side.id, now: at(25) });
  expect(after).toEqual({ ...second, previous: null });
  const third = await rotateWebhookSecret(deps, { workspaceId: side.id, now: at(2) });
  expect(third.previous?.secret).toBe(second.secret);
  const rows = await db`select id from webhook_secrets where workspace_id = ${side.id}`;
  expect(rows).toHaveLength(2);
});

test('a secret is read and rotated through the API, each side for itself', async () => {
  const { live, test: side } = await createWorkspace({ pool: db, box }, { name: 'Api', now: NOW });
  const app = fastify();
  let workspaceId = live.id;
  const forgotten: string[] = [];
  app.decorateRequest('actor');
  app.addHook('onRequest', async (request) => {
    request.actor = { workspaceId } as typeof request.actor;
  });
  const forget = (id: string) => void forgotten.push(id);
  await app.register(webhookSecretRoutes, { pool: db, box, forget, now: () => NOW });
  const call = async (method: 'GET' | 'POST', url: string) => {
    const answer = await app.inject({ method, url });
    expect(answer.statusCode).toBe(200);
    return answer.json<Record<string, string | null>>();
  };
  const read = await call('GET', '/webhook_secret');
  expect(read).toEqual({
    secret: expect.stringMatching(/^whsec_/),
    created_at: NOW.toISOString(),
    previous_valid_until: null,
  });
  expect(forgotten).toEqual([]);
  const rotated = await call('POST', '/webhook_secret/rotate');
  expect(rotated['secret']).not.toBe(read['secret']);
  expect(rotated['previous_valid_until']).toBe('2026-03-02T12:00:00.000Z');
  expect(forgotten).toEqual([live.id]);
  expect(await call('GET', '/webhook_secret')).toEqual(rotated);
  workspaceId = side.id;
  expect((await call('GET', '/webhook_secret'))['secret']).not.toBe(rotated['secret']);
  await app.close();
});

test('the attempts of an enrollment are found by their key, the youngest first', async () => {
  const enrollmentId = randomUUID();
  await db`
    insert into webhook_attempts (bucket, enrollment_id, seq, id, workspace_id, at, outcome, ms)
    select n % 64, case when n % 5000 = 5 then ${enrollmentId}::uuid else gen_random_uuid() end, n / 5000,
           gen_random_uuid(), ${workspaceId}, ${NOW}, 'deferred', 1
      from generate_series(0, 19999) n
  `;
  await db`update webhook_attempts set bucket = ${BUCKET} where enrollment_id = ${enrollmentId}`;
  await db`analyze webhook_attempts`;
  const ask = { workspaceId, bucket: BUCKET, enrollmentId };
  const found = await webhookAttemptsOf(db, ask);
  expect(found.map(({ seq }) => seq)).toEqual([3, 2, 1, 0]);
  expect(await webhookAttemptsOf(db, { ...ask, workspaceId: made.test.id })).toEqual([]);
  for (const { indexes, text } of await plansOf(db, (tx) => webhookAttemptsOf(tx, ask))) {
    expect([...indexes], text).toEqual(['webhook_attempts_pkey']);
  }
});
