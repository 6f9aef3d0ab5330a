import { inTransaction, type Pool, type Transaction } from '../platform/db.ts';
import { pastDeadlocks } from '../platform/past-deadlocks.ts';
import type { Clock } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';
import {
  bounceClassOf,
  enhancedCodeIn,
  type BounceClass,
  type Handover,
} from '../transport/index.ts';
import { retryDelayMs, storable, type NewMessage } from './message.ts';
import type { ClaimedEmail, Finished } from './prepare.ts';
import type { Outlet } from './outlets/outlet.ts';
import { insertFinished } from './sql/finish.ts';
import { leaseKeyOf, lockHeld } from './sql/release.ts';
import { settleMessages, type Settlement } from './sql/settle.ts';

/** A message whose transport has answered. */
export interface Answered<C> {
  readonly claimed: ClaimedEmail<C>;
  readonly message: NewMessage;
  readonly outlet: Outlet;
  readonly handover: Handover;
  /** Whether another way is open to it: nothing of it left this one. */
  readonly mayGoAnotherWay: boolean;
  /** Of the event that records the answer: the same however often it is written. */
  readonly eventId: string;
}

/** What became of a step's message, for moving its enrollment on. */
export interface SettledStep<C> {
  readonly claimed: ClaimedEmail<C>;
  readonly verdict: 'passed' | 'skipped' | 'failed' | 'in_doubt';
  readonly reason: string | null;
  /** The database's clock at the settling. */
  readonly now: Date;
  /** The user's zone at the settling, which may have changed since the claim. */
  readonly userTimezone: string | null;
}

/** A message put off. */
export interface DeferredStep<C> {
  readonly claimed: ClaimedEmail<C>;
  readonly retryAt: Date;
  readonly answer: string;
  readonly userTimezone: string | null;
}

/** Moves settled steps on and puts deferred ones back. Their rows are locked by the transaction. */
export type OnSettled<C> = (
  tx: Transaction,
  result: { settled: readonly SettledStep<C>[]; deferred: readonly DeferredStep<C>[] },
) => Promise<void>;

/** An address that the server of its domain refused at the handover. */
export interface RefusedAddress {
  readonly workspaceId: string;
  readonly messageId: string;
  readonly attempt: number;
  readonly class: BounceClass;
  /** Enhanced status code; null when none was told. */
  readonly code: string | null;
  readonly diagnostic: string;
}

/**
 * Told of refused addresses, in the transaction that settles their messages.
 *
 * @returns what is to be done after the commit
 */
export type OnRefusedAddresses = (
  tx: Transaction,
  refused: readonly RefusedAddress[],
) => Promise<() => Promise<void>>;

export interface SettleDeps<C> {
  readonly db: Pool;
  readonly log: Log;
  readonly onRefusedAddresses: OnRefusedAddresses;
  readonly clock: Clock;
  readonly random: () => number;
  readonly onSettled: OnSettled<C>;
}

interface Decision<C> {
  readonly settlement: Settlement;
  readonly claimed: ClaimedEmail<C>;
  /** Null unless the message is to be tried again. */
  readonly retryAt: Date | null;
  /** Set when the address itself was refused. */
  readonly refused: RefusedAddress | null;
}

/**
 * Writes answers and moves the steps on, in one transaction, fenced by each lease.
 *
 * @returns the ids of the messages that were still owned; nothing was written for the others
 */
export async function settle<C>(
  deps: SettleDeps<C>,
  answered: readonly Answered<C>[],
): Promise<Set<string>> {
  const decisions = new Map(
    answered.map((answer) => [answer.message.id, decide(deps, answer)] as const),
  );
  // Messages and counters are shared with whoever hears what came back, and locked as they come.
  const { ids, afterCommit } = await pastDeadlocks(() =>
    inTransaction(deps.db, (tx) => settleIn(deps, tx, decisions)),
  );
  // It may wait for a handover of the same person, which waits for its turn here.
  afterCommit().catch((err: unknown) => {
    deps.log.error({ err }, 'mail to a refused address could not be held back at once');
  });
  return ids;
}

