import { inTransaction, type Pool, type Transaction } from '../platform/db.ts';
import { tzVersion } from '../schedule/zone.ts';
import type { SeriesCatalog } from '../series/index.ts';
import { migratedAll, moveOfMigrated, movedRowOf } from './migrate-rows.ts';
import { findRows } from './sql/find-rows.ts';
import {
  advanceMigration,
  hasOlderRows,
  lockMigration,
  lockOlderRows,
  moveRows,
  runningMigrations,
  type Migration,
} from './sql/migrate.ts';
import { moveOn } from './sql/move-on.ts';

export interface MigrateDeps {
  readonly db: Pool;
  readonly catalog: SeriesCatalog;
}

interface MigrationRef {
  readonly automationId: string;
  readonly toVersion: number;
}

/** People of one transaction, which holds its locks for some tens of milliseconds. */
const BATCH_MAX = 500;
/** Migrations of which one tick does a batch each. */
const MIGRATIONS_MAX = 10;
/** Of a small series everybody has been moved when the call that publishes is answered. */
const BATCHES_IN_CALL = 4;
/** Of a side whose clock is about to move, everybody. */
const BATCHES_MAX = 10_000;
/**
 * A process that read the series before it was published may let people into the older version for as
 * long as it remembers, and then commit: until this has passed, a migration has not ended.
 */
const LATE_ENTRIES_MS = 5_000;

/** Moves people of older versions on: one batch of each migration under way. For a worker. */
export async function migrateSome(deps: MigrateDeps): Promise<number> {
  const refs = await runningMigrations(deps.db, { workspaceId: null, limit: MIGRATIONS_MAX });
  let moved = 0;
  for (const ref of refs) moved += await migrateBatch(deps, ref);
  return moved;
}

/** Begins with a migration that was just ordered, so that a small one is done at once. */
export async function migrateFirst(deps: MigrateDeps, ref: MigrationRef): Promise<void> {
  for (let batches = 0; batches < BATCHES_IN_CALL; batches += 1) {
    if ((await migrateBatch(deps, ref)) < BATCH_MAX) return;
  }
}

/** Moves everybody of one side who waits, before its clock moves. */
export async function migrateSide(deps: MigrateDeps, workspaceId: string): Promise<void> {
  const refs = await runningMigrations(deps.db, { workspaceId, limit: MIGRATIONS_MAX });
  for (const ref of refs) {
    for (let batches = 0; batches < BATCHES_MAX; batches += 1) {
      if ((await migrateBatch(deps, ref)) === 0) break;
    }
  }
}

/**
 * One batch, in one transaction: whoever dies on the way has moved nobody of it.
 *
 * @returns how many people were moved; 0 at the end of a pass over the queue that found nobody
 */
function migrateBatch(deps: MigrateDeps, ref: MigrationRef): Promise<number> {
  return inTransaction(deps.db, async (tx) => {
    const migration = await lockMigration(tx, ref);
    if (migration === null) return 0;
    if (migration.isArchived) {
      await advanceMigration(tx, { ...ref, cursor: null, moved: 0, state: 'cancelled' });
      return 0;
    }
    const locked = await lockOlderRows(tx, migration, { limit: BATCH_MAX });
    const moved = locked.length === 0 ? 0 : await moveLocked(deps, tx, { migration, locked });
    const last = locked.length < BATCH_MAX ? undefined : locked.at(-1);
    const cursor = last === undefined ? null : { at: last.dueAt, id: last.enrollmentId };
    const isDone = cursor === null && (await isOver(tx, migration));
    const state = isDone ? 'done' : 'running';
    await advanceMigration(tx, { ...ref, cursor, moved, state });
    return moved;
  });
}

/** Nobody is left, nobody's email is on its way, and nobody comes late. */
const isOver = async (tx: Transaction, migration: Migration): Promise<boolean> =>
  migration.ageMs >= LATE_ENTRIES_MS && !(await hasOlderRows(tx, migration));

async function moveLocked(
  { catalog }: MigrateDeps,
  tx: Transaction,
  { migration, locked }: { migration: Migration; locked: Parameters<typeof findRows>[1] },
): Promise<number> {
  const { automationId, toVersion, workspaceTimezone } = migration;
  const to = await catalog.version({ automationId, number: toVersion, workspaceTimezone });
  const migrated = await migratedAll({ catalog, to }, tx, await findRows(tx, locked));
  const version = { version: toVersion, tzVersion: tzVersion() };
  const rows = migrated.map(movedRowOf);
  if (rows.length > 0) await moveRows(tx, rows, version);
  const moves = migrated.flatMap((one) => moveOfMigrated(one, to) ?? []);
  if (moves.length > 0) await moveOn(tx, moves, version);
  return migrated.length;
}
