import type { Address } from '../platform/email-address.ts';
import type { DkimKey } from './dkim.ts';

/** What a message is made of, for providers that write the MIME themselves. */
export interface OutgoingParts {
  readonly from: Address;
  readonly to: readonly Address[];
  readonly replyTo: Address | null;
  readonly subject: string;
  readonly html: string;
  readonly text: string;
  /** On top of the usual ones, such as `List-Unsubscribe`; without `Reply-To` and `Message-ID`. */
  readonly headers: Readonly<Record<string, string>>;
}

/** A composed message on its way out. */
export interface OutgoingMessage {
  /** Ours: every handover sends it along, so that what comes back can name it. */
  readonly id: string;
  /** ASCII addresses. Every recipient gets the message or none does. */
  readonly envelope: { readonly from: string; readonly to: readonly string[] };
  /** MIME with CRLF line breaks. */
  readonly raw: Buffer;
  /** The same message as `raw`, taken apart. */
  readonly parts: OutgoingParts;
  readonly messageId: string;
  /** The same at every attempt, and never that of another message: the message's id. */
  readonly idempotencyKey: string;
  /**
   * Set when an attempt under this key is in doubt: until when the provider remembers it. Past that
   * the message is not handed over again.
   */
  readonly retrySafeUntil?: Date;
  /** What to sign with. Transports whose provider signs do not look at it. */
  readonly dkim?: readonly DkimKey[];
}

/**
 * How far a handover had come: opening a connection (`connect`, `tls`, `hello`, `auth`), naming
 * sender and recipient (`mail`, `rcpt`), asking to send (`data`), sending (`content`), and waiting
 * for the answer to the final dot (`end`).
 *
 * Over HTTP: `connect` and `tls` likewise, `auth` for what our account may not do, `rcpt` for an
 * address that cannot be one, `content` before the request is written, and `end` after.
 */
export type HandoverPhase =
  | 'connect'
  | 'tls'
  | 'hello'
  | 'auth'
  | 'mail'
  | 'rcpt'
  | 'data'
  | 'content'
  | 'end';

/**
 * What became of a handover. `answer` is the server's reply, or what happened instead of one.
 *
 * - `accepted`: a definite yes.
 * - `deferred`: a definite no that may change. Nothing was taken; trying again cannot repeat it.
 * - `rejected`: a definite no for good.
 * - `in_doubt`: the message was handed over whole and no reply came. Nobody may send it again
 *   without a decision; with `retrySafeUntil` the same transport may be given it again, with that
 *   time in `retrySafeUntil` of the message, for the provider knows its key until then.
 */
export type Handover =
  | { readonly kind: 'accepted'; readonly answer: string }
  | {
      readonly kind: 'deferred';
      readonly answer: string;
      readonly phase: HandoverPhase;
      readonly retryAfterMs?: number;
    }
  | { readonly kind: 'rejected'; readonly answer: string; readonly phase: HandoverPhase }
  | {
      readonly kind: 'in_doubt';
      readonly answer: string;
      readonly phase: HandoverPhase;
      readonly retrySafeUntil?: Date;
    };

/** What `verify` found. */
export type Verification =
  | { readonly ok: true; readonly answer: string }
  | { readonly ok: false; readonly answer: string; readonly phase: HandoverPhase };

/** A way for messages to leave. */
export interface Transport {
  /** As stored with each message: `smtp`, `capture` … */
  readonly name: string;
  /** How many `send`s go on at the same time; more of them wait for their turn. */
  readonly concurrency: number;
  /**
   * Hands one message over, once. Never tries again after any of the content has left, never
   * throws for what a server does, and always settles within its timeouts.
   *
   * @param signal gives up: at once while nothing has left, soon after when it has
   * @param mayLeave asked once, at the last moment before it counts; no means `deferred`
   */
  send(message: OutgoingMessage, signal?: AbortSignal, mayLeave?: () => boolean): Promise<Handover>;
  /** Whether messages could be handed over now. Sends none. */
  verify(): Promise<Verification>;
  /** Lets what is under way finish, then ends the connections. `send` defers from then on. */
  close(): Promise<void>;
}
