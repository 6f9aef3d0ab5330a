import type { Pool } from '../platform/db.ts';
import type { AutomationRef } from './change-series.ts';
import { inLockedSeries, readAutomation } from './change-series.ts';
import { contentOf, faultsOfContent, withContent } from './content.ts';
import type { ContentUpdate, ContentUpdates } from './content.ts';
import { cannotChange, seriesInvalid, versionNotFound } from './errors.ts';
import type { Automation, SeriesDraft, SeriesVersion } from './series.ts';
import { addContent, findVersion, listContent, updateAutomation } from './sql.ts';
import { versionsWithSteps } from './sql.ts';

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
    const versions = await checked(db, seen, asked.updates);
    const written = await write(db, ref, { seen, versions, updates: asked.updates, now });
    if (written !== null) return written;
    if (tries >= TRIES_MAX) throw new Error(`series ${ref.id} is changed all the time`);
  }
}

/** @throws `series.invalid` */
async function checked(db: Pool, seen: Automation, updates: ContentUpdates): Promise<number[]> {
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
  return numbers;
}

/** @returns null when the series is not as it was seen any more */
async function write(
  db: Pool,
  ref: AutomationRef,
  {
    seen,
    versions,
    updates,
    now,
  }: { seen: Automation; versions: readonly number[]; updates: ContentUpdates; now: Date },
): Promise<ContentUpdated | null> {
  return inLockedSeries(db, ref, async (tx, series) => {
    if (!isSame(series, seen)) return null;
    const draft = series.draft as unknown as SeriesDraft;
    const content = [...updates].map(([stepId, fields]) => ({ stepId, fields }));
    const steps = withContent(draft.steps, content);
    const changed = { ...series, draft: { ...draft, steps }, updatedAt: now };
    await updateAutomation(tx, changed);
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
  return { version: { ...stored, steps: withContent(stored.steps, content) }, content };
}
