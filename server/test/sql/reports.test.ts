import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createServices, type Services } from '../../src/app/services.ts';
import { settleMessages } from '../../src/delivery/index.ts';
import { changePreferences } from '../../src/consent/index.ts';
import { inTransaction } from '../../src/platform/db.ts';
import { silentLog } from '../../src/platform/log.ts';
import { recordRefused, recordReturned, recordVisits } from '../../src/tracking/index.ts';
import { foldDeltas } from '../../src/tracking/reports/sql/messages.ts';
import { testDatabase } from '../support/database.ts';
import { createLived, live } from '../support/lived-world.ts';
import { randomWorld } from '../support/random-series.ts';
import { sentWorld, told, type SentMessage, type SentWorld } from '../support/sent-world.ts';

/**
 * Goal: the counts of reports are what a recount of everything gives, whatever happens in whatever
 * order, and however little of it was added up in between. Method: random histories; then both ways of
 * counting are compared, before and after the rest is added up.
 */
const { db, drop } = await testDatabase();
let services: Services;
beforeAll(async () => {
  services = await createServices({
    db,
    log: silentLog,
    encryptionKey: new Uint8Array(32),
    from: 'a@b.example',
    publicUrl: () => 'http://localhost',
  });
});
afterAll(async () => {
  await services.close();
  await drop();
});

const KINDS = db`(values ('sent'), ('delivered'), ('bounced_hard'), ('bounced_soft'), ('blocked'),
  ('complained'), ('unsubscribed'), ('replied'), ('dropped'), ('opened'), ('opened_by_machine'),
  ('clicked'), ('clicked_by_machine')) as k (kind)`;

/** What was counted of a side, added up or not. */
const countedOf = (workspaceId: string) => db`
  select 'message ' || kind || ' ' || day || ' ' || step_id || ' ' || variant || ' ' || list_id as what,
         sum(n)::int as n
    from (select d.day, d.step_id, d.variant, d.list_id, k.kind,
                 (to_jsonb(d) ->> k.kind)::int as n
            from message_days d cross join ${KINDS} where workspace_id = ${workspaceId}
           union all
          select day_in_zone(r.at, w.timezone), step_id, variant, list_id, kind, count
            from report_deltas r join workspaces w on w.id = r.workspace_id
           where workspace_id = ${workspaceId} and what = 'message') c
   group by 1 having sum(n) <> 0
   union all
  select 'step ' || outcome || ' ' || reason || ' ' || day || ' ' || step_id, sum(n)::int
    from (select day, step_id, outcome, reason, count as n from step_days
           where workspace_id = ${workspaceId}
           union all
          select day_in_zone(r.at, w.timezone), step_id, kind, reason, count
            from report_deltas r join workspaces w on w.id = r.workspace_id
           where workspace_id = ${workspaceId} and what = 'step') c
   group by 1 having sum(n) <> 0
   union all
  select 'passage ' || state || ' ' || entered_day || ' ' || ended_day, sum(n)::int
    from (select entered_day, state, ended_day, count as n from passage_days
           where workspace_id = ${workspaceId}
           union all
          select day_in_zone(r.at, w.timezone), kind,
                 coalesce(day_in_zone(r.ended_at, w.timezone), 'infinity'), count
            from report_deltas r join workspaces w on w.id = r.workspace_id
           where workspace_id = ${workspaceId} and what = 'passage') c
   group by 1 having sum(n) <> 0
   order by 1`;

/** The same from messages, steps and passages themselves. */
const recountedOf = (workspaceId: string) => db`
  select 'message ' || kind || ' ' || day_in_zone(at, w.timezone) || ' ' || step_id || ' ' || variant
           || ' ' || list_id as what, sum(count)::int as n
    from recount_messages() r join workspaces w on w.id = r.workspace_id
   where workspace_id = ${workspaceId} group by 1
   union all
  select 'step ' || outcome || ' ' || reason_word_of(outcome, reason) || ' '
           || day_in_zone(at, w.timezone) || ' ' || step_id, count(*)::int
    from step_log l join workspaces w on w.id = l.workspace_id
   where workspace_id = ${workspaceId} group by 1
   union all
  select 'passage ' || state || ' ' || day_in_zone(entered_at, w.timezone) || ' '
           || coalesce(day_in_zone(ended_at, w.timezone), 'infinity'), count(*)::int
    from enrollments e join workspaces w on w.id = e.workspace_id
   where workspace_id = ${workspaceId} group by 1
   order by 1`;

async function expectExact(workspaceId: string): Promise<readonly { what: string }[]> {
  const raw = await recountedOf(workspaceId);
  expect([...(await countedOf(workspaceId))]).toEqual([...raw]);
  while ((await foldDeltas(db, { most: 7 })) > 0);
  expect([...(await countedOf(workspaceId))]).toEqual([...raw]);
  const [{ left } = { left: -1 }] = await db<{ left: number }[]>`
    select count(*)::int as left from report_deltas`;
  expect(left).toBe(0);
  return raw as unknown as { what: string }[];
}

