import { inTransaction, type Db, type Pool } from '../platform/db.ts';
import { NoOpenSlotError } from '../schedule/errors.ts';
import { tzVersion } from '../schedule/zone.ts';
import type { SeriesCatalog } from '../series/index.ts';
import { replanOf } from './advance.ts';
import { factsOf } from './decide.ts';
import { findRows, lockParked, lockRowsOfOldZones, lockRowsOfUser } from './sql/find-rows.ts';
import type { FoundRow } from './sql/find-rows.ts';
import { replanRows, type NextStep, type RowRef } from './sql/move-on.ts';

export interface ReplanDeps {
  readonly db: Pool;
  readonly catalog: SeriesCatalog;
}

const BATCH_MAX = 500;
const BUCKETS = 64;

/** Plans rows anew that waited out a pause, once their series is active again. One batch. */
export function replanResumed(deps: ReplanDeps): Promise<number> {
  return replanLocked(deps, lockParked);
}

/** Plans a user's waiting steps anew, because their time zone has changed. */
export function replanUser(
  deps: ReplanDeps,
  user: { bucket: number; userId: string },
): Promise<number> {
  return replanLocked(deps, (tx) => lockRowsOfUser(tx, user));
}

/**
 * Plans every waiting step anew that was planned with older time-zone data than this process has.
 * Never earlier than now, never a step that has begun; a restart goes on where it stopped.
 *
 * @param stopping checked between batches
 */
export async function replanOldZones(deps: ReplanDeps, stopping: AbortSignal): Promise<number> {
  let changed = 0;
  for (let bucket = 0; bucket < BUCKETS; bucket += 1) {
    for (;;) {
      if (stopping.aborted) return changed;
      const old = { bucket, tzVersion: tzVersion(), limit: BATCH_MAX };
      const batch = await replanLocked(deps, (tx) => lockRowsOfOldZones(tx, old));
      changed += batch;
      if (batch < BATCH_MAX) break;
    }
  }
  return changed;
}

function replanLocked(
  { db, catalog }: ReplanDeps,
  lock: (tx: Db) => Promise<RowRef[]>,
): Promise<number> {
  return inTransaction(db, async (tx) => {
    const locked = await lock(tx);
    if (locked.length === 0) return 0;
    const rows: (NextStep & RowRef)[] = [];
    for (const row of await findRows(tx, locked)) {
      const planned = await plannedAnew(catalog, row);
      if (planned !== null) rows.push(planned);
    }
    return rows.length === 0 ? 0 : replanRows(tx, rows, { tzVersion: tzVersion() });
  });
}

async function plannedAnew(
  catalog: SeriesCatalog,
  row: FoundRow,
): Promise<(NextStep & RowRef) | null> {
  const series = await catalog.version({
    automationId: row.automationId,
    number: row.version,
    workspaceTimezone: row.workspaceTimezone,
  });
  const { bucket, enrollmentId, seq } = row;
  try {
    return { ...replanOf(factsOf(row, series), row.now), bucket, enrollmentId, seq };
  } catch (error) {
    // The row stays as it was planned, and fails visibly when it is due.
    if (error instanceof NoOpenSlotError) return null;
    throw error;
  }
}
