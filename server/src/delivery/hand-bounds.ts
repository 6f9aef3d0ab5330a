import type { TurnBounds } from './turn-queue.ts';

/**
 * Claimed ahead, as a multiple of the connections: enough to never wait for the claim, and no more, for
 * what is in hand waits for half a minute when this process dies.
 */
const AHEAD_PER_CONNECTION = 12;
/**
 * Buckets are claimed beside each other, each to fill the room that there was when it began: what comes
 * too much is taken in all the same, for put off it would rest while connections are free.
 */
const CLAIMS_AT_ONCE = 3;
/** Composed, and not yet answered: bounded, for each holds its whole MIME text. */
const COMPOSED_MAX = 64;
/** Of one side, while others wait: a slow way out never holds up everybody. */
const SHARE_PER_SIDE = 0.75;
/** A side that has much more than its share is told to come back when it can be its turn. */
const PUT_OFF_MAX_MS = 3_600_000;

/** How many emails a worker may have in hand before it claims no more. */
export const inHandMaxOf = (connections: number): number => connections * AHEAD_PER_CONNECTION;

/**
 * What of it may go on at the same time.
 *
 * @param lanes sides of which something is in hand: one that is alone has everything
 */
export function turnBoundsOf(connections: number, { lanes }: { lanes: number }): TurnBounds {
  const running = COMPOSED_MAX + connections;
  const inHand = inHandMaxOf(connections) * CLAIMS_AT_ONCE;
  const isShared = lanes > 1;
  return {
    running,
    runningPerLane: isShared ? running * SHARE_PER_SIDE : running,
    inHand,
    inHandPerLane: isShared ? inHandMaxOf(connections) * SHARE_PER_SIDE : inHand,
    putOffMaxMs: PUT_OFF_MAX_MS,
  };
}
