/** Tells whether this process has stood still: stopped, suspended, or starved of its processor. */
export interface Stillness {
  /** Whether it stood still for too long at any time since `sinceMs`, on the same monotonic clock. */
  readonly wasStill: (sinceMs: number) => boolean;
  readonly stop: () => void;
}

const TICK_MS = 500;
/** Far over any pause of our own, and well under the silence after which a worker is taken for dead. */
const STILL_MS = 6_000;

/**
 * Watches the event loop: a tick that comes late says that nothing ran meanwhile.
 *
 * Asked before the late tick has come it knows as well, for then the last one is too long ago.
 */
export function watchStillness(monotonicMs: () => number): Stillness {
  let tickedMs = monotonicMs();
  let wokeMs = Number.NEGATIVE_INFINITY;
  const tick = (): void => {
    const nowMs = monotonicMs();
    if (nowMs - tickedMs > STILL_MS) wokeMs = nowMs;
    tickedMs = nowMs;
  };
  const timer = setInterval(tick, TICK_MS);
  timer.unref();
  return {
    wasStill: (sinceMs) => {
      tick();
      return sinceMs < wokeMs;
    },
    stop: () => clearInterval(timer),
  };
}
