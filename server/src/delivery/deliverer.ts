import type { Pool, Transaction } from '../platform/db.ts';
import { inTransaction } from '../platform/db.ts';
import { uuidv7In } from '../platform/ids.ts';
import type { Log } from '../platform/log.ts';
import type { Clock } from '../platform/clock.ts';
import type { Handover, Transport } from '../transport/index.ts';
import { storable } from './message.ts';
import { prepare, type ClaimedEmail, type PrepareDeps, type Prepared } from './prepare.ts';
import { beginAttempts } from './sql/attempt.ts';
import { leaseKeyOf, releaseRows, type Held } from './sql/release.ts';
import { recordLateAnswer } from './sql/settle.ts';
import { finish, settle, type Answered, type OnSettled } from './settle.ts';

export interface DelivererDeps<C> extends PrepareDeps {
  readonly db: Pool;
  readonly clock: Clock;
  readonly log: Log;
  readonly transport: Transport;
  readonly workerId: string;
  readonly random: () => number;
  readonly sleep: (ms: number) => Promise<unknown>;
  /** Whether this process stood still at some time since then. */
  readonly wasStill: (sinceMs: number) => boolean;
  /** Moves steps on, in the transaction that settles their messages. */
  readonly onSettled: OnSettled<C>;
  /** Told of rows whose attempt was refused, in the transaction that gave them back. */
  readonly onRefused: (tx: Transaction, rows: readonly Held[]) => Promise<void>;
  /** Told when there is room again after there was none, so that claiming need not wait for a poll. */
  readonly onRoom?: () => void;
}

/** Hands claimed emails over to a transport. */
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

/**
 * Claimed ahead, as a multiple of the connections: enough to never wait for the claim, and no more, for
 * what is in hand waits for half a minute when this process dies.
 */
const AHEAD_PER_CONNECTION = 12;
/** Claiming goes on when so much of the hand is empty: in batches, and well before all of it is. */
const ROOM_WORTH = 0.5;
/** Composed ahead: bounded, for each holds its whole MIME text. */
const PREPARED_MAX = 64;
/**
 * Composed in one go: some 2 ms, for meanwhile no connection is served. More would save little of the
 * one query that a batch costs.
 */
const PREPARE_MAX = 16;
/**
 * A handover that has not started this long after its attempt was committed is not started at all:
 * the process was stopped or starved, and the row may have been taken over.
 */
const START_WITHIN_MS = 10_000;
/** A stage that failed rests before it is tried again: the database is away, or something is wrong. */
const REST_MS = 500;

