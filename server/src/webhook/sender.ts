import type { Clock } from '../platform/clock.ts';
import { causedBy, type Cause } from '../platform/cause.ts';
import { inTransaction, type Pool } from '../platform/db.ts';
import type { Log } from '../platform/log.ts';
import { pastDeadlocks } from '../platform/past-deadlocks.ts';
import type { WebhookAnswer, WebhookCall } from '../transport/index.ts';
import type { SecretBox } from '../workspace/index.ts';
import { bodyOf, publicIdOf } from './event-types.ts';
import {
  leaseLocked,
  lockDue,
  lookForDue,
  type ClaimedDelivery,
  type InHand,
} from './sql/claim.ts';
import { disableWebhook, forgetErased, releaseDeliveries, settleDelivery } from './sql/settle.ts';
import { ANSWER_BYTES_KEPT, attemptOf, disabledBy, verdictOf } from './webhook.ts';

export interface SenderDeps {
  readonly db: Pool;
  readonly box: SecretBox;
  readonly clock: Clock & { readonly monotonicMs: () => number };
  readonly log: Log;
  readonly random: () => number;
  /** Makes one attempt; never throws for what a server does. */
  readonly call: (call: WebhookCall, signal: AbortSignal) => Promise<WebhookAnswer>;
  /** Told when there may be more to claim. */
  readonly onRoom: () => void;
  readonly bounds?: SenderBounds;
}

export interface SenderBounds {
  /** Calls at once, in all and to one endpoint. */
  readonly running: number;
  readonly runningPerWebhook: number;
  /** How long a call is this worker's; longer than any call takes. */
  readonly leaseMs: number;
}

/** Each is a socket of its own for ten seconds at most. */
const BOUNDS: SenderBounds = { running: 64, runningPerWebhook: 8, leaseMs: 30_000 };
/** Looked at for one endpoint in one claim: those that wait for others are put off on the way. */
const LOOKS_MAX = 100;
const CLAIM_MAX = 1_000;
/** Where nobody has an endpoint, the database is asked this often. */
const QUIET_MS = 10_000;
/** Most calls end within this; those that do not are given up, and made again by another process. */
const STOP_FINISH_MS = 3_000;

/** Hands events over to endpoints, at least once each. */
export interface WebhookSender {
  /** Claims what is due and begins to hand it over; returns how many it began. */
  readonly tick: () => Promise<number>;
  /** Says that there may be an endpoint where there was none. */
  readonly look: () => void;
  /** Gives calls under way a moment to end, and the rest back. */
  readonly stop: () => Promise<void>;
}

/**
 * Hands events over: bounded in all and per endpoint, so that a slow receiver holds up nobody else. A
 * call is leased, and what became of it is written behind the lease: when a process dies on the way the
 * lease ends by itself, and the call is made again under the same id. Of one order key only the first
 * is ever leased.
 */
export function createWebhookSender(deps: SenderDeps): WebhookSender {
  const { db, clock, log, onRoom, bounds = BOUNDS } = deps;
  const running = new Map<Promise<void>, ClaimedDelivery>();
  const givingUp = new AbortController();
  let isStopping = false;
  let quietUntilMs = 0;

  const begin = (claimed: ClaimedDelivery, claimedMs: number): void => {
    const work = handOver(deps, {
      claimed,
      signal: givingUp.signal,
      isHeld: () => {
        return clock.monotonicMs() - claimedMs < bounds.leaseMs / 2;
      },
    })
      .catch((err: unknown) => {
        // The lease ends by itself, and another attempt is made.
        log.error({ err, webhook_id: claimed.webhookId }, 'a webhook could not be settled');
      })
      .finally(() => {
        running.delete(work);
        onRoom();
      });
    running.set(work, claimed);
  };

  return {
    tick: async () => {
      const claimedMs = clock.monotonicMs();
      if (isStopping || running.size >= bounds.running || claimedMs < quietUntilMs) return 0;
      const { hasWebhooks, isDue } = await lookForDue(db);
      if (!hasWebhooks) quietUntilMs = claimedMs + QUIET_MS;
      if (!isDue) return 0;
      const claimed = await claim(db, {
        inHand: inHandOf(running.values()),
        bounds,
        count: running.size,
      });
      for (const one of claimed) begin(one, claimedMs);
      return claimed.length;
    },
    look: () => {
      quietUntilMs = 0;
      onRoom();
    },
    stop: async () => {
      isStopping = true;
      if (running.size === 0) return;
      const timer = setTimeout(() => givingUp.abort(), STOP_FINISH_MS);
      while (running.size > 0) await Promise.all(running.keys());
      clearTimeout(timer);
    },
  };
}

