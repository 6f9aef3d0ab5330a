import { inTransaction, type Pool, type Transaction } from '../platform/db.ts';
import type { Clock } from '../platform/clock.ts';
import type { Reason } from '../schedule/reason.ts';
import type { WebhookAnswer } from '../transport/index.ts';
import { leaseKeyOf, lockHeld, requeueRows, type Requeued } from './sql/release.ts';
import { insertWebhookAttempts } from './sql/webhook.ts';
import {
  heldOf,
  webhookKeyOf,
  webhookVerdictOf,
  type CalledWebhook,
  type WebhookVerdict,
} from './webhook.ts';

/** A webhook whose call has ended. */
export interface AnsweredWebhook<C> {
  readonly claimed: CalledWebhook<C>;
  readonly answer: WebhookAnswer;
  /** How long the call took. */
  readonly ms: number;
  /** Of the row that keeps the attempt: the same however often it is written. */
  readonly attemptId: string;
}

/** What became of a webhook's step, for moving its enrollment on. */
export interface SettledWebhook<C> {
  readonly claimed: CalledWebhook<C>;
  readonly verdict: 'passed' | 'failed';
  /** Of a step that passed: why traits could not be read. */
  readonly reason: string | null;
  /** As the answer had them, unchecked; null when none are to be set. */
  readonly traits: Readonly<Record<string, unknown>> | null;
  /** The database's clock at the settling. */
  readonly now: Date;
  /** The user's zone at the settling. */
  readonly userTimezone: string | null;
}

/** Moves steps on and writes traits. The rows are locked by the transaction. */
export type OnCalled<C> = (tx: Transaction, called: readonly SettledWebhook<C>[]) => Promise<void>;

export interface WebhookSettleDeps<C> {
  readonly db: Pool;
  readonly clock: Clock;
  readonly random: () => number;
  readonly onCalled: OnCalled<C>;
}

/**
 * Writes what became of calls in one transaction, fenced by each lease: steps that are done move on,
 * those that may still succeed go back to the queue. Attempts are kept whoever owns the row by now;
 * what a removal or another worker has taken away gets nothing else.
 *
 * Locks: the queue rows.
 */
export async function settleWebhooks<C>(
  deps: WebhookSettleDeps<C>,
  answered: readonly AnsweredWebhook<C>[],
): Promise<void> {
  const now = deps.clock.now();
  const decided = answered.map((one) => {
    const { attempts, firstAttemptAt } = one.claimed;
    const facts = { attempts, firstAttemptAt, now, random: deps.random() };
    return { ...one, verdict: webhookVerdictOf(one.answer, facts) };
  });
  await inTransaction(deps.db, async (tx: Transaction) => {
    const held = answered.map(({ claimed }) => heldOf(claimed));
    const locked = new Map((await lockHeld(tx, held)).map((row) => [leaseKeyOf(row), row]));
    await insertWebhookAttempts(tx, decided.map(attemptOf));
    const called: SettledWebhook<C>[] = [];
    const requeued: Requeued[] = [];
    for (const { claimed, verdict } of decided) {
      const row = locked.get(webhookKeyOf(claimed));
      if (row === undefined) continue;
      const { now: settledAt, userTimezone } = row;
      if (verdict.kind === 'deferred') {
        requeued.push(requeuedOf(claimed, verdict));
      } else {
        const traits = verdict.kind === 'passed' ? verdict.traits : null;
        const { kind, reason } = verdict;
        called.push({ claimed, verdict: kind, reason, traits, now: settledAt, userTimezone });
      }
    }
    if (requeued.length > 0) await requeueRows(tx, requeued);
    if (called.length > 0) await deps.onCalled(tx, called);
  });
}

type Decided<C> = AnsweredWebhook<C> & { readonly verdict: WebhookVerdict };

function attemptOf({ claimed, answer, ms, attemptId, verdict }: Decided<unknown>) {
  const { bucket, workspaceId, enrollmentId, seq } = claimed.occurrence;
  const status = answer.kind === 'refused' ? null : answer.status;
  const { outcome, reason } = verdict;
  return { id: attemptId, bucket, workspaceId, enrollmentId, seq, outcome, status, reason, ms };
}

function requeuedOf(
  claimed: CalledWebhook<unknown>,
  { reason, retryAt }: Extract<WebhookVerdict, { kind: 'deferred' }>,
): Requeued {
  const retry: Reason = {
    rule: 'retry',
    input: `attempt ${claimed.attempts + 1} failed: ${reason}`,
    outcome: `again at ${retryAt.toISOString()}`,
  };
  return { ...heldOf(claimed), dueAt: retryAt, reasons: JSON.stringify([retry]) };
}
