/** One event, as the server takes it. */
export interface TrackedEvent {
  readonly event_type: string;
  readonly event_id: string;
  readonly occurred_at: string;
  readonly page_url?: string;
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** What goes with a call; which fields depends on its path. */
export interface EntryBody {
  readonly user_id?: string;
  readonly events?: readonly TrackedEvent[];
  readonly user_token?: string;
  readonly [field: string]: unknown;
}

/**
 * A call that the server has not answered yet. Once it has been tried it never changes, its token
 * included: a repeat is the same request byte for byte, and counts once.
 */
export interface Entry {
  /** Entries are sent in the order of their ids. */
  readonly id: string;
  readonly path: '/users/identify' | '/events' | '/series';
  body: EntryBody;
  /** The `Idempotency-Key`. */
  key: string;
  /** Epoch milliseconds of the first try; absent before it. */
  triedAt?: number;
}

/** The server takes so many in one call. */
const EVENTS_MAX = 100;
/** So that a call fits into a beacon, however its characters are encoded. */
const BODY_LENGTH_MAX = 16_000;

let count = 0;

/** A new one, whose id sorts after those of all before it, also of other tabs. */
export function newEntry(path: Entry['path'], body: EntryBody): Entry {
  count += 1;
  const time = Date.now().toString(36).padStart(9, '0');
  const id = `${time}-${count.toString(36).padStart(4, '0')}-${uuid().slice(0, 8)}`;
  return { id, path, body, key: uuid() };
}

/** One entry for each of its events, in their order. */
export const singlesOf = ({ id, path, body: { events = [], ...rest } }: Entry): Entry[] =>
  events.map((event, at) => ({
    id: `${id}.${String(at).padStart(3, '0')}`,
    path,
    body: { ...rest, events: [event] },
    key: uuid(),
  }));

/** Puts an event to those that wait already; false when it has to be a call of its own. */
export function joined(entry: Entry, path: Entry['path'], body: EntryBody): boolean {
  const { events: waiting = [], ...known } = entry.body;
  const { events = [], ...rest } = body;
  if (
    entry.path !== path ||
    entry.triedAt !== undefined ||
    events.length === 0 ||
    waiting.length >= EVENTS_MAX ||
    JSON.stringify(known) !== JSON.stringify(rest) ||
    JSON.stringify([waiting, events]).length > BODY_LENGTH_MAX
  ) {
    return false;
  }
  entry.body = { ...rest, events: [...waiting, ...events] };
  return true;
}

/** A random UUID, also where a page is not served by TLS and `crypto.randomUUID` is missing. */
export function uuid(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return [...bytes]
    .map((byte, at) => ([4, 6, 8, 10].includes(at) ? '-' : '') + byte.toString(16).padStart(2, '0'))
    .join('');
}
