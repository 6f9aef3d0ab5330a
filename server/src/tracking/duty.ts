import { sendAlerts, type AlertDeps } from './alert.ts';
import { createAutoPause, type AutoPauseDeps } from './auto-pause.ts';
import { catchUp } from './catch-up.ts';

/** How often a worker looks, at most. Milliseconds. */
export const TRACKING_IDLE_MS = 20_000;

/**
 * What a worker has to do because of what came back: end doubts that others know better about, stop what
 * draws too much, and tell of it. Four queries when there is nothing.
 *
 * @returns a tick for a loop that rests for `TRACKING_IDLE_MS`
 */
export function createTrackingDuty(deps: AutoPauseDeps & AlertDeps): () => Promise<number> {
  const autoPause = createAutoPause(deps);
  return async () => {
    const settled = await catchUp(deps);
    const paused = await autoPause();
    const called = await sendAlerts(deps);
    return settled + paused + called;
  };
}
