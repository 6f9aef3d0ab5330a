import type { Pool } from '../../platform/db.ts';
import { storedIdOf } from '../../platform/ids.ts';
import {
  cannotChange,
  checkStep,
  diffOf,
  draftOf,
  filled,
  fingerprintOf,
  isSameDraft,
  noSuchStatus,
  publishable,
  readAutomation,
  seriesInvalid,
  slugTaken,
  sourceBySlug,
  sourcesOf,
  type Automation,
  type AutomationStatus,
  type CheckDeps,
  type InFlight,
  type SeriesCatalog,
  type SeriesDiff,
  type SeriesDraft,
  type SeriesFinding,
  type SeriesSaid,
  type SeriesSource,
} from '../../series/index.ts';
import type { RequestActor } from '../../workspace/index.ts';
import { countWaitingByVersion } from '../sql/versions.ts';
import { previewPublish, type PublishPreview } from '../versions/preview.ts';
import { deedsOf, type Deed } from './deeds.ts';
import { publishedDraft } from './published-draft.ts';

/** A series as a file has it. */
export interface CodeCall {
  /** The name of the file without its ending. */
  readonly slug: string;
  /** The name that the file had before, if it was renamed. */
  readonly was: string | null;
  /** The series that was pulled into it, where no file has been applied to it yet. */
  readonly id: string | null;
  /** What the series said when it was pulled into the file. */
  readonly pulled: { readonly fingerprint: string; readonly status: AutomationStatus } | null;
  /** Null: whatever it is. */
  readonly status: AutomationStatus | null;
  readonly inFlight: InFlight;
  /** As a client sends a series. */
  readonly series: unknown;
}

/** What applying a file would do. */
export interface CodePlan {
  readonly slug: string;
  /** What the file says. */
  readonly said: SeriesSaid;
  /** Null where the series is to be created. */
  readonly series: Automation | null;
  readonly source: SeriesSource | null;
  /** Of the series now; null where it is to be created. */
  readonly fingerprint: string | null;
  readonly status: AutomationStatus | null;
  /** In their order; none where there is nothing to do. */
  readonly deeds: readonly Deed[];
  /** What the file would change: of the published version, where a new one is published. */
  readonly diff: SeriesDiff;
  /** What would be overwritten that somebody else did. */
  readonly conflicts: readonly ('content' | 'status')[];
  /** What becomes of people, where a version is published over another. */
  readonly preview: PublishPreview | null;
  /** People in flight. */
  readonly people: number;
  readonly warnings: readonly SeriesFinding[];
}

export interface CodeDeps extends CheckDeps {
  readonly catalog: SeriesCatalog;
}

const NOTHING: SeriesDraft = { settings: {}, steps: [] } as unknown as SeriesDraft;

/**
 * Says what applying a file would do. Writes nothing.
 *
 * @throws `series.invalid` with everything that applying it would refuse, `series.archived`,
 *   `series.slug_taken`
 */
export async function planCode(
  deps: CodeDeps,
  call: CodeCall,
  { actor, now }: { actor: RequestActor; now: Date },
): Promise<CodePlan> {
  const { db } = deps;
  const { workspaceId } = actor;
  const { series, source } = await seriesOf(db, { workspaceId, call });
  const said = draftOf(call.series, series?.id ?? null);
  const status = series?.status ?? null;
  const current = series === null ? null : (series.draft as unknown as SeriesDraft);
  const published = series === null ? null : await publishedDraft(db, series, said.draft);
  const isSame =
    series !== null && series.name === said.name && isSameDraft(current ?? NOTHING, said.draft);
  const deeds = deedsOf({
    from: status,
    to: call.status,
    isSame,
    isPublished: published !== null,
    isPublishedSame: published !== null && isSameDraft(published, said.draft),
  });
  if (deeds === null) throw noSuchStatus(status ?? 'draft', call.status ?? 'draft');
  if (!isSame && status === 'archived') throw cannotChange('archived');
  const goesOut = deeds.some((deed) => PUBLISHING.has(deed));
  const warnings = await checked(deps, said, { actor, now, goesOut });
  const fingerprint = series === null ? null : fingerprintOf(series);
  const isPublish = deeds.includes('publish');
  return {
    slug: call.slug,
    said,
    series,
    source,
    fingerprint,
    status,
    deeds,
    diff: diffOf(filled((isPublish ? published : current) ?? NOTHING), filled(said.draft)),
    conflicts: conflictsOf(call, { series, source, fingerprint, isSame, deeds }),
    preview:
      isPublish && series !== null ? await previewed(deps, { series, said, call, actor }) : null,
    people: series === null ? 0 : await inFlightOf(db, { workspaceId, automationId: series.id }),
    warnings,
  };
}

