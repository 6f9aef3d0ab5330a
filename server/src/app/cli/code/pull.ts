import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve, sep } from 'node:path';
import { SLUG_LENGTH_MAX } from '../../../enrollment/index.ts';
import { recordOf } from '../../../schedule/fault.ts';
import { SCHEMA_PATH } from '../../code/file-schema.ts';
import { answer, type World } from '../context.ts';
import { fileNameOf, partEmails, placesIn } from './email-files.ts';
import { FilesError } from './file-fault.ts';
import { folderOf, seriesPathsIn, shownPath, type Folder, type SeriesPath } from './folder.ts';
import { lockPath, lockText, readLock, type Pulled } from './lock.ts';
import { inOrder } from './member-order.ts';
import { remoteOf, type RemoteOptions, type RemoteSeries } from './remote.ts';
import { readYaml } from './yaml-file.ts';
import { yamlOf } from './write-yaml.ts';

export interface PullOptions extends RemoteOptions {
  readonly json?: boolean;
  readonly dir?: string;
}

/** What a pull does to files: everything is worked out before anything is written. */
interface Writes {
  /** Texts by absolute path. */
  readonly texts: Map<string, string>;
  readonly gone: Set<string>;
  /** Files in TypeScript, which are not written by us. */
  readonly untouched: string[];
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
  const named = namesOf(series, { known, paths });
  const missing = slugs.filter((slug) => !named.some((one) => one.slug === slug));
  if (missing.length > 0) {
    const message = `There is no series ${missing.join(', ')} on the ${side} side of ${remote.url}`;
    throw new FilesError([{ file: folderName(folder), line: null, field: '', message }]);
  }
  const writes: Writes = { texts: new Map(), gone: new Set(), untouched: [] };
  const pulled = new Map(known);
  for (const { slug, one } of named) {
    if (slugs.length > 0 && !slugs.includes(slug)) continue;
    const path = paths.find((other) => other.slug === slug) ?? null;
    if (path?.kind === 'ts') {
      writes.untouched.push(path.path);
      continue;
    }
    write(folder, { one, slug, path, schemaUrl: `${remote.url}${SCHEMA_PATH}` }, writes);
    pulled.set(slug, { id: one.id, fingerprint: one.fingerprint, status: one.status });
  }
  const text = lockText(new Map([...lock, [workspaceId, pulled]]));
  writes.texts.set(lockPath(folder), text);
  tell(world, options, { folder, side, ...carryOut(writes) });
}

const folderName = (folder: Folder): string => shownPath(folder, folder.dir);

/** Which file each series goes into: its own, the one it was pulled into, or a new one. */
function namesOf(
  series: readonly RemoteSeries[],
  { known, paths }: { known: ReadonlyMap<string, Pulled>; paths: readonly SeriesPath[] },
): { slug: string; one: RemoteSeries }[] {
  const taken = new Set([...paths.map(({ slug }) => slug), ...known.keys()]);
  for (const { slug } of series) if (slug !== null) taken.add(slug);
  return series.flatMap((one) => {
    const pulled = [...known].find(([, { id }]) => id === one.id)?.[0];
    const own = one.slug ?? pulled ?? null;
    const hasFile = own !== null && paths.some(({ slug }) => slug === own);
    // What has ended is of interest to the file that it was in.
    if (one.status === 'archived' && !hasFile) return [];
    return [{ slug: own ?? newSlug(one.name, taken), one }];
  });
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
    schemaUrl,
  }: { one: RemoteSeries; slug: string; path: SeriesPath | null; schemaUrl: string },
  { texts, gone }: Writes,
): void {
  const file = path?.path ?? join(folder.seriesDir, `${slug}.yaml`);
  const before = path === null ? null : readFileSync(file, 'utf8');
  const was = before === null ? null : recordOf(readYaml(before).value);
  const steps = one.steps as readonly Readonly<Record<string, unknown>>[];
  const parted = partEmails(slug, steps, was?.['steps']);
  const hasSettings = Object.keys(one.settings).length > 0;
  const value = inOrder({
    name: one.name,
    status: one.status === 'completed' ? 'active' : one.status,
    ...(hasSettings ? { settings: one.settings } : {}),
    steps: parted.steps,
  }) as Readonly<Record<string, unknown>>;
  texts.set(file, yamlOf(value, { before, schemaUrl }));
  const placeOf = (place: string): string => resolve(dirname(file), place);
  for (const [place, text] of parted.files) texts.set(placeOf(place), text);
  for (const place of placesIn(was?.['steps'])) {
    const old = placeOf(place);
    if (old.startsWith(`${folder.dir}${sep}`) && !texts.has(old)) gone.add(old);
  }
}

/** Writes what is not so already. */
function carryOut({ texts, gone, untouched }: Writes) {
  const written: string[] = [];
  for (const [path, text] of texts) {
    if (existsSync(path) && readFileSync(path, 'utf8') === text) continue;
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    written.push(path);
  }
  const removed = [...gone].filter((path) => !texts.has(path) && existsSync(path));
  for (const path of removed) rmSync(path);
  return { written, removed, untouched };
}

function tell(
  world: World,
  options: PullOptions,
  {
    folder,
    side,
    written,
    removed,
    untouched,
  }: { folder: Folder; side: string } & ReturnType<typeof carryOut>,
): void {
  const shown = (paths: readonly string[]): string[] => paths.map((one) => shownPath(folder, one));
  const value = {
    side,
    written: shown(written),
    removed: shown(removed),
    untouched: shown(untouched),
  };
  const isSame = written.length + removed.length === 0;
  const words = [
    ...value.written.map((file) => `wrote   ${file}`),
    ...value.removed.map((file) => `removed ${file}`),
    ...value.untouched.map((file) => `kept    ${file}: TypeScript is yours to write; see plan`),
    isSame ? `The files are as the ${side} side is.` : `Pulled from the ${side} side.`,
  ];
  answer(world, options, value, words.join('\n'));
}
