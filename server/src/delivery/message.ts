import type { Reason } from '../schedule/reason.ts';

export type MessageState =
  | 'scheduled'
  | 'sending'
  | 'accepted'
  | 'delivered'
  | 'bounced'
  | 'complained'
  | 'rejected'
  | 'cancelled'
  | 'in_doubt';

export const MESSAGE_STATES: readonly MessageState[] = [
  'scheduled',
  'sending',
  'accepted',
  'delivered',
  'bounced',
  'complained',
  'rejected',
  'cancelled',
  'in_doubt',
];

/** A composed message of one step occurrence, before its first attempt. */
export interface NewMessage {
  readonly bucket: number;
  readonly id: string;
  readonly workspaceId: string;
  readonly enrollmentId: string;
  readonly seq: number;
  readonly automationId: string;
  readonly userId: string;
  readonly userExternalId: string;
  readonly stepId: string;
  /** Which variant of the email it is; null where there are none. */
  readonly variant: string | null;
  /** The list it is sent to; null where it belongs to none. */
  readonly listId: string | null;
  readonly transport: string;
  readonly from: string;
  readonly to: string;
  readonly subject: string;
  readonly html: string;
  readonly text: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly messageId: string;
  readonly scheduledFor: Date;
  readonly now: Date;
}

/** A stored message without its bodies. */
export interface Message {
  readonly id: string;
  readonly bucket: number;
  readonly workspaceId: string;
  readonly enrollmentId: string;
  readonly seq: number;
  readonly automationId: string;
  readonly userId: string;
  readonly userExternalId: string;
  readonly stepId: string;
  /** Which variant of the email it is; null where there are none. */
  readonly variant: string | null;
  readonly state: MessageState;
  readonly transport: string;
  readonly from: string;
  readonly to: string;
  readonly subject: string;
  readonly messageId: string;
  readonly scheduledFor: Date;
  readonly attempt: number;
  readonly attemptedAt: Date | null;
  readonly sentAt: Date | null;
  readonly answer: string | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** A stored message, whole. */
export interface FullMessage extends Message {
  readonly html: string;
  readonly text: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly reasons: readonly Reason[];
}

/** Something that happened to a message. */
export interface MessageEvent {
  readonly kind: string;
  readonly at: Date;
  readonly detail: Readonly<Record<string, unknown>>;
}

/** A definite temporary failure is tried again for this long after the first attempt. */
const RETRY_FOR_MS = 24 * 3_600_000;
const RETRY_FIRST_MS = 30_000;
/** Mail servers that defer ask for minutes, not days; over an hour the window would often close. */
const RETRY_MAX_MS = 3_600_000;

/**
 * How long to wait before the next attempt: doubling from 30 s to an hour, with full jitter over the
 * upper half so that messages deferred together do not come back together.
 *
 * @param attempts how many were made, at least 1
 * @param random 0 … 1
 * @param askedMs what the server asked for, if it did
 * @returns null when the message has been tried for 24 hours: it is given up
 */
export function retryDelayMs({
  attempts,
  firstAttemptAt,
  now,
  random,
  askedMs = 0,
}: {
  attempts: number;
  firstAttemptAt: Date;
  now: Date;
  random: number;
  askedMs?: number;
}): number | null {
  const fullMs = Math.min(RETRY_MAX_MS, RETRY_FIRST_MS * 2 ** Math.min(attempts - 1, 20));
  const delayMs = Math.max(
    Math.round(fullMs * (0.5 + random / 2)),
    Math.min(askedMs, RETRY_FOR_MS),
  );
  const triedForMs = now.getTime() - firstAttemptAt.getTime();
  return triedForMs + delayMs > RETRY_FOR_MS ? null : delayMs;
}

/**
 * Text as the database can keep it. NUL and unpaired surrogates come out of templates and of mail
 * servers; one of them would keep everything that is written together with it from being written.
 */
export const storable = (text: string): string => text.replaceAll('\0', '\u{fffd}').toWellFormed();
