import type { ChildProcess } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import {
  chownSync,
  closeSync,
  existsSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { SetupError } from '../setup-error.ts';
import type { Binaries } from './binaries.ts';
import { PORT, SUPERUSER } from './postmaster.ts';
import type { RunAs } from './run-as.ts';

const MAJOR = '18';
/** sun_path holds 108 bytes with the final zero. Source: unix(7). */
const SOCKET_PATH_BYTES_MAX = 107;
const SOCKET_PREFIX = 'milepost-socket-';
const PRIVATE_DIR = 0o700;
const PRIVATE_FILE = 0o600;

/**
 * Makes the cluster unless there is one: in a folder beside it, which takes its name when it is whole
 * and on the disk, so that an interrupted start leaves nothing in the way of the next.
 *
 * `initdb --no-sync` and one `--sync-only` at the end give the same safety as initdb alone and let a
 * failed attempt fail sooner.
 *
 * @returns whether it was made now
 */
export async function ensureCluster(
  clusterDir: string,
  { initdb }: Binaries,
  runAs: RunAs,
): Promise<boolean> {
  removeHalfMade(clusterDir);
  if (existsSync(join(clusterDir, 'PG_VERSION'))) {
    requireMajor(clusterDir);
    return false;
  }
  const fresh = `${clusterDir}.new-${randomUUID()}`;
  makePrivateDir(fresh, runAs);
  await runToEnd(runAs.spawn(initdb, [...INITDB, `--pgdata=${fresh}`], 'pipe'), 'initdb');
  await runToEnd(runAs.spawn(initdb, ['--sync-only', `--pgdata=${fresh}`], 'pipe'), 'initdb');
  renameSync(fresh, clusterDir);
  syncDir(dirname(clusterDir));
  return true;
}

const INITDB = [
  `--username=${SUPERUSER}`,
  '--encoding=UTF8',
  // Sorts and compares alike on every machine and never changes with a system's libraries.
  '--locale-provider=builtin',
  '--builtin-locale=C.UTF-8',
  '--locale=C',
  '--data-checksums',
  '--auth-local=peer',
  '--auth-host=reject',
  '--no-instructions',
  '--no-sync',
];

/**
 * Lets the named users of this system in, through the socket alone and without a password: the kernel
 * says who asks. Written at every start, for the caller may be another than the last time.
 */
export function writeAccessFiles(clusterDir: string, runAs: RunAs): void {
  const own = (name: string, lines: readonly string[]): void => {
    const path = join(clusterDir, name);
    writeFileSync(`${path}.new`, `${lines.join('\n')}\n`, { mode: PRIVATE_FILE });
    chownSync(`${path}.new`, runAs.uid, runAs.gid);
    renameSync(`${path}.new`, path);
  };
  own('pg_hba.conf', ['# Written by Milepost at every start.', 'local all all peer map=milepost']);
  own('pg_ident.conf', [
    '# Written by Milepost at every start.',
    ...runAs.mayConnect.map((name) => `milepost "${name}" ${SUPERUSER}`),
  ]);
}

/**
 * The folder for the server's socket: beside the cluster, or in the system's folder for temporary
 * files when that path would be too long for a socket.
 */
export function makeSocketDir(dataDir: string, runAs: RunAs): string {
  const beside = join(dataDir, 'socket');
  if (Buffer.byteLength(join(beside, `.s.PGSQL.${PORT}`)) <= SOCKET_PATH_BYTES_MAX) {
    if (!isPrivateDir(beside, runAs)) {
      rmSync(beside, { recursive: true, force: true });
      makePrivateDir(beside, runAs);
    }
    return beside;
  }
  const name = createHash('sha256').update(dataDir).digest('hex').slice(0, 12);
  const short = join(tmpdir(), `${SOCKET_PREFIX}${name}`);
  if (isPrivateDir(short, runAs)) return short;
  if (!existsSync(short)) {
    makePrivateDir(short, runAs);
    return short;
  }
  // Somebody else took the name: leave it to them.
  const unique = mkdtempSync(`${short}-`);
  chownSync(unique, runAs.uid, runAs.gid);
  return unique;
}

/** Removes the folder of a socket if it was made among the temporary files. */
export function removeTemporaryDir(socketDir: string): void {
  if (dirname(socketDir) !== tmpdir() || !basename(socketDir).startsWith(SOCKET_PREFIX)) return;
  rmSync(socketDir, { recursive: true, force: true });
}

function isPrivateDir(path: string, { uid }: RunAs): boolean {
  const found = lstatSync(path, { throwIfNoEntry: false });
  return found?.isDirectory() === true && found.uid === uid && (found.mode & 0o077) === 0;
}

function makePrivateDir(path: string, { uid, gid }: RunAs): void {
  mkdirSync(path, { mode: PRIVATE_DIR });
  chownSync(path, uid, gid);
}

/** Folders of attempts that broke off; an empty cluster folder is one, too. */
function removeHalfMade(clusterDir: string): void {
  const parent = dirname(clusterDir);
  const prefix = `${clusterDir.slice(parent.length + 1)}.new-`;
  for (const name of readdirSync(parent)) {
    if (name.startsWith(prefix)) rmSync(join(parent, name), { recursive: true, force: true });
  }
  if (existsSync(clusterDir) && readdirSync(clusterDir).length === 0) rmdirSync(clusterDir);
  if (existsSync(clusterDir) && !existsSync(join(clusterDir, 'PG_VERSION'))) {
    throw new SetupError(
      `${clusterDir} is not empty and holds no database. Move it away, or choose another --data-dir.`,
    );
  }
}

function requireMajor(clusterDir: string): void {
  const major = readFileSync(join(clusterDir, 'PG_VERSION'), 'utf8').trim();
  if (major === MAJOR) return;
  throw new SetupError(
    `The database in ${clusterDir} was made by PostgreSQL ${major}, and this version of Milepost brings ` +
      `PostgreSQL ${MAJOR}. Start the version of Milepost that made it, or choose another --data-dir.`,
  );
}

/** Waits for a program to end well; what it printed goes into the error otherwise. */
async function runToEnd(child: ChildProcess, name: string): Promise<void> {
  let output = '';
  const keep = (chunk: Buffer): void => {
    output += chunk.toString();
  };
  child.stdout?.on('data', keep);
  child.stderr?.on('data', keep);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', (cause) => {
      reject(new SetupError(`${name} cannot be run: ${cause.message}`, { cause }));
    });
    child.once('close', resolve);
  });
  if (code !== 0) throw new SetupError(`${name} failed (${code ?? 'killed'}):\n${output.trim()}`);
}

function syncDir(path: string): void {
  const handle = openSync(path, 'r');
  fsyncSync(handle);
  closeSync(handle);
}
