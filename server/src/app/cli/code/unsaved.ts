import { draftOf, fingerprintOf } from '../../../series/index.ts';
import type { FileFault } from './file-fault.ts';
import { shownPath, type Folder, type SeriesPath } from './folder.ts';
import type { Pulled } from './lock.ts';
import { readSeries } from './read-folder.ts';
import type { RemoteSeries } from './remote.ts';

/**
 * What stands in a file and nowhere else: neither is it what the series says, nor what it said when it
 * was pulled or applied last. Writing over it would lose it.
 */
export async function unsavedIn(
  folder: Folder,
  path: SeriesPath,
  { one, pulled }: { one: RemoteSeries; pulled: Pulled | undefined },
): Promise<FileFault[]> {
  const { local, faults } = await readSeries(folder, path, null);
  const known = [one, one.applied, pulled].flatMap((state) => state ?? []);
  const isKnown =
    faults.length === 0 &&
    known.some(({ fingerprint }) => fingerprint === saidOf(local.series)) &&
    (local.status === null || known.some(({ status }) => alike(status) === local.status));
  if (isKnown) return [];
  const message =
    'was changed and is not applied: apply it, or commit it and pull --force, which writes over it';
  return [{ file: shownPath(folder, path.path), line: null, field: '', message }];
}

/** Null where it is no series yet. */
function saidOf(series: Readonly<Record<string, unknown>>): string | null {
  try {
    return fingerprintOf(draftOf(series));
  } catch {
    return null;
  }
}

/** A series completes by itself; files have no word for it. */
const alike = (status: string): string => (status === 'completed' ? 'active' : status);
