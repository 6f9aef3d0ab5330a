import type { ConsentKey } from '../consent/index.ts';
import { inTransaction, refusalOf, type Pool } from '../platform/db.ts';
import { settleCompletion, type SeriesCatalog } from '../series/index.ts';
import { feed } from './feed.ts';
import { beginSending, smallerChunkOf, takeSnapshot } from './snapshot.ts';
import { completeBroadcast } from './sql/broadcasts.ts';
import {
  claimBroadcast,
  limitStatements,
  lookForBroadcasts,
  nextDueOf,
  shrinkChunk,
  type ClaimedBroadcast,
} from './sql/claim.ts';
import { drained } from './sql/feed.ts';

export interface BroadcastDeps {
  readonly db: Pool;
  readonly catalog: SeriesCatalog;
  readonly consentKey: ConsentKey;
  /** Called after a commit that put rows into the queue, so that a worker nearby need not wait. */
  readonly onQueued: () => void;
  /** Without it the pieces of a snapshot stay as large as they are. */
  readonly monotonicMs?: () => number;
}

/** Less than the second for which nobody may wait for a lock. */
const STATEMENT_MS_MAX = 800;
const QUERY_CANCELED = '57014';
/** Broadcasts that one tick completes. */
const DRAINED_MAX = 20;
/** Broadcasts worked on at once: while the database works on one, the next is decided about. */
const AT_ONCE = 2;

/** What one piece came to. */
interface Piece {
  /** At least 1 while there may be more. */
  readonly handled: number;
  readonly queued: number;
}

/**
 * Does the next piece of one broadcast in one short transaction: begins it, writes down the next people
 * of its audience, or takes recipients into the queue.
 *
 * A process that dies on the way has written nothing. Workers beside each other take other broadcasts.
 *
 * @param workspaceId of a test side whose clock stands for the caller; without it, of whatever side
 * @returns 0 when nothing is due, or there is no room for more
 */
export async function broadcastSome(
  deps: BroadcastDeps,
  { workspaceId = null }: { workspaceId?: string | null } = {},
): Promise<number> {
  let claimed: ClaimedBroadcast | null = null;
  try {
    const piece = await inTransaction(deps.db, async (tx) => {
      claimed = await claimBroadcast(tx, { workspaceId });
      if (claimed === null) return null;
      return doPiece(deps, tx, claimed);
    });
    if (piece === null) return 0;
    if (piece.queued > 0) deps.onQueued();
    return piece.handled;
  } catch (error) {
    if (claimed === null || refusalOf(error)?.sqlState !== QUERY_CANCELED) throw error;
    const slow = claimed as ClaimedBroadcast;
    await shrinkChunk(deps.db, slow, { to: smallerChunkOf(slow.chunk) });
    return 1;
  }
}

async function doPiece(
  { consentKey: key, monotonicMs }: BroadcastDeps,
  tx: Parameters<typeof takeSnapshot>[0],
  claimed: ClaimedBroadcast,
): Promise<Piece> {
  if (claimed.startedAt === null) {
    await beginSending(tx, claimed);
    return { handled: 1, queued: 0 };
  }
  if (claimed.snapshotAt === null) {
    // One by one there is nothing left to make smaller.
    if (claimed.chunk > 1) await limitStatements(tx, { ms: STATEMENT_MS_MAX });
    const looked = await takeSnapshot(tx, claimed, { key, monotonicMs });
    return { handled: Math.max(1, looked), queued: 0 };
  }
  const queued = await feed(tx, claimed);
  return { handled: queued, queued };
}

/** What a worker does in one tick: a piece each of some broadcasts, and completes those that are over. */
export async function broadcastTick(deps: BroadcastDeps): Promise<number> {
  const { due, mayBeOver } = await lookForBroadcasts(deps.db, { limit: AT_ONCE });
  const counts = await Promise.all(Array.from({ length: due }, () => broadcastSome(deps)));
  const handled = counts.reduce((sum, count) => sum + count, 0);
  return mayBeOver ? handled + (await completeDrained(deps, null)) : handled;
}

/**
 * Completes broadcasts of which everybody has been taken into the queue and nobody is left in it.
 *
 * @returns how many
 */
async function completeDrained(deps: BroadcastDeps, workspaceId: string | null): Promise<number> {
  let count = 0;
  for (const ref of await drained(deps.db, { workspaceId, limit: DRAINED_MAX })) {
    const isDone = await settleCompletion(deps.db, ref, {
      to: 'completed',
      stillHolds: async (tx) => {
        const still = await drained(tx, { workspaceId: ref.workspaceId, limit: DRAINED_MAX });
        if (!still.some(({ id }) => id === ref.id)) return false;
        await completeBroadcast(tx, ref);
        return true;
      },
    });
    if (!isDone) continue;
    deps.catalog.drop(ref);
    count += 1;
  }
  return count;
}

/** The broadcasts of test sides, for whoever moves their clocks. */
export interface TimedBroadcasts {
  /** When a side has something to do next; null when nothing waits. */
  readonly nextAt: (workspaceId: string) => Promise<Date | null>;
  /**
   * Does everything that is due at the side's clock and for which there is room, with the clock
   * standing; says how many pieces there were.
   */
  readonly run: (workspaceId: string) => Promise<number>;
}

export function timedBroadcasts(deps: BroadcastDeps): TimedBroadcasts {
  return {
    nextAt: (workspaceId) => nextDueOf(deps.db, workspaceId),
    run: async (workspaceId) => {
      let pieces = 0;
      while ((await broadcastSome(deps, { workspaceId })) > 0) pieces += 1;
      return pieces + (await completeDrained(deps, workspaceId));
    },
  };
}
