import type { Clock } from '../platform/clock.ts';
import type { Db } from '../platform/db.ts';
import { count, newWindow, roll, waitMs, type SlidingWindow, type Span } from './sliding-window.ts';
import { addCounts, deleteOldCounts, type CounterRow } from './sql/rate-counters.ts';

/** What is limited: calls of whom, how many, in how long a time. */
export interface Limit {
  /** Names who calls and what is counted; the same text is the same counter in every process. */
  readonly key: string;
  /** Calls allowed in any stretch of `widthSeconds`; 0 switches the limit off. */
  readonly max: number;
  readonly widthSeconds: number;
}

/** Whether a call may go on, else when it is worth trying again. */
export type RateAnswer =
  | { readonly ok: true }
  | { readonly ok: false; readonly retryAfterSeconds: number };

/**
 * Counts calls in memory and shares the counts with the other processes once a second.
 *
 * `now` is the real time, for test sides too. Asking costs no query; where nothing is counted
 * nothing is queried.
 */
export interface RateLimiter {
  /** Counts a call if it is within the limit. */
  readonly take: (limit: Limit, now: Date) => RateAnswer;
  /** Answers like `take` and counts nothing: for what is known only after the call. */
  readonly peek: (limit: Limit, now: Date) => RateAnswer;
  /** Counts a call whether within the limit or not: what happened, happened. */
  readonly add: (limit: Limit, now: Date) => void;
  /**
   * Shares what was counted since the last time. Called by itself; a test calls it to save time.
   */
  readonly sync: () => Promise<void>;
  /** Shares what is left and stops. */
  readonly close: () => Promise<void>;
}

interface Counter {
  readonly key: string;
  readonly window: SlidingWindow;
}

const SYNC_MS = 1_000;
/** Keys in one statement: some 20 ms of work for the database; what is left waits a second more. */
const SYNC_KEYS_MAX = 5_000;
/**
 * About 15 MB. The counter unused for longest goes first, so a flood of addresses forgets the quiet
 * ones.
 */
const COUNTERS_MAX = 50_000;
/** Old rows are looked for this often while there is traffic. */
const CLEAN_MS = 60_000;
const CLEAN_ROWS_MAX = 20_000;
/** Rows are kept for this long after their stretch ended: more than any process is late. */
const KEEP_MS = 120_000;

const OK: RateAnswer = { ok: true };

interface LimiterDeps {
  readonly db: Db;
  readonly clock: Clock;
  readonly log: { error(data: object, message: string): void };
  readonly countersMax?: number;
}

/** A limiter for one process. */
export const createRateLimiter = (deps: LimiterDeps): RateLimiter => new SharedCounters(deps);

class SharedCounters implements RateLimiter {
  readonly #deps: LimiterDeps;
  // A Map keeps the order of insertion: the first counter is the one unused for longest.
  readonly #counters = new Map<string, Counter>();
  readonly #unshared = new Set<Counter>();
  #timer: NodeJS.Timeout | undefined;
  #last: Promise<unknown> = Promise.resolve();
  #cleanedMs: number;
  #isClosed = false;

  constructor(deps: LimiterDeps) {
    this.#deps = deps;
    this.#cleanedMs = deps.clock.now().getTime();
  }

  readonly take = (limit: Limit, now: Date): RateAnswer => this.#judge(limit, now, 'taken');

  readonly peek = (limit: Limit, now: Date): RateAnswer => this.#judge(limit, now, 'none');

  readonly add = (limit: Limit, now: Date): void => {
    if (limit.max === 0) return;
    const counter = this.#counterOf(limit, now.getTime());
    count(counter.window, now.getTime());
    this.#share(counter);
  };

  readonly sync = (): Promise<void> => this.#inTurn(() => this.#syncOnce());

  readonly close = (): Promise<void> => {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    return this.#inTurn(() => this.#syncAndLog());
  };

  #judge(limit: Limit, now: Date, counts: 'taken' | 'none'): RateAnswer {
    if (limit.max === 0) return OK;
    const nowMs = now.getTime();
    const counter = this.#counterOf(limit, nowMs);
    const wait = waitMs(counter.window, limit.max, nowMs);
    if (wait === 0 && counts === 'taken') count(counter.window, nowMs);
    this.#share(counter);
    return wait === 0 ? OK : { ok: false, retryAfterSeconds: Math.ceil(wait / 1_000) };
  }

  #counterOf({ key: name, widthSeconds }: Limit, nowMs: number): Counter {
    const key = `${widthSeconds}:${name}`;
    const known = this.#counters.get(key);
    if (known === undefined && this.#counters.size >= (this.#deps.countersMax ?? COUNTERS_MAX)) {
      const [oldest] = this.#counters.values();
      if (oldest !== undefined) this.#counters.delete(oldest.key);
      if (oldest !== undefined) this.#unshared.delete(oldest);
    }
    const counter = known ?? { key, window: newWindow(widthSeconds * 1_000, nowMs) };
    this.#counters.delete(key);
    this.#counters.set(key, counter);
    roll(counter.window, nowMs);
    return counter;
  }

  /** Has the counter shared with the next sync, for its calls or to learn of those of others. */
  #share(counter: Counter): void {
    this.#unshared.add(counter);
    if (this.#timer !== undefined || this.#isClosed) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      void this.#inTurn(() => this.#syncAndLog());
    }, SYNC_MS);
    this.#timer.unref();
  }

  /** Runs one exchange after the other: two at once would count the same calls twice. */
  #inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.#last.then(work);
    this.#last = Promise.allSettled([done]);
    return done;
  }

  async #syncAndLog(): Promise<void> {
    try {
      await this.#syncOnce();
    } catch (err) {
      // Limits go on with what this process knows; the counts are sent with the next traffic.
      this.#deps.log.error({ err }, 'rate limits could not be shared');
    }
  }

  async #syncOnce(): Promise<void> {
    const { db, clock } = this.#deps;
    const nowMs = clock.now().getTime();
    const batch = [...this.#unshared].slice(0, SYNC_KEYS_MAX);
    for (const counter of batch) this.#unshared.delete(counter);
    if (batch.length > 0) await exchange(db, batch, nowMs);
    const [left] = this.#unshared;
    if (left !== undefined) this.#share(left);
    if (nowMs - this.#cleanedMs < CLEAN_MS) return;
    this.#cleanedMs = nowMs;
    await deleteOldCounts(db, { endedBefore: new Date(nowMs - KEEP_MS), limit: CLEAN_ROWS_MAX });
  }
}

/** Sends what the counters of a batch have to send, and takes over what all processes counted. */
async function exchange(db: Db, batch: readonly Counter[], nowMs: number): Promise<void> {
  const spans = new Map<string, Span>();
  const rows: CounterRow[] = [];
  for (const { key, window } of batch) {
    roll(window, nowMs);
    for (const span of [window.current, window.previous]) {
      span.sending = span.unsent;
      span.unsent = 0;
      spans.set(`${span.startMs} ${key}`, span);
      rows.push({ key, startMs: span.startMs, count: span.sending });
    }
  }
  try {
    const known = await addCounts(db, { rows });
    for (const { key, startMs, count: shared } of known) {
      const span = spans.get(`${startMs} ${key}`);
      if (span === undefined) continue;
      span.shared = shared;
      span.sending = 0;
    }
  } finally {
    // What was not answered was not counted there, as far as we know: better twice than lost.
    for (const span of spans.values()) {
      span.unsent += span.sending;
      span.sending = 0;
    }
  }
}
