/** How much goes on at the same time. */
export interface TurnBounds {
  readonly running: number;
  /** Of one lane: a slow one never has everything. */
  readonly runningPerLane: number;
  /** What waits or runs, or whose outcome is being written. */
  readonly inHand: number;
  readonly inHandPerLane: number;
  /** Longest that one without room is told to stay away. */
  readonly putOffMaxMs: number;
}

interface Lane<T> {
  readonly waiting: T[];
  running: number;
  inHand: number;
  /** What one takes, on a moving average. */
  runMs: number;
  /** When the next one that finds no room may come back, on the monotonic clock. */
  nextAtMs: number;
}

const RUN_MS_AT_FIRST = 1_000;
/** One in eight decides: quick to follow, and no single one matters. */
const AVERAGE_SHARE = 1 / 8;
const PUT_OFF_MIN_MS = 1_000;

/**
 * What waits for its turn, by lane: lanes take turns, each has so many running at most, and what finds
 * no room is told when to come back, at the pace at which its lane gets on.
 */
export class TurnQueue<T> {
  readonly #bounds: () => TurnBounds;
  /** In the order of their turns. */
  readonly #lanes = new Map<string, Lane<T>>();
  #running = 0;
  #inHand = 0;

  /** @param bounds asked each time: they may change */
  constructor(bounds: () => TurnBounds) {
    this.#bounds = bounds;
  }

  /**
   * Takes one in.
   *
   * @returns null when it is in, or after how many milliseconds it should come back
   */
  add(name: string, item: T, nowMs: number): number | null {
    const lane = this.#lane(name);
    const { inHand, inHandPerLane } = this.#bounds();
    if (this.#inHand >= inHand || lane.inHand >= inHandPerLane) return this.#slot(lane, nowMs);
    lane.waiting.push(item);
    lane.inHand += 1;
    this.#inHand += 1;
    return null;
  }

  /** Those of which something is in hand. */
  get lanes(): number {
    return this.#lanes.size;
  }

  /** Those that were taken and have not ended. */
  get running(): number {
    return this.#running;
  }

  /** Whether `take` would give one. */
  get isReady(): boolean {
    return this.#next() !== null;
  }

  /** The next one that may begin; it counts as running until `ended`. */
  take(): { lane: string; item: T } | null {
    const [name, lane] = this.#next() ?? [];
    const item = lane?.waiting.shift();
    if (name === undefined || lane === undefined || item === undefined) return null;
    lane.running += 1;
    this.#running += 1;
    // To the end of the row.
    this.#lanes.delete(name);
    this.#lanes.set(name, lane);
    return { lane: name, item };
  }

  /** One has ended: another may begin. `ms` is what it took; null when it did not run. */
  ended(name: string, ms: number | null): void {
    const lane = this.#lane(name);
    lane.running -= 1;
    this.#running -= 1;
    if (ms !== null) lane.runMs += (ms - lane.runMs) * AVERAGE_SHARE;
  }

  /** One is out of our hands. A lane of which nothing is in hand is forgotten when its time is over. */
  left(name: string, nowMs: number): void {
    const lane = this.#lane(name);
    lane.inHand -= 1;
    this.#inHand -= 1;
    if (lane.inHand === 0 && lane.nextAtMs <= nowMs) this.#lanes.delete(name);
  }

  /** Takes out everything that waits; each still has to leave. */
  drain(): { lane: string; item: T }[] {
    return [...this.#lanes].flatMap(([lane, { waiting }]) =>
      waiting.splice(0).map((item) => ({ lane, item })),
    );
  }

  #next(): [string, Lane<T>] | null {
    if (this.#running >= this.#bounds().running) return null;
    for (const [name, lane] of this.#lanes) {
      if (lane.waiting.length > 0 && lane.running < this.#bounds().runningPerLane)
        return [name, lane];
    }
    return null;
  }

  #slot(lane: Lane<T>, nowMs: number): number {
    const stepMs = lane.runMs / this.#bounds().runningPerLane;
    lane.nextAtMs = Math.max(lane.nextAtMs, nowMs + PUT_OFF_MIN_MS) + stepMs;
    return Math.round(Math.min(lane.nextAtMs - nowMs, this.#bounds().putOffMaxMs));
  }

  #lane(name: string): Lane<T> {
    const known = this.#lanes.get(name);
    if (known !== undefined) return known;
    const fresh = {
      waiting: [],
      running: 0,
      inHand: 0,
      runMs: RUN_MS_AT_FIRST,
      nextAtMs: 0,
    };
    this.#lanes.set(name, fresh);
    return fresh;
  }
}
