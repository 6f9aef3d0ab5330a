import { setTimeout as sleep } from 'node:timers/promises';
import type { Db, Pool, Transaction } from '../platform/db.ts';
import { DomainError } from '../platform/errors.ts';
import { bucketOf, NIL_UUID, uuidv7In } from '../platform/ids.ts';
import { NoOpenSlotError } from '../schedule/errors.ts';
import { tzVersion } from '../schedule/zone.ts';
import type { Automation, PublishedSeries, SeriesCatalog } from '../series/index.ts';
import { notASeries, seriesNotFound } from '../series/index.ts';
import { nextStepOf } from './advance.ts';
import { entryOf, planOf, scheduledForOf } from './enrollment.ts';
import { noOpenSlot, seriesNotActive, userNotFound } from './errors.ts';
import type { Properties } from './properties.ts';
import { insertEnrollments, loadEntryFacts } from './sql/enter.ts';
import type { EntryFacts, EntryRef, EntrySource, NewEnrollment } from './sql/enter.ts';

/** Who is to enter what, and how it came to that. */
export interface NewEntry {
  readonly workspace: {
    readonly id: string;
    readonly side: 'live' | 'test';
    readonly timezone: string;
  };
  /** Internal id, as `userIdOf` gives it. */
  readonly userId: string;
  /** As `storedIdOf` gives it: `NIL_UUID` for a text that names no series. */
  readonly seriesId: string;
  /** What the id has to name; a series when left out. */
  readonly type?: Automation['type'];
  readonly source: EntrySource;
  /** The event that started it. */
  readonly entryEventId?: string | null;
  /** What the call brought along; checked by `propertiesOf`, or the metadata of an event. */
  readonly properties?: Properties | null;
  /** Whether the user matched the audience before what brings them. */
  readonly wasMatching?: boolean;
  /** The version to enter; without it the one that is published now. */
  readonly version?: number;
  /** Asked once, just before an enrollment begins; throws a `DomainError` to refuse it. */
  readonly mayBegin?: () => void;
}

export type EnrollAnswer =
  | { readonly kind: 'enrolled'; readonly enrollmentId: string; readonly scheduledFor: Date }
  | { readonly kind: 'already_active' }
  | { readonly kind: 'completed' }
  | { readonly kind: 'too_soon'; readonly after: Date }
  | { readonly kind: 'too_often' }
  /** The user is in as many series as the workspace allows, and none of them matters less. */
  | { readonly kind: 'series_limit' };

export type Settled = EnrollAnswer | DomainError;

export interface EnterDeps {
  /** A transaction of the caller's, in which everything is then written. */
  readonly db: Pool | Transaction;
  readonly catalog: SeriesCatalog;
  /** Called after a commit that planned steps, so that a worker nearby need not wait for its poll. */
  readonly onEntered: () => void;
}

/** An entry that has no answer yet. */
export interface OpenEntry {
  readonly entry: NewEntry;
  readonly ref: EntryRef;
  /** Whether `mayBegin` has let it pass. */
  mayBegin: boolean;
}

/** An entry that may be written. */
export interface PlannedEntry {
  readonly open: OpenEntry;
  readonly enrollment: NewEnrollment;
  readonly answer: EnrollAnswer;
  readonly priority: number;
}

/** The work on one list of entries. */
export interface EnterBatch {
  readonly deps: EnterDeps;
  readonly isDryRun: boolean;
  readonly seriesOf: (open: OpenEntry) => Known;
  /** Answers so far; what is missing is looked at again. */
  readonly settled: Map<OpenEntry, Settled>;
}

/** What the catalog says of the series that an entry names. */
interface Known {
  readonly automation: Automation | null;
  readonly series: PublishedSeries | null;
}

/** The path for workspace sides that limit in how many series a user may be. */
export type EnterLimited = (batch: EnterBatch, open: readonly OpenEntry[]) => Promise<void>;

/** Entries looked at and written together: larger ones hold locks for longer and win little. */
const BATCH_MAX = 2_000;
/** Rounds that settle nothing. A collision is with somebody who has just written, so the next look sees it. */
const ROUNDS_MAX = 8;
const ROUND_PAUSE_MS = 5;

