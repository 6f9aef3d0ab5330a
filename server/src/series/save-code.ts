import { inTransaction, type Pool, type Transaction } from '../platform/db.ts';
import { uuidv7 } from '../platform/ids.ts';
import { recordChange } from '../workspace/index.ts';
import { inLockedSeries } from './change-series.ts';
import { cannotChange, changedElsewhere, seriesNotFound, slugTaken } from './errors.ts';
import { fingerprintOf, type SeriesSaid } from './fingerprint.ts';
import type { Automation } from './series.ts';
import { insertAutomation, updateAutomation } from './sql.ts';
import { deleteSource, putSource } from './sql/sources.ts';

/** The file that a series is kept in. */
export interface CodeFile {
  readonly slug: string;
  readonly path: string;
}

/** What is to be saved of a file. */
export interface SaveCode {
  readonly workspaceId: string;
  readonly file: CodeFile;
  readonly said: SeriesSaid;
  readonly now: Date;
}

/**
 * Adds a series that a file holds, as a draft.
 *
 * @throws `series.slug_taken`
 */
export async function createFromCode(
  db: Pool,
  { workspaceId, file, said, now }: SaveCode,
): Promise<Automation> {
  const series: Automation = {
    id: uuidv7(now),
    workspaceId,
    type: 'series',
    name: said.name,
    status: 'draft',
    draft: { ...said.draft },
    version: null,
    createdAt: now,
    updatedAt: now,
  };
  await inTransaction(db, async (tx) => {
    await insertAutomation(tx, series);
    await mark(tx, series, { file, said, now });
  });
  return series;
}

/**
 * Writes what a file says into the draft of its series, where that differs, and that it did.
 *
 * @param seen what the caller took the series to say; null overwrites whatever it says
 * @throws `series.changed_elsewhere`, `series.archived`, `series.slug_taken`, `series.not_found`,
 *   `series.wrong_type`
 */
export async function saveFromCode(
  db: Pool,
  { id, workspaceId, file, said, now, seen }: SaveCode & { id: string; seen: string | null },
): Promise<Automation> {
  const wanted = fingerprintOf(said);
  return inLockedSeries(db, { workspaceId, id }, async (tx, series) => {
    const found = fingerprintOf(series);
    if (seen !== null && found !== seen) throw changedElsewhere(series.name);
    const isSame = found === wanted;
    if (!isSame && series.status === 'archived') throw cannotChange(series.status);
    const saved = isSame
      ? series
      : { ...series, name: said.name, draft: { ...said.draft }, updatedAt: now };
    if (!isSame) await updateAutomation(tx, saved);
    await mark(tx, saved, { file, said, now });
    return saved;
  });
}

/**
 * Lets a series be what it is from now on: no file is said to hold it any more.
 *
 * @returns the id of the series
 * @throws `series.not_found` where no series is kept in a file of that name
 */
export function releaseFromCode(
  db: Pool,
  { workspaceId, slug }: { workspaceId: string; slug: string },
): Promise<string> {
  return inTransaction(db, async (tx) => {
    const source = await deleteSource(tx, { workspaceId, slug });
    if (source === null) throw seriesNotFound();
    const { automationId: id, path } = source;
    await recordChange(tx, {
      workspaceId,
      action: 'series.unmanage',
      target: { kind: 'series', id },
      before: { managed_by: { slug, path } },
      after: { managed_by: null },
    });
    return id;
  });
}

async function mark(
  tx: Transaction,
  { id: automationId, workspaceId, status }: Automation,
  { file, said, now: appliedAt }: Pick<SaveCode, 'file' | 'said' | 'now'>,
): Promise<void> {
  const fingerprint = fingerprintOf(said);
  const source = { ...file, automationId, workspaceId, fingerprint, status, appliedAt };
  if (!(await putSource(tx, source))) throw slugTaken(file.slug);
}
