import { backoffMs } from './backoff.ts';

export interface Loop {
  readonly name: string;
  /** Does one bounded piece of work and returns how many items it handled. */
  readonly tick: () => Promise<number>;
  /** Rest after a tick that found nothing. Milliseconds. */
  readonly idleMs: number;
}

interface LoopOptions {
  readonly stopping: AbortSignal;
  readonly log: { error(data: object, message: string): void };
  /** Functions that cut the rest after an empty tick short, for whoever knows that there is work. */
  readonly bells?: Set<() => void>;
}

/**
 * Runs `tick` until `stopping` fires, then returns once the tick in hand has finished.
 *
 * A tick that finds work is followed at once by another; an empty one by a rest; a failed one by a
 * growing rest. A failure is logged and never ends the loop. A bell that rings during a tick is not
 * lost: the rest after it is skipped.
 */
export async function runLoop(
  { name, tick, idleMs }: Loop,
  { stopping, log, bells }: LoopOptions,
): Promise<void> {
  let failures = 0;
  let wasRung = false;
  let cutRest: () => void = () => {};
  const ring = (): void => {
    wasRung = true;
    cutRest();
  };
  bells?.add(ring);
  while (!stopping.aborted) {
    wasRung = false;
    let handled = 0;
    try {
      handled = await tick();
      failures = 0;
    } catch (err) {
      failures += 1;
      log.error({ err, loop: name, failures }, 'tick failed');
    }
    if (handled > 0 || (wasRung && failures === 0)) continue;
    const ms = failures === 0 ? idleMs : backoffMs(failures);
    await rest(ms, stopping, (cut) => (cutRest = failures === 0 ? cut : () => {}));
  }
  bells?.delete(ring);
}

/** Sleeps for `ms`, or until `stopping` fires or the rest is cut short. */
function rest(
  ms: number,
  stopping: AbortSignal,
  onStart: (cut: () => void) => void = () => {},
): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      stopping.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    stopping.addEventListener('abort', end);
    onStart(end);
    if (stopping.aborted) end();
  });
}
