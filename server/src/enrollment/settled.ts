import { traitPatchOf, writeTraits, type TraitChange } from '../audience/index.ts';
import {
  requeueRows,
  type DeferredStep,
  type Held,
  type OnCalled,
  type OnSettled,
  type Requeued,
} from '../delivery/index.ts';
import type { Transaction } from '../platform/db.ts';
import { NoOpenSlotError } from '../schedule/errors.ts';
import { openAt } from '../schedule/plan.ts';
import type { Reason } from '../schedule/reason.ts';
import { tzVersion } from '../schedule/zone.ts';
import { onlyWayOf, replanOf, type StepFacts } from './advance.ts';
import { moveOf, type StepContext } from './decisions.ts';
import { lockEnded } from './sql/leave.ts';
import { cancelRows, moveOn, type RowRef } from './sql/move-on.ts';

/**
 * Moves enrollments on whose message has been settled, and puts deferred ones back into the queue.
 *
 * A person whose message is in doubt goes on, but the step gets no log line: it is accounted for as in
 * doubt until a member decides about it.
 */
export const moveSettled: OnSettled<StepContext> = async (tx, { settled, deferred }) => {
  const moves = settled.map(({ claimed, verdict, reason, now, userTimezone }) => {
    const facts = { ...claimed.context.facts, userTimezone };
    const outcome = verdict === 'in_doubt' ? null : verdict;
    const row = { ...claimed.occurrence, advances: facts.advances, now };
    return moveOf(row, { facts, outcome, reason, to: onlyWayOf(facts) });
  });
  if (moves.length > 0) await moveOn(tx, moves, { tzVersion: tzVersion() });
  if (deferred.length === 0) return;
  const requeued = deferred.map(requeuedOf);
  await requeueRows(tx, requeued);
  await dropEnded(tx, requeued);
};

/** Moves enrollments on whose webhook has been called, and writes the traits that were answered. */
export const moveCalled: OnCalled<StepContext> = async (tx, called) => {
  const traits: TraitChange[] = [];
  const moves = called.map(({ claimed, verdict, reason, now, userTimezone, ...answered }) => {
    const { occurrence, userId: id } = claimed;
    const facts = { ...claimed.context.facts, userTimezone };
    const written = answered.traits === null ? null : traitPatchOf(answered.traits);
    if (written !== null && 'patch' in written) {
      const { bucket, workspaceId } = occurrence;
      traits.push({ bucket, id, workspaceId, patch: written.patch });
    }
    const refused = written !== null && 'fault' in written ? written.fault : null;
    const why = refused === null ? reason : `traits_refused: ${refused}`;
    const row = { ...occurrence, advances: facts.advances, now };
    return moveOf(row, { facts, outcome: verdict, reason: why, to: onlyWayOf(facts) });
  });
  if (moves.length > 0) await moveOn(tx, moves, { tzVersion: tzVersion() });
  if (traits.length > 0) await writeTraits(tx, traits);
};

/**
 * Takes rows out of the queue whose enrollment ended while their message was on its way and came back:
 * a removal leaves such a row to whoever holds it. Without this it would be tried and refused for ever.
 */
export async function dropEnded(
  tx: Transaction,
  rows: readonly (Held | Requeued)[],
): Promise<void> {
  const byReason = new Map<string, { now: Date; rows: RowRef[] }>();
  for (const { reason, now, ...row } of await lockEnded(tx, rows)) {
    const ended = byReason.get(reason) ?? { now, rows: [] };
    ended.rows.push(row);
    byReason.set(reason, ended);
  }
  for (const [reason, ended] of byReason) {
    await cancelRows(tx, ended.rows, { state: 'ended', reason, now: ended.now });
  }
}

/** The next attempt: after the backoff, and then only while the window is open. */
function requeuedOf({
  claimed,
  retryAt,
  answer,
  userTimezone,
}: DeferredStep<StepContext>): Requeued {
  const dueAt = openFrom(retryAt, { ...claimed.context.facts, userTimezone });
  const retry: Reason = {
    rule: 'retry',
    input: `attempt ${claimed.attempts + 1} was deferred: ${answer}`,
    outcome: `again at ${dueAt.toISOString()}`,
  };
  const { occurrence, leaseToken } = claimed;
  return { ...occurrence, leaseToken, dueAt, reasons: JSON.stringify([retry]) };
}

function openFrom(retryAt: Date, facts: StepFacts): Date {
  const { series, userTimezone } = facts;
  try {
    const isOpen = openAt(retryAt, { userTimezone, rules: series.rules }) !== null;
    return isOpen ? retryAt : replanOf(facts, retryAt).dueAt;
  } catch (error) {
    // The step then fails, and is seen to, when it is due; the others of the batch are written now.
    if (error instanceof NoOpenSlotError) return retryAt;
    throw error;
  }
}
