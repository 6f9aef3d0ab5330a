import { randomUUID } from 'node:crypto';
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { identityOf } from './process-identity.ts';
import { SetupError } from './setup-error.ts';

/** A lock that this process holds until it releases it or ends, however it ends. */
export interface PidLock {
  readonly taken: true;
  /** Leaves one line for whoever finds the lock taken, such as the address we listen on. */
  setNote(note: string): void;
  /** Tells whoever waits that it is worth waiting: we are stopping. */
  setLeaving(): void;
  release(): void;
}

/** Somebody else has it. */
export interface PidLockHolder {
  readonly taken: false;
  readonly pid: number;
  readonly note: string;
  readonly isLeaving: boolean;
}

const ATTEMPTS_MAX = 20;
const POLL_MS = 25;
const LEAVING = 'leaving';
/** A holder whose parent was killed notices within this, and then says that it is leaving. */
const NOTICE_MS = 1_500;
/** A process of Milepost stops within ten seconds. */
const LEAVING_MS = 12_000;

/**
 * Takes the lock that the file at `path` stands for, unless a living process has it.
 *
 * A file left by a process that died, or whose number another process has by now, counts for nothing.
 * The file appears whole or not at all, and of several processes that find a stale one exactly one
 * takes over.
 */
export function takePidLock(path: string): PidLock | PidLockHolder {
  const identity = identityOf(process.pid) ?? String(process.pid);
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
    if (createWhole(path, `${identity}\n`)) return lockOf(path, identity);
    const found = readOrNull(path);
    if (found === null) continue;
    const [owner = '', note = ''] = found.split('\n');
    const pid = Number.parseInt(owner, 10);
    if (identityOf(pid) === owner) return { taken: false, pid, note, isLeaving: note === LEAVING };
    removeStale(path, found);
  }
  throw new SetupError(`The lock ${path} changes all the time; is something else writing there?`);
}

/**
 * Takes the lock, after waiting a moment for a holder that is on its way out: one that was told to
 * stop, or whose parent was killed just now.
 *
 * @returns the holder, when it means to stay
 */
export async function takePidLockPatiently(path: string): Promise<PidLock | PidLockHolder> {
  const startedMs = performance.now();
  for (;;) {
    const lock = takePidLock(path);
    if (lock.taken) return lock;
    const waitedMs = performance.now() - startedMs;
    if (waitedMs > (lock.isLeaving ? LEAVING_MS : NOTICE_MS)) return lock;
    await sleep(POLL_MS);
  }
}

/** What the living process that holds a lock has left for others; null where there is none. */
export function noteOfHolder(path: string): string | null {
  const [owner = '', note = ''] = readOrNull(path)?.split('\n') ?? [];
  const isHeld = owner !== '' && identityOf(Number.parseInt(owner, 10)) === owner;
  return !isHeld || note === '' || note === LEAVING ? null : note;
}

/**
 * Runs `work` while holding the lock, after waiting for it at most `waitMs`.
 *
 * @throws SetupError which names the process that would not let go
 */
export async function withPidLock<T>(
  path: string,
  waitMs: number,
  work: () => Promise<T>,
): Promise<T> {
  const deadlineMs = performance.now() + waitMs;
  for (;;) {
    const lock = takePidLock(path);
    if (lock.taken) {
      try {
        return await work();
      } finally {
        lock.release();
      }
    }
    if (performance.now() > deadlineMs) {
      throw new SetupError(
        `Process ${lock.pid} has held ${path} for more than ${Math.round(waitMs / 1000)} s. ` +
          'Stop it, or wait and try again.',
      );
    }
    await sleep(POLL_MS);
  }
}

function lockOf(path: string, identity: string): PidLock {
  const setNote = (note: string): void => {
    const whole = `${path}.${randomUUID()}`;
    writeFileSync(whole, `${identity}\n${note}\n`, { mode: 0o644 });
    renameSync(whole, path);
  };
  return {
    taken: true,
    setNote,
    setLeaving: () => setNote(LEAVING),
    release() {
      if (readOrNull(path)?.startsWith(`${identity}\n`) === true) rmSync(path, { force: true });
    },
  };
}

/** Makes the file with its content in one step; false when there is one already. */
function createWhole(path: string, text: string): boolean {
  const whole = `${path}.${randomUUID()}`;
  writeFileSync(whole, text, { mode: 0o644 });
  try {
    linkSync(whole, path);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(whole, { force: true });
  }
}

/** Moves the file out of the way, and back if another process had taken the lock over meanwhile. */
function removeStale(path: string, stale: string): void {
  const aside = `${path}.${randomUUID()}`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return;
    throw error;
  }
  const moved = readOrNull(aside);
  if (moved !== null && moved !== stale) createWhole(path, moved);
  rmSync(aside, { force: true });
}

function readOrNull(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}
