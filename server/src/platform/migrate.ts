import { setTimeout as sleep } from 'node:timers/promises';
import { inTransaction, refusalOf, type Db, type Pool } from './db.ts';
import { builtIndexOf, readMigrations, type Migration } from './migration-file.ts';
import { SetupError } from './setup-error.ts';
import { version } from './version.ts';

/** One row of the `migrations` table. */
interface Applied {
  readonly number: number;
  readonly name: string;
  readonly checksum: string;
  readonly breaking: boolean;
  /** The version of Milepost that applied it. */
  readonly version: string;
}

interface MigrateLog {
  info(fields: object, event: string): void;
}

/** Any number will do, as long as every version of Milepost takes the same. */
const LOCK = 4_400_000_001;
/** Waiting by asking again: a session that waits inside a statement would block a concurrent index build. */
const LOCK_POLL_MS = 100;
const UNDEFINED_TABLE = '42P01';

/**
 * Brings the database to the newest schema: applies each file of `dir` that is not applied yet, in
 * order, each in its own transaction.
 *
 * Any number of processes may call it at once; each file is applied once. A file that fails leaves
 * the ones before it applied and nothing of its own.
 *
 * @param dir server/migrations
 * @returns names of the files that this call applied
 * @throws SetupError when an applied file was changed or is missing, or the database is too new
 */
export async function migrate(
  pool: Pool,
  dir: string,
  log: MigrateLog,
): Promise<{ applied: string[] }> {
  const migrations = readMigrations(dir);
  const applied: string[] = [];
  const pending = pendingOf(migrations, await readApplied(pool));
  for (const migration of pending) {
    const startedMs = performance.now();
    const mine = migration.transaction
      ? await applyInTransaction(pool, migration, migrations)
      : await applyAlone(pool, migration, migrations);
    if (!mine) continue;
    applied.push(migration.name);
    const ms = Math.round(performance.now() - startedMs);
    log.info({ migration: migration.name, ms }, 'migration applied');
  }
  return { applied };
}

/**
 * Names of the migrations that the database still lacks.
 *
 * @throws SetupError when an applied file was changed or is missing, or the database is too new
 */
export async function pendingMigrations(db: Db, dir: string): Promise<string[]> {
  return pendingOf(readMigrations(dir), await readApplied(db)).map(({ name }) => name);
}

/**
 * Refuses a database that this version cannot run on: one that lacks migrations, or one that a later
 * version changed in a breaking way.
 *
 * @throws SetupError which names the command or the version that is needed
 */
export async function requireUsableSchema(db: Db, dir: string): Promise<void> {
  const [first, ...others] = await pendingMigrations(db, dir);
  if (first === undefined) return;
  const more = others.length === 0 ? '' : ` and ${others.length} more`;
  throw new SetupError(
    `The database lacks migration ${first}${more}. Run "npx milepost migrate" once, then start again.`,
  );
}

function pendingOf(migrations: readonly Migration[], applied: readonly Applied[]): Migration[] {
  const byNumber = new Map(migrations.map((migration) => [migration.number, migration]));
  for (const row of applied) {
    const file = byNumber.get(row.number);
    if (file === undefined) refuseNewer(row, migrations.length);
    else if (file.checksum !== row.checksum) {
      throw new SetupError(
        `Migration ${file.name} was changed after it was applied to this database (as ${row.name}, by ` +
          `Milepost ${row.version}). Restore the file; put the change into a new migration.`,
      );
    }
  }
  const done = new Set(applied.map(({ number }) => number));
  return migrations.filter(({ number }) => !done.has(number));
}

/** A later version's migration is no obstacle unless it says that it is. */
function refuseNewer(row: Applied, newestKnown: number): void {
  if (row.number <= newestKnown || !row.breaking) return;
  throw new SetupError(
    `The database was changed by Milepost ${row.version} (migration ${row.name}) in a way that ` +
      `this version, ${version}, cannot run on. Start Milepost ${row.version} or later.`,
  );
}

async function readApplied(db: Db): Promise<Applied[]> {
  try {
    return await db<Applied[]>`
      select number, name, checksum, breaking, version from migrations order by number
    `;
  } catch (error) {
    if (refusalOf(error)?.sqlState === UNDEFINED_TABLE) return [];
    throw error;
  }
}

/** Applies one migration unless another process did meanwhile. Returns whether it was this call. */
async function applyInTransaction(
  pool: Pool,
  migration: Migration,
  all: readonly Migration[],
): Promise<boolean> {
  for (;;) {
    const outcome = await inTransaction(pool, async (tx) => {
      const [lock] = await tx<{ taken: boolean }[]>`
        select pg_try_advisory_xact_lock(${LOCK}) as taken
      `;
      if (lock?.taken !== true) return 'busy';
      await createTable(tx);
      if (!pendingOf(all, await readApplied(tx)).includes(migration)) return 'done elsewhere';
      await tx.unsafe(migration.sql);
      await record(tx, migration);
      return 'applied';
    });
    if (outcome !== 'busy') return outcome === 'applied';
    await sleep(LOCK_POLL_MS);
  }
}

/** The same for a statement that no transaction may hold; a build that broke off is begun anew. */
async function applyAlone(
  pool: Pool,
  migration: Migration,
  all: readonly Migration[],
): Promise<boolean> {
  const db = await pool.reserve();
  try {
    await lockSession(db);
    try {
      await createTable(db);
      if (!pendingOf(all, await readApplied(db)).includes(migration)) return false;
      await dropBrokenIndex(db, builtIndexOf(migration));
      await db.unsafe(migration.sql);
      await record(db, migration);
      return true;
    } finally {
      await db`select pg_advisory_unlock(${LOCK})`;
    }
  } finally {
    db.release();
  }
}

async function lockSession(db: Db): Promise<void> {
  for (;;) {
    const [lock] = await db<{ taken: boolean }[]>`
      select pg_try_advisory_lock(${LOCK}) as taken
    `;
    if (lock?.taken === true) return;
    await sleep(LOCK_POLL_MS);
  }
}

/** A concurrent build that failed leaves an index that is not valid, in the way of the next attempt. */
async function dropBrokenIndex(db: Db, name: string | null): Promise<void> {
  if (name === null) return;
  const broken = await db`
    select from pg_index join pg_class on pg_class.oid = indexrelid
     where relname = ${name} and relnamespace = current_schema()::regnamespace and not indisvalid
  `;
  if (broken.length > 0) await db`drop index concurrently ${db(name)}`;
}

async function createTable(db: Db): Promise<void> {
  await db`
    create table if not exists migrations (
      number integer primary key,
      name text not null,
      checksum text not null,
      breaking boolean not null,
      version text not null,
      applied_at timestamptz not null
    )
  `;
}

async function record(db: Db, { number, name, checksum, breaking }: Migration): Promise<void> {
  await db`
    insert into migrations (number, name, checksum, breaking, version, applied_at)
    values (${number}, ${name}, ${checksum}, ${breaking !== null}, ${version}, clock_timestamp())
  `;
}
