import { ApiError } from '../errors.ts';
import { beaconOf, sendBeacon } from './beacon.ts';
import { type Entry, type EntryBody, joined, newEntry, singlesOf, uuid } from './entry.ts';
import type { Heard, Store } from './store.ts';

/** How a queue speaks, remembers and complains. */
export interface QueueOptions {
  /** Origin of the server. */
  readonly url: string;
  readonly widgetKey: string;
  readonly store: Store;
  /** Proves who the user is, until the server refuses it. */
  readonly userToken: string | undefined;
  /** Gives a token when there is none, and another when the server refused the last. */
  readonly getUserToken: ((userId: string) => string | Promise<string>) | undefined;
  readonly onError: ((error: Error) => void) | undefined;
}

interface Waiter {
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** Far more than a page says in an hour without a network; then new calls are refused. */
const ENTRIES_MAX = 500;
/** For so long events are gathered, to be sent together. */
const GATHER_MS = 200;
const TIMEOUT_MS = 30_000;
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 300_000;
/**
 * The server knows an `Idempotency-Key` and an event's id for 24 hours. What was tried before that may
 * have arrived, and would count twice.
 */
const REPEATABLE_MS = 23 * 3_600_000;
/** Too early, still being worked, and too much; and all that begins with 5. */
const PASSING_STATUSES = [408, 409, 425, 429];
/** Where not even a new token is taken, it is not the token: for so long no other is asked for. */
const TOKEN_REST_MS = 60_000;
/** One rest for the other tab to have its answer, and one under a key that nobody else has. */
const CONTESTED_MAX = 2;

/** Calls that wait for the server's answer, sent one after the other. */
export class Queue {
  readonly #options: QueueOptions;
  /** With what an earlier page left behind. */
  readonly #entries: Entry[];
  readonly #waiters = new Map<Entry, (Waiter | undefined)[]>();
  readonly #tokens = new Map<string, string>();
  /** Those that have a token in the place of a refused one. */
  readonly #refreshed = new Set<Entry>();
  /** How often another tab was found to have used the key of an entry. */
  readonly #contested = new Map<Entry, number>();
  /** Until when no token is asked for to replace a refused one. Epoch milliseconds. */
  #tokenRestEnds = 0;
  #drained = Promise.resolve();
  #isDraining = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #failures = 0;
  #isClosed = false;

  constructor(options: QueueOptions) {
    this.#options = options;
    this.#entries = options.store.load();
  }

  /** Puts a call at the end; settles with the server's answer, which may take until the next network. */
  add<Answer>(
    path: Entry['path'],
    body: EntryBody,
    read = (answer: unknown): Answer => answer as Answer,
  ): Promise<Answer> {
    const answer = new Promise<Answer>((resolve, reject) => {
      const waiter: Waiter = { resolve: (answer) => resolve(read(answer)), reject };
      try {
        const entry = this.#place(path, body);
        this.#waiters.set(entry, [...(this.#waiters.get(entry) ?? []), waiter]);
        this.#options.store.save(entry);
      } catch (error) {
        const fault = error as Error;
        reject(fault);
        this.#complain(fault);
      }
    });
    // Whoever does not wait for the answer has `onError`.
    answer.catch(() => {});
    // Unless it is sent anyway: what is under way comes by, and what rests wakes by itself.
    if (!this.#isDraining && this.#failures === 0) {
      if (path === '/events') this.#flushIn(GATHER_MS);
      else void this.flush();
    }
    return answer;
  }

  /** The entry that takes a call in: the last, when it may, or a new one at the end. */
  #place(path: Entry['path'], given: EntryBody): Entry {
    // As it is now, whatever the caller makes of it later; and what is no JSON is refused at once.
    const body = JSON.parse(JSON.stringify(given)) as EntryBody;
    const last = this.#entries.at(-1);
    // Not what another page began: that tab may live, and be sending it.
    if (last !== undefined && this.#waiters.has(last)) {
      this.#renew(last);
      if (joined(last, path, body)) return last;
    }
    if (this.#entries.length >= ENTRIES_MAX) {
      throw new Error('Too many calls wait for the network.');
    }
    const entry = newEntry(path, body);
    this.#entries.push(entry);
    return entry;
  }

