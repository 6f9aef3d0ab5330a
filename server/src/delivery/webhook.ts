import { messageUuidOf } from '../platform/ids.ts';
import type { WebhookStep } from '../series/index.ts';
import type { WebhookAnswer } from '../transport/index.ts';
import type { Occurrence } from './compose.ts';
import { retryDelayMs, storable } from './message.ts';
import { leaseKeyOf, type Held } from './sql/release.ts';

/** A webhook step whose row this worker holds. `context` is the enrollment's business. */
export interface CalledWebhook<C> {
  /** `fromAt` is when the step began; unlike the due time it is the same at every attempt. */
  readonly occurrence: Occurrence & { readonly fromAt: Date };
  readonly userId: string;
  readonly leaseToken: string;
  readonly step: WebhookStep;
  /** JSON to send along, its templates rendered. */
  readonly data: unknown;
  readonly attempts: number;
  readonly firstAttemptAt: Date | null;
  readonly context: C;
}

/** The lease under which a webhook's row is held. */
export const heldOf = ({
  occurrence: { bucket, enrollmentId, seq },
  leaseToken,
}: CalledWebhook<unknown>): Held => ({ bucket, enrollmentId, seq, leaseToken });

export const webhookKeyOf = (claimed: CalledWebhook<unknown>): string =>
  leaseKeyOf(heldOf(claimed));

/** What a receiver knows a call by: the same at every attempt of one step occurrence. */
export const webhookIdOf = ({
  enrollmentId,
  seq,
}: Pick<Occurrence, 'enrollmentId' | 'seq'>): string => `msg_${messageUuidOf(enrollmentId, seq)}`;

/**
 * The JSON that is sent: the same at every attempt, but for what the templates of `data` give.
 *
 * @param userExternalId as the application knows the user
 */
export function webhookBodyOf(
  { occurrence, step, data }: Omit<CalledWebhook<unknown>, 'context'>,
  userExternalId: string,
): string {
  return JSON.stringify({
    type: 'series.webhook',
    timestamp: occurrence.fromAt.toISOString(),
    series_id: occurrence.automationId,
    enrollment_id: occurrence.enrollmentId,
    step_id: step.id,
    user_id: userExternalId,
    data: data ?? null,
  });
}

/** What became of one attempt, as it is kept. */
export type AttemptOutcome = 'answered' | 'deferred' | 'refused' | 'failed';

/** What follows from an attempt. */
export type WebhookVerdict =
  | {
      readonly kind: 'passed';
      readonly outcome: 'answered';
      /** Why traits that were wanted are not there; null when all is well. */
      readonly reason: string | null;
      readonly traits: Readonly<Record<string, unknown>> | null;
    }
  | { readonly kind: 'failed'; readonly outcome: 'refused' | 'failed'; readonly reason: string }
  | {
      readonly kind: 'deferred';
      readonly outcome: 'deferred';
      readonly reason: string;
      readonly retryAt: Date;
    };

/**
 * Decides about one attempt: a yes passes, a no for good fails, and anything else is tried again until
 * 24 hours after the first attempt, as mail is.
 */
export function webhookVerdictOf(
  answer: WebhookAnswer,
  {
    attempts,
    firstAttemptAt,
    now,
    random,
  }: { attempts: number; firstAttemptAt: Date | null; now: Date; random: number },
): WebhookVerdict {
  switch (answer.kind) {
    case 'answered': {
      const { traits, note } = answer;
      return { kind: 'passed', outcome: 'answered', reason: note, traits };
    }
    case 'refused':
      return {
        kind: 'failed',
        outcome: 'refused',
        reason: `webhook_refused: ${storable(answer.reason)}`,
      };
    case 'failed': {
      const why = storable(answer.reason);
      if (!answer.isTemporary) {
        return { kind: 'failed', outcome: 'failed', reason: `webhook_failed: ${why}` };
      }
      const delayMs = retryDelayMs({
        attempts: attempts + 1,
        firstAttemptAt: firstAttemptAt ?? now,
        now,
        random,
        askedMs: answer.retryAfterMs ?? 0,
      });
      if (delayMs === null) {
        const reason = `webhook_failed: given up after 24 hours: ${why}`;
        return { kind: 'failed', outcome: 'failed', reason };
      }
      const retryAt = new Date(now.getTime() + delayMs);
      return { kind: 'deferred', outcome: 'deferred', reason: why, retryAt };
    }
  }
}
