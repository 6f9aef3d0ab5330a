import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statfsSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { connect } from '../../src/platform/db.ts';
import { startEmbeddedPostgres } from '../../src/platform/embedded-postgres.ts';
import { urlOfDatabase } from '../../src/platform/database-url.ts';
import { silentLog } from '../../src/platform/log.ts';
import { migrate } from '../../src/platform/migrate.ts';
import { isAlive } from '../../src/platform/process-identity.ts';
import { MIGRATIONS, TEMPLATE } from './database.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Of the database `postgres` of the cluster that this run of the tests shares. */
    clusterUrl: string;
  }
}

const PREFIX = 'milepost-test-';

/** In memory, where the system has such a place and room in it: a database is a thousand files. */
const IN_MEMORY = '/dev/shm';
const ROOM_MIN_BYTES = 4 * 1024 ** 3;

/** Nothing in this cluster outlives the run. Tests about crashes start clusters of their own. */
const SETTINGS = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  max_connections: '200',
  autovacuum_naptime: '60s',
};

/** One PostgreSQL for the whole run, with a migrated database that each test file clones. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  await removeLeftovers();
  const dataDir = mkdtempSync(join(folder(), `${PREFIX}${process.pid}-`));
  chmodSync(dataDir, 0o755);
  const postgres = await startEmbeddedPostgres({ dataDir, log: silentLog, settings: SETTINGS });
  const clusterUrl = urlOfDatabase(postgres.url, 'postgres');

  const admin = connect(clusterUrl, { max: 1 });
  await admin`create database ${admin(TEMPLATE)}`;
  await admin.end();
  const template = connect(urlOfDatabase(clusterUrl, TEMPLATE), { max: 1 });
  await migrate(template, MIGRATIONS, silentLog);
  await template.end();

  project.provide('clusterUrl', clusterUrl);
  return async () => {
    await postgres.stop('immediate');
    rmSync(dataDir, { recursive: true, force: true });
  };
}

function folder(): string {
  if (!existsSync(IN_MEMORY)) return tmpdir();
  const { bavail, bsize } = statfsSync(IN_MEMORY);
  return bavail * bsize >= ROOM_MIN_BYTES ? IN_MEMORY : tmpdir();
}

/** A run that was killed leaves its server behind. */
async function removeLeftovers(): Promise<void> {
  for (const dir of [tmpdir(), IN_MEMORY].filter((dir) => existsSync(dir)))
    await removeLeftoversIn(dir);
}

async function removeLeftoversIn(dir: string): Promise<void> {
  for (const name of readdirSync(dir)) {
    const dataDir = join(dir, name);
    const pid = Number.parseInt(name.slice(PREFIX.length), 10);
    const found = statSync(dataDir, { throwIfNoEntry: false });
    if (!name.startsWith(PREFIX) || isAlive(pid) || found?.uid !== process.getuid?.()) continue;
    try {
      if (existsSync(join(dataDir, 'postgres/postmaster.pid'))) {
        const postgres = await startEmbeddedPostgres({ dataDir, log: silentLog });
        await postgres.stop('immediate');
      }
      rmSync(dataDir, { recursive: true, force: true });
    } catch (error) {
      // Another run may be removing the same folder; a leftover is no reason not to test.
      console.warn(`${dataDir} is left over: ${String(error)}`);
    }
  }
}