  /** Another tab had the answer to a call that waits here, too. Of a refusal each hears by itself. */
  hear({ id, answer }: Heard): void {
    const entry = this.#entries.find((each) => each.id === id);
    if (entry !== undefined) for (const waiter of this.#take(entry)) waiter?.resolve(answer);
  }

  /** Sends now what waits; settles when nothing is left, or when it has to wait. */
  flush(): Promise<void> {
    clearTimeout(this.#timer);
    if (!this.#isDraining) this.#drained = this.#drain();
    return this.#drained;
  }

  /** Gives the browser what waits, to be delivered while the page goes. */
  leave(): void {
    if (isOffline()) return;
    const { url, widgetKey } = this.#options;
    const beacon = beaconOf(this.#entries, (entry) => {
      this.#renew(entry);
      return this.#signAtOnce(entry);
    });
    if (beacon === null) return;
    beacon.entries.forEach((entry) => this.#begin(entry));
    // Whether it arrives is not told: what waits stays, and the next page says it again.
    sendBeacon(`${url}/api/sdk/beacon?key=${widgetKey}`, beacon.text);
  }

  /** Stops; what waits is kept for the next page. */
  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
  }

  #flushIn(ms: number): void {
    clearTimeout(this.#timer);
    if (!this.#isClosed) this.#timer = setTimeout(() => void this.flush(), ms);
  }

  async #drain(): Promise<void> {
    this.#isDraining = true;
    for (;;) {
      const [entry] = this.#entries;
      if (entry === undefined || this.#isClosed) break;
      // No network and a token that cannot be had are alike: later.
      const waitMs = await this.#attempt(entry).catch(() => 0);
      if (waitMs !== undefined) {
        this.#failures += 1;
        const rest = FIRST_WAIT_MS * 2 ** this.#failures * (0.25 + Math.random() / 4);
        this.#flushIn(Math.min(Math.max(waitMs, rest), LONGEST_WAIT_MS));
        break;
      }
      this.#failures = 0;
    }
    this.#isDraining = false;
  }

  /** One attempt; undefined goes on, a number is how long the server asks to wait. Milliseconds. */
  async #attempt(entry: Entry): Promise<number | undefined> {
    if (isOffline()) return 0;
    this.#renew(entry);
    if (Date.now() - (entry.triedAt ?? Date.now()) > REPEATABLE_MS) {
      this.#refuse(entry, new Error('The server did not answer for a day.'));
      return undefined;
    }
    if (entry.triedAt === undefined) {
      await this.#sign(entry);
      this.#renew(entry, true);
      // Another tab may have had the answer meanwhile.
      if (!this.#entries.includes(entry)) return undefined;
    }
    this.#begin(entry);
    const { url, widgetKey } = this.#options;
    const response = await fetch(`${url}/api/sdk${entry.path}`, {
      method: 'POST',
      headers: {
        Authorization: `Bearer ${widgetKey}`,
        'Content-Type': 'application/json',
        'Idempotency-Key': entry.key,
      },
      body: JSON.stringify(entry.body),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const { status } = response;
    if (status >= 500 || PASSING_STATUSES.includes(status)) {
      return Number(response.headers.get('Retry-After')) * 1_000 || 0;
    }
    const answer = answerIn(await response.text());
    if (!this.#entries.includes(entry)) return undefined;
    if (!response.ok) return this.#judge(entry, status, answer?.error ?? `Status ${status}`);
    // The page of some network's door, and not of the server: later.
    if (answer === undefined) return 0;
    this.#options.store.drop(entry, answer);
    for (const waiter of this.#take(entry)) waiter?.resolve(answer);
    return undefined;
  }

  /** What becomes of a call that was refused: another token, another key, smaller calls, or nothing. */
  async #judge(entry: Entry, status: number, message: string): Promise<number | undefined> {
    const { events = [] } = entry.body;
    if (status === 401 || status === 403) {
      if (await this.#replaceToken(entry)) return undefined;
    } else if ((status === 422 && events.length > 0) || (status === 400 && events.length > 1)) {
      // Events count once by their own ids, whatever becomes of the key that they share.
      this.#split(entry);
      return undefined;
    } else if (status === 422 && this.#leaveKey(entry)) return 0;
    this.#refuse(entry, new ApiError(status, null, message));
    return undefined;
  }

  /**
   * Another tab used the key for other bytes, with its own token. While it waits for the answer, that
   * is heard or the bytes are taken over; once it was refused, or is no more, ours go by another key.
   */
  #leaveKey(entry: Entry): boolean {
    const times = (this.#contested.get(entry) ?? 0) + 1;
    this.#contested.set(entry, times);
    if (times === CONTESTED_MAX) {
      entry.key = uuid();
      this.#options.store.save(entry);
    }
    return times <= CONTESTED_MAX;
  }

  /** Makes a call of each event. */
  #split(entry: Entry): void {
    const singles = singlesOf(entry);
    const waiting = this.#take(entry);
    this.#options.store.drop(entry);
    singles.forEach((single, at) => {
      this.#waiters.set(single, [waiting[at]]);
      this.#options.store.save(single);
    });
    this.#entries.unshift(...singles);
  }

  /** Puts the token of an entry's user into it, where one is needed. */
  async #sign(entry: Entry): Promise<void> {
    const { user_id: userId } = entry.body;
    if (userId === undefined) return;
    const token = this.#tokenOf(userId) ?? (await this.#ask(userId));
    // A beacon may have taken it along meanwhile, and it must stay as it was sent.
    if (token && entry.triedAt === undefined) entry.body = { ...entry.body, user_token: token };
  }

  /** Puts another token into an entry whose own was refused; false when there is none, or was already. */
  async #replaceToken(entry: Entry): Promise<boolean> {
    const { user_id: userId, user_token: refused } = entry.body;
    if (this.#refreshed.has(entry)) this.#tokenRestEnds = Date.now() + TOKEN_REST_MS;
    if (userId === undefined || this.#refreshed.has(entry)) return false;
    let token = this.#tokenOf(userId);
    // The call before may have got a new one already.
    const isNew = token !== undefined && token !== refused;
    // Throws when none can be had now; the next refusal is then the first again.
    if (!isNew && Date.now() >= this.#tokenRestEnds) token = await this.#ask(userId);
    if (!token || token === refused) return false;
    if (!this.#entries.includes(entry)) return true;
    this.#refreshed.add(entry);
    entry.body = { ...entry.body, user_token: token };
    // The refusal is kept under the old key; nothing has happened that could happen twice.
    entry.key = uuid();
    this.#options.store.save(entry);
    return true;
  }

  async #ask(userId: string): Promise<string | undefined> {
    const token = await this.#options.getUserToken?.(userId);
    if (token) this.#tokens.set(userId, token);
    return token;
  }

  /** The same without waiting; false when the token would have to be waited for. */
  #signAtOnce(entry: Entry): boolean {
    const { user_id: userId } = entry.body;
    if (entry.triedAt !== undefined || userId === undefined) return true;
    const token = this.#tokenOf(userId);
    if (token === undefined) return this.#options.getUserToken === undefined;
    entry.body = { ...entry.body, user_token: token };
    return true;
  }

  readonly #tokenOf = (userId: string): string | undefined =>
    this.#tokens.get(userId) ?? this.#options.userToken;

  #begin(entry: Entry): void {
    entry.triedAt ??= Date.now();
    this.#options.store.save(entry);
  }

  /** Takes over what another tab made of an entry that both have: a repeat is the same bytes. */
  #renew(entry: Entry, isOwn = this.#waiters.has(entry)): void {
    const kept = this.#options.store.find(entry.id);
    if (kept !== undefined && (!isOwn || kept.triedAt !== undefined)) Object.assign(entry, kept);
  }

  #refuse(entry: Entry, error: Error): void {
    this.#options.store.drop(entry);
    for (const waiter of this.#take(entry)) waiter?.reject(error);
    this.#complain(error);
  }

  /** Takes an entry out, and gives who waits for it. */
  #take(entry: Entry): (Waiter | undefined)[] {
    const at = this.#entries.indexOf(entry);
    if (at >= 0) this.#entries.splice(at, 1);
    const waiting = this.#waiters.get(entry) ?? [];
    this.#waiters.delete(entry);
    this.#refreshed.delete(entry);
    this.#contested.delete(entry);
    return waiting;
  }

  /** What the page makes of it is its own: a fault there stops nothing here. */
  #complain(error: Error): void {
    queueMicrotask(() => this.#options.onError?.(error));
  }
}

/** The JSON of an answer; undefined where a proxy speaks. */
function answerIn(text: string): { readonly error?: string } | undefined {
  try {
    return (JSON.parse(text) ?? undefined) as { error?: string } | undefined;
  } catch {
    return undefined;
  }
}

/** A browser that says it is offline is; one that says it is online may be wrong. */
function isOffline(): boolean {
  const { onLine } = (globalThis.navigator ?? {}) as Partial<Navigator>;
  return onLine === false;
}
