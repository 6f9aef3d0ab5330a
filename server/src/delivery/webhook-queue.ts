/** How much goes on at the same time. */
export interface WebhookBounds {
  readonly calls: number;
  /** Of one host: a slow one never has all the calls. */
  readonly callsPerHost: number;
  /** Calls that wait or go on, or whose answer is being written. */
  readonly inHand: number;
  readonly inHandPerHost: number;
}

const WEBHOOK_BOUNDS: WebhookBounds = {
  // Each is a socket of its own for ten seconds at most.
  calls: 64,
  callsPerHost: 16,
  inHand: 512,
  inHandPerHost: 128,
};

interface Host<T> {
  readonly waiting: T[];
  running: number;
  inHand: number;
  /** What a call takes, on a moving average. */
  callMs: number;
  /** When the next one that finds no room may come back, on the monotonic clock. */
  nextAtMs: number;
}

const CALL_MS_AT_FIRST = 1_000;
/** A call in eight decides: quick to follow, and no single one matters. */
const AVERAGE_SHARE = 1 / 8;
const PUT_OFF_MIN_MS = 1_000;
const PUT_OFF_MAX_MS = 60_000;

/**
 * Calls that wait for their turn, by host: hosts take turns, each has so many calls at most, and what
 * finds no room is told when to come back, at the pace at which its host answers.
 */
export class WebhookQueue<T> {
  readonly #bounds: WebhookBounds;
  /** In the order of their turns. */
  readonly #hosts = new Map<string, Host<T>>();
  #running = 0;
  #inHand = 0;

  constructor(bounds: WebhookBounds = WEBHOOK_BOUNDS) {
    this.#bounds = bounds;
  }

  /**
   * Takes a call in.
   *
   * @returns null when it is in, or after how many milliseconds it should come back
   */
  add(name: string, item: T, nowMs: number): number | null {
    const host = this.#host(name);
    const { inHand, inHandPerHost } = this.#bounds;
    if (this.#inHand >= inHand || host.inHand >= inHandPerHost) return this.#slot(host, nowMs);
    host.waiting.push(item);
    host.inHand += 1;
    this.#inHand += 1;
    return null;
  }

  /** Whether `take` would give a call. */
  get isReady(): boolean {
    return this.#next() !== null;
  }

  /** The next call that may begin; it counts as running until `ended`. */
  take(): { host: string; item: T } | null {
    const [name, host] = this.#next() ?? [];
    const item = host?.waiting.shift();
    if (name === undefined || host === undefined || item === undefined) return null;
    host.running += 1;
    this.#running += 1;
    // To the end of the row.
    this.#hosts.delete(name);
    this.#hosts.set(name, host);
    return { host: name, item };
  }

  /** A call has ended: another one may begin. `ms` is what it took; null when it was not made. */
  ended(name: string, ms: number | null): void {
    const host = this.#host(name);
    host.running -= 1;
    this.#running -= 1;
    if (ms !== null) host.callMs += (ms - host.callMs) * AVERAGE_SHARE;
  }

  /** A call is out of our hands. A host of which nothing is in hand is forgotten when its time is over. */
  left(name: string, nowMs: number): void {
    const host = this.#host(name);
    host.inHand -= 1;
    this.#inHand -= 1;
    if (host.inHand === 0 && host.nextAtMs <= nowMs) this.#hosts.delete(name);
  }

  /** Takes out everything that waits; each still has to leave. */
  drain(): { host: string; item: T }[] {
    return [...this.#hosts].flatMap(([host, { waiting }]) =>
      waiting.splice(0).map((item) => ({ host, item })),
    );
  }

  #next(): [string, Host<T>] | null {
    if (this.#running >= this.#bounds.calls) return null;
    for (const [name, host] of this.#hosts) {
      if (host.waiting.length > 0 && host.running < this.#bounds.callsPerHost) return [name, host];
    }
    return null;
  }

  #slot(host: Host<T>, nowMs: number): number {
    const stepMs = host.callMs / this.#bounds.callsPerHost;
    host.nextAtMs = Math.max(host.nextAtMs, nowMs + PUT_OFF_MIN_MS) + stepMs;
    return Math.round(Math.min(host.nextAtMs - nowMs, PUT_OFF_MAX_MS));
  }

  #host(name: string): Host<T> {
    const known = this.#hosts.get(name);
    if (known !== undefined) return known;
    const fresh = {
      waiting: [],
      running: 0,
      inHand: 0,
      callMs: CALL_MS_AT_FIRST,
      nextAtMs: 0,
    };
    this.#hosts.set(name, fresh);
    return fresh;
  }
}
