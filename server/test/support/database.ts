import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { inject } from 'vitest';
import { connect, type Pool } from '../../src/platform/db.ts';
import { urlOfDatabase } from '../../src/platform/database-url.ts';

/** Folder of the migrations. */
export const MIGRATIONS = join(import.meta.dirname, '../../migrations');

/** The migrated database that every other one is copied from. */
export const TEMPLATE = 'milepost_template';

/** A database of one test file, or of one test. */
export interface TestDatabase {
  readonly url: string;
  /** A pool of eight connections; contention needs more than one. */
  readonly db: Pool;
  /** Closes the pool and removes the database, whoever is still connected. */
  readonly drop: () => Promise<void>;
}

const POOL_MAX = 8;

/**
 * A database of its own for the calling test file: a copy of the migrated template, or empty.
 *
 * const { db, drop } = await testDatabase();
 * afterAll(drop);
 */
export async function testDatabase({
  migrated = true,
}: { migrated?: boolean } = {}): Promise<TestDatabase> {
  const clusterUrl = inject('clusterUrl');
  const name = `test_${randomUUID().replaceAll('-', '').slice(0, 16)}`;
  await asAdmin(clusterUrl, async (admin) => {
    await admin`create database ${admin(name)} template ${admin(migrated ? TEMPLATE : 'template0')}`;
  });
  const url = urlOfDatabase(clusterUrl, name);
  const db = connect(url, { max: POOL_MAX, applicationName: 'test' });
  return {
    url,
    db,
    async drop() {
      await db.end({ timeout: 1 });
      await asAdmin(clusterUrl, async (admin) => {
        await admin`drop database ${admin(name)} with (force)`;
      });
    },
  };
}

async function asAdmin(clusterUrl: string, work: (admin: Pool) => Promise<void>): Promise<void> {
  const admin = connect(clusterUrl, { max: 1 });
  try {
    await work(admin);
  } finally {
    await admin.end();
  }
}
