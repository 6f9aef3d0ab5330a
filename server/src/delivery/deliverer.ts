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
  /** Moves steps on, in the transaction that settles their messages. */
  readonly onSettled: OnSettled<C>;
  /** Told of rows whose attempt was refused, in the transaction that gave them back. */
  readonly onRefused: (tx: Transaction, rows: readonly Held[]) => Promise<void>;
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

/** Claimed ahead, as a multiple of the connections: enough to never wait for the claim. */
const AHEAD_PER_CONNECTION = 50;
/** Composed ahead: bounded, for each holds its whole MIME text. */
const PREPARE_MAX = 64;
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
export function createDeliverer<C>(deps: DelivererDeps<C>): Deliverer<C> {
  const { db, clock, log, transport } = deps;
  const inHand = new Set<string>();
  const claimedQueue: ClaimedEmail<C>[] = [];
  const preparedQueue: Prepared<C>[] = [];
  const answered: Answered<C>[] = [];
  let taken = 0;
  let isPreparing = false;
  let isBeginning = false;
  let isSettling = false;
  const stopping = new AbortController();
  let onIdle: (() => void) | null = null;

  const drop = (rows: readonly ClaimedEmail<C>[]): void => {
    for (const row of rows) inHand.delete(leaseKeyOf(heldOf(row)));
    if (inHand.size === 0) onIdle?.();
  };

  /** Starts every stage that has work and is free. Called whenever something changed. */
  function pump(): void {
    if (!isPreparing && claimedQueue.length > 0 && preparedQueue.length < PREPARE_MAX) {
      isPreparing = true;
      run('prepare', prepareSome, () => (isPreparing = false));
    }
    if (!isBeginning && preparedQueue.length > 0 && taken < transport.concurrency) {
      isBeginning = true;
      run('begin', beginSome, () => (isBeginning = false));
    }
    if (!isSettling && answered.length > 0) {
      isSettling = true;
      run('settle', settleSome, () => (isSettling = false));
    }
  }

  function run(stage: string, work: () => Promise<void>, done: () => void): void {
    void work()
      .catch(async (err: unknown) => {
        log.error({ err, stage }, 'delivery stage failed');
        await deps.sleep(REST_MS);
      })
      .finally(() => {
        done();
        pump();
      });
  }

  async function prepareSome(): Promise<void> {
    const batch = claimedQueue.splice(0, PREPARE_MAX);
    if (stopping.signal.aborted) return release(batch);
    const { prepared, finished } = await orRelease(batch, () => prepare(deps, batch));
    preparedQueue.push(...prepared);
    if (finished.length === 0) return;
    const rows = finished.map(({ claimed }) => claimed);
    await orRelease(rows, () => finish(deps, finished));
    drop(rows);
  }

  /** What `work` gives; when it fails, the rows go back first. Only for work that lets nothing leave. */
  async function orRelease<T>(
    rows: readonly ClaimedEmail<C>[],
    work: () => Promise<T>,
  ): Promise<T> {
    try {
      return await work();
    } catch (error) {
      await release(rows);
      throw error;
    }
  }

  async function beginSome(): Promise<void> {
    const batch = preparedQueue.splice(0, transport.concurrency - taken);
    const rows = batch.map(({ claimed }) => claimed);
    if (stopping.signal.aborted) return release(rows);
    taken += batch.length;
    // Before, not after: the process may be stopped while the answer is on its way.
    const begunAtMs = clock.monotonicMs();
    const begun = await beginAttempts(db, batch.map(attemptOf)).catch(async (error: unknown) => {
      await unbegin(rows);
      taken -= batch.length;
      throw error;
    });
    const refused = batch.filter(({ message }) => !begun.has(message.id));
    taken -= refused.length;
    for (const prepared of batch) {
      if (begun.has(prepared.message.id)) void handOver(prepared, begunAtMs);
    }
    await refuse(refused.map(({ claimed }) => claimed));
  }

  /**
   * Whether the attempts were committed is unknown; that nothing left is certain. Until the database
   * knows it too their connections stay taken, so that it never sees more messages being sent than
   * there are connections.
   */
  async function unbegin(rows: readonly ClaimedEmail<C>[]): Promise<void> {
    for (;;) {
      try {
        await giveBack(rows);
        return drop(rows);
      } catch (err) {
        log.error({ err }, 'attempts could not be taken back');
        await deps.sleep(REST_MS);
      }
    }
  }

  const attemptOf = ({ message, claimed }: Prepared<C>) => ({
    ...message,
    leaseToken: claimed.leaseToken,
    workerId: deps.workerId,
    closesAt: claimed.closesAt,
    userTimezone: claimed.userTimezone,
  });

  async function handOver(prepared: Prepared<C>, begunAtMs: number): Promise<void> {
    const { claimed, message } = prepared;
    const handover = await answerOf(prepared, begunAtMs);
    answered.push({ claimed, message, handover, eventId: uuidv7In(message.bucket, clock.now()) });
    pump();
  }

  async function answerOf(prepared: Prepared<C>, begunAtMs: number): Promise<Handover> {
    if (clock.monotonicMs() - begunAtMs > START_WITHIN_MS) {
      return { kind: 'deferred', answer: 'not started: this worker was held up', phase: 'connect' };
    }
    try {
      return await transport.send(prepared.outgoing, stopping.signal);
    } catch (err) {
      // A transport answers; one that throws has a defect, and nobody knows what left.
      log.error({ err, message_id: prepared.message.id }, 'transport threw');
      return { kind: 'in_doubt', answer: 'the transport failed without an answer', phase: 'end' };
    }
  }

  async function settleSome(): Promise<void> {
    const batch = answered.splice(0);
    const owned = await settle(deps, batch).catch((error: unknown) => {
      // The answers are kept: written again, they are the same, and what was written is fenced.
      answered.unshift(...batch);
      throw error;
    });
    taken -= batch.length;
    drop(batch.map(({ claimed }) => claimed));
    await keepLate(batch.filter(({ message }) => !owned.has(message.id)));
  }

  async function keepLate(late: readonly Answered<C>[]): Promise<void> {
    for (const { message, handover, eventId } of late) {
      const { id, bucket, workspaceId } = message;
      const answer = storable(`${handover.kind}: ${handover.answer}`);
      const isLate = await recordLateAnswer(db, { id, bucket, workspaceId, eventId, answer });
      if (isLate) log.warn({ message_id: id, answer }, 'lease lost before the answer');
    }
  }

  /** Gives rows back. When the database does not answer they stay leased to nobody's hand: reaped. */
  async function release(rows: readonly ClaimedEmail<C>[]): Promise<void> {
    drop(rows);
    if (rows.length > 0) await giveBack(rows);
  }

  const giveBack = (
    rows: readonly ClaimedEmail<C>[],
    andThen: (tx: Transaction, held: readonly Held[]) => Promise<void> = async () => {},
  ): Promise<void> =>
    inTransaction(db, async (tx: Transaction) => {
      const held = rows.map(heldOf);
      await releaseRows(tx, held);
      await andThen(tx, held);
    });

  /** The rows whose attempt was refused go back, and what must not come again goes away. */
  async function refuse(rows: readonly ClaimedEmail<C>[]): Promise<void> {
    drop(rows);
    if (rows.length > 0) await giveBack(rows, deps.onRefused);
  }

  return {
    offer: (claimed) => {
      claimedQueue.push(...claimed);
      pump();
    },
    expect: (claimed) => {
      for (const row of claimed) inHand.add(leaseKeyOf(heldOf(row)));
    },
    forget: drop,
    isInHand: (row) => inHand.has(leaseKeyOf(row)),
    room: () => (stopping.signal.aborted ? 0 : transport.concurrency * AHEAD_PER_CONNECTION - inHand.size),
    stop: async () => {
      // Handovers of which nothing has left are given up; the others have a few seconds more.
      stopping.abort();
      const idle = new Promise<void>((resolve) => (onIdle = resolve));
      pump();
      if (inHand.size > 0) await idle;
    },
  };
}
