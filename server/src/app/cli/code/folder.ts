import { existsSync, lstatSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { SetupError } from '../../../platform/setup-error.ts';

const FOLDER_DEFAULT = 'milepost';
const ENDING = /\.(yaml|yml|ts)$/i;

/** A folder of series. */
export interface Folder {
  /** Absolute. */
  readonly dir: string;
  /** Of the files of series, absolute. */
  readonly seriesDir: string;
}

/** The file of a series. */
export interface SeriesPath {
  /** Its name without the ending. */
  readonly slug: string;
  /** Absolute. */
  readonly path: string;
  readonly kind: 'yaml' | 'ts';
}

export function folderOf(dir: string = FOLDER_DEFAULT): Folder {
  const absolute = resolve(dir);
  return { dir: absolute, seriesDir: join(absolute, 'series') };
}

/**
 * A path as it is shown and kept on the server: from where the command runs, else from the folder's
 * parent; with slashes everywhere.
 */
export function shownPath({ dir }: Folder, path: string): string {
  const here = relative(process.cwd(), path);
  const shown = here.startsWith('..') ? join(basename(dir), relative(dir, path)) : here;
  return shown.split(sep).join('/');
}

/**
 * The files of series in a folder, by name.
 *
 * @throws SetupError where there is no such folder
 */
export function seriesPaths(folder: Folder): SeriesPath[] {
  if (!isFolder(folder.seriesDir)) {
    throw new SetupError(
      `There is no folder ${shownPath(folder, folder.seriesDir)}: run milepost pull first, or make it`,
    );
  }
  return seriesPathsIn(folder);
}

/** The same; none where there is no such folder. */
export function seriesPathsIn({ seriesDir }: Folder): SeriesPath[] {
  if (!isFolder(seriesDir)) return [];
  return readdirSync(seriesDir, { withFileTypes: true })
    .filter((entry) => entry.isFile() || entry.isSymbolicLink())
    .filter(({ name }) => ENDING.test(name) && !name.endsWith('.d.ts'))
    .map(({ name }) => ({
      slug: name.replace(ENDING, ''),
      path: join(seriesDir, name),
      kind: /\.ts$/i.test(name) ? ('ts' as const) : ('yaml' as const),
    }))
    .toSorted((one, other) => (one.path < other.path ? -1 : 1));
}

/** Whether a path is below a folder; both absolute, and without links that lead elsewhere. */
const isWithin = (dir: string, path: string): boolean => path.startsWith(`${dir}${sep}`);

/** Whether what is at a path, or would be made there, is really below the folder: links are followed. */
export function isInside({ dir }: Folder, path: string): boolean {
  if (!isWithin(dir, path)) return false;
  if (!existsSync(dir)) return true;
  let there = path;
  while (lstatSync(there, { throwIfNoEntry: false }) === undefined) there = dirname(there);
  try {
    const real = realpathSync(there);
    return real === realpathSync(dir) || isWithin(realpathSync(dir), real);
  } catch {
    // A link that leads to nothing would be written through.
    return false;
  }
}

const isFolder = (path: string): boolean =>
  statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
