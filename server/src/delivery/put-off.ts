import type { Reason } from '../schedule/reason.ts';
import type { ClaimedEmail } from './prepare.ts';
import type { Held } from './sql/release.ts';
import type { PutOff } from './sql/webhook.ts';

export const heldOf = <C>({
  occurrence: { bucket, enrollmentId, seq },
  leaseToken,
}: ClaimedEmail<C>): Held => ({ bucket, enrollmentId, seq, leaseToken });

/** An email that has to come back later. No attempt was made, and its window is looked at again then. */
export function putOffOf({
  claimed,
  delayMs,
}: {
  claimed: ClaimedEmail<unknown>;
  delayMs: number;
}): PutOff {
  const waits: Reason = {
    rule: 'throttle',
    input: 'more mail is due than may leave at once',
    outcome: `again in ${Math.ceil(delayMs / 1_000)} s`,
  };
  const reasons = JSON.stringify([waits]);
  return { ...heldOf(claimed), delayMs: Math.round(delayMs), reasons };
}
