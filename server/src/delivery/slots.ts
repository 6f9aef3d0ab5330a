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

/** Lets paced handovers go on when their turn comes. */
export interface Slots<T extends Paced> {
  /** Takes them in; each comes out by `onDue` or `onPostponed`, unless `drain` gave it back. */
  readonly add: (items: readonly T[]) => void;
  /** Another turn for one that has missed its own; null when there is none soon. */
  readonly again: (pace: Pace) => Promise<number | null>;
  /** Takes out everything that waits. */
  readonly drain: () => T[];
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

export function createSlots<T extends Paced>(
  {
    db,
    clock,
    log,
    sleep,
  }: {
    readonly db: Db;
    readonly clock: Clock;
    readonly log: Log;
    readonly sleep: (ms: number) => Promise<unknown>;
  },
  on: {
    /** Its turn is near, or it needs none. */
    onDue: (items: readonly T[]) => void;
    /** Its turn is far: it is to come back after so many milliseconds. */
    onPostponed: (items: readonly { item: T; delayMs: number }[]) => void;
  },
): Slots<T> {
  const asking: T[] = [];
  const waiting = new Set<T>();
  const stages = new Stages({ log, sleep }, { of: 'throttle', onEnded: () => pump() });

  const pump = (): void => {
    if (asking.length > 0) stages.run('slots', ask);
  };

  async function ask(): Promise<void> {
    const batch = asking.splice(0, ASK_MAX);
    let slots;
    try {
      slots = await takeSlots(
        db,
        batch.map(({ pace }) => pace).filter((pace) => pace !== null),
        {
          leadMs: LEAD_MS,
          horizonMs: HORIZON_MS,
        },
      );
    } catch (error) {
      asking.unshift(...batch);
      throw error;
    }
    const postponed: { item: T; delayMs: number }[] = [];
    const nowMs = clock.now().getTime();
    for (const [place, item] of batch.entries()) {
      const { startsAt = null, askAt = null } = slots[place] ?? {};
      if (startsAt === null) {
        postponed.push({ item, delayMs: Math.max(0, (askAt?.getTime() ?? nowMs) - nowMs) });
        continue;
      }
      const inMs = startsAt.getTime() - nowMs;
      item.startsAtMs = clock.monotonicMs() + inMs;
      waiting.add(item);
      void sleep(Math.max(0, inMs - LEAD_MS)).then(() => {
        if (waiting.delete(item)) on.onDue([item]);
      });
    }
    if (postponed.length > 0) on.onPostponed(postponed);
  }

  return {
    add: (items) => {
      const free = items.filter(({ pace }) => pace === null);
      asking.push(...items.filter(({ pace }) => pace !== null));
      if (free.length > 0) on.onDue(free);
      pump();
    },
    again: async (pace) => {
      const [slot] = await takeSlots(db, [pace], { leadMs: 0, horizonMs: HORIZON_MS });
      const startsAt = slot?.startsAt ?? null;
      if (startsAt === null) return null;
      return clock.monotonicMs() + (startsAt.getTime() - clock.now().getTime());
    },
    drain: () => {
      const left = [...asking.splice(0), ...waiting];
      waiting.clear();
      return left;
    },
  };
}
