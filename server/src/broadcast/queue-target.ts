/** So much of a broadcast may wait in the queue: what leaves in this time. Seconds. */
const AHEAD_SECONDS = 5;
/** Before anything is known of the speed; enough for it to show. */
const READY_MIN = 500;
/** However fast they leave: more would only be parked and planned anew at a pause. */
const READY_MAX = 10_000;
/** With what waits for another attempt: a provider that defers everybody must not fill the queue. */
export const QUEUED_MAX = 50_000;
/** Rows taken into the queue in one transaction, for whose time no pause is answered. */
const TAKE_MAX = 1_000;
/** Shorter stretches say nothing about the speed. */
const MEASURE_MS_MIN = 200;
/** How much of a new measurement counts. */
const WEIGHT = 0.5;

/** How fast a broadcast leaves, and from what that was reckoned. */
export interface Pace {
  /** Emails a second. */
  readonly rate: number;
  /** How many had left the queue then, of however many had been in it. */
  readonly leftQueue: number;
  readonly measuredAt: Date | null;
}

/** The pace with what has left since it was last reckoned. Pure. */
export function paceOf(
  pace: Pace,
  { left, now }: { left: number; now: Date },
): Pace & {
  readonly measuredAt: Date;
} {
  if (pace.measuredAt === null) return { rate: 0, leftQueue: left, measuredAt: now };
  const ms = now.getTime() - pace.measuredAt.getTime();
  if (ms < MEASURE_MS_MIN) return { ...pace, measuredAt: pace.measuredAt };
  const measured = (Math.max(0, left - pace.leftQueue) / ms) * 1_000;
  const rate = pace.rate * (1 - WEIGHT) + measured * WEIGHT;
  return { rate, leftQueue: left, measuredAt: now };
}

/**
 * How many recipients may be taken into the queue now: so few that whoever comes behind them does not
 * wait for long, so many that no worker runs dry. Pure.
 */
export function roomOf({ rate, ready, all }: { rate: number; ready: number; all: number }): number {
  const target = Math.min(READY_MAX, Math.max(READY_MIN, Math.ceil(rate * AHEAD_SECONDS)));
  return Math.max(0, Math.min(target - ready, QUEUED_MAX - all, TAKE_MAX));
}
