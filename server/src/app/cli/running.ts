import { join } from 'node:path';
import { noteOfHolder } from '../../platform/pid-lock.ts';

/** Held by the process that does all in one, with the address it listens on. */
export const lockPathOf = (dataDir: string): string => join(dataDir, 'milepost.lock');

/** Where the server of a data folder listens; null where none runs, or does not yet. */
export const runningUrl = (dataDir: string): string | null => noteOfHolder(lockPathOf(dataDir));
