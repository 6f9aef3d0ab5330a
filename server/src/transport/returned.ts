/** Whether a bounce says something about the person, for good. */
export type BounceClass =
  /** The address does not exist or will never take mail: nobody writes there again. */
  | 'hard'
  /** It did not work this time: a full mailbox, a server that is away. */
  | 'soft'
  /** Somebody did not like the message, its sender or its origin: it says nothing about the person. */
  | 'blocked';

/**
 * What came back about one message, from a provider's webhook or a mailbox. Told at least once and in
 * any order.
 */
export interface Returned {
  /** Of this event at its source, unique there: the same however often it is told. */
  readonly key: string;
  readonly kind:
    | 'delivered'
    | 'bounced'
    | 'complained'
    | 'opened'
    | 'clicked'
    | 'unsubscribed'
    | 'replied'
    /** A temporary failure that the provider goes on with by itself. */
    | 'delayed'
    /** The provider will not hand it over; nothing left. */
    | 'dropped';
  /** When it happened, by the source's clock. */
  readonly at: Date;
  /** Our id of the message, which every handover sends along. */
  readonly messageId: string;
  /** Null when the source does not tell. Lower case. */
  readonly recipient: string | null;
  readonly bounce: {
    readonly class: BounceClass;
    /** Enhanced status code such as `5.1.1`; null when none was told. */
    readonly code: string | null;
    /** What the receiving server said, cut to 500 characters. */
    readonly diagnostic: string;
  } | null;
  /** What else is worth showing: `url`, `user_agent`, `ip`, `feedback_type`. */
  readonly detail: Readonly<Record<string, string | number | boolean | null>>;
}