const EVENTS = [
  'delivered',
  'bounced',
  'complained',
  'opened',
  'clicked',
  'unsubscribed',
  'replied',
  'dropped',
] as const;
const ACTS = [...EVENTS, 'visit', 'trap', 'settle', 'refuse', 'leave', 'doubt', 'fold'] as const;
type Act = { readonly act: (typeof ACTS)[number]; readonly of: number };

async function act(world: SentWorld, messages: readonly SentMessage[], { act: what, of }: Act) {
  const message = messages[of % messages.length] as SentMessage;
  const { workspaceId, deps } = world;
  const now = new Date();
  switch (what) {
    case 'fold':
      await foldDeltas(db, { most: 3 });
      return;
    case 'settle':
    case 'refuse':
      await settle(world, message, what);
      return;
    case 'doubt':
      await db`update messages set state = 'in_doubt', lease_token = null
                where bucket = ${message.bucket} and id = ${message.id} and state = 'sending'`;
      return;
    case 'leave': {
      const { bucket, userId, id } = message;
      const changes = [{ listId: null, to: 'unsubscribed' as const }];
      const basis = { workspaceId, source: 'page', detail: { message_id: id }, now };
      await changePreferences(deps.consent, { ...basis, bucket, userId, changes });
      return;
    }
    case 'visit':
    case 'trap':
      await recordVisits({ db }, [
        {
          id: `${randomUUID().slice(0, -2)}${(message.bucket % 64).toString(16).padStart(2, '0')}`,
          kind: of % 2 === 0 || what === 'trap' ? 'clicked' : 'opened',
          messageId: message.id,
          linkId: null,
          url: null,
          isTrap: what === 'trap',
          at: new Date(now.getTime() + of),
          method: 'GET',
          userAgent: 'Mozilla/5.0',
          isPrefetch: of % 3 === 0,
        },
      ]);
      return;
    default:
      await recordReturned(deps, workspaceId, [told(what, message)], { now, source: 'ses' });
  }
}

/** The answer of the transport, as a worker writes it: once. */
async function settle(
  { deps, workspaceId }: SentWorld,
  message: SentMessage,
  how: 'settle' | 'refuse',
) {
  const { bucket, id, leaseToken } = message;
  const now = new Date();
  await inTransaction(db, async (tx) => {
    const state = how === 'settle' ? 'accepted' : 'rejected';
    const answer = { bucket, id, eventId: randomUUID(), leaseToken, state, answer: '' } as const;
    const owned = await settleMessages(tx, [answer]);
    await tx`delete from recipients where lease_token = ${leaseToken}`;
    if (owned.length === 0 || how === 'settle') return;
    const refusal = { workspaceId, messageId: id, attempt: 1, code: null, diagnostic: '' };
    await recordRefused(deps, tx, [{ ...refusal, class: 'hard' }], { now });
  });
}

describe('counts of reports equal a recount', () => {
  test('property: of messages, whatever comes back in whatever order', async () => {
    const seen = new Set<string>();
    const acts = fc.array(
      fc.record({ act: fc.constantFrom(...ACTS), of: fc.integer({ min: 0, max: 11 }) }),
      { minLength: 5, maxLength: 40, size: 'max' },
    );
    await fc.assert(
      fc.asyncProperty(acts, async (history) => {
        const world = await sentWorld(db);
        await db`update workspaces set timezone = 'Pacific/Apia' where id = ${world.workspaceId}`;
        const messages: SentMessage[] = [];
        for (const hours of [1, 20, 40, 60]) {
          const made = await world.newMessage({ state: 'sending', sentAgoMs: hours * 3_600_000 });
          messages.push(made);
          await db`
            update messages set variant = ${hours > 20 ? 'A' : null},
                                list_id = ${hours % 40 === 20 ? world.seriesId : null}
             where bucket = ${made.bucket} and id = ${made.id}`;
        }
        for (const one of history) await act(world, messages, one);
        for (const { what } of await expectExact(world.workspaceId)) {
          seen.add(what.split(' ').slice(0, 2).join(' '));
        }
      }),
      { numRuns: 40 },
    );
    const kinds = [
      'sent',
      'unsubscribed',
      'bounced_hard',
      'opened_by_machine',
      'clicked',
      'dropped',
    ];
    expect([...seen]).toEqual(expect.arrayContaining(kinds.map((kind) => `message ${kind}`)));
  }, 300_000);

  test('property: of steps and passages of random series', async () => {
    const seen = new Set<string>();
    for (let seed = 1; seed <= 25; seed += 1) {
      const world = randomWorld(seed);
      const lived = await createLived(services, world);
      await live(services, lived, world);
      for (const { what } of await expectExact(lived.workspaceId)) {
        seen.add(what.split(' ').slice(0, 2).join(' '));
      }
    }
    const kinds = ['message sent', 'step passed', 'step skipped', 'passage completed'];
    expect([...seen]).toEqual(expect.arrayContaining(kinds));
  }, 300_000);

  test('whoever adds up twice at once adds up once', async () => {
    const world = await sentWorld(db);
    for (let n = 0; n < 30; n += 1) await world.newMessage({ state: 'sending' });
    await Promise.all(Array.from({ length: 20 }, () => foldDeltas(db, { most: 5 })));
    await expectExact(world.workspaceId);
  });
});
