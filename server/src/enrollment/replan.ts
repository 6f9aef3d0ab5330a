import { inTransaction, type Db, type Pool, type Transaction } from '../platform/db.ts';
import { NoOpenSlotError } from '../schedule/errors.ts';
import { tzVersion } from '../schedule/zone.ts';
import type { SeriesCatalog } from '../series/index.ts';
import { onlyWayOf, replanOf, type StepFacts } from './advance.ts';
import { factsOf } from './advance.ts';
import { moveOf } from './decisions.ts';
import { fateOf } from './resume.ts';
import { findRows, lockParked, lockParkedOf } from './sql/find-rows.ts';
import { lockRowsOfOldZones, lockRowsOfUser } from './sql/find-rows.ts';
import type { FoundRow } from './sql/find-rows.ts';
import { cancelRows, keepPlans, moveOn, replanRows } from './sql/move-on.ts';
import type { Move, NextStep, RowRef } from './sql/move-on.ts';
import { resumePolicies } from './sql/resume.ts';

export interface ReplanDeps {
  readonly db: Pool;
  readonly catalog: SeriesCatalog;
}

const BATCH_MAX = 500;
const BUCKETS = 64;

/**
 * Sees to rows that waited out a pause, once their series is active again: planned anew, skipped, or the
 * passage ends, as the resume ordered. One batch.
 */
export function replanResumed(deps: ReplanDeps): Promise<number> {
  return resumeLocked(deps, lockParked);
}

/** The same for one side, to the last row: before its clock moves. */
export async function replanResumedOf(deps: ReplanDeps, workspaceId: string): Promise<void> {
  const lock = (tx: Db): Promise<RowRef[]> => lockParkedOf(tx, { workspaceId });
  while ((await resumeLocked(deps, lock)) > 0);
}

function resumeLocked(deps: ReplanDeps, lock: (tx: Db) => Promise<RowRef[]>): Promise<number> {
  return inTransaction(deps.db, async (tx) => {
    const rows = await findRows(tx, await lock(tx));
    if (rows.length === 0) return 0;
    const ids = [...new Set(rows.map(({ automationId }) => automationId))];
    const policies = await resumePolicies(tx, ids);
    const planned: FoundRow[] = [];
    const skipped: Move[] = [];
    const late: FoundRow[] = [];
    for (const row of rows) {
      const facts = await factsIn(deps.catalog, row);
      const fate = fateOf(facts, policies.get(row.automationId));
      if (fate === 'plan') planned.push(row);
      else if (fate === 'exit') late.push(row);
      else {
        const to = onlyWayOf(facts);
        skipped.push(moveOf(row, { facts, outcome: 'skipped', reason: 'late', to }));
      }
    }
    await planAnew(deps, tx, planned);
    const version = { tzVersion: tzVersion() };
    if (skipped.length > 0) {
      // What follows the skipped step is no overdue row of a pause.
      await keepPlans(tx, skipped, version);
      await moveOn(tx, skipped, version);
    }
    await exitLate(tx, late);
    return rows.length;
  });
}

/** Test sides go by clocks of their own. */
async function exitLate(tx: Transaction, late: readonly FoundRow[]): Promise<void> {
  for (const [ms, rows] of Map.groupBy(late, ({ now }) => now.getTime())) {
    await cancelRows(tx, rows, { state: 'exited', reason: 'late', now: new Date(ms) });
  }
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

function replanLocked(deps: ReplanDeps, lock: (tx: Db) => Promise<RowRef[]>): Promise<number> {
  return inTransaction(deps.db, async (tx) => {
    const locked = await lock(tx);
    if (locked.length === 0) return 0;
    await planAnew(deps, tx, await findRows(tx, locked));
    return locked.length;
  });
}

/** Plans rows anew, which the caller has locked. */
export async function replanRefs(
  deps: ReplanDeps,
  tx: Transaction,
  refs: readonly RowRef[],
): Promise<void> {
  if (refs.length > 0) await planAnew(deps, tx, await findRows(tx, refs));
}

async function planAnew(
  { catalog }: Pick<ReplanDeps, 'catalog'>,
  tx: Transaction,
  rows: readonly FoundRow[],
): Promise<void> {
  const version = { tzVersion: tzVersion() };
  const planned: (NextStep & RowRef)[] = [];
  const unplannable: RowRef[] = [];
  for (const row of rows) {
    const anew = plannedAnew(row, await factsIn(catalog, row));
    if (anew === null) unplannable.push(row);
    else planned.push(anew);
  }
  if (planned.length > 0) await replanRows(tx, planned, version);
  if (unplannable.length > 0) await keepPlans(tx, unplannable, version);
}

async function factsIn(catalog: SeriesCatalog, row: FoundRow): Promise<StepFacts> {
  const { automationId, version: number, workspaceTimezone } = row;
  const series = await catalog.version({ automationId, number, workspaceTimezone });
  return factsOf(row, series);
}

/** The row's new plan; null when its rules leave no time for it. */
function plannedAnew(row: FoundRow, facts: StepFacts): (NextStep & RowRef) | null {
  const { bucket, enrollmentId, seq } = row;
  try {
    return { ...replanOf(facts, row.now), bucket, enrollmentId, seq };
  } catch (error) {
    if (error instanceof NoOpenSlotError) return null;
    throw error;
  }
}
