/** Something that a user, or somebody not identified, did. */
export interface Event {
  readonly id: string;
  /** The user's external id; null for somebody not identified. */
  readonly userId: string | null;
  readonly eventType: string;
  /** When it happened, as the caller says; never later than `receivedAt`. */
  readonly occurredAt: Date;
  /** When it came, by the clock of the side. */
  readonly receivedAt: Date;
  /** When it was stored, by the database's clock. Lists go by it. */
  readonly storedAt: Date;
  readonly eventId: string | null;
  readonly sessionId: string | null;
  readonly elementSelector: string | null;
  readonly pageUrl: string | null;
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** An event as a call sends it, checked and cut to length. */
export interface NewEvent {
  readonly eventType: string;
  /** Null: now. */
  readonly occurredAt: Date | null;
  readonly eventId: string | null;
  readonly elementSelector: string | null;
  readonly pageUrl: string | null;
  /** As JSON text, for it is measured and stored as such. */
  readonly metadata: string;
}

export const EVENT_TYPE_LENGTH_MAX = 100;
export const ELEMENT_SELECTOR_LENGTH_MAX = 500;
export const PAGE_URL_LENGTH_MAX = 2_000;
export const SESSION_ID_LENGTH_MAX = 200;
/** Metadata of one event, as JSON. */
export const METADATA_BYTES_MAX = 10_000;
export const EVENTS_PER_CALL_MAX = 100;

/**
 * The beginning of a text, as long as it may be.
 *
 * @param lengthMax in UTF-16 units, as JavaScript and browsers count; a character that takes two and
 *   does not fit whole is left out
 */
export function cutTo(text: string, lengthMax: number): string {
  if (text.length <= lengthMax) return text;
  const cut = text.slice(0, lengthMax);
  return cut.isWellFormed() ? cut : cut.slice(0, -1);
}
