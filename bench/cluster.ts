import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { connect, type Pool } from '../server/src/platform/db.ts';
import { urlOfDatabase } from '../server/src/platform/database-url.ts';
import { startEmbeddedPostgres } from '../server/src/platform/embedded-postgres.ts';
import { createLog } from '../server/src/platform/log.ts';
import { migrate } from '../server/src/platform/migrate.ts';

/** A PostgreSQL of the run's own, as `npm start` starts it: every commit is on the disk. */
export interface Cluster {
  readonly dataDir: string;
  readonly version: string;
  /** A migrated database. */
  readonly create: (name: string) => Promise<Database>;
  /** Where the database's time went since the last call, a line a statement; null unless profiling. */
  readonly profile: () => Promise<string | null>;
  readonly stop: () => Promise<void>;
}

/** Counts what each statement costs, its planning too. */
const PROFILING = {
  shared_preload_libraries: 'pg_stat_statements',
  'pg_stat_statements.track_planning': 'on',
};

export interface Database {
  readonly name: string;
  readonly url: string;
  readonly db: Pool;
  /**
   * Analyses the tables that were filled and writes them out, so that neither falls into what is
   * measured. Not those that are empty yet: the planner then believes that they stay so.
   */
  readonly settle: (...tables: string[]) => Promise<void>;
  readonly drop: () => Promise<void>;
}

const ROOT = join(import.meta.dirname, '..');
const MIGRATIONS = join(ROOT, 'server/migrations');

/** Base64, as the configuration takes it; the same in every process, and nothing secret is kept by it. */
export const ENCRYPTION_KEY = Buffer.alloc(32, 'bench').toString('base64');

/** Everything lies under `.milepost/` of the repository: on a disk, which a temporary folder need not be. */
export async function startCluster({ isProfiling }: { isProfiling: boolean }): Promise<Cluster> {
  const parent = join(ROOT, '.milepost');
  mkdirSync(parent, { recursive: true });
  const dataDir = mkdtempSync(join(parent, 'bench-'));
  const log = createLog({ level: 'error', sink: process.stderr });
  const postgres = await startEmbeddedPostgres({
    dataDir,
    log,
    settings: isProfiling ? PROFILING : {},
  });
  const admin = connect(postgres.url, { max: 1 });
  if (isProfiling) await admin`create extension if not exists pg_stat_statements`;
  const [row] = await admin<
    { version: string }[]
  >`select current_setting('server_version') as version`;
  return {
    dataDir,
    version: row?.version ?? 'unknown',
    create: async (name) => {
      await admin`create database ${admin(name)}`;
      const url = urlOfDatabase(postgres.url, name);
      const db = connect(url, { max: 4, applicationName: 'bench' });
      await migrate(db, MIGRATIONS, log);
      return {
        name,
        url,
        db,
        settle: async (...tables) => {
          for (const table of tables) await db`vacuum (analyze) ${db(table)}`;
          await db`checkpoint`;
        },
        drop: async () => {
          await db.end();
          await admin`drop database ${admin(name)} with (force)`;
        },
      };
    },
    profile: async () => (isProfiling ? profileOf(admin) : null),
    stop: async () => {
      await admin.end();
      await postgres.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

async function profileOf(admin: Pool): Promise<string> {
  const rows = await admin<{ cells: string[] }[]>`
    select array[round(total_exec_time)::text, round(total_plan_time)::text, calls::text, plans::text,
                 rows::text, left(regexp_replace(query, '[[:space:]]+', ' ', 'g'), 100)] as cells
      from pg_stat_statements
     order by total_exec_time + total_plan_time desc
     limit 14
  `;
  await admin`select pg_stat_statements_reset()`;
  const head = ['ms', 'plan ms', 'calls', 'plans', 'rows', 'statement'];
  const widths = head.map((_, column) => (column < head.length - 1 ? 9 : 0));
  return [head, ...rows.map(({ cells }) => cells)]
    .map((cells) => cells.map((cell, column) => cell.padStart(widths[column] ?? 0)).join('  '))
    .join('\n');
}
