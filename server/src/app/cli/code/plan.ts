import { recordOf } from '../../../schedule/fault.ts';
import { SetupError } from '../../../platform/setup-error.ts';
import type { World } from '../context.ts';
import { FilesError, type FileFault } from './file-fault.ts';
import { folderOf, seriesPathsIn } from './folder.ts';
import { readLock, type Pulled } from './lock.ts';
import { isChange, summaryOf, wordsOfPlan, type FilePlan } from './plan-words.ts';
import { readFolder, type LocalSeries } from './read-folder.ts';
import { renamedOf } from './renamed.ts';
import { Refusal, remoteOf, type Remote, type RemoteOptions } from './remote.ts';

export interface PlanOptions extends RemoteOptions {
  readonly json?: boolean;
  readonly dir?: string;
  readonly inFlight?: string;
}

/** `milepost plan` ends so where there is something to apply; 1 is for what is wrong. */
const CHANGES_STATUS = 2;

/** Files, the side that they are for, and what applying them would do. */
export interface Planned {
  readonly remote: Remote;
  readonly side: string;
  readonly bodies: ReadonlyMap<FilePlan, Readonly<Record<string, unknown>>>;
  readonly plans: readonly FilePlan[];
  /** Series that code manages and that no file of the folder has. */
  readonly elsewhere: readonly string[];
}

/** `milepost plan [slug…]`: what apply would do. Ends with 0 for no change, 2 for changes, 1 for faults. */
export async function planCommand(
  world: World,
  options: PlanOptions,
  slugs: readonly string[],
): Promise<void> {
  const planned = await planFolder(world, options, slugs);
  if (options.json === true) world.out(`${JSON.stringify(jsonOf(planned))}\n`);
  else world.out(`${wordsOfAll(planned)}\n`);
  if (planned.plans.some(isChange)) process.exitCode = CHANGES_STATUS;
}

/**
 * Reads the files and asks the server about each.
 *
 * @throws FilesError with everything that is wrong with any of them; nothing has been written then
 */
export async function planFolder(
  world: World,
  options: PlanOptions,
  slugs: readonly string[],
): Promise<Planned> {
  const inFlight = inFlightOf(options);
  const folder = folderOf(options.dir);
  const local = await readFolder(folder, slugs);
  const remote = remoteOf(world, options);
  const { workspaceId, side, series } = await remote.series();
  const pulled = readLock(folder).get(workspaceId) ?? new Map<string, Pulled>();
  const faults: FileFault[] = [];
  const bodies = new Map<FilePlan, Readonly<Record<string, unknown>>>();
  const here = new Set(seriesPathsIn(folder).map(({ slug }) => slug));
  const named = local.map(({ slug, series: { name } }) => ({ slug, name }));
  const renamed = renamedOf(series, { local: named, slugs: here });
  for (const one of local) {
    const was = renamed.get(one.slug)?.slug ?? null;
    const body = bodyOf(one, { was, pulled: pulled.get(was ?? one.slug), inFlight });
    try {
      const plan = await remote.plan(body);
      const hasNamesake = series.some(
        ({ slug, name, status }) =>
          slug === null && status !== 'archived' && name === plan.name.after,
      );
      const enters = await entersOf(remote, one, plan);
      const filePlan = { file: one.file, plan, was, hasNamesake, enters };
      bodies.set(filePlan, body);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      faults.push(...faultsOf(one, error));
    }
  }
  if (faults.length > 0) throw new FilesError(faults);
  for (const { slug } of renamed.values()) if (slug !== null) here.add(slug);
  const elsewhere =
    slugs.length > 0
      ? []
      : series.flatMap(({ slug, status }) =>
          slug !== null && status !== 'archived' && !here.has(slug) ? [slug] : [],
        );
  return { remote, side, bodies, plans: [...bodies.keys()], elsewhere };
}

function inFlightOf({ inFlight = 'stay' }: PlanOptions): string {
  if (inFlight === 'stay' || inFlight === 'migrate') return inFlight;
  throw new SetupError('--in-flight must be stay or migrate');
}

function bodyOf(
  one: LocalSeries,
  { was, pulled, inFlight }: { was: string | null; pulled: Pulled | undefined; inFlight: string },
) {
  const { slug, series, status, file } = one;
  return {
    slug,
    ...(was === null ? {} : { was }),
    path: file,
    ...(status === null ? {} : { status }),
    ...(pulled === undefined
      ? {}
      : {
          id: pulled.id,
          pulled: { fingerprint: pulled.fingerprint, status: pulled.status },
        }),
    in_flight: inFlight,
    series,
  };
}

/** What the server refuses, where it stands in the files. */
function faultsOf({ file, placed }: LocalSeries, { message, faults }: Refusal): FileFault[] {
  if (faults.length === 0) return [{ file, line: null, field: '', message }];
  return faults.map(placed);
}

/** What another audience is said by; the zone, for dates are read in it. */
const AUDIENCE: readonly string[] = ['entry_trigger', 'audience', 'timezone'];

/** How many people who are there already a series looks for, and finds at most; see `planScan`. */
async function entersOf(
  remote: Remote,
  { series }: LocalSeries,
  { does, diff, status }: FilePlan['plan'],
): Promise<number | null> {
  const { entry_trigger: trigger, audience = null } = recordOf(series['settings']) ?? {};
  if (trigger !== 'manual' && trigger !== 'segment_match') return null;
  const hasOther =
    does.includes('publish') &&
    status.after === 'active' &&
    diff.settings.some(({ name }) => AUDIENCE.includes(name)) &&
    (trigger === 'segment_match' || diff.settings.some(({ name }) => name === 'entry_trigger'));
  const looksAgain = trigger === 'segment_match' && does.includes('resume');
  if (!does.includes('activate') && !hasOther && !looksAgain) return null;
  return remote.count(audience);
}

/** A plan in words. */
export function wordsOfAll(planned: Planned): string {
  const { plans, elsewhere, side, remote } = planned;
  return [
    ...plans.map(wordsOfPlan),
    ...elsewhere.map((slug) => `? ${slug}  is kept in a file that is not here; it stays as it is`),
    '',
    `${summaryOf(plans)} (${side} side of ${remote.url})`,
  ].join('\n');
}

/** A plan for programs. */
export const jsonOf = ({ plans, elsewhere, side }: Planned) => ({
  side,
  changes: plans.some(isChange),
  series: plans.map(({ file, was, plan, enters }) => ({ file, was, enters, ...plan })),
  elsewhere,
});
