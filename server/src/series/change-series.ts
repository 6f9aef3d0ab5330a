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
import { insertUses } from '../template/index.ts';
import { buildSteps, type BuiltSteps } from './build-steps.ts';
import { copyNameOf, faultsOfPublishing, faultsOfSeries, statusAfter } from './series.ts';
import type { Automation, InFlight, ResumePolicy, SeriesDraft, Transition } from './series.ts';
import { fingerprintOf } from './fingerprint.ts';
import { graphOf } from './graph.ts';
import { listensOf } from './listens.ts';
import { planScan, type ScanOccasion } from './plan-scan.ts';
import { assertSeen, seenEtagOf } from './seen-etag.ts';
import { settingsOf } from './settings.ts';
import { insertBuilt } from './sql/built.ts';
import { syncTests } from './sql/variants.ts';
import { deleteAutomation, findAutomation, gatherListens } from './sql.ts';
import { insertAutomation, insertVersion } from './sql.ts';
import { holdWorkers, isStillHeld, lockAutomation, updateAutomation } from './sql.ts';
import { setResumePolicy, startMigration } from './sql.ts';
import { testsOf } from './variants.ts';

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
  await inTransaction(db, (tx) => insertAutomation(tx, automation));
  return automation;
}

/**
 * Copies the draft of a series as a new one, which nobody is in and nothing is known of.
 *
 * @throws `series.not_found`, `series.wrong_type`
 */
export async function duplicateSeries(
  db: Pool,
  ref: AutomationRef,
  { now }: { now: Date },
): Promise<Automation> {
  const { name, draft } = await readAutomation(db, ref, 'series');
  const copy: Automation = {
    id: uuidv7(now),
    workspaceId: ref.workspaceId,
    type: 'series',
    name: copyNameOf(name),
    status: 'draft',
    draft,
    version: null,
    createdAt: now,
    updatedAt: now,
  };
  await inTransaction(db, (tx) => insertAutomation(tx, copy));
  return copy;
}

/**
 * Replaces the draft of a series. What is published stays as it is until the next `publish`.
 *
 * A body that names the draft it was made from, by its etag, replaces no other one. Saying again what
 * the draft says already is fine: an answer may have been lost.
 *
 * @throws `series.invalid`, `series.not_found`, `series.wrong_type`, `series.archived`, `series.changed`
 */
export async function changeSeries(
  db: Pool,
  ref: AutomationRef,
  { body, now }: { body: unknown; now: Date },
): Promise<Automation> {
  const { name, draft } = draftOf(body, ref.id);
  const etag = seenEtagOf(body);
  return inLockedSeries(db, ref, async (tx, series) => {
    if (series.status === 'archived') throw cannotChange(series.status);
    const changed = { ...series, name, draft: { ...draft }, updatedAt: now };
    if (fingerprintOf(changed) !== fingerprintOf(series)) assertSeen(series, etag);
    await updateAutomation(tx, changed);
    return changed;
  });
}

export interface Move {
  readonly transition: Transition;
  readonly now: Date;
  /** Of a publishing: whether people on older versions are moved to the new one. */
  readonly inFlight?: InFlight;
  /** Of a resume: what becomes of those who are overdue. */
  readonly resume?: Omit<ResumePolicy, 'at'>;
  /** Of an activation: published, and paused before anybody enters. */
  readonly isHeld?: boolean;
  /** Of an activation or a publishing: the draft that is meant, by its etag; any other is refused. */
  readonly etag?: string | null;
  /** Done before a resume, while no worker decides anything. */
  readonly beforeResume?: (tx: Transaction) => Promise<void>;
}

/**
 * Moves a series to another status; a repeated call changes nothing. `activate` publishes version 1
 * when there is none, `publish` the next version: new enrollments enter it. People in flight stay on
 * theirs, or are moved by the workers, a batch at a time.
 *
 * @throws `series.not_found`, `series.wrong_type`, `series.wrong_status`, `series.invalid`,
 *   `series.changed`
 */
export async function moveSeries(db: Pool, ref: AutomationRef, move: Move): Promise<Automation> {
  for (let tries = 1; ; tries += 1) {
    // Bodies are built before anything is locked.
    const built = await builtFor(db, ref, move.transition);
    const moved = await inLockedSeries(db, ref, (tx, series) =>
      moveLocked(tx, series, move, built),
    );
    if (moved !== null) return moved;
    if (tries >= BUILD_TRIES_MAX) throw new Error(`series ${ref.id} is changed all the time`);
  }
}

/** A draft whose emails are built. */
interface BuiltDraft {
  /** As it was read. */
  readonly draft: string;
  readonly built: BuiltSteps;
}

/** Somebody else changed the draft while its emails were built: build again, so often. */
const BUILD_TRIES_MAX = 5;

const publishesBy = (series: Automation, transition: Transition): boolean =>
  transition === 'publish' || (transition === 'activate' && series.version === null);

