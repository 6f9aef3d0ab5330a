import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { recordOf } from '../../../schedule/fault.ts';
import { SetupError } from '../../../platform/setup-error.ts';
import { shownPath, type Folder } from './folder.ts';

const NAME = 'milepost.lock.json';

/** How a series was when it was pulled. */
export interface Pulled {
  readonly id: string;
  readonly fingerprint: string;
  readonly status: string;
}

/** What was pulled, by the id of the side and the slug of the file. */
export type Lock = ReadonlyMap<string, ReadonlyMap<string, Pulled>>;

export const lockPath = ({ dir }: Folder): string => join(dir, NAME);

/**
 * What is written down of the last pulls; nothing where there is no file.
 *
 * @throws SetupError where it cannot be read
 */
export function readLock(folder: Folder): Lock {
  const path = lockPath(folder);
  if (!existsSync(path)) return new Map();
  try {
    const sides = recordOf((JSON.parse(readFileSync(path, 'utf8')) as { sides?: unknown }).sides);
    return new Map(
      Object.entries(sides ?? {}).map(([side, series]) => [
        side,
        new Map(Object.entries((recordOf(series) ?? {}) as Record<string, Pulled>)),
      ]),
    );
  } catch (cause) {
    const file = shownPath(folder, path);
    throw new SetupError(`${file} cannot be read: delete it, and pull again`, { cause });
  }
}

/** The text of a lock: sorted, so that two pulls of the same write the same. */
export function lockText(lock: Lock): string {
  const sorted = <T>(map: ReadonlyMap<string, T>): [string, T][] =>
    [...map].toSorted(([one], [other]) => (one < other ? -1 : 1));
  const sides = Object.fromEntries(
    sorted(lock).map(([side, series]) => [side, Object.fromEntries(sorted(series))]),
  );
  return `${JSON.stringify({ sides }, null, 2)}\n`;
}
