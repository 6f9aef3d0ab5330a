import { join } from 'node:path';
import { connect, type Pool } from '../platform/db.ts';
import { startEmbeddedPostgres } from '../platform/embedded-postgres.ts';
import { SESSION_NAME } from '../platform/held-up-sessions.ts';
import type { Log } from '../platform/log.ts';
import type { Config } from './config.ts';
import { embeddedEncryptionKey } from './encryption-key.ts';

/** The migrations that this version brings. */
export const MIGRATIONS_DIR = join(import.meta.dirname, '../../migrations');

/** A database in use. */
export interface Database {
  readonly db: Pool;
  /**
   * A few connections more, for looking things up in the middle of a transaction on `db`, and for what
   * may take long: migrations.
   */
  readonly lookups: Pool;
  readonly isEmbedded: boolean;
  readonly encryptionKey: Uint8Array;
  readonly close: () => Promise<void>;
}

/** A database that crashes again and again is better left down, with its log. */
const RESTARTS_MAX = 5;
/**
 * Longest that a transaction may wait for its next statement, and that a statement may take: a process
 * that stands still holds its locks no longer. One that was stopped between the parts of a statement is
 * neither idle nor done: `endHeldUpSessions` is for that.
 */
const HELD_UP_MS = 12_000;

/**
 * Opens the database that the configuration names: that of `DATABASE_URL`, else the embedded one,
 * which is joined when it runs and is started for as long as we need it when it does not.
 */
export async function openDatabase(
  config: Config,
  { log, max, onProgress }: { log: Log; max: number; onProgress?: (what: string) => void },
): Promise<Database> {
  const { databaseUrl } = config;
  if (databaseUrl !== null) {
    if (config.encryptionKey === null) throw new Error('the configuration let a key be missing');
    const { closePools, ...pools } = poolsOf(databaseUrl, max);
    return {
      ...pools,
      isEmbedded: false,
      encryptionKey: config.encryptionKey,
      close: closePools,
    };
  }
  const encryptionKey = config.encryptionKey ?? embeddedEncryptionKey(config.dataDir);
  const options = {
    dataDir: config.dataDir,
    log,
    ...(onProgress === undefined ? {} : { onProgress }),
  };
  let postgres = await startEmbeddedPostgres(options);
  let isClosing = false;
  const keepRunning = async (): Promise<void> => {
    for (let restarts = 0; restarts < RESTARTS_MAX; restarts += 1) {
      const what = await postgres.crashed;
      if (isClosing) return;
      log.error({ what, restarts }, 'embedded database ended by itself');
      postgres = await startEmbeddedPostgres(options);
    }
  };
  keepRunning().catch((err: unknown) => log.error({ err }, 'embedded database stays down'));
  const { closePools, ...pools } = poolsOf(postgres.url, max);
  return {
    ...pools,
    isEmbedded: true,
    encryptionKey,
    close: async () => {
      isClosing = true;
      await closePools();
      await postgres.stop();
    },
  };
}

const CLOSE_SECONDS = 3;
const LOOKUPS_MAX = 2;

function poolsOf(url: string, max: number) {
  const db = connect(url, {
    max,
    applicationName: SESSION_NAME,
    idleTransactionTimeoutMs: HELD_UP_MS,
    statementTimeoutMs: HELD_UP_MS,
  });
  const lookups = connect(url, { max: LOOKUPS_MAX, applicationName: `${SESSION_NAME} lookups` });
  const closePools = async (): Promise<void> => {
    await Promise.all([db, lookups].map((pool) => pool.end({ timeout: CLOSE_SECONDS })));
  };
  return { db, lookups, closePools };
}
