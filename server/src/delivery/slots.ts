import type { Clock } from '../platform/clock.ts';
import type { Db } from '../platform/db.ts';
import type { Log } from '../platform/log.ts';
import type { Pace } from './outlets/throttle.ts';
import { Stages } from './stages.ts';
import { takeSlots } from './sql/throttle.ts';

/** Something that is paced, or not. `startsAtMs` is set here: on the monotonic clock. */
export interface Paced {
  readonly pace: Pace | null;
  startsAtMs: number | null;
}

/** What comes between a turn and its first byte: a commit, on a busy machine. */
const LEAD_MS = 80;
/**
 * Turns are given so far ahead: long enough to keep busy over a slow statement, short enough that one
 * who comes with little does not wait. Whoever has much gets half of it, which outlasts a poll of the queue.
 */
const HORIZON_MS = 2_000;
/** Asked for in one statement: the rows of the paces are locked meanwhile. */
const ASK_MAX = 64;

interface SlotsDeps {
  readonly db: Db;
  readonly clock: Clock;
  readonly log: Log;
  readonly sleep: (ms: number) => Promise<unknown>;
}

interface SlotsEvents<T> {
  /** Their turn is near, or they need none. */
  readonly onDue: (items: readonly T[]) => void;
  /** Their turn is far: they are to come back after so many milliseconds. */
  readonly onPostponed: (items: readonly { item: T; delayMs: number }[]) => void;
}

/** Lets paced handovers go on when their turn comes. */
export class Slots<T extends Paced> {
  readonly #deps: SlotsDeps;
  readonly #on: SlotsEvents<T>;
  readonly #asking: T[] = [];
  readonly #waiting = new Set<T>();
  readonly #stages: Stages;

  constructor(deps: SlotsDeps, on: SlotsEvents<T>) {
    this.#deps = deps;
    this.#on = on;
    this.#stages = new Stages(deps, { of: 'throttle', onEnded: () => this.#pump() });
  }

  /** Takes them in; each comes out by `onDue` or `onPostponed`, unless `drain` gave it back. */
  add(items: readonly T[]): void {
    const free = items.filter(({ pace }) => pace === null);
    this.#asking.push(...items.filter(({ pace }) => pace !== null));
    if (free.length > 0) this.#on.onDue(free);
    this.#pump();
  }

  /** Another turn for one that has missed its own; null when there is none soon. */
  async again(pace: Pace): Promise<number | null> {
    const { db, clock } = this.#deps;
    const [slot] = await takeSlots(db, [pace], { leadMs: 0, horizonMs: HORIZON_MS });
    const startsAt = slot?.startsAt ?? null;
    if (startsAt === null) return null;
    return clock.monotonicMs() + (startsAt.getTime() - clock.now().getTime());
  }

  /** Takes out everything that waits. */
  drain(): T[] {
    const left = [...this.#asking.splice(0), ...this.#waiting];
    this.#waiting.clear();
    return left;
  }

  #pump(): void {
    if (this.#asking.length > 0) this.#stages.run('slots', () => this.#ask());
  }

  async #ask(): Promise<void> {
    const { db, clock } = this.#deps;
    const batch = this.#asking.splice(0, ASK_MAX);
    const paces = batch.map(({ pace }) => pace).filter((pace) => pace !== null);
    const slots = await takeSlots(db, paces, { leadMs: LEAD_MS, horizonMs: HORIZON_MS }).catch(
      (error: unknown) => {
        this.#asking.unshift(...batch);
        throw error;
      },
    );
    const nowMs = clock.now().getTime();
    const postponed: { item: T; delayMs: number }[] = [];
    for (const [place, item] of batch.entries()) {
      const { startsAt = null, askAt = null } = slots[place] ?? {};
      if (startsAt !== null) this.#waitFor(item, startsAt.getTime() - nowMs);
      else postponed.push({ item, delayMs: Math.max(0, (askAt?.getTime() ?? nowMs) - nowMs) });
    }
    if (postponed.length > 0) this.#on.onPostponed(postponed);
  }

  #waitFor(item: T, inMs: number): void {
    const { clock, sleep } = this.#deps;
    item.startsAtMs = clock.monotonicMs() + inMs;
    this.#waiting.add(item);
    void sleep(Math.max(0, inMs - LEAD_MS)).then(() => {
      if (this.#waiting.delete(item)) this.#on.onDue([item]);
    });
  }
}
