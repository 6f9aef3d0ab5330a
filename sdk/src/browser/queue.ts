import { ApiError } from '../errors.ts';
import { beaconOf, sendBeacon } from './beacon.ts';
import { type Entry, type EntryBody, joined, newEntry, singlesOf, uuid } from './entry.ts';
import type { Store } from './store.ts';

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

/** Calls that wait for the server's answer, sent one after the other. */
export class Queue {
  readonly #options: QueueOptions;
  /** With what an earlier page left behind. */
  readonly #entries: Entry[];
  readonly #waiters = new Map<Entry, (Waiter | undefined)[]>();
  readonly #tokens = new Map<string, string>();
  readonly #refreshed = new Set<Entry>();
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
  add<Answer>(path: Entry['path'], body: EntryBody): Promise<Answer> {
    const answer = new Promise<Answer>((resolve, reject) => {
      let entry = this.#entries.at(-1);
      if (entry === undefined || !joined(entry, path, body)) {
        if (this.#entries.length >= ENTRIES_MAX) {
          reject(new Error('Too many calls wait for the network.'));
          return;
        }
        entry = newEntry(path, body);
        this.#entries.push(entry);
      }
      const waiter = { resolve: resolve as Waiter['resolve'], reject };
      this.#waiters.set(entry, [...(this.#waiters.get(entry) ?? []), waiter]);
      this.#options.store.save(entry);
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
    const beacon = beaconOf(this.#entries, (entry) => this.#signAtOnce(entry));
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
    if (Date.now() - (entry.triedAt ?? Date.now()) > REPEATABLE_MS) {
      this.#refuse(entry, new Error('The server did not answer for a day.'));
      return undefined;
    }
    if (entry.triedAt === undefined) await this.#sign(entry, false);
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
    const answer = (await response.json()) as { error?: string };
    if (response.ok) this.#settle(entry, (waiter) => waiter?.resolve(answer));
    else await this.#judge(entry, status, answer.error ?? `Status ${status}`);
    return undefined;
  }

  /** What becomes of a call that the server refused: another token, smaller calls, or nothing. */
  async #judge(entry: Entry, status: number, message: string): Promise<void> {
    const isToken = (status === 401 || status === 403) && this.#options.getUserToken !== undefined;
    if (isToken && !this.#refreshed.has(entry)) {
      await this.#sign(entry, true);
      this.#refreshed.add(entry);
      // The refusal is kept under the old key; nothing has happened that could happen twice.
      entry.key = uuid();
      this.#options.store.save(entry);
    } else if (status === 400 && (entry.body.events?.length ?? 0) > 1) {
      const waiting = this.#take(entry);
      const singles = singlesOf(entry);
      singles.forEach((single, at) => {
        this.#waiters.set(single, [waiting[at]]);
        this.#options.store.save(single);
      });
      this.#entries.unshift(...singles);
    } else {
      this.#refuse(entry, new ApiError(status, null, message));
    }
  }

  /** Puts the token of an entry's user into it; a stale one is asked for anew. */
  async #sign(entry: Entry, isStale: boolean): Promise<void> {
    const { user_id: userId } = entry.body;
    if (userId === undefined) return;
    const known = isStale ? undefined : this.#tokenOf(userId);
    const token = known ?? (await this.#options.getUserToken?.(userId));
    if (token === undefined) return;
    this.#tokens.set(userId, token);
    // A beacon may have taken it along meanwhile, and it must stay as it was sent.
    if (isStale || entry.triedAt === undefined) entry.body = { ...entry.body, user_token: token };
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

  #refuse(entry: Entry, error: Error): void {
    this.#settle(entry, (waiter) => waiter?.reject(error));
    this.#options.onError?.(error);
  }

  #settle(entry: Entry, tell: (waiter: Waiter | undefined) => void): void {
    this.#take(entry).forEach(tell);
  }

  /** Takes an entry out, and gives who waits for it. */
  #take(entry: Entry): (Waiter | undefined)[] {
    this.#entries.splice(this.#entries.indexOf(entry), 1);
    this.#options.store.drop(entry);
    const waiting = this.#waiters.get(entry) ?? [];
    this.#waiters.delete(entry);
    this.#refreshed.delete(entry);
    return waiting;
  }
}

/** A browser that says it is offline is; one that says it is online may be wrong. */
function isOffline(): boolean {
  const { onLine } = (globalThis.navigator ?? {}) as Partial<Navigator>;
  return onLine === false;
}
