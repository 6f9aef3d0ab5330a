/** A composed message on its way out. */
export interface OutgoingMessage {
  /** Ours, for logs and provider tags; never part of the mail. */
  readonly id: string;
  /** ASCII addresses. Every recipient gets the message or none does. */
  readonly envelope: { readonly from: string; readonly to: readonly string[] };
  /** MIME with CRLF line breaks. */
  readonly raw: Buffer;
  readonly messageId: string;
}

/**
 * How far a handover had come: opening a connection (`connect`, `tls`, `hello`, `auth`), naming
 * sender and recipient (`mail`, `rcpt`), asking to send (`data`), sending (`content`), and waiting
 * for the answer to the final dot (`end`).
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
 *   without a decision.
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
  | { readonly kind: 'in_doubt'; readonly answer: string; readonly phase: HandoverPhase };

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
