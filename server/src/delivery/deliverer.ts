import type { Pool, Transaction } from '../platform/db.ts';
import { inTransaction } from '../platform/db.ts';
import { pastDeadlocks } from '../platform/past-deadlocks.ts';
import { uuidv7In } from '../platform/ids.ts';
import type { Log } from '../platform/log.ts';
import type { Clock } from '../platform/clock.ts';
import type { Handover } from '../transport/index.ts';
import { inHandMaxOf, turnBoundsOf } from './hand-bounds.ts';
import { handOver } from './hand-over.ts';
import { storable } from './message.ts';
import type { Outlet } from './outlets/outlet.ts';
import type { Outlets } from './outlets/outlets.ts';
import { Slots } from './slots.ts';
import { REST_MS, Stages } from './stages.ts';
import { heldOf, putOffOf } from './put-off.ts';
import { prepare, type ClaimedEmail, type PrepareDeps, type Prepared } from './prepare.ts';
import { attemptKeyOf, beginAttempts } from './sql/attempt.ts';
import { leaseKeyOf, releaseRows, type Held } from './sql/release.ts';
import { recordLateAnswer } from './sql/settle.ts';
import { putOffRows } from './sql/webhook.ts';
import { TurnQueue, type TurnBounds } from './turn-queue.ts';
import {
  finish,
  settle,
  type Answered,
  type OnRefusedAddresses,
  type OnSettled,
} from './settle.ts';

export interface DelivererDeps<C> extends PrepareDeps {
  readonly db: Pool;
  readonly clock: Clock;
  readonly log: Log;
  readonly outlets: Outlets;
  readonly workerId: string;
  readonly random: () => number;
  readonly sleep: (ms: number) => Promise<unknown>;
  /** Whether this process stood still at some time since then. */
  readonly wasStill: (sinceMs: number) => boolean;
  /** Moves steps on, in the transaction that settles their messages. */
  readonly onSettled: OnSettled<C>;
  /** Told of rows whose attempt was refused, in the transaction that gave them back. */
  readonly onRefused: (tx: Transaction, rows: readonly Held[]) => Promise<void>;
  readonly onRefusedAddresses: OnRefusedAddresses;
  /** Told when there is room again after there was none, so that claiming need not wait for a poll. */
  readonly onRoom?: () => void;
}

/** Hands claimed emails over, each the way that its side has for it. */
export interface Deliverer<C> {
  /** Takes claimed emails; they are in hand from now on. */
  readonly offer: (claimed: readonly ClaimedEmail<C>[]) => void;
  /** Marks rows as in hand before the transaction that leases them commits. */
  readonly expect: (claimed: readonly ClaimedEmail<C>[]) => void;
  /** Takes that back when the transaction failed. */
  readonly forget: (claimed: readonly ClaimedEmail<C>[]) => void;
  /** Whether this process still works on a row, under that very lease. */
  readonly isInHand: (row: Held) => boolean;
  /** How many more emails may be claimed for it. */
  readonly room: () => number;
  /** Finishes what is being handed over, gives the rest back, and returns when nothing is in hand. */
  readonly stop: () => Promise<void>;
}

/** Claiming goes on when so much of the hand is empty: in batches, and well before all of it is. */
const ROOM_WORTH = 0.5;
/**
 * Composed in one go: some 2 ms, for meanwhile no connection is served. More would save little of the
 * one query that a batch costs.
 */
const PREPARE_MAX = 16;
const keyOf = <C>(claimed: ClaimedEmail<C>): string => leaseKeyOf(heldOf(claimed));

/**
 * A pump with three stages, all bounded: claimed emails are composed, composed ones begin in groups
 * (one commit for as many as there are free connections), answered ones are settled in groups.
 *
 * A connection counts as taken from before its attempt is committed until its answer is: so at any
 * moment no more messages are being sent, as the database sees it, than there are connections.
 */
export const createDeliverer = <C>(deps: DelivererDeps<C>): Deliverer<C> => new Pump(deps);