/** After these the emails of the file are sent. */
const PUBLISHING: ReadonlySet<Deed> = new Set<Deed>(['activate', 'hold', 'publish']);

/** The series that the file has been applied to, or was pulled from. */
async function seriesOf(
  db: Pool,
  { workspaceId, call }: { workspaceId: string; call: CodeCall },
): Promise<{ series: Automation | null; source: SeriesSource | null }> {
  const { slug, was, id } = call;
  const own = await sourceBySlug(db, { workspaceId, slug });
  const source = own ?? (was === null ? null : await sourceBySlug(db, { workspaceId, slug: was }));
  if (source !== null) {
    const ref = { workspaceId, id: source.automationId };
    return { series: await readAutomation(db, ref, 'series'), source };
  }
  if (id === null) return { series: null, source: null };
  const ref = { workspaceId, id: storedIdOf(id) };
  const [other = null] = await sourcesOf(db, { workspaceId, ids: [ref.id] });
  if (other !== null) throw slugTaken(other.slug);
  return { series: await readAutomation(db, ref, 'series').catch(() => null), source: null };
}

/** What would be overwritten although neither file nor command put it there. */
function conflictsOf(
  { pulled, status }: CodeCall,
  found: Pick<CodePlan, 'series' | 'source' | 'fingerprint' | 'deeds'> & { isSame: boolean },
): ('content' | 'status')[] {
  const { series, source, fingerprint, isSame, deeds } = found;
  if (series === null) return [];
  const known = [pulled, source].filter((one) => one !== null);
  const conflicts: ('content' | 'status')[] = [];
  if (!isSame && !known.some((one) => one.fingerprint === fingerprint)) conflicts.push('content');
  const moves = status !== null && deeds.some((deed) => MOVING.has(deed));
  if (moves && !known.some((one) => alike(one.status) === alike(series.status))) {
    conflicts.push('status');
  }
  return conflicts;
}

const MOVING: ReadonlySet<Deed> = new Set<Deed>(['activate', 'hold', 'pause', 'resume', 'archive']);

/** A series completes and wakes by itself. */
const alike = (status: AutomationStatus): AutomationStatus =>
  status === 'completed' ? 'active' : status;

/** @throws `series.invalid` */
async function checked(
  deps: CodeDeps,
  { draft }: SeriesSaid,
  { actor, now, goesOut }: { actor: RequestActor; now: Date; goesOut: boolean },
): Promise<SeriesFinding[]> {
  if (goesOut) publishable(draft);
  const about = { workspaceId: actor.workspaceId, workspace: actor.settings, now };
  const findings: SeriesFinding[] = [];
  for (const [index, step] of draft.steps.entries()) {
    if (step['type'] !== 'email') continue;
    const stepId = String(step['id']);
    const found = await checkStep(deps, { step, ...about });
    findings.push(...found.map((one) => ({ ...one, stepId, path: `steps/${index}/${one.path}` })));
  }
  const errors = findings.filter(({ severity }) => severity === 'error');
  if (goesOut && errors.length > 0) {
    throw seriesInvalid(errors.map(({ path, message }) => ({ path, message })));
  }
  return findings;
}

async function previewed(
  deps: CodeDeps,
  {
    series,
    said,
    call,
    actor,
  }: { series: Automation; said: SeriesSaid; call: CodeCall; actor: RequestActor },
): Promise<PublishPreview> {
  const side = { id: actor.workspaceId, timezone: actor.timezone };
  const about = { automationId: series.id, inFlight: call.inFlight, draft: said.draft };
  return previewPublish(deps, side, about);
}

async function inFlightOf(
  db: Pool,
  ref: { workspaceId: string; automationId: string },
): Promise<number> {
  const waiting = await countWaitingByVersion(db, ref);
  return waiting.reduce((sum, { count }) => sum + count, 0);
}
