import { randomUUID } from 'node:crypto';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { moveSeries } from '../../src/series/index.ts';
import {
  assertMaySend,
  createAutoPause,
  recordReturned,
  resumeSending,
  sendAlerts,
  sendingState,
  type AlertCall,
} from '../../src/tracking/index.ts';
import { addCounts } from '../../src/tracking/sql/counts.ts';
import { testDatabase } from '../support/database.ts';
import { sentWorld, told, type SentWorld } from '../support/sent-world.ts';

/** Goal: what draws too many bounces or complaints stops, says why, once, and begins anew when resumed. */
const { db, drop } = await testDatabase();
afterAll(drop);

const now = (): Date => new Date();
const clock = { now };
const errors: object[] = [];
const log = { warn: () => {}, error: (data: object) => void errors.push(data) };
const newTick = () =>
  createAutoPause({
    db,
    clock,
    log,
    pauseAutomation: async ({ workspaceId, automationId: id }) => {
      await moveSeries(db, { workspaceId, id }, { transition: 'pause', now: now() });
    },
  });
let world: SentWorld;
let tick: () => Promise<number>;
const SETTINGS = { auto_pause: { min_sends: 100 }, alerts_url: 'https://ops.example/alerts' };

beforeEach(async () => {
  world = await sentWorld(db, SETTINGS);
  tick = newTick();
});

const count = (
  kind: 'sent' | 'bounced_hard' | 'bounced_soft' | 'complained',
  by: number,
  automationId = world.seriesId,
) => addCounts(db, [{ workspaceId: world.workspaceId, automationId, stepId: 'mail', kind, by }]);
const statusOf = async (id = world.seriesId): Promise<string> => {
  const rows = await db`select status from automations where id = ${id}`;
  return String(rows[0]?.['status']);
};
const state = () => sendingState(db, { workspaceId: world.workspaceId, now: now() });
const resumeSeries = (id = world.seriesId) =>
  moveSeries(db, { workspaceId: world.workspaceId, id }, { transition: 'resume', now: now() });

describe('a series', () => {
  test('goes on below the rate, and below the number of sends', async () => {
    await count('sent', 100);
    await count('bounced_hard', 3);
    await count('bounced_soft', 50);
    expect(await tick()).toBe(0);
    const other = await world.newSeries();
    await count('sent', 99, other);
    await count('bounced_hard', 1, other);
    expect(await tick()).toBe(0);
    expect([await statusOf(), await statusOf(other)]).toEqual(['active', 'active']);
  });

  test('stops at the rate, alone, with the figures kept', async () => {
    const other = await world.newSeries();
    await count('sent', 100);
    await count('sent', 100, other);
    await count('bounced_hard', 4);
    expect(await tick()).toBe(1);
    expect([await statusOf(), await statusOf(other)]).toEqual(['paused', 'active']);
    const { pause, seriesPauses } = await state();
    expect(pause).toBeNull();
    expect(seriesPauses).toMatchObject([
      {
        automationId: world.seriesId,
        rule: 'bounces',
        figures: { sent: 100, count: 4, percent: 4, limitPercent: 4, days: 7 },
      },
    ]);
    expect(await tick()).toBe(0);
    await assertMaySend(db, world.workspaceId);
  });

  test('stops when the sends reach the number, without another bounce', async () => {
    await count('sent', 99);
    await count('complained', 1);
    expect(await tick()).toBe(0);
    await count('sent', 1);
    expect(await tick()).toBe(1);
    expect((await state()).seriesPauses[0]?.rule).toBe('complaints');
  });

  test('counts anew when a member has resumed it', async () => {
    await count('sent', 100);
    await count('bounced_hard', 50);
    await tick();
    await resumeSeries();
    expect(await tick()).toBe(1);
    expect([await statusOf(), (await state()).seriesPauses]).toEqual(['active', []]);
    await count('sent', 100);
    await count('bounced_hard', 3);
    expect(await tick()).toBe(0);
    await count('bounced_hard', 1);
    expect(await tick()).toBe(1);
    expect((await state()).seriesPauses[0]?.figures).toMatchObject({ sent: 100, count: 4 });
  });

  test('is paused after all when whoever noted it died before', async () => {
    await db`
      insert into sending_pauses (id, workspace_id, automation_id, rule, figures, paused_at)
      values (${randomUUID()}, ${world.workspaceId}, ${world.seriesId}, 'bounces', '{}', db_now())`;
    expect(await tick()).toBe(1);
    expect(await statusOf()).toBe('paused');
  });

  test('what happened longer than seven days ago does not count', async () => {
    await count('sent', 100);
    await count('bounced_hard', 50);
    await db`update message_counts set hour = hour - interval '8 days'`;
    await count('sent', 1);
    expect(await tick()).toBe(0);
    expect(await statusOf()).toBe('active');
  });

  test('that does not send is left alone, and switched off nothing stops', async () => {
    const off = await sentWorld(db, { auto_pause: { enabled: false } });
    for (const kind of ['sent', 'bounced_hard'] as const) {
      const { workspaceId, seriesId: automationId } = off;
      await addCounts(db, [{ workspaceId, automationId, stepId: 'mail', kind, by: 500 }]);
    }
    expect(await tick()).toBe(0);
  });

  test('is stopped by what really comes back', async () => {
    await count('sent', 99);
    const messages = await Promise.all(Array.from({ length: 4 }, () => world.newMessage()));
    const returned = messages.map((message) => told('bounced', message));
    await recordReturned(world.deps, world.workspaceId, returned, { now: now(), source: 'ses' });
    await count('sent', 1);
    expect(await tick()).toBe(1);
    expect(await statusOf()).toBe('paused');
  });

  test('several workers stop it once', async () => {
    await count('sent', 100);
    await count('bounced_hard', 10);
    const done = await Promise.all([newTick()(), newTick()(), newTick()(), tick()]);
    expect(done.reduce((a, b) => a + b, 0)).toBeGreaterThanOrEqual(1);
    const rows = await db`select 1 from sending_pauses where workspace_id = ${world.workspaceId}`;
    expect(rows).toHaveLength(1);
  });
});

