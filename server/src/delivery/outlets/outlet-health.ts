import type { Handover } from '../../transport/index.ts';

/** Ways out that do not get on, as far as this process knows. */
export interface OutletHealth {
  readonly isDown: (outletId: string) => boolean;
  readonly note: (outletId: string, handover: Handover) => void;
}

/** Before a name was told: what fails here would fail for any message. */
const OWN_PHASES: ReadonlySet<string> = new Set(['connect', 'tls', 'hello', 'auth']);
/** One lost connection is no reason to go another way. */
const FAILURES_TO_BE_DOWN = 3;
const DOWN_FIRST_MS = 10_000;
const DOWN_MAX_MS = 300_000;

/** Whether nothing of the message left, for a reason that is not the message's. */
export const isOutletsOwn = (handover: Handover): boolean =>
  handover.kind === 'deferred' && OWN_PHASES.has(handover.phase);

/**
 * Three failures in a row before a recipient was named, and a way is down: for ten seconds, then twice
 * as long each time, up to five minutes. One success forgets it all.
 */
export function createOutletHealth(monotonicMs: () => number): OutletHealth {
  const failures = new Map<string, { count: number; downUntilMs: number }>();
  return {
    isDown: (id) => (failures.get(id)?.downUntilMs ?? 0) > monotonicMs(),
    note: (id, handover) => {
      if (!isOutletsOwn(handover)) return void failures.delete(id);
      const count = (failures.get(id)?.count ?? 0) + 1;
      const beyond = count - FAILURES_TO_BE_DOWN;
      const downMs =
        beyond < 0 ? 0 : Math.min(DOWN_MAX_MS, DOWN_FIRST_MS * 2 ** Math.min(beyond, 20));
      failures.set(id, { count, downUntilMs: monotonicMs() + downMs });
    },
  };
}
