import { requeueRows, type DeferredStep, type OnSettled } from '../delivery/index.ts';
import { openAt } from '../schedule/plan.ts';
import type { Reason } from '../schedule/reason.ts';
import { tzVersion } from '../schedule/zone.ts';
import { replanOf } from './advance.ts';
import { moveOf, type StepContext } from './decide.ts';
import { moveOn } from './sql/move-on.ts';

/**
 * Moves enrollments on whose message has been settled, and puts deferred ones back into the queue.
 *
 * A person whose message is in doubt goes on, but the step gets no log line: it is accounted for as in
 * doubt until a member decides about it.
 */
export const moveSettled: OnSettled<StepContext> = async (tx, { settled, deferred }) => {
  const moves = settled.map(({ claimed, verdict, reason, now }) => {
    const { facts, advances } = claimed.context;
    const outcome = verdict === 'in_doubt' ? null : verdict;
    return moveOf({ ...claimed.occurrence, advances, now }, { facts, outcome, reason });
  });
  if (moves.length > 0) await moveOn(tx, moves, { tzVersion: tzVersion() });
  if (deferred.length > 0) await requeueRows(tx, deferred.map(requeuedOf));
};

/** The next attempt: after the backoff, and then only while the window is open. */
function requeuedOf({ claimed, retryAt, answer }: DeferredStep<StepContext>) {
  const { facts } = claimed.context;
  const { series, userTimezone } = facts;
  const isOpen = openAt(retryAt, { userTimezone, rules: series.rules }) !== null;
  const dueAt = isOpen ? retryAt : replanOf(facts, retryAt).dueAt;
  const retry: Reason = {
    rule: 'retry',
    input: `attempt ${claimed.attempts + 1} was deferred: ${answer}`,
    outcome: `again at ${dueAt.toISOString()}`,
  };
  const { occurrence, leaseToken } = claimed;
  return { ...occurrence, leaseToken, dueAt, reasons: JSON.stringify([retry]) };
}
