import type { EventReader } from './events.ts';
import type { HttpTimeouts } from './http-attempt.ts';
import type { TransportSetting, TransportValues } from './transport-setting.ts';
import type { HandoverPhase, Transport } from './transport.ts';
import type { PrivateHosts } from './webhook/private-hosts.ts';

/** How a provider knows a handover again, so that it may be repeated without a second message. */
export interface Idempotency {
  /** The name of the header that carries the key. */
  readonly header: string;
  /** For how long a key is remembered from its first use. Milliseconds. */
  readonly lifetimeMs: number;
}

/** What a provider takes, by its documentation. An account may be allowed less or more. */
export interface TransportLimits {
  /** Messages a second; null where the provider names no figure for everybody. */
  readonly perSecond: number | null;
  /** Messages in one handover; always 1 is used, so that each has an answer of its own. */
  readonly batchMax: number;
  /** Of one message. Null when the server says so itself. */
  readonly bytesMax: number | null;
  readonly recipientsMax: number | null;
}

/** What one kind of answer means. Of a table, the first that fits counts. */
export interface AnswerRule {
  /** HTTP status, or all of a hundred. */
  readonly status: number | '3xx' | '4xx' | '5xx';
  /** The provider's own codes, one of which has to be there. Any, when left out. */
  readonly codes?: readonly string[];
  /** Words, in lower case, one of which the provider's message has to hold. Any, when left out. */
  readonly words?: readonly string[];
  /**
   * `deferred` is a definite no that may change, `rejected` one that does not; `in_doubt` is for
   * answers after which the message may have been taken.
   */
  readonly outcome: 'deferred' | 'rejected' | 'in_doubt';
  readonly phase: HandoverPhase;
  /** For people. */
  readonly means: string;
}

/** For making a transport. */
export interface TransportOptions {
  readonly now: () => Date;
  /** How many handovers go on at the same time. */
  readonly connections?: number;
  readonly timeouts?: Partial<HttpTimeouts>;
  /** Servers of the operator's own network that a workspace may name; none, if left out. */
  readonly privateHosts?: PrivateHosts;
  /** For tests alone: where the provider is. Without it, at the one address that the code names. */
  readonly baseUrl?: string;
  /** Certificates to trust instead of the well-known ones, PEM. */
  readonly ca?: string;
}

/** One way for mail to leave: what it is called, what it needs, what it promises. */
export interface TransportKind {
  /** As stored with each message: `ses`. */
  readonly name: string;
  /** For people: `Amazon SES`. */
  readonly label: string;
  /** In the order in which a form shows them. */
  readonly settings: readonly TransportSetting[];
  readonly idempotency: Idempotency | null;
  readonly limits: TransportLimits;
  /** What answers mean, most telling first; empty where a protocol says it all. A 2xx is a yes. */
  readonly answers: readonly AnswerRule[];
  /** Whether the recipient sees the Message-ID that we gave. */
  readonly keepsMessageId: boolean;
  /** Whether the provider signs with DKIM, and our own keys are not used. */
  readonly signsItself: boolean;
  /**
   * @param values as `settingFaults` finds nothing wrong with
   * @throws Error when it would find something
   */
  create(values: TransportValues, options: TransportOptions): Transport;
  /** Verifies and reads what the provider tells; null when it tells nothing over HTTP. */
  readonly readEvents: EventReader | null;
}