describe('a side', () => {
  /** Three series that draw too much together, and none of them alone. */
  async function spread(): Promise<string[]> {
    const ids = [world.seriesId, await world.newSeries(), await world.newSeries()];
    for (const id of ids) {
      await count('sent', 50, id);
      await count('bounced_hard', 3, id);
    }
    return ids;
  }

  test('stops as a whole, and nothing may be set going until it is resumed', async () => {
    const ids = await spread();
    expect(await tick()).toBe(1);
    expect(await Promise.all(ids.map(statusOf))).toEqual(Array(3).fill('paused'));
    const { pause } = await state();
    expect(pause).toMatchObject({
      automationId: null,
      rule: 'bounces',
      figures: { sent: 150, count: 9 },
    });
    await expect(assertMaySend(db, world.workspaceId)).rejects.toMatchObject({
      code: 'tracking.sending_paused',
      kind: 'conflict',
    });
    await resumeSending(db, { workspaceId: world.workspaceId });
    await assertMaySend(db, world.workspaceId);
    expect((await state()).window).toEqual({ sent: 0, bounced: 0, complained: 0 });
    await Promise.all(ids.map(resumeSeries));
    await count('sent', 1);
    expect(await tick()).toBe(0);
    expect(await Promise.all(ids.map(statusOf))).toEqual(Array(3).fill('active'));
  });

  test('pauses what is set going all the same', async () => {
    await spread();
    await tick();
    const late = await world.newSeries();
    expect(await tick()).toBe(1);
    expect(await statusOf(late)).toBe('paused');
  });

  test("is not another side's", async () => {
    const other = await sentWorld(db, SETTINGS);
    await spread();
    await tick();
    await assertMaySend(db, other.workspaceId);
    expect(await statusOf(other.seriesId)).toBe('active');
  });
});

describe('the alert', () => {
  const calls: AlertCall[] = [];
  let answers: ({ kind: 'answered' } | { kind: 'failed'; reason: string; isTemporary: boolean })[] =
    [];
  const alerts = () =>
    sendAlerts({
      db,
      clock,
      secretsOf: () => Promise.resolve(['whsec_x']),
      call: (call) => {
        calls.push(call);
        return Promise.resolve(answers.shift() ?? { kind: 'answered' as const });
      },
    });
  beforeEach(async () => {
    await db`update sending_pauses set alert_due_at = null`;
    calls.length = 0;
    answers = [];
    await count('sent', 200);
    await count('complained', 2);
    await tick();
  });

  test('tells once of each pause, signed, with the figures', async () => {
    expect(await alerts()).toBe(1);
    expect(await alerts()).toBe(0);
    expect(calls).toMatchObject([{ url: SETTINGS.alerts_url, secrets: ['whsec_x'] }]);
    expect(JSON.parse(calls[0]?.body ?? '')).toMatchObject({
      type: 'sending.paused',
      scope: 'series',
      series_id: world.seriesId,
      rule: 'complaints',
      sent: 200,
      count: 2,
      percent: 1,
      limit_percent: 0.1,
    });
  });

  test('is tried again with the same id while the fault may pass', async () => {
    answers = [{ kind: 'failed', reason: 'answered 503', isTemporary: true }];
    await alerts();
    expect(await alerts()).toBe(0);
    await db`update sending_pauses set alert_due_at = db_now() where alert_due_at is not null`;
    expect([await alerts(), await alerts()]).toEqual([1, 0]);
    expect(new Set(calls.map(({ id }) => id)).size).toBe(1);
    expect(calls).toHaveLength(2);
  });

  test('is given up at a definite no', async () => {
    answers = [{ kind: 'failed', reason: 'answered 410', isTemporary: false }];
    await alerts();
    await db`update sending_pauses set alert_due_at = db_now() where alert_due_at is not null`;
    expect(await alerts()).toBe(0);
    const rows = await db`
      select alert_answer from sending_pauses where workspace_id = ${world.workspaceId}`;
    expect(rows).toMatchObject([{ alert_answer: 'answered 410' }]);
  });
});

test('nothing could not be paused', () => expect(errors).toEqual([]));
