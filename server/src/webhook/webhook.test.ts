import { expect, test } from 'vitest';
import type { WebhookAnswer } from '../transport/index.ts';
import { attemptOf, disabledBy, GIVE_UP_MS, verdictOf } from './webhook.ts';

const NOW = new Date('2026-03-01T12:00:00.000Z');
const later = (ms: number): Date => new Date(NOW.getTime() + ms);
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const OK: WebhookAnswer = { kind: 'answered', status: 204, traits: null, note: null };
const failed = (status: number | null, retryAfterMs?: number): WebhookAnswer => ({
  kind: 'failed',
  reason: 'x',
  status,
  isTemporary: false,
  ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
});
const verdict = (answer: WebhookAnswer, attempts = 1, giveUpAt = later(GIVE_UP_MS)) =>
  verdictOf(answer, { attempts, giveUpAt, now: NOW, random: () => 1 });

test('a yes is delivered, and every no is tried again until it is given up', () => {
  expect(verdict(OK)).toEqual({ kind: 'delivered' });
  for (const answer of [failed(400), failed(500), failed(null), failed(302)]) {
    expect(verdict(answer)).toEqual({ kind: 'pending', nextAt: later(5_000) });
    expect(verdict(answer, 1, NOW)).toEqual({ kind: 'given_up' });
  }
  expect(verdict({ kind: 'refused', reason: 'x' }).kind).toBe('pending');
});

test('the waits double up to six hours, and fill three days', () => {
  let [now, attempts] = [NOW, 0];
  const giveUpAt = later(GIVE_UP_MS);
  const waits: number[] = [];
  for (;;) {
    attempts += 1;
    const next = verdictOf(failed(500), { attempts, giveUpAt, now, random: () => 1 });
    if (next.kind !== 'pending') break;
    waits.push(next.nextAt.getTime() - now.getTime());
    now = next.nextAt;
  }
  expect(waits.slice(0, 4)).toEqual([5_000, 10_000, 20_000, 40_000]);
  expect(Math.max(...waits)).toBe(6 * HOUR);
  // The last attempt is at the very end.
  expect(now).toEqual(giveUpAt);
  expect(waits.length).toBeLessThan(30);
});

test('a receiver may ask for a longer wait, up to six hours', () => {
  expect(verdict(failed(429, HOUR))).toEqual({ kind: 'pending', nextAt: later(HOUR) });
  expect(verdict(failed(429, DAY))).toEqual({ kind: 'pending', nextAt: later(6 * HOUR) });
});

test.each([
  [OK, 2_000, 9 * DAY, null],
  [failed(410), 1, 0, 'gone'],
  [failed(500), 50, 5 * DAY, 'failing'],
  [failed(500), 50, 5 * DAY - 1, null],
  [failed(500), 1_000, DAY, 'failing'],
  [failed(500), 1_000, DAY - 1, null],
  [failed(500), 999, DAY, null],
] as const)('%j, %i failures for %i ms: %s', (answer, failures, ms, reason) => {
  expect(disabledBy(answer, { failures, failingSince: later(-ms), now: NOW })).toBe(reason);
});

test('of an answer the beginning is kept', () => {
  const answer = { ...failed(500), text: `\0${'x'.repeat(3_000)}` };
  const attempt = attemptOf(answer, { at: NOW, ms: 7 });
  expect(attempt).toEqual({
    at: NOW.toISOString(),
    status: 500,
    ms: 7,
    reason: 'x',
    answer: 'x'.repeat(1_024),
  });
  expect(attemptOf(OK, { at: NOW, ms: 7 })).toMatchObject({ reason: null, answer: null });
});
