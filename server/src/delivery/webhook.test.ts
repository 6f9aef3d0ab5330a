import { expect, test } from 'vitest';
import type { WebhookAnswer } from '../transport/index.ts';
import { webhookBodyOf, webhookIdOf, webhookVerdictOf } from './webhook.ts';

const HOUR_MS = 3_600_000;
const NOW = new Date('2026-03-02T12:00:00.000Z');
const before = (ms: number): Date => new Date(NOW.getTime() - ms);
const ENROLLMENT = '0195a3c4-7a00-7000-8000-0000000000c5';

const verdict = (answer: WebhookAnswer, attempts = 0, firstAttemptAt: Date | null = null) =>
  webhookVerdictOf(answer, { attempts, firstAttemptAt, now: NOW, random: 1 });

const failed = (isTemporary: boolean, retryAfterMs?: number): WebhookAnswer => ({
  kind: 'failed',
  reason: 'answered 503',
  status: 503,
  isTemporary,
  ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
});

test('the id is the same for the same step occurrence, and holds no dot', () => {
  const id = webhookIdOf({ enrollmentId: ENROLLMENT, seq: 3 });
  expect(id).toMatch(/^msg_[\da-f-]{36}$/);
  expect(webhookIdOf({ enrollmentId: ENROLLMENT, seq: 3 })).toBe(id);
  expect(webhookIdOf({ enrollmentId: ENROLLMENT, seq: 4 })).not.toBe(id);
});

test('the body names series, enrollment, step and user, and is the same at a later attempt', () => {
  const claimed = (dueAt: Date) => ({
    occurrence: {
      bucket: 5,
      workspaceId: 'w',
      enrollmentId: ENROLLMENT,
      seq: 3,
      automationId: 'series',
      dueAt,
      fromAt: NOW,
    },
    userId: 'internal',
    leaseToken: 'l',
    step: { id: 'tell', type: 'webhook' as const, url: 'https://hooks.example/', next: null },
    data: { plan: 'pro' },
    attempts: 0,
    firstAttemptAt: null,
  });
  const body = webhookBodyOf(claimed(NOW), 'user-1');
  expect(JSON.parse(body)).toEqual({
    type: 'series.webhook',
    timestamp: NOW.toISOString(),
    series_id: 'series',
    enrollment_id: ENROLLMENT,
    step_id: 'tell',
    user_id: 'user-1',
    data: { plan: 'pro' },
  });
  expect(webhookBodyOf(claimed(before(-HOUR_MS)), 'user-1')).toBe(body);
  const bare = { ...claimed(NOW), data: undefined };
  expect(JSON.parse(webhookBodyOf(bare, 'user-1'))).toMatchObject({ data: null });
});

test('a yes passes with its traits, and says when they could not be read', () => {
  const answer = { kind: 'answered', status: 200, traits: { a: 1 }, note: null } as const;
  expect(verdict(answer)).toMatchObject({ kind: 'passed', traits: { a: 1 }, reason: null });
  expect(verdict({ ...answer, traits: null, note: 'not JSON' })).toMatchObject({
    kind: 'passed',
    reason: 'not JSON',
  });
});

test('a refused address and a no for good fail at once', () => {
  expect(verdict({ kind: 'refused', reason: 'x leads to a private address' })).toMatchObject({
    kind: 'failed',
    outcome: 'refused',
    reason: 'webhook_refused: x leads to a private address',
  });
  expect(verdict(failed(false))).toMatchObject({
    kind: 'failed',
    outcome: 'failed',
    reason: 'webhook_failed: answered 503',
  });
});

test('anything else is tried again with backoff, and later when the server asks for it', () => {
  const at = (answer: WebhookAnswer, attempts: number): number => {
    const decided = verdict(answer, attempts, before(1_000));
    return decided.kind === 'deferred' ? decided.retryAt.getTime() - NOW.getTime() : NaN;
  };
  expect([0, 1, 2, 7, 30].map((n) => at(failed(true), n))).toEqual([
    30_000,
    60_000,
    120_000,
    HOUR_MS,
    HOUR_MS,
  ]);
  expect(at(failed(true, 5 * HOUR_MS), 0)).toBe(5 * HOUR_MS);
  expect(at(failed(true, 1_000), 0)).toBe(30_000);
});

test('24 hours after the first attempt it is given up', () => {
  expect(verdict(failed(true), 30, before(22 * HOUR_MS)).kind).toBe('deferred');
  expect(verdict(failed(true), 30, before(23.5 * HOUR_MS))).toMatchObject({
    kind: 'failed',
    reason: 'webhook_failed: given up after 24 hours: answered 503',
  });
});

test('words of a server that the database cannot keep are made such that it can', () => {
  const answer = { ...failed(false), reason: 'a\0b\ud800' } as WebhookAnswer;
  expect(verdict(answer)).toMatchObject({ reason: 'webhook_failed: a\u{fffd}b\u{fffd}' });
});
