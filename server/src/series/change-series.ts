import { uuidv7 } from '../platform/ids.ts';
import { inTransaction, type Pool, type Transaction } from '../platform/db.ts';
import {
  broadcastNotFound,
  cannotChange,
  noSuchTransition,
  notADraft,
  notASeries,
} from './errors.ts';
import { seriesInvalid, seriesNotFound } from './errors.ts';
import type { Fault } from '../schedule/fault.ts';
import { faultsOfPublishing, faultsOfSeries, statusAfter } from './series.ts';
import type { Automation, SeriesDraft, Transition } from './series.ts';
import { settingsOf } from './settings.ts';
import { deleteAutomation, findAutomation, insertAutomation, insertVersion } from './sql.ts';
import { holdWorkers, isStillHeld, lockAutomation, updateAutomation } from './sql.ts';

/** Half a second each: longer than the database lets a worker sit still in a transaction. */
const HOLD_TRIES_MAX = 40;

/** Which automation of which workspace side. */
export interface AutomationRef {
  readonly workspaceId: string;
  readonly id: string;
}

/** The body that creates or replaces a draft; unknown members are dropped. */
interface SeriesBody {
  readonly name: string;
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly steps: readonly Readonly<Record<string, unknown>>[];
}

/**
 * Adds a series as a draft.
 *
 * @throws `series.invalid` with every fault and its path
 */
export async function createSeries(
  db: Pool,
  { workspaceId, body, now }: { workspaceId: string; body: unknown; now: Date },
): Promise<Automation> {
  const { name, draft } = draftOf(body);
  const automation: Automation = {
    id: uuidv7(now),
    workspaceId,
    type: 'series',
    name,
    status: 'draft',
    draft: { ...draft },
    version: null,
    createdAt: now,
    updatedAt: now,
  };
  await insertAutomation(db, automation);
  return automation;
}

/**
 * Replaces the draft of a series. What is published stays as it is until the next `publish`.
 *
 * @throws `series.invalid`, `series.not_found`, `series.wrong_type`, `series.archived`
 */
export async function changeSeries(
  db: Pool,
  ref: AutomationRef,
  { body, now }: { body: unknown; now: Date },
): Promise<Automation> {
  const { name, draft } = draftOf(body);
  return inLockedSeries(db, ref, async (tx, series) => {
    if (series.status === 'archived') throw cannotChange(series.status);
    const changed = { ...series, name, draft: { ...draft }, updatedAt: now };
    await updateAutomation(tx, changed);
    return changed;
  });
}

/**
 * Moves a series to another status; a repeated call changes nothing. `activate` publishes version 1
 * when there is none, `publish` the next version: new enrollments enter it, people in flight stay on
 * theirs.
 *
 * @throws `series.not_found`, `series.wrong_type`, `series.wrong_status`, `series.invalid`
 */
export async function moveSeries(
  db: Pool,
  ref: AutomationRef,
  { transition, now }: { transition: Transition; now: Date },
): Promise<Automation> {
  return inLockedSeries(db, ref, async (tx, series) => {
    const status = statusAfter(series.status, transition);
    if (status === null) throw noSuchTransition(series.status, transition);
    const publishes =
      transition === 'publish' || (transition === 'activate' && series.version === null);
    if (status === series.status && !publishes) return series;
    const version = publishes ? (series.version ?? 0) + 1 : series.version;
    const changed = { ...series, status, version, updatedAt: now };
    if (publishes && version !== null) await publish(tx, series, { number: version, now });
    await updateAutomation(tx, changed);
    return changed;
  });
}

async function publish(
  tx: Transaction,
  series: Automation,
  { number, now }: { number: number; now: Date },
): Promise<void> {
  const draft = series.draft as unknown as SeriesDraft;
  refuse(faultsOfPublishing(draft));
  const { settings, steps } = draft;
  await insertVersion(tx, { automationId: series.id, number, settings, steps, publishedAt: now });
}

/**
 * Deletes an automation that was never activated.
 *
 * @throws `series.not_found`, `series.wrong_type`, `series.not_a_draft`
 */
export async function deleteDraft(
  db: Pool,
  ref: AutomationRef,
  type: Automation['type'],
): Promise<void> {
  await inTransaction(db, async (tx) => {
    const found = await lockAutomation(tx, ref);
    assertType(found, type);
    if (found.status !== 'draft') throw notADraft(found.status);
    await deleteAutomation(tx, ref);
  });
}

/**
 * One automation of the given type.
 *
 * @throws `series.not_found`, `series.broadcast_not_found`, `series.wrong_type`
 */
export async function readAutomation(
  db: Pool,
  ref: AutomationRef,
  type: Automation['type'],
): Promise<Automation> {
  const found = await findAutomation(db, ref);
  assertType(found, type);
  return found;
}

function assertType(
  found: Automation | null,
  type: Automation['type'],
): asserts found is Automation {
  if (found === null) throw type === 'series' ? seriesNotFound() : broadcastNotFound();
  if (found.type === type) return;
  throw type === 'series' ? notASeries() : broadcastNotFound();
}

async function inLockedSeries(
  db: Pool,
  ref: AutomationRef,
  change: (tx: Transaction, series: Automation) => Promise<Automation>,
): Promise<Automation> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await inTransaction(db, async (tx) => {
        const known = await findAutomation(tx, ref);
        // No worker has to do with a draft.
        if (known !== null && known.status !== 'draft') await holdWorkers(tx);
        const found = await lockAutomation(tx, ref);
        assertType(found, 'series');
        return change(tx, found);
      });
    } catch (error) {
      if (tries >= HOLD_TRIES_MAX || !isStillHeld(error)) throw error;
    }
  }
}

function draftOf(body: unknown): { name: string; draft: SeriesDraft } {
  refuse(faultsOfSeries(body));
  const { name, settings, steps } = body as SeriesBody;
  return { name, draft: { settings: settingsOf(settings ?? {}), steps } };
}

function refuse(faults: readonly Fault[]): void {
  if (faults.length > 0) throw seriesInvalid(faults);
}
