import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Db, Transaction } from '../../src/platform/db.ts';
import { leaseLocked, lockDue, lookForDue } from '../../src/webhook/sql/claim.ts';
import { deleteOldEvents, listDeliveries, replayMany } from '../../src/webhook/sql/deliveries.ts';
import { forgetErased } from '../../src/webhook/sql/settle.ts';
import { testDatabase } from '../support/database.ts';
import { plansOf } from '../support/explain.ts';

/**
 * Goal: what workers and members ask of the outbox goes by an index, however much waits and however long
 * the log is. Method: an endpoint with much of both beside others; no statement may read a table that
 * grows from end to end.
 */
const { db, drop } = await testDatabase();
afterAll(drop);

const EVENTS = Number(process.env['WEBHOOK_EVENTS'] ?? 20_000);
const side = randomUUID();
const webhook = randomUUID();
let ids: string[];

beforeAll(async () => {
  await db`
    insert into workspaces (id, pair_id, side, name, created_at, updated_at)
    values (${side}, ${side}, 'live', 'W', now(), now())`;
  await db`
    insert into webhooks (id, workspace_id, url, event_types, secret, secret_hint, created_at, updated_at)
    select case n when 1 then ${webhook}::uuid else gen_random_uuid() end, ${side}, 'https://x.example/',
           array['x'], '\\x00', 'x', now(), now()
      from generate_series(1, 5) n`;
  await db`
    insert into outbox_events (workspace_id, type, order_key, user_id, at, written_at, data)
    select ${side}, 'user.updated', u, u, now(), now() - n * interval '1 minute', '{"a":1}'
      from (select n, ('00000000-0000-4000-8000-' || lpad((n % 5000)::text, 12, '0'))::uuid as u
              from generate_series(1, ${EVENTS}::int) n) e`;
  await db`
    insert into webhook_deliveries (webhook_id, event_id, type, order_key, seq, status, next_at, created_at)
    select w.id, e.id, e.type, e.order_key, e.seq,
           case when e.seq % 3 = 0 then 'pending' else 'delivered' end,
           now() + (e.seq % 600 - 30) * interval '1 second', e.written_at
      from outbox_events e
      join webhooks w on w.id = ${webhook} or e.seq % 10 = 0`;
  await db`analyze`;
  const some = await db<{ id: string }[]>`
    select id from webhook_deliveries where status = 'pending' limit 100`;
  ids = some.map(({ id }) => id);
}, 300_000);

const room = { inHand: [{ webhookId: webhook, count: 2 }], perWebhook: 8 };
const page = { webhookId: webhook, after: null, limit: 51 };
const STATEMENTS: readonly [string, (on: Db) => Promise<unknown>][] = [
  ['looking for what is due', (on) => lookForDue(on)],
  [
    'locking what is due',
    (on) => lockDue(on as Transaction, { ...room, looksMax: 100, limit: 1_000 }),
  ],
  [
    'leasing',
    (on) => leaseLocked(on as Transaction, { ...room, ids, roomInAll: 64, leaseMs: 30_000 }),
  ],
  ['a page of the log', (on) => listDeliveries(on, { ...page, status: null })],
  ['what was given up', (on) => listDeliveries(on, { ...page, status: 'given_up' })],
  [
    'a replay',
    (on) =>
      replayMany(on as Transaction, {
        workspaceId: side,
        webhookId: webhook,
        from: new Date(Date.now() - 3_600_000),
        to: new Date(),
        types: ['user.updated'],
        status: null,
        limit: 100,
      }),
  ],
  ['forgetting who was erased', (on) => forgetErased(on)],
  ['forgetting what is old', (on) => deleteOldEvents(on, { days: 30, limit: 100 })],
];

test.each(STATEMENTS)('%s reads no table that grows from end to end', async (_what, run) => {
  const plans = await plansOf(db, run);
  expect(plans.length).toBeGreaterThan(0);
  for (const { kind, text, scanned } of plans) {
    const growing = [...scanned].filter((table) => /^(outbox_events|webhook_del)/.test(table));
    expect([kind, growing], text).toEqual([kind, []]);
  }
});

test('erasing somebody finds their events by an index', async () => {
  const plan = await db`
    explain delete from outbox_events e
      using (select '00000000-0000-4000-8000-000000000007'::uuid as id) g where e.user_id = g.id`;
  expect(JSON.stringify(plan)).toContain('outbox_events_by_user');
});
