import type { ChildProcess } from 'node:child_process';
import { closeSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { connect } from './db.ts';
import { findBinaries } from './embedded-postgres/binaries.ts';
import {
  ensureCluster,
  makeSocketDir,
  removeTemporaryDir,
  writeAccessFiles,
} from './embedded-postgres/cluster.ts';
import { makeDataDir, openLog } from './embedded-postgres/data-dir.ts';
import {
  answers,
  askToStop,
  clearLeftovers,
  isServerOf,
  PORT,
  readPostmaster,
  stopServer,
  urlOf,
  waitUntil,
  type Postmaster,
  type StopMode,
} from './embedded-postgres/postmaster.ts';
import { chooseRunAs, type RunAs } from './embedded-postgres/run-as.ts';
import { usersOf, type Users } from './embedded-postgres/users.ts';
import { withPidLock } from './pid-lock.ts';
import { SetupError } from './setup-error.ts';

/** A PostgreSQL of our own that runs beside this process. */
export interface EmbeddedPostgres {
  /** Of the database `milepost`; a Unix socket that only the caller and root may use. */
  readonly url: string;
  readonly pid: number;
  /** True when it was running already: left by a process that was killed, or used by another one. */
  readonly adopted: boolean;
  /**
   * Fulfilled with what happened when the server ends and nobody here asked it to. Starting again
   * gives a server at the same address, to which a pool finds back by itself.
   */
  readonly crashed: Promise<string>;
  /** Stops the server, unless another process of Milepost still uses it. */
  stop(mode?: StopMode): Promise<void>;
}

export interface EmbeddedPostgresOptions {
  /** Holds everything: the cluster in `postgres/`, the socket, locks and postgres.log. */
  readonly dataDir: string;
  readonly log: {
    info(fields: object, event: string): void;
    warn(fields: object, event: string): void;
  };
  /** Told what takes a while, in words for a person. */
  readonly onProgress?: (what: string) => void;
  /** Settings of PostgreSQL beside or instead of ours; for tests. */
  readonly settings?: Readonly<Record<string, string>>;
}

const DATABASE = 'milepost';
/** Recovering from a crash reads at most max_wal_size of log. */
const READY_MS = 120_000;
const LEFTOVER_MS = 10_000;
const WATCH_MS = 500;

/** For a laptop and two cores; durability as PostgreSQL gives it by default. */
const SETTINGS = {
  listen_addresses: '',
  port: String(PORT),
  unix_socket_permissions: '0700',
  cluster_name: 'milepost',
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_checkpoints: 'off',
  max_connections: '100',
  shared_buffers: '128MB',
  jit: 'off',
  random_page_cost: '1.1',
  idle_in_transaction_session_timeout: '60s',
  autovacuum_naptime: '15s',
} as const;

/**
 * Starts the embedded PostgreSQL of a data directory, or joins the one that runs there already.
 *
 * A first start makes the cluster. A server that an earlier process left behind is adopted when it
 * answers and is stopped when it does not. Stale files of dead processes are cleared. The server runs in
 * a session of its own: a terminal's Ctrl-C does not reach it, and it outlives this process if that is
 * killed; when this process ends in any gentler way, the server is asked to stop.
 *
 * @throws SetupError that says what to do
 */
export async function startEmbeddedPostgres(
  options: EmbeddedPostgresOptions,
): Promise<EmbeddedPostgres> {
  const dataDir = makeDataDir(options.dataDir);
  const clusterDir = join(dataDir, 'postgres');
  const users = usersOf(dataDir);
  const exclusively = <T>(work: () => Promise<T>): Promise<T> =>
    withPidLock(join(dataDir, 'postgres.lock'), READY_MS, work);

  const { postmaster, adopted } = await exclusively(async () => {
    const running = await settleRunning(clusterDir, options);
    const found = running ?? (await startServer(dataDir, options));
    if (running === null) await ensureDatabase(found);
    users.enter();
    return { postmaster: found, adopted: running !== null };
  });
  options.log.info({ pid: postmaster.pid, adopted }, 'embedded database ready');
  return supervise({ clusterDir, postmaster, adopted, users, exclusively, log: options.log });
}

/**
 * The embedded PostgreSQL that runs for a data directory and answers, or null.
 *
 * Only for looking: whoever works with it joins by `startEmbeddedPostgres`, so that it is not stopped
 * under them.
 */
export async function findEmbeddedPostgres(
  dataDir: string,
): Promise<{ url: string; pid: number } | null> {
  const clusterDir = join(dataDir, 'postgres');
  if (!existsSync(clusterDir)) return null;
  const postmaster = readPostmaster(clusterDir);
  if (postmaster === null || !isServerOf(clusterDir, postmaster.pid)) return null;
  if (!(await answers(clusterDir, postmaster))) return null;
  return { url: urlOf(postmaster, DATABASE), pid: postmaster.pid };
}

/** The server that runs already, once it is ready; null when none does, after clearing the way for a new one. */
async function settleRunning(
  clusterDir: string,
  { log, onProgress }: EmbeddedPostgresOptions,
): Promise<Postmaster | null> {
  if (!existsSync(clusterDir)) return null;
  const found = readPostmaster(clusterDir);
  if (found !== null && isServerOf(clusterDir, found.pid)) {
    if (found.status === 'starting') onProgress?.('waiting for the database to recover');
    const settled = (): boolean => {
      const status = readPostmaster(clusterDir)?.status;
      return !isServerOf(clusterDir, found.pid) || status === 'ready';
    };
    await waitUntil(settled, found.status === 'stopping' ? LEFTOVER_MS : READY_MS);
    const ready = readPostmaster(clusterDir);
    if (ready?.pid === found.pid && (await answers(clusterDir, ready))) return ready;
    if (isServerOf(clusterDir, found.pid)) {
      log.warn({ pid: found.pid }, 'embedded database does not answer and is stopped');
      await stopServer(clusterDir, found.pid, 'immediate');
    }
  }
  await clearLeftovers(clusterDir, LEFTOVER_MS);
  return null;
}

async function startServer(dataDir: string, options: EmbeddedPostgresOptions): Promise<Postmaster> {
  const { onProgress, log } = options;
  const binaries = findBinaries();
  const clusterDir = join(dataDir, 'postgres');
  const runAs = chooseRunAs(clusterDir, [binaries.root, binaries.postgres, dataDir]);

  if (!existsSync(clusterDir)) onProgress?.('creating the database');
  const startedMs = performance.now();
  if (await ensureCluster(clusterDir, binaries, runAs)) {
    log.info({ ms: Math.round(performance.now() - startedMs) }, 'embedded database created');
  }
  writeAccessFiles(clusterDir, runAs);
  const settings = {
    ...SETTINGS,
    // A list, in which quotes keep a comma from parting.
    unix_socket_directories: `"${makeSocketDir(dataDir, runAs).replaceAll('"', '""')}"`,
    ...options.settings,
  };
  const args = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  return spawnServer(dataDir, runAs, [binaries.postgres, '-D', clusterDir, ...args]);
}

/** Starts the server and waits until it takes connections. */
async function spawnServer(
  dataDir: string,
  runAs: RunAs,
  [program = '', ...args]: readonly string[],
): Promise<Postmaster> {
  const clusterDir = join(dataDir, 'postgres');
  const logFile = openLog(dataDir);
  let failure: string | null = null;
  const child: ChildProcess = runAs.spawn(program, args, logFile.handle);
  child.once('error', ({ message }) => (failure = message));
  child.once(
    'exit',
    (code, signal) => (failure ??= `it ended with ${signal ?? code ?? 'nothing'}`),
  );
  child.unref();
  closeSync(logFile.handle);

  const readyOf = (): Postmaster | null => {
    const postmaster = readPostmaster(clusterDir);
    return postmaster?.pid === child.pid && postmaster?.status === 'ready' ? postmaster : null;
  };
  await waitUntil(() => failure !== null || readyOf() !== null, READY_MS);
  const postmaster = readyOf();
  if (postmaster !== null && failure === null) return postmaster;
  if (failure === null && child.pid !== undefined) {
    await stopServer(clusterDir, child.pid, 'immediate');
  }
  throw new SetupError(
    `PostgreSQL did not start: ${failure ?? `not ready after ${READY_MS / 1000} s`}. ` +
      `It said (${logFile.path}):\n${logFile.readNew()}`,
  );
}

async function ensureDatabase(postmaster: Postmaster): Promise<void> {
  const pool = connect(urlOf(postmaster, 'postgres'), { max: 1 });
  try {
    const found = await pool`select from pg_database where datname = ${DATABASE}`;
    if (found.length === 0) await pool`create database ${pool(DATABASE)}`;
  } finally {
    await pool.end();
  }
}

function supervise({
  clusterDir,
  postmaster,
  adopted,
  users,
  exclusively,
  log,
}: {
  clusterDir: string;
  postmaster: Postmaster;
  adopted: boolean;
  users: Users;
  exclusively: (work: () => Promise<void>) => Promise<void>;
  log: EmbeddedPostgresOptions['log'];
}): EmbeddedPostgres {
  const { pid } = postmaster;
  let stopping: Promise<void> | null = null;
  const { promise: crashed, resolve: crash } = Promise.withResolvers<string>();
  const watch = setInterval(() => {
    if (isServerOf(clusterDir, pid)) return;
    clearInterval(watch);
    crash(`PostgreSQL (process ${pid}) ended by itself; see ${clusterDir}.log`);
  }, WATCH_MS).unref();

  const atExit = (): void => {
    users.leave();
    if (users.others().length === 0 && isServerOf(clusterDir, pid)) askToStop(pid);
  };
  process.on('exit', atExit);

  const stop = (mode: StopMode): Promise<void> =>
    exclusively(async () => {
      clearInterval(watch);
      process.off('exit', atExit);
      users.leave();
      const others = users.others();
      if (others.length > 0) log.info({ pid, used_by: others }, 'embedded database left running');
      else {
        if (isServerOf(clusterDir, pid)) await stopServer(clusterDir, pid, mode);
        removeTemporaryDir(postmaster.socketDir);
      }
    });
  return {
    url: urlOf(postmaster, DATABASE),
    pid,
    adopted,
    crashed,
    stop: (mode = 'fast') => (stopping ??= stop(mode)),
  };
}