function inHandOf(claimed: Iterable<ClaimedDelivery>): InHand[] {
  const counts = new Map<string, number>();
  for (const { webhookId } of claimed) counts.set(webhookId, (counts.get(webhookId) ?? 0) + 1);
  return [...counts].map(([webhookId, count]) => ({ webhookId, count }));
}

async function claim(
  db: Pool,
  { inHand, bounds, count }: { inHand: readonly InHand[]; bounds: SenderBounds; count: number },
): Promise<ClaimedDelivery[]> {
  const { running, runningPerWebhook: perWebhook, leaseMs } = bounds;
  return pastDeadlocks(() =>
    inTransaction(db, async (tx) => {
      const room = { inHand, perWebhook };
      const ids = await lockDue(tx, { ...room, looksMax: LOOKS_MAX, limit: CLAIM_MAX });
      if (ids.length === 0) return [];
      return leaseLocked(tx, { ...room, ids, roomInAll: running - count, leaseMs });
    }),
  );
}

/** Makes one call and writes what became of it. */
async function handOver(
  deps: SenderDeps,
  {
    claimed,
    signal,
    isHeld,
  }: { claimed: ClaimedDelivery; signal: AbortSignal; isHeld: () => boolean },
): Promise<void> {
  const { db, clock } = deps;
  // One that slept may have lost it to another.
  if (!isHeld()) return;
  const startedMs = clock.monotonicMs();
  const answer = await answerOf(deps, claimed, signal);
  // Ended because this process does: it says nothing about the receiver.
  if (signal.aborted && answer.kind === 'failed' && answer.status === null) {
    return releaseDeliveries(db, [claimed]);
  }
  await settle(deps, { claimed, answer, ms: Math.round(clock.monotonicMs() - startedMs) });
}

async function answerOf(
  { box, clock, log, call }: SenderDeps,
  claimed: ClaimedDelivery,
  signal: AbortSignal,
): Promise<WebhookAnswer> {
  const { webhookId, url, eventId: id, secret, previousSecret } = claimed;
  try {
    const secrets = [secret, ...(previousSecret === null ? [] : [previousSecret])];
    const sent: WebhookCall = {
      url,
      id: publicIdOf(id),
      body: bodyOf({ ...claimed, id }),
      secrets: secrets.map((sealed) => box.open(sealed, webhookId)),
      timestamp: clock.now(),
      wantsTraits: false,
      keptBytes: ANSWER_BYTES_KEPT,
    };
    return await call(sent, signal);
  } catch (err) {
    log.error({ err, webhook_id: webhookId }, 'webhook could not be called');
    const reason = 'the call could not be made; see the log of the server';
    return { kind: 'failed', reason, status: null, isTemporary: true };
  }
}

async function settle(
  { db, clock, log, random }: SenderDeps,
  { claimed, answer, ms }: { claimed: ClaimedDelivery; answer: WebhookAnswer; ms: number },
): Promise<void> {
  const { webhookId, attempts, giveUpAt, type } = claimed;
  const now = clock.now();
  const verdict = verdictOf(answer, { attempts: attempts + 1, giveUpAt, now, random });
  const attempt = attemptOf(answer, { at: now, ms });
  const nextAt = verdict.kind === 'pending' ? verdict.nextAt : null;
  const hasFailed = answer.kind !== 'answered';
  const write = { claimed, status: verdict.kind, nextAt, attempt, hasFailed };
  const fared = await pastDeadlocks(() => inTransaction(db, (tx) => settleDelivery(tx, write)));
  if (verdict.kind !== 'pending' && type === 'user.erased') await forgetErased(db);
  if (fared === null || !fared.isEnabled) return;
  const reason = disabledBy(answer, { ...fared, now });
  if (reason === null) return;
  const stop = { id: webhookId, reason };
  await causedBy(causeOf(reason), () => inTransaction(db, (tx) => disableWebhook(tx, stop)));
  log.warn({ webhook_id: webhookId, reason, failures: fared.failures }, 'webhook disabled');
}

const causeOf = (reason: 'gone' | 'failing'): Cause => ({
  actor: { kind: 'system', id: null, name: null },
  reason: reason === 'gone' ? 'the receiver answered 410 Gone' : 'it failed for days',
  action: 'webhook.disable',
  requestId: null,
  address: null,
});