/**
 * Puts many users into series: one query for what is known of them, one statement for those who may
 * enter, one commit. Each entry has an answer of its own, in order; a refusal is answered, not thrown.
 *
 * Entries that collide with somebody else's are looked at again. Users known by several entries for the
 * same series enter it once.
 *
 * @param enterLimited passed in, because it works with what is exported here
 * @param isDryRun answers what would happen and writes nothing
 */
export async function enterMany(
  deps: EnterDeps,
  entries: readonly NewEntry[],
  { enterLimited, isDryRun = false }: { enterLimited: EnterLimited; isDryRun?: boolean },
): Promise<Settled[]> {
  const answers: Settled[] = [];
  for (let at = 0; at < entries.length; at += BATCH_MAX) {
    const part = entries.slice(at, at + BATCH_MAX).map(openOf);
    const settled = new Map<OpenEntry, Settled>();
    await enterPart({ deps, isDryRun, settled }, part, enterLimited);
    for (const open of part) answers.push(answerOf(settled, open));
  }
  return answers;
}

function answerOf(settled: ReadonlyMap<OpenEntry, Settled>, open: OpenEntry): Settled {
  const answer = settled.get(open);
  if (answer === undefined) throw new Error(`user ${open.entry.userId} could not be enrolled`);
  return answer;
}

const openOf = (entry: NewEntry): OpenEntry => ({
  entry,
  ref: {
    bucket: bucketOf(entry.userId),
    userId: entry.userId,
    workspaceId: entry.workspace.id,
    automationId: entry.seriesId,
  },
  mayBegin: false,
});

async function enterPart(
  base: Omit<EnterBatch, 'seriesOf'>,
  part: readonly OpenEntry[],
  enterLimited: EnterLimited,
): Promise<void> {
  const { deps, settled } = base;
  let left = part;
  for (let failed = 0; left.length > 0 && failed < ROUNDS_MAX;) {
    if (failed > 0) await sleep(ROUND_PAUSE_MS * failed);
    const batch = { ...base, seriesOf: await seriesOfAll(deps.catalog, left) };
    const limited = await enterFree(batch, left);
    if (limited.length > 0) await enterLimited(batch, limited);
    const remaining = left.filter((open) => !settled.has(open));
    // Somebody else was quicker, or the series is no longer what it was: it is read anew.
    for (const { entry } of remaining) {
      deps.catalog.drop({ workspaceId: entry.workspace.id, id: entry.seriesId });
    }
    failed = remaining.length === left.length ? failed + 1 : 0;
    left = remaining;
  }
}

/**
 * Looks, decides and writes, where no limit of series at once has to be kept.
 *
 * @returns those for whom one has
 */
async function enterFree(batch: EnterBatch, open: readonly OpenEntry[]): Promise<OpenEntry[]> {
  const facts = await loadEntryFacts(
    batch.deps.db,
    open.map(({ ref }) => ref),
  );
  const planned: PlannedEntry[] = [];
  const limited: OpenEntry[] = [];
  for (const [index, one] of open.entries()) {
    const known = facts[index];
    if (known === undefined) throw new Error('fewer facts than entries');
    if (known.isKnown && known.seriesAtOnce !== null && typeOf(one.entry) === 'series') {
      limited.push(one);
      continue;
    }
    const plan = planOrSettle(batch, one, known);
    if (plan !== null) planned.push(plan);
  }
  if (await write(batch.deps.db, batch, planned)) batch.deps.onEntered();
  return limited;
}

/** Writes what was planned, and settles what was written. */
export async function write(
  db: Db,
  { isDryRun, settled }: EnterBatch,
  planned: readonly PlannedEntry[],
): Promise<boolean> {
  if (planned.length === 0) return false;
  if (isDryRun) {
    const seen = new Set<string>();
    for (const { open, answer } of planned) {
      const key = `${open.ref.userId} ${open.ref.automationId}`;
      settled.set(open, seen.has(key) ? { kind: 'already_active' } : answer);
      seen.add(key);
    }
    return false;
  }
  const enrollments = planned.map(({ enrollment }) => enrollment);
  const written = await insertEnrollments(db, enrollments, { tzVersion: tzVersion() });
  for (const { open, enrollment, answer } of planned) {
    if (written.has(enrollment.id)) settled.set(open, answer);
  }
  return written.size > 0;
}

