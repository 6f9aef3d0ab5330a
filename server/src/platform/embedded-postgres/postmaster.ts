import { readdirSync, readFileSync, readlinkSync, realpathSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from '../db.ts';
import { socketUrl } from '../database-url.ts';
import { isAlive, isNumberTaken } from '../process-identity.ts';
import { SetupError } from '../setup-error.ts';

/** What postmaster.pid says about the server of a cluster. Source: PostgreSQL, miscadmin.h. */
export interface Postmaster {
  readonly pid: number;
  readonly port: number;
  readonly socketDir: string;
  readonly status: 'starting' | 'ready' | 'stopping' | 'unknown';
}

export type StopMode = 'fast' | 'immediate';

export const SUPERUSER = 'milepost';
export const PORT = 5432;

const POLL_MS = 15;
const ANSWER_MS = 3_000;
const SIGNALS = { fast: 'SIGINT', immediate: 'SIGQUIT' } as const;
/** Ctrl-C promises ten seconds in all, so each harder way follows soon. */
const PATIENCE_MS = { fast: 5_000, immediate: 3_000, kill: 2_000 } as const;

/** Reads postmaster.pid; null when there is none or it is not whole yet. */
export function readPostmaster(clusterDir: string): Postmaster | null {
  let text: string;
  try {
    text = readFileSync(join(clusterDir, 'postmaster.pid'), 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
  const [pid = '', , , port = '', socketDir = '', , , status = ''] = text.split('\n');
  if (!/^\d+$/.test(pid)) return null;
  const word = status.trim();
  const known = word === 'starting' || word === 'ready' || word === 'stopping';
  return { pid: Number(pid), port: Number(port), socketDir, status: known ? word : 'unknown' };
}

/**
 * Whether the process with this number is the server of this cluster, and not one that got the number
 * of a dead server: a server works inside its cluster's folder.
 */
export function isServerOf(clusterDir: string, pid: number): boolean {
  if (!isAlive(pid)) return false;
  const cwd = workingDirOf(pid);
  return cwd === null ? process.platform !== 'linux' : cwd === realpathSync(clusterDir);
}

/** URL of a database of this cluster. */
export function urlOf({ socketDir }: Postmaster, database: string): string {
  return socketUrl({ directory: socketDir, user: SUPERUSER, database });
}

/** Whether the server answers, and for this cluster: a copied folder still names the original's socket. */
export async function answers(clusterDir: string, postmaster: Postmaster): Promise<boolean> {
  const pool = connect(urlOf(postmaster, 'postgres'), { max: 1 });
  try {
    const asked = pool<{ dir: string }[]>`select current_setting('data_directory') as dir`;
    const [row] = await Promise.race([asked, sleep(ANSWER_MS, [])]);
    return row?.dir === realpathSync(clusterDir);
  } catch {
    // Any failure to answer is the answer no.
    return false;
  } finally {
    await pool.end({ timeout: 1 });
  }
}

/**
 * Stops a server and waits until it is gone; a way that takes too long is followed by a harder one.
 *
 * After anything but `fast` the next start recovers from the log, without loss.
 */
export async function stopServer(clusterDir: string, pid: number, mode: StopMode): Promise<void> {
  const gone = (): boolean => !isServerOf(clusterDir, pid);
  if (mode === 'fast' && (await signalAndWait(pid, SIGNALS.fast, PATIENCE_MS.fast, gone))) return;
  if (await signalAndWait(pid, SIGNALS.immediate, PATIENCE_MS.immediate, gone)) return;
  if (await signalAndWait(pid, 'SIGKILL', PATIENCE_MS.kill, gone)) return;
  throw new SetupError(`PostgreSQL (process ${pid}) cannot be stopped. Stop it by hand.`);
}

/** Asks a server to stop without waiting for it: for a process that is itself at its end. */
export function askToStop(pid: number): void {
  signal(pid, SIGNALS.fast);
}

/**
 * Clears what a dead server left, so that a new one may start: waits for its last processes, and
 * removes a postmaster.pid whose number belongs to some other program or to a dead one.
 *
 * PostgreSQL itself only asks whether the number is taken.
 */
export async function clearLeftovers(clusterDir: string, waitMs: number): Promise<void> {
  await waitUntil(() => processesIn(clusterDir).length === 0, waitMs);
  const left = processesIn(clusterDir);
  if (left.length > 0) {
    throw new SetupError(
      `Processes ${left.join(', ')} of an earlier PostgreSQL still use ${clusterDir}. Stop them first.`,
    );
  }
  const postmaster = readPostmaster(clusterDir);
  if (postmaster !== null && isNumberTaken(postmaster.pid))
    rmSync(join(clusterDir, 'postmaster.pid'));
}

/** Waits until `done`; false when `waitMs` passed first. */
export async function waitUntil(done: () => boolean, waitMs: number): Promise<boolean> {
  const deadlineMs = performance.now() + waitMs;
  while (!done()) {
    if (performance.now() > deadlineMs) return false;
    await sleep(POLL_MS);
  }
  return true;
}

/** Processes that work inside the cluster's folder: the server and its children. */
function processesIn(clusterDir: string): number[] {
  if (process.platform !== 'linux') return [];
  const dir = realpathSync(clusterDir);
  const pids = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
  return pids.filter((pid) => workingDirOf(pid) === dir && isAlive(pid));
}

function signalAndWait(
  pid: number,
  name: NodeJS.Signals,
  patienceMs: number,
  gone: () => boolean,
): Promise<boolean> {
  signal(pid, name);
  return waitUntil(gone, patienceMs);
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
    // One that was halted would hear of it only when it goes on.
    process.kill(pid, 'SIGCONT');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

function workingDirOf(pid: number): string | null {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    // Gone meanwhile, or somebody else's: in neither case a server of ours.
    return null;
  }
}
