import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Webhook } from 'standardwebhooks';
import { afterAll, expect, test } from 'vitest';
import { startServer } from '../support/server.ts';
import { startReceiver, type Manner } from '../support/webhook-receiver.ts';

/**
 * Goal: whatever happened is told at least once to a receiver that fails at random, while the worker is
 * killed again and again; and whoever receives it can tell by a library of others that it is ours.
 * Method: a real worker process under SIGKILL; retries and leases are hurried in the database, which
 * knows the time.
 */
const server = await startServer({ transport: null });
const MAIN = join(import.meta.dirname, '../../src/app/main.ts');
const USERS = 80;
const KILLS = 3;
const workers = new Set<ChildProcess>();

afterAll(async () => {
  for (const child of workers) child.kill('SIGKILL');
  await server.close();
});

async function startWorker(): Promise<ChildProcess> {
  const child = spawn(process.execPath, [MAIN, 'work'], {
    env: {
      PATH: process.env['PATH'],
      DATABASE_URL: server.database.url,
      MILEPOST_ENCRYPTION_KEY: Buffer.from(server.encryptionKey).toString('base64'),
      MILEPOST_WEBHOOK_ALLOW_PRIVATE: 'true',
      MILEPOST_LOG_LEVEL: 'silent',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  workers.add(child);
  await once(child.stdout, 'data');
  return child;
}

async function kill(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
  workers.delete(child);
}

/** Ends every rest, and the leases of the dead. */
const hurry = () => server.db`
  update webhook_deliveries set next_at = db_now()
   where id in (select id from webhook_deliveries
                 where status = 'pending' and next_at > db_now()
                   for update skip locked)
`;

test('a receiver that fails at random gets every event, each verified, though the worker is killed', async () => {
  const fails: Manner[] = [500, 503, 'close', 'break', 404, 429];
  let calls = 0;
  const receiver = await startReceiver(async () => {
    calls += 1;
    // Long enough for a worker to be killed in the midst of a call.
    await sleep(10);
    return calls % 5 < 2 ? fails[calls % fails.length]! : 204;
  });
  const hook = { url: receiver.url, event_types: ['user.created', 'user.updated'] };
  const { body } = await server.v1('POST', '/webhooks', hook);
  for (let n = 0; n < USERS; n += 1) {
    for (const plan of ['free', 'pro']) {
      await server.sdk('/users/identify', { user_id: `u${n}`, traits: { plan } });
    }
  }
  let worker = await startWorker();
  for (let kills = 0; kills < KILLS; kills += 1) {
    const before = receiver.seen.length;
    while (receiver.seen.length < before + USERS / 4) {
      await hurry();
      await sleep(50);
    }
    await kill(worker);
    worker = await startWorker();
  }
  const left = async (): Promise<number> => {
    const [row] = await server.db<{ count: number }[]>`
      select count(*)::int as count from webhook_deliveries where status <> 'delivered'
    `;
    return row?.count ?? 0;
  };
  while ((await left()) > 0) {
    await hurry();
    await sleep(50);
  }
  await kill(worker);
  const events = await server.db<{ id: string; user: string; type: string }[]>`
    select 'evt_' || replace(id::text, '-', '') as id, data ->> 'user_id' as user, type
      from outbox_events
  `;
  expect(events).toHaveLength(USERS * 2);
  const taken = new Set(receiver.taken.map(({ id }) => id.replaceAll('-', '')));
  expect(events.filter(({ id }) => !taken.has(id))).toEqual([]);
  const theirs = new Webhook(body.secret);
  for (const { headers, body: text } of receiver.seen) {
    expect(() => theirs.verify(text, headers as Record<string, string>)).not.toThrow();
  }
  const stranger = new Webhook('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw');
  const [one] = receiver.seen;
  expect(() => stranger.verify(one?.body ?? '', one?.headers as Record<string, string>)).toThrow();
  await receiver.close();
}, 120_000);
