import { randomUUID } from 'node:crypto';
import { insertFinished, leaseRows, type ClaimedEmail, type Sender } from '../delivery/index.ts';
import { inTransaction, type Db, type Pool } from '../platform/db.ts';
import { tzVersion } from '../schedule/zone.ts';
import type { SeriesCatalog } from '../series/index.ts';
import { decideAll, type Decisions, type StepContext } from './decide.ts';
import { claimDue, claimDueTest, type DueStep } from './sql/claim-due.ts';
import { cancelRows, moveOn, parkRows, replanRows } from './sql/move-on.ts';

/** Rows of one transaction: enough to spread its cost thin, few enough to hold locks for milliseconds. */
export const CLAIM_MAX = 500;

/** What advancing needs of the process it runs in. */
export interface AdvanceDeps {
  readonly db: Pool;
  readonly catalog: SeriesCatalog;
  readonly senderOf: (workspaceId: string) => Promise<Sender>;
  readonly capturesLive: boolean;
  readonly workerId: string;
  /** Told of leased emails before their lease is committed, and when that fails. */
  readonly hands: {
    readonly expect: (claimed: readonly ClaimedEmail<StepContext>[]) => void;
    readonly forget: (claimed: readonly ClaimedEmail<StepContext>[]) => void;
    readonly offer: (claimed: readonly ClaimedEmail<StepContext>[]) => void;
  };
}

/** What one batch came to. */
export interface Advanced {
  readonly handled: number;
  /** The latest due time of the batch; null when nothing was due. */
  readonly lastDueAt: Date | null;
}

/**
 * Advances due live steps of one bucket: claim, decide and write in one transaction. Emails that are
 * to be handed over leave it under a lease; everything else is done when it commits.
 *
 * A process that dies on the way has written nothing; one that stops responding is cut off by the
 * database (`idle_in_transaction_session_timeout`), and its rows are free again.
 */
export function advanceBucket(
  deps: AdvanceDeps,
  { bucket, mark, limit }: { bucket: number; mark: Date; limit: number },
): Promise<Advanced> {
  return advanceBatch(deps, (tx) => claimDue(tx, { bucket, mark, limit }));
}

/** Advances steps of one test side that are due by its own clock. Nothing of a test side ever leaves. */
export function advanceTestSide(
  deps: AdvanceDeps,
  { workspaceId, token = null }: { workspaceId: string; token?: string | null },
): Promise<Advanced> {
  return advanceBatch(deps, (tx) => claimDueTest(tx, { workspaceId, token, limit: CLAIM_MAX }));
}

async function advanceBatch(
  deps: AdvanceDeps,
  claim: (tx: Db) => Promise<DueStep[]>,
): Promise<Advanced> {
  let leased: readonly ClaimedEmail<StepContext>[] = [];
  try {
    const advanced = await inTransaction(deps.db, async (tx) => {
      const due = await claim(tx);
      if (due.length === 0) return { handled: 0, lastDueAt: null };
      const leaseToken = randomUUID();
      const decisions = await decideAll({ ...deps, leaseToken }, tx, due);
      leased = decisions.leases;
      deps.hands.expect(leased);
      await write(tx, decisions, { workerId: deps.workerId, now: due[0]?.now ?? new Date(0) });
      return { handled: due.length, lastDueAt: due.at(-1)?.dueAt ?? null };
    });
    deps.hands.offer(leased);
    return advanced;
  } catch (error) {
    deps.hands.forget(leased);
    throw error;
  }
}

/** Messages first, for they take their reasons from the rows; then the rows move on. */
async function write(
  tx: Db,
  { moves, finished, parks, cancels, replans, leases }: Decisions,
  { workerId, now }: { workerId: string; now: Date },
): Promise<void> {
  const version = { tzVersion: tzVersion() };
  if (finished.length > 0) await insertFinished(tx, finished);
  if (moves.length > 0) await moveOn(tx, moves, version);
  if (parks.length > 0) await parkRows(tx, parks);
  if (replans.length > 0) await replanRows(tx, replans, version);
  for (const [reason, rows] of cancels) await cancelRows(tx, rows, { state: 'ended', reason, now });
  if (leases.length > 0) {
    const held = leases.map(({ occurrence, leaseToken }) => ({ ...occurrence, leaseToken }));
    await leaseRows(tx, held, { workerId });
  }
}