async function settleIn<C>(
  deps: SettleDeps<C>,
  tx: Transaction,
  decisions: ReadonlyMap<string, Decision<C>>,
): Promise<{ ids: Set<string>; afterCommit: () => Promise<void> }> {
  const owned = await settleMessages(
    tx,
    [...decisions.values()].map((d) => d.settlement),
  );
  const settled: SettledStep<C>[] = [];
  const deferred: DeferredStep<C>[] = [];
  for (const { id, now, userTimezone } of owned) {
    const decision = decisions.get(id);
    if (decision === undefined) continue;
    const { claimed, settlement, retryAt } = decision;
    const { answer } = settlement;
    if (retryAt !== null) deferred.push({ claimed, retryAt, answer, userTimezone });
    else settled.push({ claimed, now, userTimezone, ...verdictOf(settlement) });
  }
  const refused = owned.flatMap(({ id }) => decisions.get(id)?.refused ?? []);
  const afterCommit =
    refused.length > 0 ? await deps.onRefusedAddresses(tx, refused) : async () => {};
  await deps.onSettled(tx, { settled, deferred });
  return { ids: new Set(owned.map(({ id }) => id)), afterCommit };
}

function decide<C>(
  deps: SettleDeps<C>,
  { claimed, message, handover, eventId, mayGoAnotherWay }: Answered<C>,
): Decision<C> {
  const now = deps.clock.now();
  const settlement = (state: Settlement['state'], answer: string): Settlement => ({
    bucket: message.bucket,
    id: message.id,
    eventId,
    leaseToken: claimed.leaseToken,
    state,
    answer,
  });
  const answer = storable(handover.answer);
  if (handover.kind !== 'deferred') {
    const refused = refusedIn(handover, { message, attempts: claimed.attempts });
    return { claimed, settlement: settlement(handover.kind, answer), retryAt: null, refused };
  }
  const delayMs = retryDelayMs({
    attempts: claimed.attempts + 1,
    firstAttemptAt: claimed.firstAttemptAt ?? now,
    now,
    random: deps.random(),
    askedMs: handover.retryAfterMs ?? 0,
  });
  if (delayMs === null) {
    const givenUp = `given up after 24 hours: ${answer}`;
    return {
      claimed,
      settlement: settlement('rejected', givenUp),
      retryAt: null,
      refused: null,
    };
  }
  const retryAt = mayGoAnotherWay ? now : new Date(now.getTime() + delayMs);
  return { claimed, settlement: settlement('scheduled', answer), retryAt, refused: null };
}

/** What a server said about the address itself. What it says of sender or content is no bounce. */
function refusedIn(
  handover: Handover,
  { message, attempts }: { message: NewMessage; attempts: number },
): RefusedAddress | null {
  if (handover.kind !== 'rejected' || handover.phase !== 'rcpt') return null;
  const diagnostic = storable(handover.answer);
  const code = enhancedCodeIn(diagnostic);
  return {
    workspaceId: message.workspaceId,
    messageId: message.id,
    attempt: attempts + 1,
    class: bounceClassOf({ code, status: null, diagnostic, phase: 'rcpt' }),
    code,
    diagnostic,
  };
}

function verdictOf({ state, answer }: Settlement): Pick<SettledStep<never>, 'verdict' | 'reason'> {
  switch (state) {
    case 'accepted':
      return { verdict: 'passed', reason: null };
    case 'rejected':
      return { verdict: 'failed', reason: `rejected: ${answer}` };
    case 'in_doubt':
      return { verdict: 'in_doubt', reason: answer };
    case 'scheduled':
      throw new Error('a deferred message has no verdict');
  }
}

/** Moves on steps whose email will not leave, keeping the messages that our own rules refused. */
export async function finish<C>(
  deps: SettleDeps<C>,
  finished: readonly Finished<C>[],
): Promise<void> {
  await pastDeadlocks(() => inTransaction(deps.db, (tx) => finishIn(deps, tx, finished)));
}

async function finishIn<C>(
  deps: SettleDeps<C>,
  tx: Transaction,
  finished: readonly Finished<C>[],
): Promise<void> {
  const held = finished.map(({ claimed: { occurrence, leaseToken } }) => ({
    ...occurrence,
    leaseToken,
  }));
  const locked = new Map((await lockHeld(tx, held)).map((row) => [leaseKeyOf(row), row]));
  const owned = finished.flatMap((step) => {
    const row = locked.get(leaseKeyOf({ ...step.claimed.occurrence, ...step.claimed }));
    return row === undefined ? [] : [{ ...step, row }];
  });
  const refused = owned.flatMap(({ message, reason }) =>
    message === null ? [] : [{ ...message, state: 'rejected' as const, answer: reason }],
  );
  if (refused.length > 0) await insertFinished(tx, refused);
  const settled = owned.map(({ claimed, outcome, reason, row: { now, userTimezone } }) => ({
    claimed,
    verdict: outcome,
    reason,
    now,
    userTimezone,
  }));
  await deps.onSettled(tx, { settled, deferred: [] });
}