const heldOf = <C>({
  occurrence: { bucket, enrollmentId, seq },
  leaseToken,
}: ClaimedEmail<C>): Held => ({ bucket, enrollmentId, seq, leaseToken });

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
  readonly #inHand = new Set<string>();
  readonly #claimed: ClaimedEmail<C>[] = [];
  readonly #prepared: Prepared<C>[] = [];
  readonly #answered: Answered<C>[] = [];
  readonly #busy = new Set<string>();
  readonly #stopping = new AbortController();
  #taken = 0;
  #wasFull = false;
  #onIdle: (() => void) | null = null;

  constructor(deps: DelivererDeps<C>) {
    this.#deps = deps;
  }

  readonly offer = (claimed: readonly ClaimedEmail<C>[]): void => {
    this.#claimed.push(...claimed);
    this.#pump();
  };

  readonly expect = (claimed: readonly ClaimedEmail<C>[]): void => {
    for (const row of claimed) this.#inHand.add(leaseKeyOf(heldOf(row)));
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
    for (const row of rows) this.#inHand.delete(leaseKeyOf(heldOf(row)));
    if (this.#inHand.size === 0) this.#onIdle?.();
    if (!this.#wasFull || this.#inHand.size > this.#inHandMax() * ROOM_WORTH) return;
    this.#wasFull = false;
    this.#deps.onRoom?.();
  }

  #inHandMax(): number {
    return this.#deps.transport.concurrency * AHEAD_PER_CONNECTION;
  }

  /** Starts every stage that has work and is free. Called whenever something changed. */
  #pump(): void {
    if (this.#claimed.length > 0 && this.#prepared.length < PREPARED_MAX) {
      this.#run('prepare', () => this.#prepareSome());
    }
    if (this.#prepared.length > 0 && this.#taken < this.#deps.transport.concurrency) {
      this.#run('begin', () => this.#beginSome());
    }
    if (this.#answered.length > 0) this.#run('settle', () => this.#settleSome());
  }

  /** Runs a stage unless it runs already; one after the other, whatever becomes of it. */
  #run(stage: string, work: () => Promise<void>): void {
    if (this.#busy.has(stage)) return;
    this.#busy.add(stage);
    void work()
      .catch(async (err: unknown) => {
        this.#deps.log.error({ err, stage }, 'delivery stage failed');
        await this.#deps.sleep(REST_MS);
      })
      .finally(() => {
        this.#busy.delete(stage);
        this.#pump();
      });
  }

  async #prepareSome(): Promise<void> {
    const batch = this.#claimed.splice(0, PREPARE_MAX);
    if (this.#stopping.signal.aborted) return this.#release(batch);
    const ready = await this.#orRelease(batch, () => prepare(this.#deps, batch));
    this.#prepared.push(...ready.prepared);
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

  async #beginSome(): Promise<void> {
    const { db, clock, transport } = this.#deps;
    const batch = this.#prepared.splice(0, transport.concurrency - this.#taken);
    const rows = batch.map(({ claimed }) => claimed);
    if (this.#stopping.signal.aborted) return this.#release(rows);
    this.#taken += batch.length;
    // Before, not after: the process may be stopped while the answer is on its way.
    const begunAtMs = clock.monotonicMs();
    const attempts = batch.map((prepared) => this.#attemptOf(prepared));
    const begun = await beginAttempts(db, attempts).catch(async (error: unknown) => {
      await this.#unbegin(rows);
      this.#taken -= batch.length;
      throw error;
    });
    const refused = batch.filter(({ message }) => !begun.has(message.id));
    this.#taken -= refused.length;
    for (const prepared of batch) {
      if (begun.has(prepared.message.id)) void this.#handOver(prepared, begunAtMs);
    }
    await this.#refuse(refused.map(({ claimed }) => claimed));
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

  #attemptOf({ message, claimed }: Prepared<C>) {
    const { leaseToken, closesAt, userTimezone } = claimed;
    return { ...message, leaseToken, closesAt, userTimezone, workerId: this.#deps.workerId };
  }

  async #handOver(prepared: Prepared<C>, begunAtMs: number): Promise<void> {
    const { claimed, message } = prepared;
    const handover = await this.#answerOf(prepared, begunAtMs);
    const eventId = uuidv7In(message.bucket, this.#deps.clock.now());
    this.#answered.push({ claimed, message, handover, eventId });
    this.#pump();
  }

  async #answerOf(prepared: Prepared<C>, begunAtMs: number): Promise<Handover> {
    const { clock, log, transport, wasStill } = this.#deps;
    if (clock.monotonicMs() - begunAtMs > START_WITHIN_MS) {
      return { kind: 'deferred', answer: 'not started: this worker was held up', phase: 'connect' };
    }
    try {
      // One that slept may have been taken for dead meanwhile, and the message decided about.
      const mayLeave = (): boolean => !wasStill(begunAtMs);
      return await transport.send(prepared.outgoing, this.#stopping.signal, mayLeave);
    } catch (err) {
      // A transport answers; one that throws has a defect, and nobody knows what left.
      log.error({ err, message_id: prepared.message.id }, 'transport threw');
      return { kind: 'in_doubt', answer: 'the transport failed without an answer', phase: 'end' };
    }
  }

  async #settleSome(): Promise<void> {
    const batch = this.#answered.splice(0);
    const owned = await settle(this.#deps, batch).catch((error: unknown) => {
      // The answers are kept: written again, they are the same, and what was written is fenced.
      this.#answered.unshift(...batch);
      throw error;
    });
    this.#taken -= batch.length;
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
