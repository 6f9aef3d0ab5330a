/** What looking at the next few came to. */
export interface Piece {
  readonly looked: number;
  /** Who entered, or was told. */
  readonly found: number;
  /** Where it ended: instant and id. Null for an empty piece. */
  readonly last: readonly [at: string, id: string] | null;
}

/** How long a transaction of a scan is meant to take. Milliseconds. */
const MEANT_MS = 250;
/** No transaction grows by more than this, for the next people may be others. */
const GROWTH_MAX = 2;
/** Measured: 500 to 1,000 cost the least each, 4,000 a third more. */
const CHUNK_MAX = 1_000;
const SHRINK = 4;

/** How many to look at next, after a piece of `chunk` that took `ms`. Pure. */
export function nextChunkOf({ chunk, ms }: { chunk: number; ms: number }): number {
  const wanted = Math.round((chunk * MEANT_MS) / Math.max(ms, 1));
  return Math.max(1, Math.min(wanted, chunk * GROWTH_MAX, CHUNK_MAX));
}

/** How many to try after a piece of `chunk` took too long. Pure. */
export const smallerChunkOf = (chunk: number): number => Math.max(1, Math.floor(chunk / SHRINK));
