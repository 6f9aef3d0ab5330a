import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { SLUG_LENGTH_MAX } from '../../../enrollment/index.ts';
import { recordOf } from '../../../schedule/fault.ts';
import { SCHEMA_PATH } from '../../code/file-schema.ts';
import { answer, type World } from '../context.ts';
import { fileNameOf, partEmails, placesIn } from './email-files.ts';
import { FilesError, type FileFault } from './file-fault.ts';
import {
  folderOf,
  isInside,
  seriesPathsIn,
  shownPath,
  type Folder,
  type SeriesPath,
} from './folder.ts';
import { lockPath, lockText, readLock, type Pulled } from './lock.ts';
import { inOrder } from './member-order.ts';
import { readText } from './read-text.ts';
import { remoteOf, type RemoteOptions, type RemoteSeries } from './remote.ts';
import { renamedOf } from './renamed.ts';
import { unsavedIn } from './unsaved.ts';
import { readYaml } from './yaml-file.ts';
import { yamlOf } from './write-yaml.ts';

export interface PullOptions extends RemoteOptions {
  readonly json?: boolean;
  readonly dir?: string;
  readonly force?: boolean;
}

/** What a pull does to files: everything is worked out before anything is written. */
interface Writes {
  /** Texts by absolute path. */
  readonly texts: Map<string, string>;
  readonly gone: Set<string>;
  /** Files in TypeScript, which are not written by us. */
  readonly untouched: string[];
  /** Files whose series were drafted further than they were published. */
  readonly unpublished: string[];
}

/** `milepost pull [slug…]`: writes series of the server into files. */
export async function pullCommand(
  world: World,
  options: PullOptions,
  slugs: readonly string[],
): Promise<void> {
  const folder = folderOf(options.dir);
  const remote = remoteOf(world, options);
  const { workspaceId, side, series } = await remote.series();
  const lock = readLock(folder);
  const known = lock.get(workspaceId) ?? new Map<string, Pulled>();
  const paths = seriesPathsIn(folder);
  const named = namesOf(series, { known, paths, renamed: renamedOnes(folder, { series, paths }) });
  const missing = slugs.filter((slug) => !named.some((one) => one.slug === slug));
  if (missing.length > 0) {
    const message = `There is no series ${missing.join(', ')} on the ${side} side of ${remote.url}`;
    throw new FilesError(
      [{ file: folderName(folder), line: null, field: '', message }],
      'Nothing was written',
    );
  }
  const writes: Writes = { texts: new Map(), gone: new Set(), untouched: [], unpublished: [] };
  const pulled = new Map(known);
  const faults: FileFault[] = [];
  for (const { slug, one } of named) {
    if (slugs.length > 0 && !slugs.includes(slug)) continue;
    const path = paths.find((other) => other.slug === slug) ?? null;
    if (path?.kind === 'ts') {
      writes.untouched.push(path.path);
      continue;
    }
    if (path !== null && options.force !== true) {
      faults.push(...(await unsavedIn(folder, path, { one, pulled: known.get(slug) })));
    }
    write(folder, { one, slug, path, paths, schemaUrl: `${remote.url}${SCHEMA_PATH}` }, writes);
    for (const [other, { id }] of pulled) if (id === one.id) pulled.delete(other);
    pulled.set(slug, { id: one.id, fingerprint: one.fingerprint, status: one.status });
  }
  const text = lockText(new Map([...lock, [workspaceId, pulled]]));
  writes.texts.set(lockPath(folder), text);
  for (const file of [...writes.texts.keys(), ...writes.gone]) {
    if (isInside(folder, file)) continue;
    const message = 'leads out of the folder';
    faults.push({ file: shownPath(folder, file), line: null, field: '', message });
  }
  if (faults.length > 0) throw new FilesError(faults, 'Nothing was written');
  tell(world, options, { folder, side, ...carryOut(writes) });
}

const folderName = (folder: Folder): string => shownPath(folder, folder.dir);

/** @throws FilesError where it is no text: it would be lost */
function textOf(folder: Folder, path: string): string {
  try {
    return readText(path);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new FilesError([{ file: shownPath(folder, path), line: null, field: '', message }]);
  }
}

/** Which file each series goes into: its own, the one it was pulled into, or a new one. */
function namesOf(
  series: readonly RemoteSeries[],
  {
    known,
    paths,
    renamed,
  }: {
    known: ReadonlyMap<string, Pulled>;
    paths: readonly SeriesPath[];
    renamed: ReadonlyMap<string, string>;
  },
): { slug: string; one: RemoteSeries }[] {
  const taken = new Set([...paths.map(({ slug }) => slug), ...known.keys()]);
  for (const { slug } of series) if (slug !== null) taken.add(slug);
  return series.flatMap((one) => {
    const pulled = [...known].find(([, { id }]) => id === one.id)?.[0];
    const own = renamed.get(one.id) ?? one.slug ?? pulled ?? null;
    const hasFile = own !== null && paths.some(({ slug }) => slug === own);
    // What has ended is of interest to the file that it was in.
    if (one.status === 'archived' && !hasFile) return [];
    return [{ slug: own ?? newSlug(one.name, taken), one }];
  });
}