/** @returns null where nothing is published by the transition, or it is refused anyway */
async function builtFor(
  db: Pool,
  ref: AutomationRef,
  transition: Transition,
): Promise<BuiltDraft | null> {
  if (transition !== 'publish' && transition !== 'activate') return null;
  const seen = await findAutomation(db, ref);
  if (seen?.type !== 'series' || !publishesBy(seen, transition)) return null;
  if (statusAfter(seen.status, transition) === null) return null;
  const { steps } = publishable(seen.draft as unknown as SeriesDraft);
  const built = await buildSteps(db, steps, { workspaceId: ref.workspaceId, isPublished: false });
  refuse(built.faults);
  return { draft: JSON.stringify(seen.draft), built };
}

/** @returns null when the draft is not the one that was built any more */
async function moveLocked(
  tx: Transaction,
  series: Automation,
  move: Move,
  built: BuiltDraft | null,
): Promise<Automation | null> {
  const { transition, now, etag = null } = move;
  const after = statusAfter(series.status, transition);
  if (after === null) throw noSuchTransition(series.status, transition);
  // Here nobody else can change it any more.
  assertSeen(series, etag);
  const publishes = publishesBy(series, transition);
  const status = move.isHeld === true && publishes ? 'paused' : after;
  if (status === series.status && !publishes) return series;
  const version = publishes ? (series.version ?? 0) + 1 : series.version;
  const changed = { ...series, status, version, updatedAt: now };
  if (publishes && version !== null) {
    if (built === null || built.draft !== JSON.stringify(series.draft)) return null;
    await publish(tx, series, { number: version, now, built: built.built });
    if (move.inFlight === 'migrate') {
      await startMigration(tx, { automationId: series.id, toVersion: version, now });
    }
  }
  if (transition === 'resume') await orderOverdue(tx, series, move);
  await updateAutomation(tx, changed);
  await gatherListens(tx, series.workspaceId);
  if (version !== null && OCCASIONS.some((occasion) => occasion === transition)) {
    const occasion = transition as ScanOccasion;
    const { id: automationId, workspaceId } = series;
    await planScan(tx, { automationId, workspaceId, version, occasion, now });
  }
  return changed;
}

/** After these a series looks through the people there are. */
const OCCASIONS: readonly ScanOccasion[] = ['activate', 'publish', 'resume'];

/** What was overdue at a resume is handled afterwards, by whoever comes to it: the order is kept. */
async function orderOverdue(tx: Transaction, { id }: Automation, move: Move): Promise<void> {
  const { now, resume, beforeResume } = move;
  await beforeResume?.(tx);
  const policy = resume ?? settingsOf({}).resume;
  await setResumePolicy(tx, { automationId: id, policy: { ...policy, at: now } });
}

async function publish(
  tx: Transaction,
  series: Automation,
  { number, now, built }: { number: number; now: Date; built: BuiltSteps },
): Promise<void> {
  const { settings } = publishable(series.draft as unknown as SeriesDraft);
  const { steps, contents, uses } = built;
  const listens = listensOf(settingsOf({ ...settings }), graphOf(steps).steps.values());
  const version = { automationId: series.id, number, settings, steps, publishedAt: now };
  await insertVersion(tx, { ...version, listens });
  const { id: automationId, workspaceId } = series;
  await insertBuilt(tx, { automationId, contents });
  await insertUses(tx, { workspaceId, automationId, automationVersion: number, uses });
  await syncTests(tx, { workspaceId, automationId, tests: testsOf(steps) });
}

/**
 * A draft that may be published.
 *
 * @throws `series.invalid`
 */
export function publishable(draft: SeriesDraft): SeriesDraft {
  refuse(faultsOfPublishing(draft));
  return draft;
}

/**
 * Deletes an automation that was never activated.
 *
 * @param assertIsMeant throws where it is not as whoever deletes it has seen it
 * @throws `series.not_found`, `series.wrong_type`, `series.not_a_draft`
 */
export async function deleteDraft(
  db: Pool,
  ref: AutomationRef,
  { type, assertIsMeant }: { type: Automation['type']; assertIsMeant: (found: Automation) => void },
): Promise<void> {
  await inTransaction(db, async (tx) => {
    const found = await lockAutomation(tx, ref);
    assertType(found, type);
    if (found.status !== 'draft') throw notADraft(found.status);
    assertIsMeant(found);
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

/** Changes a series whose row is locked, while no worker decides anything. */
export async function inLockedSeries<T>(
  db: Pool,
  ref: AutomationRef,
  change: (tx: Transaction, series: Automation) => Promise<T>,
): Promise<T> {
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

/**
 * A series as a client sends it, checked and with its defaults.
 *
 * @throws `series.invalid`
 */
export function draftOf(
  body: unknown,
  seriesId: string | null = null,
): { name: string; draft: SeriesDraft } {
  refuse(faultsOfSeries(body, seriesId));
  const { name, settings, steps } = body as SeriesBody;
  return { name, draft: { settings: settingsOf(settings ?? {}), steps } };
}

function refuse(faults: readonly Fault[]): void {
  if (faults.length > 0) throw seriesInvalid(faults);
}
