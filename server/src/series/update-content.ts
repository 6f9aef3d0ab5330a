import type { Pool } from '../platform/db.ts';
import type { AutomationRef } from './change-series.ts';
import { inLockedSeries, readAutomation } from './change-series.ts';
import { buildSteps } from './build-steps.ts';
import { contentOf, faultsOfContent, withContent } from './content.ts';
import type { ContentFields, ContentUpdate, ContentUpdates } from './content.ts';
import { changedBy, hasNewBody, versionsIn } from './email-fields.ts';
import { cannotChange, seriesInvalid, versionNotFound } from './errors.ts';
import type { Automation, SeriesDraft, SeriesVersion } from './series.ts';
import { addContent, findVersion, listContent, updateAutomation } from './sql.ts';
import { versionsWithSteps } from './sql.ts';
import { insertBuilt, type StoredContent } from './sql/built.ts';
import { shownSteps } from './shown-steps.ts';

/** What a content update came to. */
export interface ContentUpdated {
  readonly series: Automation;
  readonly revision: number;
  /** The published versions that have one of the steps as an email, oldest first. */
  readonly versions: readonly number[];
}

/** Somebody else changed the series between the look and the writing: look again, so often. */
const TRIES_MAX = 5;
const PAGE_MAX = 20;

/**
 * Corrects emails of the draft and of every published version, and moves nobody.
 *
 * Published versions stay as they are stored; what is loaded for sending has the update written over
 * it. All processes send by it a second later.
 *
 * @throws `series.invalid` with every fault and its path, `series.not_found`, `series.wrong_type`,
 *   `series.archived`
 */
export async function updateContent(
  db: Pool,
  ref: AutomationRef,
  { body, now }: { body: unknown; now: Date },
): Promise<ContentUpdated> {
  await readAutomation(db, ref, 'series');
  const asked = contentOf(body);
  if ('faults' in asked) throw seriesInvalid(asked.faults);
  for (let tries = 1; ; tries += 1) {
    // Templates are parsed before anything is locked.
    const seen = await readAutomation(db, ref, 'series');
    if (seen.status === 'archived') throw cannotChange(seen.status);
    const found = await checked(db, seen, asked.updates);
    const written = await write(db, ref, { seen, ...found, asked: asked.updates, now });
    if (written !== null) return written;
    if (tries >= TRIES_MAX) throw new Error(`series ${ref.id} is changed all the time`);
  }
}

/** What an update comes to in every version. */
interface Checked {
  readonly versions: readonly number[];
  /** As asked, with the versions of templates and snippets that were found. */
  readonly updates: ContentUpdates;
  readonly contents: readonly StoredContent[];
}

/** @throws `series.invalid` */
async function checked(db: Pool, seen: Automation, updates: ContentUpdates): Promise<Checked> {
  const draft = seen.draft as unknown as SeriesDraft;
  const variants = [draft.steps];
  const numbers: number[] = [];
  const stepIds = [...updates.keys()];
  for (let after = 0; ;) {
    const page = { automationId: seen.id, stepIds, after, limit: PAGE_MAX };
    const versions = await versionsWithSteps(db, page);
    for (const { number, steps } of versions) {
      const content = await listContent(db, { automationId: seen.id, number });
      variants.push(withContent(steps, content));
      numbers.push(number);
      after = number;
    }
    if (versions.length < PAGE_MAX) break;
  }
  const faults = faultsOfContent(updates, variants);
  if (faults.length > 0) throw seriesInvalid(faults);
  return { versions: numbers, ...(await builtAnew(db, seen.workspaceId, { updates, variants })) };
}

type Variants = readonly (readonly Readonly<Record<string, unknown>>[])[];

/**
 * Builds the changed emails of the draft and of every version. What the first of them found as the
 * newest template and snippets is taken for all, and written down with the update.
 *
 * @throws `series.invalid`
 */
async function builtAnew(
  db: Pool,
  workspaceId: string,
  { updates, variants }: { updates: ContentUpdates; variants: Variants },
): Promise<Pick<Checked, 'updates' | 'contents'>> {
  const frozen = new Map<string, ContentFields>();
  const contents: StoredContent[] = [];
  for (const [id, asked] of updates) {
    let fields = asked;
    const emails = variants.flatMap((steps) => steps.filter((step) => step['id'] === id));
    for (const email of emails) {
      const isPublished = !hasNewBody(asked) || fields !== asked;
      const step = changedBy(email, fields);
      const built = await buildSteps(db, [step], { workspaceId, isPublished });
      const faults = built.faults.map(({ path, message }) => ({
        path: path.replace(/^steps\/0/, `steps/${id}`),
        message,
      }));
      if (faults.length > 0) throw seriesInvalid(faults);
      contents.push(...built.contents);
      if (!isPublished) fields = { ...asked, ...versionsIn(built.steps[0]) };
    }
    frozen.set(id, fields);
  }
  return { updates: frozen, contents };
}

/** @returns null when the series is not as it was seen any more */
async function write(
  db: Pool,
  ref: AutomationRef,
  {
    seen,
    versions,
    asked,
    updates,
    contents,
    now,
  }: Checked & { seen: Automation; asked: ContentUpdates; now: Date },
): Promise<ContentUpdated | null> {
  return inLockedSeries(db, ref, async (tx, series) => {
    if (!isSame(series, seen)) return null;
    const draft = series.draft as unknown as SeriesDraft;
    const listed = (all: ContentUpdates) =>
      [...all].map(([stepId, fields]) => ({ stepId, fields }));
    const content = listed(updates);
    const steps = withContent(draft.steps, listed(asked));
    const changed = { ...series, draft: { ...draft, steps }, updatedAt: now };
    await updateAutomation(tx, changed);
    await insertBuilt(tx, { automationId: series.id, contents });
    const versionsTo = series.version ?? 0;
    const revision = await addContent(tx, {
      automationId: series.id,
      versionsTo,
      content,
      at: now,
    });
    return { series: changed, revision, versions };
  });
}

const isSame = (series: Automation, seen: Automation): boolean =>
  series.version === seen.version &&
  series.status === seen.status &&
  JSON.stringify(series.draft) === JSON.stringify(seen.draft);

/**
 * One published version as it is sent now, and the content updates that made it so.
 *
 * @throws `series.version_not_found`
 */
export async function readVersion(
  db: Pool,
  ref: { automationId: string; number: number },
): Promise<{ version: SeriesVersion; content: readonly ContentUpdate[] }> {
  const stored = await findVersion(db, ref);
  if (stored === null) throw versionNotFound();
  const content = await listContent(db, ref);
  const steps = shownSteps(withContent(stored.steps, content));
  return { version: { ...stored, steps }, content };
}
