import { afterAll, expect, test } from 'vitest';
import { startServer } from '../support/server.ts';

/**
 * Goal: anybody may ask the planner, gets its answer and its reasons, and cannot wear it out.
 * Method: calls without a key, of cases whose answers are known from docs/scheduling.md.
 */
const server = await startServer({ trustsProxy: true });
afterAll(server.close);

const ask = (body: unknown, address = '192.0.2.1') =>
  server.send({
    method: 'POST',
    path: '/api/schedule/preview',
    body: typeof body === 'string' ? body : JSON.stringify(body),
    headers: { 'content-type': 'application/json', 'x-forwarded-for': address },
  });
const WINDOW = { send_window: { start: '09:00', end: '17:00' }, business_days_only: true };

test('a closed window opens on Monday morning, in the zone of the person', async () => {
  const timezone = 'America/New_York';
  const { status, body } = await ask({ at: '2026-11-20T23:00:00Z', timezone, settings: WINDOW });
  expect([status, body.scheduled_for, body.timezone]).toEqual([
    200,
    '2026-11-23T14:00:00.000Z',
    timezone,
  ]);
  expect(body.time_zone_data).toMatch(/^\d{4}[a-z]$/);
});

test('the rule of a clock change is among the reasons', async () => {
  const delay = { amount: 1, unit: 'days' };
  const { body } = await ask({ at: '2026-03-28T01:30:00Z', delay, timezone: 'Europe/Berlin' });
  expect(body.scheduled_for).toBe('2026-03-29T01:30:00.000Z');
  expect(body.reasons.map(({ rule }: { rule: string }) => rule)).toContain('clock_change');
});

test('what is no case is refused with each fault, and nothing else is looked at', async () => {
  const faulty = await ask({ at: '2026-02-30T10:00:00Z', settings: { timezone: 'Nowhere/Land' } });
  expect([faulty.status, faulty.body.code]).toEqual([400, 'request.invalid']);
  const holidays = { country: 'XX' };
  const nowhere = await ask({ at: '2026-02-03T10:00:00Z', settings: { holidays } });
  expect([nowhere.status, nowhere.body.code]).toEqual([400, 'request.invalid']);
  expect((await ask('{')).status).toBe(400);
  expect((await ask({ at: '2026-02-03T10:00:00Z', x: 'x'.repeat(5_000) })).status).toBe(413);
  const far = { amount: 1_000_000, unit: 'weeks' };
  expect((await ask({ at: '9999-12-31T23:59:59Z', delay: far })).status).toBe(400);
});

test('an address is answered sixty times a minute', async () => {
  const answers = await Promise.all(
    Array.from({ length: 70 }, () => ask({ at: '2026-02-03T10:00:00Z' }, '192.0.2.7')),
  );
  const count = (status: number) => answers.filter((answer) => answer.status === status).length;
  expect([count(200), count(429)]).toEqual([60, 10]);
});
