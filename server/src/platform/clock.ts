import type { Db } from './db.ts';

/** Where the time comes from. Rules take `now`; only the outermost code asks a clock. */
export interface Clock {
  now(): Date;
  /** For durations: never steps, says nothing about the date. */
  monotonicMs(): number;
}

/** A clock that follows the database's. */
export interface DatabaseClock extends Clock {
  /** Measures the offset anew; with every heartbeat. Returns this host's clock minus the database's, in ms. */
  sync(): Promise<number>;
  /** This host's clock minus the database's when last measured. Milliseconds. */
  readonly hostOffsetMs: number;
}

/** This host's clock. */
export const systemClock: Clock = {
  now: () => new Date(),
  monotonicMs: () => performance.now(),
};

/** The answer that took the least time is the one whose middle is known best. */
const SAMPLES = 3;
/** With every heartbeat: an idle server should hardly be heard by its database. */
const SYNC_SAMPLES = 1;
const SYNC_TRIP_MAX_MS = 200;

/**
 * A clock set by the database and carried on by this host's monotonic clock.
 *
 * A host whose own date is wrong, or is set while we run, therefore plans and claims nothing early.
 * While a host sleeps its monotonic clock may stand still; it is then late until the next `sync`.
 */
export async function databaseClock(db: Db, host: Clock = systemClock): Promise<DatabaseClock> {
  let { epochAtZeroMs, hostOffsetMs } = await measure(db, host, SAMPLES);
  return {
    now: () => new Date(epochAtZeroMs + host.monotonicMs()),
    monotonicMs: () => host.monotonicMs(),
    async sync() {
      const measured = await measure(db, host, SYNC_SAMPLES);
      // A slow answer says less than what is known already.
      if (measured.tripMs <= SYNC_TRIP_MAX_MS) ({ epochAtZeroMs, hostOffsetMs } = measured);
      return hostOffsetMs;
    },
    get hostOffsetMs() {
      return hostOffsetMs;
    },
  };
}

/**
 * Asks the database for the time, which a simulation sets as `db_now()` does; an answer is taken to be
 * from the middle of its round trip.
 */
async function measure(
  db: Db,
  host: Clock,
  samples: number,
): Promise<{ tripMs: number; epochAtZeroMs: number; hostOffsetMs: number }> {
  let best = { tripMs: Infinity, epochAtZeroMs: 0, hostOffsetMs: 0 };
  for (let sample = 0; sample < samples; sample += 1) {
    const askedMs = host.monotonicMs();
    const [row] = await db<{ epochMs: number }[]>`
      select extract(epoch from coalesce(
               nullif(current_setting('milepost.now', true), '')::timestamptz, clock_timestamp()
             ))::float8 * 1000 as "epochMs"
    `;
    const tripMs = host.monotonicMs() - askedMs;
    if (row === undefined || tripMs >= best.tripMs) continue;
    const epochAtZeroMs = row.epochMs - (askedMs + tripMs / 2);
    const hostOffsetMs = host.now().getTime() - (epochAtZeroMs + host.monotonicMs());
    best = { tripMs, epochAtZeroMs, hostOffsetMs: Math.round(hostOffsetMs) };
  }
  return best;
}