/**
 * One entry decided, in the order in which the contract names refusals: user, series, type, state. What
 * is refused is settled.
 *
 * @param isRoom asked last before the entry is planned, with the priority of its series
 * @returns null when the entry is settled
 */
export function planOrSettle(
  batch: EnterBatch,
  open: OpenEntry,
  facts: EntryFacts,
  isRoom: (priority: number) => boolean = () => true,
): PlannedEntry | null {
  const { settled, isDryRun } = batch;
  const { automation, series } = batch.seriesOf(open);
  const refuse = (answer: Settled): null => {
    settled.set(open, answer);
    return null;
  };
  if (!facts.isKnown) return refuse(userNotFound());
  if (automation === null) return refuse(seriesNotFound());
  if (automation.type !== typeOf(open.entry)) return refuse(notASeries());
  if (automation.status !== 'active' || series === null) return refuse(seriesNotActive());
  const decided = entryOf(facts, { series, userTimezone: facts.userTimezone, now: facts.now });
  if (decided.kind !== 'enter') return refuse(decided);
  // Who has been in it comes back to an audience by beginning to match it, not by matching still.
  if (open.entry.source === 'segment_match' && open.entry.wasMatching && facts.lastRun > 0) {
    return refuse({ kind: 'completed' });
  }
  if (!isRoom(series.settings.priority)) return refuse({ kind: 'series_limit' });
  try {
    if (!open.mayBegin && !isDryRun) open.entry.mayBegin?.();
    open.mayBegin = true;
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    return refuse(error);
  }
  try {
    return planEntry(open, { series, facts, run: decided.run });
  } catch (error) {
    // One person's calendar without an open slot must not hold up everybody else who enters.
    if (!(error instanceof NoOpenSlotError)) throw error;
    return refuse(noOpenSlot(error.message));
  }
}

function planEntry(
  open: OpenEntry,
  { series, facts, run }: { series: PublishedSeries; facts: EntryFacts; run: number },
): PlannedEntry {
  const { entry, ref } = open;
  const { now, userTimezone } = facts;
  const id = uuidv7In(ref.bucket, now);
  const planFacts = { series, userTimezone, spreadKey: id };
  const first = planOf(planFacts, { stepId: series.graph.firstId, fromAt: now });
  if (first === null) throw new Error(`series ${series.automationId} has no first step`);
  const { properties = null } = entry;
  const enrollment: NewEnrollment = {
    ...ref,
    id,
    run,
    version: series.number,
    live: entry.workspace.side === 'live',
    enteredAt: now,
    source: entry.source,
    entryEventId: entry.entryEventId ?? null,
    properties: properties === null ? '{}' : JSON.stringify(properties),
    first: nextStepOf(first),
  };
  const scheduledFor = scheduledForOf(planFacts, first);
  const answer: EnrollAnswer = { kind: 'enrolled', enrollmentId: id, scheduledFor };
  return { open, enrollment, answer, priority: series.settings.priority };
}

/** The series of all entries, each asked for once. */
async function seriesOfAll(
  catalog: SeriesCatalog,
  left: readonly OpenEntry[],
): Promise<EnterBatch['seriesOf']> {
  const known = new Map<string, Known>();
  for (const { entry } of left) {
    const key = keyOf(entry);
    if (!known.has(key)) known.set(key, await knownOf(catalog, entry));
  }
  return ({ entry }) => known.get(keyOf(entry)) ?? { automation: null, series: null };
}

const typeOf = ({ type = 'series' }: NewEntry): Automation['type'] => type;

const keyOf = ({ workspace, seriesId, version = 0, type = 'series' }: NewEntry): string =>
  `${workspace.id} ${seriesId} ${version} ${type}`;

async function knownOf(catalog: SeriesCatalog, entry: NewEntry): Promise<Known> {
  const { workspace, seriesId, version } = entry;
  if (seriesId === NIL_UUID) return { automation: null, series: null };
  const automation = await catalog.automation({ workspaceId: workspace.id, id: seriesId });
  const number = version ?? automation?.version ?? null;
  if (automation === null || automation.type !== typeOf(entry) || number === null) {
    return { automation, series: null };
  }
  const series = await catalog.version({
    automationId: automation.id,
    number,
    workspaceTimezone: workspace.timezone,
  });
  return { automation, series };
}
