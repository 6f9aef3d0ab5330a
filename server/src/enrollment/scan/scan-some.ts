import { inTransaction, refusalOf, type Pool, type Transaction } from '../../platform/db.ts';
import { SWEEP_EVERY_MS, type SeriesCatalog } from '../../series/index.ts';
import {
  claimScan,
  countDueScans,
  limitStatements,
  moveScan,
  shrinkScan,
  type ClaimedScan,
} from '../sql/scans.ts';
import { estimateUsers } from '../sql/scan-people.ts';
import { enterMatching } from './enter-matching.ts';
import { nextChunkOf, smallerChunkOf, type Piece } from './piece.ts';
import { tellLeaving } from './tell-leaving.ts';

export interface ScanDeps {
  readonly db: Pool;
  readonly catalog: SeriesCatalog;
  /** Called after a commit that planned steps, so that a worker nearby need not wait for its poll. */
  readonly onEntered: () => void;
  /** Without it the pieces stay as large as they are. */
  readonly monotonicMs?: () => number;
}

/** Less than the second for which nobody may wait for a lock. */
const STATEMENT_MS_MAX = 800;
const QUERY_CANCELED = '57014';

/**
 * Does the next piece of one scan in one short transaction: looks at a bounded number of people, enters
 * or tells those who match, and moves the cursor.
 *
 * A process that dies on the way has written nothing. Workers beside each other take other scans.
 *
 * @param workspaceId of a test side whose clock stands for the caller; without it, of whatever side
 * @returns how many people were looked at, at least 1 while there may be more; 0 when nothing is due
 */
export async function scanSome(
  deps: ScanDeps,
  { workspaceId = null }: { workspaceId?: string | null } = {},
): Promise<number> {
  let claimed: ClaimedScan | null = null;
  try {
    const piece = await inTransaction(deps.db, async (tx) => {
      claimed = await claimScan(tx, { workspaceId });
      return claimed === null ? null : doPiece(deps, tx, claimed);
    });
    if (piece === null) return 0;
    if (piece.found > 0) deps.onEntered();
    return Math.max(1, piece.looked);
  } catch (error) {
    if (claimed === null || refusalOf(error)?.sqlState !== QUERY_CANCELED) throw error;
    const { chunk } = claimed as ClaimedScan;
    await shrinkScan(deps.db, claimed, { to: smallerChunkOf(chunk) });
    return 1;
  }
}

/** Pieces at once: while the database works on one, the next is decided about. */
const AT_ONCE = 2;

/** What a worker does in one tick: a piece each of some scans, beside each other. */
export async function scanTick(deps: ScanDeps): Promise<number> {
  const due = await countDueScans(deps.db, { limit: AT_ONCE });
  const counts = await Promise.all(Array.from({ length: due }, () => scanSome(deps)));
  return counts.reduce((sum, count) => sum + count, 0);
}

async function doPiece(deps: ScanDeps, tx: Transaction, claimed: ClaimedScan): Promise<Piece> {
  const beganMs = deps.monotonicMs?.();
  const scan = begun(claimed);
  const { automationId, version: number, workspaceTimezone, kind, chunk } = scan;
  // One by one there is nothing left to make smaller.
  if (chunk > 1) await limitStatements(tx, { ms: STATEMENT_MS_MAX });
  const piece =
    kind === 'leaving'
      ? await tellLeaving(deps.catalog, tx, scan)
      : await enterMatching(deps, tx, {
          scan,
          series: await deps.catalog.version({ automationId, number, workspaceTimezone }),
        });
  const isFirst = kind === 'activation' && scan.cursorAt === null;
  const [cursorAt, cursorId] = piece.last ?? [scan.cursorAt, scan.cursorId];
  const isOver = piece.looked < chunk;
  const ms = beganMs === undefined ? null : (deps.monotonicMs?.() ?? beganMs) - beganMs;
  const move = {
    ...scan,
    cursorAt,
    cursorId,
    chunk: isOver || ms === null ? chunk : nextChunkOf({ chunk, ms }),
    looked: scan.looked + piece.looked,
    entered: scan.entered + piece.found,
    total: isFirst ? await estimateUsers(tx, scan) : scan.total,
    finishedAt: isOver ? scan.now : null,
    nextInMs: isOver ? pauseMsOf(scan) : 0,
  };
  await moveScan(tx, move, { isDurable: piece.found > 0 || (isOver && kind === 'activation') });
  return piece;
}

/** One that has ended and comes again begins anew. */
function begun(scan: ClaimedScan): ClaimedScan {
  if (scan.finishedAt === null) return scan;
  const { startedAt: since, now: startedAt } = scan;
  const anew = { cursorAt: null, cursorId: null, looked: 0, entered: 0, finishedAt: null };
  return { ...scan, ...anew, since, startedAt };
}

/** How long a scan that is over rests; null where it does not come again by itself. */
function pauseMsOf({ kind, side, startedAt, now }: ClaimedScan): number | null {
  if (kind === 'activation' || side === 'test') return null;
  return Math.max(0, SWEEP_EVERY_MS - (now.getTime() - startedAt.getTime()));
}
