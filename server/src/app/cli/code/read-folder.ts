import { FILE_STATUSES, SLUG_LENGTH_MAX, SLUG_PATTERN } from '../../../enrollment/index.ts';
import { recordOf } from '../../../schedule/fault.ts';
import { faultsOfSeries } from '../../../series/index.ts';
import { declaredTraits, traitsOf } from './declared-traits.ts';
import { FilesError, type FileFault } from './file-fault.ts';
import { isInside, seriesPaths, shownPath, type Folder, type SeriesPath } from './folder.ts';
import { loadEmailFiles, type PathFault } from './load-email-files.ts';
import { unknownMembers } from './members.ts';
import { undeclaredTags } from './merge-check.ts';
import { notPlain } from './plain.ts';
import { readText } from './read-text.ts';
import { lineInTypeScript, runTypeScript } from './ts-file.ts';
import { readYaml } from './yaml-file.ts';

/** A series of a folder, with the files of its emails read. */
export interface LocalSeries {
  readonly slug: string;
  readonly kind: SeriesPath['kind'];
  /** As it is shown and kept on the server. */
  readonly file: string;
  readonly status: (typeof FILE_STATUSES)[number] | null;
  /** As a client sends a series. */
  readonly series: Readonly<Record<string, unknown>>;
  /** A fault of the series, with the file and the line that it is about. */
  readonly placed: (fault: PathFault) => FileFault;
}

interface Raw {
  readonly value: unknown;
  readonly lineOf: (path: string) => number | null;
  readonly faults: readonly { readonly line: number | null; readonly message: string }[];
}

/**
 * Reads all series of a folder, or those that are named.
 *
 * @throws FilesError with everything that can be known to be wrong without a server
 */
export async function readFolder(
  folder: Folder,
  slugs: readonly string[] = [],
): Promise<LocalSeries[]> {
  const paths = seriesPaths(folder);
  const unknown = slugs.filter((slug) => !paths.some((one) => one.slug === slug));
  const faults: FileFault[] = unknown.map((slug) => ({
    file: shownPath(folder, folder.seriesDir),
    line: null,
    field: '',
    message: `has no series ${slug}`,
  }));
  const wanted = paths.filter(({ slug }) => slugs.length === 0 || slugs.includes(slug));
  const shared = await declaredTraits(folder);
  faults.push(...shared.faults);
  const found: LocalSeries[] = [];
  for (const path of wanted) {
    const isTwice = paths.some((one) => one.slug === path.slug && one.path !== path.path);
    const read = await readSeries(folder, path, shared.names);
    faults.push(...nameFaultsOf(folder, path, isTwice), ...read.faults);
    found.push(read.local);
  }
  if (faults.length > 0) throw new FilesError(faults);
  return found;
}

function nameFaultsOf(folder: Folder, { slug, path }: SeriesPath, isTwice: boolean): FileFault[] {
  const place = { file: shownPath(folder, path), line: null, field: '' };
  const faults: FileFault[] = [];
  if (slug.length > SLUG_LENGTH_MAX || !new RegExp(SLUG_PATTERN).test(slug)) {
    const message = `must have a name of a-z, 0-9, _ and -, at most ${SLUG_LENGTH_MAX} of them`;
    faults.push({ ...place, message });
  }
  if (!isInside(folder, path)) faults.push({ ...place, message: 'is a link out of the folder' });
  if (isTwice) faults.push({ ...place, message: `is not the only file of ${slug}: keep one` });
  return faults;
}

/**
 * Reads the file of one series, and those that it names.
 *
 * @param shared the traits that are declared for all series; null where any may be named
 */
export async function readSeries(
  folder: Folder,
  path: SeriesPath,
  shared: ReadonlySet<string> | null,
): Promise<{ local: LocalSeries; faults: FileFault[] }> {
  const file = shownPath(folder, path.path);
  const raw = await readRaw(path);
  const strange = notPlain(raw.value);
  const fields = strange.length > 0 ? {} : (recordOf(raw.value) ?? {});
  const { status = null, steps, traits: own, ...said } = fields;
  const loaded = loadEmailFiles(folder, path.path, steps);
  const placed = ({ path: field, message }: PathFault): FileFault => {
    const from = bodyFileOf(loaded.files, field);
    if (from === null) return { file, line: raw.lineOf(field), field, message };
    return { file: shownPath(folder, from), line: null, field, message };
  };
  // As it goes over the wire: what is undefined is left out, and -0 is 0.
  const series = JSON.parse(JSON.stringify({ ...said, steps: loaded.steps })) as Readonly<
    Record<string, unknown>
  >;
  const local = { slug: path.slug, kind: path.kind, file, series, placed };
  const early = [
    ...raw.faults.map(({ line, message }) => ({ file, line, field: '', message })),
    ...strange.map(placed),
  ];
  if (early.length > 0) return { local: { ...local, status: null }, faults: early };
  const traits = own === undefined ? null : traitsOf(own, file);
  const declared = namesOf(shared, traits?.names ?? null);
  const inFiles = new Set(loaded.faults.map((fault) => stepOf(fault.path)));
  const faults = [
    ...statusFaults(status),
    ...unknownMembers(raw.value),
    ...loaded.faults,
    // A body that could not be read would be missed once more.
    ...faultsOfSeries(raw.value === null ? null : series).filter(
      (fault) => !inFiles.has(stepOf(fault.path)),
    ),
    ...(declared === null ? [] : undeclaredTags(series['steps'], declared)),
  ].map(placed);
  return {
    local: { ...local, status: status as LocalSeries['status'] },
    faults: [...(traits?.faults ?? []), ...faults],
  };
}

async function readRaw({ path, kind }: SeriesPath): Promise<Raw> {
  try {
    const text = readText(path);
    if (kind === 'yaml') return readYaml(text);
    const value = await runTypeScript(path);
    const lineOf = (field: string): number | null => lineInTypeScript(text, value, field);
    const faults =
      recordOf(value) === null
        ? [{ line: null, message: 'must have a series as its default export: defineSeries({…})' }]
        : [];
    return { value, lineOf, faults };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { value: null, lineOf: () => null, faults: [{ line: null, message }] };
  }
}

function statusFaults(status: unknown): PathFault[] {
  if (status === null || FILE_STATUSES.some((known) => known === status)) return [];
  return [{ path: 'status', message: `must be one of ${FILE_STATUSES.join(', ')}` }];
}

const stepOf = (path: string): string => path.split('/').slice(0, 2).join('/');

function namesOf(
  one: ReadonlySet<string> | null,
  other: ReadonlySet<string> | null,
): ReadonlySet<string> | null {
  if (one === null || other === null) return one ?? other;
  return new Set([...one, ...other]);
}

/** The file that a member came from, by its path or one that leads below it. */
function bodyFileOf(files: ReadonlyMap<string, string>, path: string): string | null {
  for (const [member, file] of files) {
    if (path === member || path.startsWith(`${member}/`)) return file;
  }
  return null;
}