/** Files that have been renamed and not been applied since, by the ids of their series. */
function renamedOnes(
  folder: Folder,
  { series, paths }: { series: readonly RemoteSeries[]; paths: readonly SeriesPath[] },
): Map<string, string> {
  const local = paths.flatMap(({ slug, path, kind }) =>
    kind === 'yaml'
      ? [{ slug, name: recordOf(readYaml(textOf(folder, path)).value)?.['name'] }]
      : [],
  );
  const slugs = new Set(paths.map(({ slug }) => slug));
  return new Map([...renamedOf(series, { local, slugs })].map(([slug, { id }]) => [id, slug]));
}

function newSlug(name: string, taken: Set<string>): string {
  const base = fileNameOf(name).slice(0, SLUG_LENGTH_MAX - 10);
  for (let count = 1; ; count += 1) {
    const slug = count === 1 ? base : `${base}-${count}`;
    if (taken.has(slug)) continue;
    taken.add(slug);
    return slug;
  }
}

function write(
  folder: Folder,
  {
    one,
    slug,
    path,
    paths,
    schemaUrl,
  }: {
    one: RemoteSeries;
    slug: string;
    path: SeriesPath | null;
    paths: readonly SeriesPath[];
    schemaUrl: string;
  },
  { texts, gone, unpublished }: Writes,
): void {
  const file = path?.path ?? join(folder.seriesDir, `${slug}.yaml`);
  const before = path === null ? null : textOf(folder, file);
  const was = before === null ? null : recordOf(readYaml(before).value);
  const steps = one.steps as readonly Readonly<Record<string, unknown>>[];
  const isOthers = ofOthers(folder, { paths, file });
  const placeOf = (place: string): string => resolve(dirname(file), place);
  const own = new Set(placesIn(was?.['steps']).map(placeOf));
  const mayWrite = (place: string, text: string): boolean => {
    const at = placeOf(place);
    // A new place that leads out is refused in the end, with all others.
    if (!isInside(folder, at)) return !own.has(at);
    if (texts.has(at)) return texts.get(at) === text;
    return !existsSync(at) || isText(at, text) || (own.has(at) && !isOthers(at));
  };
  const parted = partEmails(slug, steps, { known: was?.['steps'], mayWrite });
  const hasSettings = Object.keys(one.settings).length > 0;
  const value = inOrder({
    name: one.name,
    status: one.status === 'completed' ? 'active' : one.status,
    ...(hasSettings ? { settings: one.settings } : {}),
    steps: parted.steps,
  }) as Readonly<Record<string, unknown>>;
  texts.set(file, yamlOf(value, { before, schemaUrl }));
  for (const [place, text] of parted.files) texts.set(placeOf(place), text);
  for (const old of own) {
    const isOurs = old.startsWith(join(folder.seriesDir, slug) + sep);
    if (isOurs && !texts.has(old) && !isOthers(old)) gone.add(old);
  }
  if (one.has_unpublished) unpublished.push(file);
}

/** Whether the file of another series names a place as well. */
function ofOthers(
  folder: Folder,
  { paths, file }: { paths: readonly SeriesPath[]; file: string },
): (at: string) => boolean {
  const places = new Set<string>();
  const programs: string[] = [];
  for (const { path, kind } of paths) {
    if (path === file) continue;
    const text = textOf(folder, path);
    if (kind === 'ts') programs.push(text);
    else {
      const steps = recordOf(readYaml(text).value)?.['steps'];
      for (const place of placesIn(steps)) places.add(resolve(dirname(path), place));
    }
  }
  return (at) => places.has(at) || programs.some((text) => text.includes(basename(at)));
}

/** Writes what is not so already. */
function carryOut({ texts, gone, untouched, unpublished }: Writes) {
  const written: string[] = [];
  for (const [path, text] of texts) {
    if (existsSync(path) && isText(path, text)) continue;
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    written.push(path);
  }
  const removed = [...gone].filter((path) => !texts.has(path) && existsSync(path));
  for (const path of removed) rmSync(path);
  return { written, removed, untouched, unpublished };
}

/** Whether a file says a text; Git may have changed the ends of its lines. */
const isText = (path: string, text: string): boolean =>
  readFileSync(path, 'utf8').replaceAll('\r\n', '\n') === text.replaceAll('\r\n', '\n');

function tell(
  world: World,
  options: PullOptions,
  {
    folder,
    side,
    written,
    removed,
    untouched,
    unpublished,
  }: { folder: Folder; side: string } & ReturnType<typeof carryOut>,
): void {
  const shown = (paths: readonly string[]): string[] => paths.map((one) => shownPath(folder, one));
  const value = {
    side,
    written: shown(written),
    removed: shown(removed),
    untouched: shown(untouched),
    unpublished: shown(unpublished),
  };
  const isSame = written.length + removed.length === 0;
  const words = [
    ...value.written.map((file) => `wrote   ${file}`),
    ...value.removed.map((file) => `removed ${file}`),
    ...value.untouched.map((file) => `kept    ${file}: TypeScript is yours to write; see plan`),
    ...value.unpublished.map(
      (file) => `note    ${file}: is drafted further than it is published; apply publishes that`,
    ),
    isSame ? `The files are as the ${side} side is.` : `Pulled from the ${side} side.`,
  ];
  answer(world, options, value, words.join('\n'));
}
