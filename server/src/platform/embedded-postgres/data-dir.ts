import {
  accessSync,
  chownSync,
  constants,
  mkdirSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import { SetupError } from '../setup-error.ts';

const LOG_BYTES_MAX = 5_000_000;

/** Makes the folder that holds everything, and gives its real path. */
export function makeDataDir(path: string): string {
  try {
    mkdirSync(path, { recursive: true });
    accessSync(path, constants.R_OK | constants.W_OK | constants.X_OK);
    return realpathSync(path);
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new SetupError(
      `The data directory cannot be used (${message}). ` +
        'Start as the user it belongs to, or choose another with --data-dir.',
      { cause },
    );
  }
}

/** Gives a file that root made in somebody's data directory to that somebody. */
export function giveToOwner(dataDir: string, path: string): void {
  const { uid, gid } = statSync(dataDir);
  if (statSync(path).uid !== uid) chownSync(path, uid, gid);
}

/** The server's own log: it goes on being written when this process is gone. */
export function openLog(dataDir: string): { handle: number; path: string; readNew: () => string } {
  const path = join(dataDir, 'postgres.log');
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  const full = size > LOG_BYTES_MAX;
  if (full) renameSync(path, `${path}.old`);
  const from = full ? 0 : size;
  const handle = openSync(path, 'a', 0o600);
  giveToOwner(dataDir, path);
  return { path, handle, readNew: () => readFileSync(path).subarray(from).toString().trim() };
}
