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
  readonly stop: () => Promise<void>;
}

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
export async function startCluster(): Promise<Cluster> {
  const parent = join(ROOT, '.milepost');
  mkdirSync(parent, { recursive: true });
  const dataDir = mkdtempSync(join(parent, 'bench-'));
  const log = createLog({ level: 'error', sink: process.stderr });
  const postgres = await startEmbeddedPostgres({ dataDir, log });
  const admin = connect(postgres.url, { max: 1 });
  const [row] = await admin<{ version: string }[]>`select current_setting('server_version') as version`;
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
    stop: async () => {
      await admin.end();
      await postgres.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
