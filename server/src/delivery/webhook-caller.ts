import { inTransaction, isUnavailable } from '../platform/db.ts';
import { uuidv7In } from '../platform/ids.ts';
import type { Log } from '../platform/log.ts';
import type { Reason } from '../schedule/reason.ts';
import { targetOf, type WebhookAnswer, type WebhookCall } from '../transport/index.ts';
import { Stages } from './stages.ts';
import { leaseKeyOf, releaseRows, type Held } from './sql/release.ts';
import { callableAmong, putOffRows, type PutOff } from './sql/webhook.ts';
import { heldOf, webhookBodyOf, webhookIdOf, webhookKeyOf, type CalledWebhook } from './webhook.ts';
import { TurnQueue, type TurnBounds } from './turn-queue.ts';
import { settleWebhooks, type AnsweredWebhook, type WebhookSettleDeps } from './webhook-settle.ts';

export interface WebhookCallerDeps<C> extends WebhookSettleDeps<C> {
  readonly log: Log;
  readonly sleep: (ms: number) => Promise<unknown>;
  /** Whether this process stood still at some time since then. */
  readonly wasStill: (sinceMs: number) => boolean;
  /** The secrets that sign for a side, the present one first. */
  readonly secretsOf: (workspaceId: string) => Promise<readonly string[]>;
  /** Makes one attempt; never throws for what a server does. */
  readonly call: (call: WebhookCall, signal: AbortSignal) => Promise<WebhookAnswer>;
  readonly bounds?: TurnBounds;
}

/** Calls webhooks whose rows this worker has leased. */
export interface WebhookCaller<C> {
  /** Takes claimed webhooks; they are in hand from now on. What finds no room is put off by itself. */
  readonly offer: (claimed: readonly CalledWebhook<C>[]) => void;
  /** Marks rows as in hand before the transaction that leases them commits. */
  readonly expect: (claimed: readonly CalledWebhook<C>[]) => void;
  /** Takes that back when the transaction failed. */
  readonly forget: (claimed: readonly CalledWebhook<C>[]) => void;
  /** Whether this process still works on a row, under that very lease. */
  readonly isInHand: (row: Held) => boolean;
  /** Gives calls under way a moment to end, gives the rest back, and returns when nothing is in hand. */
  readonly stop: () => Promise<void>;
}

/** Lanes are hosts. */
const BOUNDS: TurnBounds = {
  // Each is a socket of its own for ten seconds at most.
  running: 64,
  runningPerLane: 16,
  inHand: 512,
  inHandPerLane: 128,
  putOffMaxMs: 60_000,
};
/** Answers written in one transaction: enough to spread its cost thin. */
const SETTLE_MAX = 100;
/** Most calls end within this; those that do not are given up, and made again by another process. */
const STOP_FINISH_MS = 3_000;

/**
 * Calls claimed webhooks, at least once each: bounded in all and per host, hosts in turn. Whether a row
 * is still ours and its enrollment active is asked right before the call, and what became of it is
 * written behind the lease. A process that dies on the way leaves its rows to the reaper, and the call
 * is made again under the same id.
 */
export const createWebhookCaller = <C>(deps: WebhookCallerDeps<C>): WebhookCaller<C> =>
  new Caller(deps);

interface Taken<C> {
  readonly lane: string;
  readonly item: CalledWebhook<C>;
}

class Caller<C> implements WebhookCaller<C> {
  readonly #deps: WebhookCallerDeps<C>;
  readonly #queue: TurnQueue<CalledWebhook<C>>;
  readonly #inHand = new Set<string>();
  readonly #noRoom: (CalledWebhook<C> & { delayMs: number })[] = [];
  readonly #answered: (AnsweredWebhook<C> & { lane: string })[] = [];
  readonly #stages: Stages;
  readonly #givingUp = new AbortController();
  #isStopping = false;
  #settleMax = SETTLE_MAX;
  #onIdle: (() => void) | null = null;

