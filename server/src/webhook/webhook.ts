import { backoffMs } from '../platform/backoff.ts';
import type { WebhookAnswer } from '../transport/index.ts';

/** An endpoint of a side that gets events. */
export interface Webhook {
  readonly id: string;
  readonly workspaceId: string;
  readonly url: string;
  /** Names of the catalogue, or `*`. */
  readonly eventTypes: readonly string[];
  readonly description: string;
  readonly isEnabled: boolean;
  /** Why it was disabled by itself; null where it was not. */
  readonly disabledReason: string | null;
  readonly disabledAt: Date | null;
  /** Attempts that failed one after the other, and since when. */
  readonly failures: number;
  readonly failingSince: Date | null;
  /** The last four characters of its secret. */
  readonly secretHint: string;
  /** Until when calls are signed with the secret before it, too. */
  readonly previousValidUntil: Date | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** Of a side; more would be a mistake. */
export const WEBHOOKS_MAX = 20;
/** How long an event is tried. Migration 0021 knows it too. */
export const GIVE_UP_MS = 3 * 24 * 3_600_000;
/** Events and the log of their deliveries are kept this long. */
export const LOG_DAYS = 30;
/** An endpoint that took nothing for so long is disabled. */
const DISABLE_MS = 5 * 24 * 3_600_000;
/** Or after so many failures in a row, when the first of them is a day ago: a short outage is none. */
const DISABLE_FAILURES = 1_000;
const DISABLE_FAILURES_MS = 24 * 3_600_000;
/** The first wait, doubled with each attempt up to the longest: some twenty attempts in three days. */
const RETRY_FIRST_MS = 5_000;
const RETRY_LONGEST_MS = 6 * 3_600_000;
/** Kept of an answer. */
export const ANSWER_BYTES_KEPT = 1_024;
/** Kept of the attempts of one delivery: more than three days bring, and fewer than replays could. */
export const ATTEMPTS_KEPT = 40;
/** The status by which a receiver says that nothing is to be sent there any more. */
const GONE = 410;

/** One attempt, as the log keeps it. */
export interface Attempt {
  readonly at: string;
  /** Null when there was no answer. */
  readonly status: number | null;
  readonly ms: number;
  /** What was wrong; null when nothing was. */
  readonly reason: string | null;
  /** How the answer began; null when there was none. */
  readonly answer: string | null;
}

/** What follows from an attempt. */
export type Verdict =
  | { readonly kind: 'delivered' }
  | { readonly kind: 'pending'; readonly nextAt: Date }
  | { readonly kind: 'given_up' };

/**
 * Decides about one attempt. Any 2xx is a yes. Everything else is tried again until the event is given
 * up, the last time at that very moment: what a receiver refuses today it may take once it is mended.
 *
 * @param attempts with this one
 */
export function verdictOf(
  answer: WebhookAnswer,
  {
    attempts,
    giveUpAt,
    now,
    random,
  }: { attempts: number; giveUpAt: Date; now: Date; random: () => number },
): Verdict {
  if (answer.kind === 'answered') return { kind: 'delivered' };
  if (now >= giveUpAt) return { kind: 'given_up' };
  const asked = answer.kind === 'failed' ? (answer.retryAfterMs ?? 0) : 0;
  const rest = backoffMs(attempts, {
    firstMs: RETRY_FIRST_MS,
    longestMs: RETRY_LONGEST_MS,
    random,
  });
  const delayMs = Math.min(Math.max(rest, asked), RETRY_LONGEST_MS);
  return {
    kind: 'pending',
    nextAt: new Date(Math.min(now.getTime() + delayMs, giveUpAt.getTime())),
  };
}

/** The attempt as the log keeps it: no more of the answer than its beginning, and no NUL. */
export function attemptOf(answer: WebhookAnswer, { at, ms }: { at: Date; ms: number }): Attempt {
  const text = answer.text?.replaceAll('\0', '').slice(0, ANSWER_BYTES_KEPT);
  return {
    at: at.toISOString(),
    status: answer.kind === 'refused' ? null : answer.status,
    ms,
    reason: answer.kind === 'answered' ? null : answer.reason,
    answer: text === undefined || text === '' ? null : text,
  };
}

/** Why an endpoint is disabled after a failed attempt; null when it goes on. */
export function disabledBy(
  answer: WebhookAnswer,
  { failures, failingSince, now }: { failures: number; failingSince: Date | null; now: Date },
): 'gone' | 'failing' | null {
  if (answer.kind === 'answered') return null;
  if (answer.kind === 'failed' && answer.status === GONE) return 'gone';
  if (failingSince === null) return null;
  const failingMs = now.getTime() - failingSince.getTime();
  const isLong = failingMs >= DISABLE_MS;
  return isLong || (failures >= DISABLE_FAILURES && failingMs >= DISABLE_FAILURES_MS)
    ? 'failing'
    : null;
}
