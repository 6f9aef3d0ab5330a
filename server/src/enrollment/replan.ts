import { inTransaction, type Db, type Pool } from '../platform/db.ts';
import { NoOpenSlotError } from '../schedule/errors.ts';
import { tzVersion } from '../schedule/zone.ts';
import type { SeriesCatalog } from '../series/index.ts';
import { replanOf } from './advance.ts';
import { factsOf } from './decide.ts';
import { findRows, lockParked, lockParkedOf } from './sql/find-rows.ts';
import { lockRowsOfOldZones, lockRowsOfUser } from './sql/find-rows.ts';
import type { FoundRow } from './sql/find-rows.ts';
import { keepPlans, replanRows, type NextStep, type RowRef } from './sql/move-on.ts';

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

/** The same for one side, to the last row: before its clock moves. */
export async function replanResumedOf(deps: ReplanDeps, workspaceId: string): Promise<void> {
  const lock = (tx: Db): Promise<RowRef[]> => lockParkedOf(tx, { workspaceId });
  while ((await replanLocked(deps, lock)) > 0);
}

/** Plans a user's waiting steps anew, because their time zone has changed. */
export function replanUser(
  deps: ReplanDeps,
  user: { bucket: number; userId: string },
): Promise<number> {
  return replanLocked(deps, async (tx) => {
    const rows = await lockRowsOfUser(tx, user);
    // What is being worked is planned on with the new zone by whoever settles it; what is being tried
    // again keeps its backoff, and is checked against the window when it is due.
    return rows.filter(({ status, attempts }) => status === 'pending' && attempts === 0);
  });
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
    const version = { tzVersion: tzVersion() };
    const planned: (NextStep & RowRef)[] = [];
    const unplannable: RowRef[] = [];
    for (const row of await findRows(tx, locked)) {
      const anew = await plannedAnew(catalog, row);
      if (anew === null) unplannable.push(row);
      else planned.push(anew);
    }
    if (planned.length > 0) await replanRows(tx, planned, version);
    if (unplannable.length > 0) await keepPlans(tx, unplannable, version);
    return locked.length;
  });
}

/** The row's new plan; null when its rules leave no time for it. */
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
    if (error instanceof NoOpenSlotError) return null;
    throw error;
  }
}
