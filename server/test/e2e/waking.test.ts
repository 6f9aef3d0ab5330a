import { outletsOf } from '../../src/app/outlets.ts';
import { createCaptureTransport } from '../../src/transport/index.ts';
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildApi } from '../../src/app/api.ts';
import { createSignIn } from '../../src/app/auth/sign-in.ts';
import { createHealth } from '../../src/app/health.ts';
import { createServices, type Services } from '../../src/app/services.ts';
import { connect } from '../../src/platform/db.ts';
import { silentLog } from '../../src/platform/log.ts';
import { changeSettings, createWorkspace, type NewSide } from '../../src/workspace/index.ts';
import { MIGRATIONS, testDatabase } from '../support/database.ts';
import { httpClient, type Answer, type HttpClient } from '../support/http.ts';
import { expectExactLedger } from '../support/ledger.ts';
import { until } from '../support/until.ts';

/**
 * Goal: a thousand people who wait for an event each go on soon after theirs has come, each once.
 * Method: a real worker process over one database with an API, which knows of nothing but what the
 * database tells it; the events come over many connections.
 */
const PEOPLE = 1_000;
const LANES = 48;
/** At a quiet machine it is two seconds; others may be running on this one. */
const WOKEN_WITHIN_MS = 15_000;
const MAIN = join(import.meta.dirname, '../../src/app/main.ts');
const KEY = randomBytes(32);

const { url, db, drop } = await testDatabase();
let services: Services;
let live: NewSide;
let http: HttpClient;
let worker: ChildProcess;
let closeApi: () => Promise<void>;

beforeAll(async () => {
  services = await createServices({
    db,
    lookups: connect(url, { max: 2 }),
    log: silentLog,
    encryptionKey: KEY,
    from: 'Milepost <hello@milepost.example>',
    publicUrl: () => 'http://localhost',
  });
  const { box, authenticator, clock } = services;
  const now = clock.now();
  ({ live } = await createWorkspace({ pool: db, box }, { name: 'Tidewater', now }));
  const deps = { pool: db, forget: authenticator.forget, isMailbox: () => true };
  const body = { rate_limits: { secret_per_second: 0, enrollments_per_user_per_hour: 0 } };
  await changeSettings(deps, { workspaceId: live.id, body, now });
  const app = await buildApi({
    services,
    outlets: outletsOf(services, { lookups: db, transport: createCaptureTransport() }),
    health: createHealth({ db, migrationsDir: MIGRATIONS }),
    signIn: createSignIn({ services, encryptionKey: KEY, oidc: null }),
    publicUrl: () => 'https://milepost.example',
    trustProxy: false,
    dashboardDir: null,
  });
  await app.listen({ host: '127.0.0.1', port: 0 });
  http = httpClient((app.server.address() as AddressInfo).port);
  closeApi = async () => {
    http.close();
    await app.close();
    await services.close();
  };
  // Without a mail server of its own it keeps what it would send.
  worker = spawn(process.execPath, [MAIN, 'work'], {
    env: {
      PATH: process.env['PATH'],
      DATABASE_URL: url,
      MILEPOST_ENCRYPTION_KEY: KEY.toString('base64'),
      MILEPOST_LOG_LEVEL: 'error',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(worker.stdout!, 'data');
});

afterAll(async () => {
  if (worker.exitCode === null) {
    worker.kill('SIGTERM');
    await once(worker, 'exit');
  }
  await closeApi();
  await drop();
});

async function call(path: string, body: object, method = 'POST'): Promise<Answer> {
  const answer = await http.send({
    method,
    path,
    body: JSON.stringify(body),
    headers: { authorization: `Bearer ${live.secretKey}`, 'content-type': 'application/json' },
  });
  expect(answer.status, answer.text).toBeLessThan(300);
  return answer;
}

test('a thousand people who wait for an event each are woken in time, and each once', async () => {
  const made = await call('/api/v1/series', {
    name: 'After the order',
    steps: [
      {
        id: 'order',
        type: 'wait_for_event',
        event_type: 'order_placed',
        filter: { field: 'metadata.total', operator: 'at_least', value: 100 },
        timeout: { amount: 30, unit: 'days' },
        next: 'thanks',
        on_timeout: null,
      },
      { id: 'thanks', type: 'email', subject: 'Thank you', html: '<p>For order {{ user.id }}</p>' },
    ],
  });
  const seriesId = made.body.id as string;
  await call(`/api/v1/series/${seriesId}/activate`, {});
  const people = Array.from({ length: PEOPLE }, (_, n) => `person-${String(n).padStart(4, '0')}`);
  for (let from = 0; from < PEOPLE; from += 500) {
    const users = people.slice(from, from + 500);
    await call('/api/sdk/users/update', {
      users: users.map((user_id) => ({ user_id, traits: { email: `${user_id}@example.com` } })),
    });
    const { body } = await call(`/api/v1/series/${seriesId}/enroll`, { users });
    expect(body.counts).toEqual({ enrolled: users.length });
  }
  await until(async () => {
    const [row] = await db<{ waiting: number }[]>`
      select count(*)::int as waiting from recipients where step_id = 'order' and held
    `;
    expect(row?.waiting).toBe(PEOPLE);
  });

  const sentAt = new Map<string, number>();
  const left = people.values();
  const lane = async (): Promise<void> => {
    for (const userId of left) {
      sentAt.set(userId, Date.now());
      await call('/api/sdk/events', {
        user_id: userId,
        // What is too small wakes nobody, and what comes twice wakes nobody twice.
        events: [20, 500, 600].map((total) => ({
          event_type: 'order_placed',
          metadata: { total },
        })),
      });
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  await until(async () => {
    const [row] = await db<{ mails: number }[]>`select count(*)::int as mails from messages`;
    expect(row?.mails).toBe(PEOPLE);
  });

  const mails = await db<{ userId: string; sentAt: Date }[]>`
    select user_external_id as "userId", sent_at as "sentAt" from messages order by 1
  `;
  expect(mails.map(({ userId }) => userId)).toEqual(people);
  const took = mails
    .map((mail) => mail.sentAt.getTime() - (sentAt.get(mail.userId) ?? 0))
    .toSorted((a, b) => a - b);
  const [p50, p99, max] = [0.5, 0.99, 1].map((part) => took[Math.ceil(PEOPLE * part) - 1] ?? NaN);
  process.stdout.write(
    `${PEOPLE} people woken: p50 ${p50} ms, p99 ${p99} ms, the last after ${max} ms\n`,
  );
  expect(max).toBeLessThan(WOKEN_WITHIN_MS);

  const steps = await db<
    { stepId: string; branch: string | null; count: number; people: number }[]
  >`
    select step_id as "stepId", branch, count(*)::int as count, count(distinct user_id)::int as people
      from step_log group by 1, 2 order by 1
  `;
  expect(steps).toEqual([
    { stepId: 'order', branch: 'event', count: PEOPLE, people: PEOPLE },
    { stepId: 'thanks', branch: null, count: PEOPLE, people: PEOPLE },
  ]);
  await until(async () => expect(await db`select from signals limit 1`).toHaveLength(0));
  await expectExactLedger(db);
}, 180_000);