class Pump<C> implements Deliverer<C> {
  readonly #deps: DelivererDeps<C>;
  /** By lease; null until it is in line. When it was composed, on the monotonic clock. */
  readonly #inHand = new Map<string, { lane: string; takenMs: number | null } | null>();
  /** In line to be composed. Lanes are sides. */
  readonly #claimed: TurnQueue<ClaimedEmail<C>>;
  readonly #slots: Slots<Prepared<C>>;
  readonly #prepared: Prepared<C>[] = [];
  readonly #answered: Answered<C>[] = [];
  readonly #putOff: { readonly claimed: ClaimedEmail<C>; readonly delayMs: number }[] = [];
  readonly #stages: Stages;
  readonly #stopping = new AbortController();
  /** Connections taken, by way out. */
  readonly #taken = new Map<string, number>();
  #wasFull = false;
  #onIdle: (() => void) | null = null;

  constructor(deps: DelivererDeps<C>) {
    this.#deps = deps;
    this.#stages = new Stages(deps, { of: 'delivery', onEnded: () => this.#pump() });
    this.#claimed = new TurnQueue(() => this.#bounds());
    this.#slots = new Slots(deps, {
      onDue: (prepared) => {
        this.#prepared.push(...prepared);
        this.#pump();
      },
      onPostponed: (postponed) => {
        this.#putOff.push(
          ...postponed.map(({ item: { claimed }, delayMs }) => ({ claimed, delayMs })),
        );
        this.#pump();
      },
    });
  }

  readonly offer = (claimed: readonly ClaimedEmail<C>[]): void => {
    const nowMs = this.#deps.clock.monotonicMs();
    for (const row of claimed) {
      const lane = row.occurrence.workspaceId;
      const delayMs = this.#claimed.add(lane, row, nowMs);
      if (delayMs === null) this.#inHand.set(keyOf(row), { lane, takenMs: null });
      else this.#putOff.push({ claimed: row, delayMs });
    }
    this.#pump();
  };

  readonly expect = (claimed: readonly ClaimedEmail<C>[]): void => {
    for (const row of claimed) this.#inHand.set(keyOf(row), null);
    this.#wasFull ||= this.#inHand.size >= this.#inHandMax();
  };

  readonly forget = (claimed: readonly ClaimedEmail<C>[]): void => this.#drop(claimed);

  readonly isInHand = (row: Held): boolean => this.#inHand.has(leaseKeyOf(row));

  readonly room = (): number => {
    if (this.#stopping.signal.aborted) return 0;
    return this.#inHandMax() - this.#inHand.size;
  };

  readonly stop = async (): Promise<void> => {
    // Handovers of which nothing has left are given up; the others have a few seconds more.
    this.#stopping.abort();
    const idle = new Promise<void>((resolve) => (this.#onIdle = resolve));
    this.#pump();
    if (this.#inHand.size > 0) await idle;
  };

  #drop(rows: readonly ClaimedEmail<C>[]): void {
    const nowMs = this.#deps.clock.monotonicMs();
    for (const row of rows) {
      const turn = this.#inHand.get(keyOf(row)) ?? null;
      this.#inHand.delete(keyOf(row));
      if (turn === null) continue;
      if (turn.takenMs !== null) this.#claimed.ended(turn.lane, nowMs - turn.takenMs);
      this.#claimed.left(turn.lane, nowMs);
    }
    if (this.#inHand.size === 0) this.#onIdle?.();
    if (!this.#wasFull || this.#inHand.size > this.#inHandMax() * ROOM_WORTH) return;
    this.#wasFull = false;
    this.#deps.onRoom?.();
  }

  #inHandMax(): number {
    return inHandMaxOf(this.#deps.outlets.concurrency());
  }

  #bounds(): TurnBounds {
    return turnBoundsOf(this.#deps.outlets.concurrency(), { lanes: this.#claimed.lanes });
  }

  /** Starts every stage that has work and is free. Called whenever something changed. */
  #pump(): void {
    const run = this.#stages.run.bind(this.#stages);
    if (this.#putOff.length > 0) run('put off', () => this.#putOffSome());
    if (this.#stopping.signal.aborted) this.#releaseWaiting();
    else if (this.#isWorthPreparing()) run('prepare', () => this.#prepareSome());
    if (this.#prepared.some(({ outlet }) => this.#freeOf(outlet) > 0)) {
      run('begin', () => this.#beginSome());
    }
    if (this.#answered.length > 0) run('settle', () => this.#settleSome());
  }

  /** In batches, while enough of those that were composed before are waiting for a connection. */
  #isWorthPreparing(): boolean {
    if (!this.#claimed.isReady) return false;
    return (
      this.#prepared.length === 0 || this.#claimed.running + PREPARE_MAX <= this.#bounds().running
    );
  }

  #releaseWaiting(): void {
    const waiting = this.#slots.drain().map(({ claimed }) => claimed);
    waiting.push(...this.#claimed.drain().map(({ item }) => item));
    if (waiting.length === 0) return;
    this.#release(waiting).catch((err: unknown) => {
      this.#deps.log.error({ err }, 'emails could not be given back');
    });
  }

  async #prepareSome(): Promise<void> {
    const batch: ClaimedEmail<C>[] = [];
    const takenMs = this.#deps.clock.monotonicMs();
    while (batch.length < PREPARE_MAX) {
      const taken = this.#claimed.take();
      if (taken === null) break;
      this.#inHand.set(keyOf(taken.item), { lane: taken.lane, takenMs });
      batch.push(taken.item);
    }
    const ready = await this.#orRelease(batch, () => prepare(this.#deps, batch));
    this.#slots.add(ready.prepared);
    if (ready.finished.length === 0) return;
    const rows = ready.finished.map(({ claimed }) => claimed);
    await this.#orRelease(rows, () => finish(this.#deps, ready.finished));
    this.#drop(rows);
  }

  /** What `work` gives; when it fails, the rows go back first. Only for work that lets nothing leave. */
  async #orRelease<T>(rows: readonly ClaimedEmail<C>[], work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      await this.#release(rows);
      throw error;
    }
  }

  /** When the database does not answer they stay leased to nobody's hand, and are released. */
  async #putOffSome(): Promise<void> {
    const batch = this.#putOff.splice(0);
    try {
      await putOffRows(this.#deps.db, batch.map(putOffOf));
    } finally {
      this.#drop(batch.map(({ claimed }) => claimed));
    }
  }

  async #beginSome(): Promise<void> {
    const { db, clock } = this.#deps;
    const batch = this.#takeFree();
    if (batch.length === 0) return;
    const rows = batch.map(({ claimed }) => claimed);
    if (this.#stopping.signal.aborted) {
      this.#untake(batch);
      return this.#release(rows);
    }
    // Before, not after: the process may be stopped while the answer is on its way.
    const begunAtMs = clock.monotonicMs();
    const attempts = batch.map((prepared) => this.#attemptOf(prepared));
    const beginning = pastDeadlocks(() => beginAttempts(db, attempts));
    const begun = await beginning.catch(async (error: unknown) => {
      await this.#unbegin(rows);
      this.#untake(batch);
      throw error;
    });
    const hasBegun = ({ message: { id }, claimed: { leaseToken } }: Prepared<C>): boolean =>
      begun.has(attemptKeyOf({ id, leaseToken }));
    const refused = batch.filter((prepared) => !hasBegun(prepared));
    this.#untake(refused);
    for (const prepared of batch) {
      if (hasBegun(prepared)) void this.#handOver(prepared, begunAtMs);
    }
    await this.#refuse(refused.map(({ claimed }) => claimed));
  }

  /**
   * Those that have a connection, in their order; it counts as taken from here on. One whose turn went
   * by while it waited for a connection takes another turn first: it would only hold the connection.
   */
  #takeFree(): Prepared<C>[] {
    const batch: Prepared<C>[] = [];
    const missed: Prepared<C>[] = [];
    const nowMs = this.#deps.clock.monotonicMs();
    for (const prepared of this.#prepared.splice(0)) {
      const { outlet, startsAtMs } = prepared;
      if (startsAtMs !== null && startsAtMs < nowMs) missed.push(prepared);
      else if (this.#freeOf(outlet) > 0) {
        this.#taken.set(outlet.id, (this.#taken.get(outlet.id) ?? 0) + 1);
        batch.push(prepared);
      } else this.#prepared.push(prepared);
    }
    this.#slots.add(missed);
    return batch;
  }

  #freeOf({ id, transport }: Outlet): number {
    return transport.concurrency - (this.#taken.get(id) ?? 0);
  }

  #untake(batch: readonly { readonly outlet: Outlet }[]): void {
    for (const { outlet } of batch) {
      this.#taken.set(outlet.id, (this.#taken.get(outlet.id) ?? 0) - 1);
    }
  }

  /**
   * Whether the attempts were committed is unknown; that nothing left is certain. Until the database
   * knows it too their connections stay taken, so that it never sees more messages being sent than
   * there are connections.
   */
  async #unbegin(rows: readonly ClaimedEmail<C>[]): Promise<void> {
    for (;;) {
      try {
        await this.#giveBack(rows);
        this.#drop(rows);
        return;
      } catch (err) {
        this.#deps.log.error({ err }, 'attempts could not be taken back');
        await this.#deps.sleep(REST_MS);
      }
    }
  }

  #attemptOf({ message, claimed, consent }: Prepared<C>) {
    const { leaseToken, closesAt, userTimezone, to = null } = claimed;
    const hasOwnAddress = to !== null;
    const { workerId } = this.#deps;
    return { ...message, leaseToken, closesAt, userTimezone, consent, workerId, hasOwnAddress };
  }

  async #handOver(prepared: Prepared<C>, begunAtMs: number): Promise<void> {
    const { claimed, message, outlet } = prepared;
    const { signal } = this.#stopping;
    const handover = await handOver(this.#deps, prepared, {
      begunAtMs,
      signal,
      slots: this.#slots,
    });
    const mayGoAnotherWay = await this.#noteOf(prepared, handover);
    const eventId = uuidv7In(message.bucket, this.#deps.clock.now());
    this.#answered.push({ claimed, message, outlet, handover, eventId, mayGoAnotherWay });
    this.#pump();
  }

  async #noteOf({ outlet, message }: Prepared<C>, handover: Handover): Promise<boolean> {
    const { id: messageId, workspaceId, to } = message;
    try {
      return await this.#deps.outlets.note(outlet, handover, { workspaceId, messageId, to });
    } catch (err) {
      // What the next ones would have been told; this one has its answer.
      this.#deps.log.error({ err }, 'the answer of a transport could not be taken notice of');
      return false;
    }
  }

  async #settleSome(): Promise<void> {
    const batch = this.#answered.splice(0);
    const owned = await settle(this.#deps, batch).catch((error: unknown) => {
      // The answers are kept: written again, they are the same, and what was written is fenced.
      this.#answered.unshift(...batch);
      throw error;
    });
    this.#untake(batch);
    this.#drop(batch.map(({ claimed }) => claimed));
    await this.#keepLate(batch.filter(({ message }) => !owned.has(message.id)));
  }

  async #keepLate(late: readonly Answered<C>[]): Promise<void> {
    const { db, log } = this.#deps;
    for (const { message, handover, eventId } of late) {
      const { id, bucket, workspaceId } = message;
      const answer = storable(`${handover.kind}: ${handover.answer}`);
      const isLate = await recordLateAnswer(db, { id, bucket, workspaceId, eventId, answer });
      if (isLate) log.warn({ message_id: id, kind: handover.kind }, 'lease lost before the answer');
    }
  }

  /** Gives rows back. When the database does not answer they stay leased to nobody's hand: reaped. */
  async #release(rows: readonly ClaimedEmail<C>[]): Promise<void> {
    this.#drop(rows);
    if (rows.length > 0) await this.#giveBack(rows);
  }

  /** The rows whose attempt was refused go back, and what must not come again goes away. */
  async #refuse(rows: readonly ClaimedEmail<C>[]): Promise<void> {
    this.#drop(rows);
    if (rows.length > 0) await this.#giveBack(rows, this.#deps.onRefused);
  }

  #giveBack(
    rows: readonly ClaimedEmail<C>[],
    andThen: (tx: Transaction, held: readonly Held[]) => Promise<void> = async () => {},
  ): Promise<void> {
    return inTransaction(this.#deps.db, async (tx: Transaction) => {
      const held = rows.map(heldOf);
      await releaseRows(tx, held);
      await andThen(tx, held);
    });
  }
}
