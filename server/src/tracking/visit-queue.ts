import { backoffMs } from '../platform/backoff.ts';
import type { SeenVisit } from './record-visits.ts';

/** Visits on their way into the database. */
export interface VisitQueue {
  /** Never waits. False when the queue is full: the visit is not written down. */
  readonly add: (visit: SeenVisit) => boolean;
  /** Writes what is there; at shutdown, after the last request. Gives up after a few seconds. */
  readonly close: () => Promise<void>;
}

export interface VisitQueueDeps {
  /** Writes visits down; written again nothing changes. */
  readonly write: (visits: readonly SeenVisit[]) => Promise<unknown>;
  readonly log: {
    warn(data: object, message: string): void;
    error(data: object, message: string): void;
  };
}

/** About a kilobyte each. */
const WAITING_MAX = 20_000;
const BATCH_MAX = 500;
/** What comes within this time is written together: well under the second that is promised. */
const GATHER_MS = 250;
const CLOSE_TRIES = 3;

/** Gathers visits, so that redirects need not wait for the database, and writes them in batches. */
export function createVisitQueue({ write, log }: VisitQueueDeps): VisitQueue {
  let waiting: SeenVisit[] = [];
  let timer: NodeJS.Timeout | null = null;
  let writing: Promise<void> = Promise.resolve();
  let failures = 0;
  let dropped = 0;

  function schedule(ms: number): void {
    timer ??= setTimeout(() => {
      timer = null;
      writing = writing.then(flush);
    }, ms);
  }

  async function flush(): Promise<void> {
    while (waiting.length > 0) {
      const batch = waiting.slice(0, BATCH_MAX);
      try {
        await write(batch);
        failures = 0;
      } catch (err) {
        failures += 1;
        log.error({ err, failures, waiting: waiting.length }, 'visits could not be written');
        schedule(backoffMs(failures));
        return;
      }
      waiting = waiting.slice(batch.length);
    }
    if (dropped > 0) log.warn({ dropped }, 'visits were dropped: more came than could be written');
    dropped = 0;
  }

  return {
    add(visit) {
      if (waiting.length >= WAITING_MAX) {
        dropped += 1;
        return false;
      }
      waiting.push(visit);
      schedule(GATHER_MS);
      return true;
    },
    async close() {
      for (let tries = 0; tries < CLOSE_TRIES; tries += 1) {
        if (timer !== null) clearTimeout(timer);
        timer = null;
        writing = writing.then(flush);
        await writing;
        if (waiting.length === 0) break;
      }
      if (timer !== null) clearTimeout(timer);
      timer = null;
      if (waiting.length > 0) log.error({ dropped: waiting.length }, 'visits were lost');
    },
  };
}