  constructor(deps: WebhookCallerDeps<C>) {
    this.#deps = deps;
    this.#stages = new Stages(deps, { of: 'webhook', onEnded: () => this.#pump() });
    this.#queue = new TurnQueue(() => deps.bounds ?? BOUNDS);
  }

  readonly expect = (claimed: readonly CalledWebhook<C>[]): void => {
    for (const row of claimed) this.#inHand.add(webhookKeyOf(row));
  };

  readonly forget = (claimed: readonly CalledWebhook<C>[]): void => this.#drop(claimed);

  readonly isInHand = (row: Held): boolean => this.#inHand.has(leaseKeyOf(row));

  readonly offer = (claimed: readonly CalledWebhook<C>[]): void => {
    this.expect(claimed);
    const nowMs = this.#deps.clock.monotonicMs();
    for (const row of claimed) {
      const delayMs = this.#queue.add(hostOf(row), row, nowMs);
      if (delayMs !== null) this.#noRoom.push({ ...row, delayMs });
    }
    this.#pump();
  };

  readonly stop = async (): Promise<void> => {
    this.#isStopping = true;
    const idle = new Promise<void>((resolve) => (this.#onIdle = resolve));
    this.#pump();
    if (this.#inHand.size === 0) return;
    void this.#deps.sleep(STOP_FINISH_MS).then(() => this.#givingUp.abort());
    await idle;
  };

  #drop(rows: readonly CalledWebhook<C>[]): void {
    for (const row of rows) this.#inHand.delete(webhookKeyOf(row));
    if (this.#inHand.size === 0) this.#onIdle?.();
  }

  /** Starts every stage that has work and is free. Called whenever something changed. */
  #pump(): void {
    if (this.#noRoom.length > 0) this.#stages.run('put off', () => this.#putOff());
    if (this.#isStopping) {
      const waiting = this.#queue.drain();
      if (waiting.length > 0) void this.#release(waiting, { isRunning: false });
    } else if (this.#queue.isReady) {
      this.#stages.run('begin', () => this.#beginSome());
    }
    if (this.#answered.length > 0) this.#stages.run('settle', () => this.#settleSome());
  }

  async #putOff(): Promise<void> {
    const batch = this.#noRoom.splice(0);
    try {
      await putOffRows(this.#deps.db, batch.map(putOffOf));
    } finally {
      // When the database does not answer they stay leased to nobody's hand, and are released.
      this.#drop(batch);
    }
  }

  async #beginSome(): Promise<void> {
    const taken: Taken<C>[] = [];
    for (let next = this.#queue.take(); next !== null; next = this.#queue.take()) taken.push(next);
    const beganMs = this.#deps.clock.monotonicMs();
    const held = taken.map(({ item }) => heldOf(item));
    const callable = await callableAmong(this.#deps.db, held).catch(async (error: unknown) => {
      await this.#release(taken, { isRunning: true });
      throw error;
    });
    const userOf = new Map(callable.map((row) => [leaseKeyOf(row), row.userExternalId]));
    const refused: Taken<C>[] = [];
    for (const one of taken) {
      const user = userOf.get(webhookKeyOf(one.item));
      if (user === undefined) refused.push(one);
      else void this.#callOne(one, user, beganMs);
    }
    await this.#release(refused, { isRunning: true });
  }

  async #callOne(taken: Taken<C>, user: string | null, beganMs: number): Promise<void> {
    const { clock, wasStill } = this.#deps;
    // One that slept may have been taken for dead, and the call made by another.
    if (wasStill(beganMs)) return this.#release([taken], { isRunning: true });
    const startedMs = clock.monotonicMs();
    const answer = await this.#answerOf(taken.item, user);
    if (isGivenUp(answer, this.#givingUp.signal)) {
      return this.#release([taken], { isRunning: true });
    }
    const { lane, item: claimed } = taken;
    const ms = Math.round(clock.monotonicMs() - startedMs);
    const attemptId = uuidv7In(claimed.occurrence.bucket, clock.now());
    this.#answered.push({ lane, claimed, answer, ms, attemptId });
    this.#queue.ended(lane, ms);
    this.#pump();
  }

  async #answerOf(claimed: CalledWebhook<C>, user: string | null): Promise<WebhookAnswer> {
    const { clock, log, secretsOf, call } = this.#deps;
    const { occurrence, step } = claimed;
    if (user === null) return { kind: 'refused', reason: 'the user was erased' };
    try {
      const sent: WebhookCall = {
        url: step.url,
        id: webhookIdOf(occurrence),
        body: webhookBodyOf(claimed, user),
        secrets: await secretsOf(occurrence.workspaceId),
        timestamp: clock.now(),
        wantsTraits: step.set_traits === true,
      };
      return await call(sent, this.#givingUp.signal);
    } catch (err) {
      // The secret, or a defect: this one is tried again like any other, and holds nobody up.
      log.error({ err, enrollment_id: occurrence.enrollmentId }, 'webhook could not be called');
      const reason = 'the call could not be made; see the log of the server';
      return { kind: 'failed', reason, status: null, isTemporary: true };
    }
  }

  async #settleSome(): Promise<void> {
    const batch = this.#answered.splice(0, this.#settleMax);
    try {
      await settleWebhooks(this.#deps, batch);
    } catch (error) {
      this.#answered.unshift(...this.#afterFailure(batch, error));
      throw error;
    }
    this.#settleMax = Math.min(SETTLE_MAX, this.#settleMax * 2);
    const nowMs = this.#deps.clock.monotonicMs();
    for (const { lane } of batch) this.#queue.left(lane, nowMs);
    this.#drop(batch.map(({ claimed }) => claimed));
  }

  /**
   * Answers are kept until they are written. When it is not the database that is away, one of them
   * cannot be written, and must not keep the others: halving finds it, and it is tried again later.
   */
  #afterFailure<A extends AnsweredWebhook<C>>(batch: readonly A[], error: unknown): readonly A[] {
    if (isUnavailable(error)) return batch;
    this.#settleMax = Math.ceil(batch.length / 2);
    if (batch.length > 1) return batch;
    const reason = 'the answer could not be written; see the log of the server';
    return batch.map((one) => ({
      ...one,
      answer: { kind: 'failed', reason, status: null, isTemporary: true } as const,
    }));
  }

  /** Gives rows back untried. When the database does not answer they stay leased to nobody's hand. */
  async #release(rows: readonly Taken<C>[], { isRunning }: { isRunning: boolean }): Promise<void> {
    if (rows.length === 0) return;
    const { clock, db, log } = this.#deps;
    try {
      const held = rows.map(({ item }) => heldOf(item));
      await inTransaction(db, (tx) => releaseRows(tx, held));
    } catch (err) {
      log.error({ err }, 'webhooks could not be given back');
    } finally {
      for (const { lane } of rows) {
        if (isRunning) this.#queue.ended(lane, null);
        this.#queue.left(lane, clock.monotonicMs());
      }
      this.#drop(rows.map(({ item }) => item));
    }
    this.#pump();
  }
}

/** Where a call goes, as far as its text tells: URLs that cannot be read share a place. */
function hostOf({ step }: CalledWebhook<unknown>): string {
  const target = targetOf(step.url);
  return 'kind' in target ? '' : target.host;
}

/** A call that ended because this process does: it says nothing about the server. */
const isGivenUp = (answer: WebhookAnswer, { aborted }: AbortSignal): boolean =>
  aborted && answer.kind === 'failed' && answer.status === null;

function putOffOf(row: CalledWebhook<unknown> & { delayMs: number }): PutOff {
  const busy: Reason = {
    rule: 'webhook',
    input: `many calls to ${hostOf(row)} wait`,
    outcome: `again in ${Math.ceil(row.delayMs / 1_000)} s`,
  };
  return { ...heldOf(row), delayMs: row.delayMs, reasons: JSON.stringify([busy]) };
}
