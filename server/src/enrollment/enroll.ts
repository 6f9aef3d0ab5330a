import { Batcher } from '../platform/batcher.ts';
import type { Pool } from '../platform/db.ts';
import { DomainError } from '../platform/errors.ts';
import { bucketOf, NIL_UUID, storedIdOf, userIdOf, uuidv7In } from '../platform/ids.ts';
import { tzVersion } from '../schedule/zone.ts';
import type { Automation, PublishedSeries, SeriesCatalog } from '../series/index.ts';
import { notASeries, seriesNotFound } from '../series/index.ts';
import { nextStepOf } from './advance.ts';
import { entryOf, planOf, scheduledForOf } from './enrollment.ts';
import { seriesNotActive, userNotFound } from './errors.ts';
import { insertEnrollments, loadEntryFacts } from './sql/enter.ts';
import type { EntryFacts, NewEnrollment } from './sql/enter.ts';

/** Who is to enter what. */
export interface EnrollCall {
  readonly workspace: {
    readonly id: string;
    readonly side: 'live' | 'test';
    readonly timezone: string;
  };
  readonly userExternalId: string;
  /** Any text; one that is no UUID names no series. */
  readonly seriesId: string;
  /** Asked just before an enrollment begins; throws to refuse it. */
  readonly mayBegin?: () => void;
}

export type EnrollAnswer =
  | { readonly kind: 'enrolled'; readonly enrollmentId: string; readonly scheduledFor: Date }
  | { readonly kind: 'already_active' }
  | { readonly kind: 'completed' }
  | { readonly kind: 'too_soon'; readonly after: Date }
  | { readonly kind: 'too_often' };

/** Puts users into series. */
export interface Enroller {
  /**
   * Enrolls one user. Calls that arrive together share two round trips and a commit; the answer comes
   * after the commit.
   *
   * @throws `enrollment.user_not_found`, `series.not_found`, `series.wrong_type`,
   *   `enrollment.series_not_active`, what `mayBegin` throws
   */
  readonly enroll: (call: EnrollCall) => Promise<EnrollAnswer>;
}

const BATCH_MAX = 200;
/** A collision is with somebody who has just written, so the next look sees it. */
const ROUNDS_MAX = 5;

type Settled = EnrollAnswer | Error;

interface Entry extends EnrollCall {
  readonly bucket: number;
  readonly userId: string;
  readonly automation: Automation | null;
}

export function createEnroller({
  db,
  catalog,
  onEntered,
}: {
  db: Pool;
  catalog: SeriesCatalog;
  /** Called after a commit that planned steps, so that a worker nearby need not wait for its poll. */
  onEntered: () => void;
}): Enroller {
  const batcher = new Batcher<Entry, Settled>({
    batchMax: BATCH_MAX,
    keyOf: ({ userId, automation }) => `${userId}:${automation?.id ?? ''}`,
    work: (entries) => enterAll({ db, catalog, onEntered }, entries),
  });
  return {
    enroll: async (call) => {
      const userId = userIdOf(call.workspace.id, call.userExternalId);
      const ref = { workspaceId: call.workspace.id, id: storedIdOf(call.seriesId) };
      const automation = ref.id === NIL_UUID ? null : await catalog.automation(ref);
      const entry = { ...call, userId, bucket: bucketOf(userId), automation };
      const settled = await batcher.add(entry);
      if (settled instanceof Error) throw settled;
      return settled;
    },
  };
}

interface EnterDeps {
  readonly db: Pool;
  readonly catalog: SeriesCatalog;
  readonly onEntered: () => void;
}

/** Looks, decides and writes; entries that collided with somebody else's are looked at again. */
async function enterAll(deps: EnterDeps, entries: readonly Entry[]): Promise<Settled[]> {
  const settled = new Map<Entry, Settled>();
  for (let round = 0; round < ROUNDS_MAX && settled.size < entries.length; round += 1) {
    const left = await Promise.all(
      entries.filter((entry) => !settled.has(entry)).map((entry) => fresh(deps, entry, round)),
    );
    const facts = await loadEntryFacts(
      deps.db,
      left.map(({ current }) => refOf(current)),
    );
    const planned: Planned[] = [];
    for (const [index, { entry, current }] of left.entries()) {
      const fact = facts[index];
      if (fact === undefined) continue;
      const decided = await decide(deps, current, fact);
      if ('enrollment' in decided) planned.push({ ...decided, entry });
      else settled.set(entry, decided.settled);
    }
    await write(deps, planned, settled);
  }
  return entries.map(
    (entry) => settled.get(entry) ?? new Error(`user ${entry.userId} could not be enrolled`),
  );
}

/** After a collision the series is read anew, for it may have been paused meanwhile. */
async function fresh(
  { catalog }: EnterDeps,
  entry: Entry,
  round: number,
): Promise<{ entry: Entry; current: Entry }> {
  if (round === 0 || entry.automation === null) return { entry, current: entry };
  const ref = { workspaceId: entry.workspace.id, id: entry.automation.id };
  catalog.drop(ref);
  return { entry, current: { ...entry, automation: await catalog.automation(ref) } };
}

const refOf = ({ bucket, userId, workspace, automation }: Entry) => ({
  bucket,
  userId,
  workspaceId: workspace.id,
  automationId: automation?.id ?? NIL_UUID,
});

interface Planned {
  readonly entry: Entry;
  readonly enrollment: NewEnrollment;
  readonly answer: EnrollAnswer;
}

/** One entry decided, in the order in which the contract names refusals: user, series, type, state. */
async function decide(
  { catalog }: EnterDeps,
  entry: Entry,
  facts: EntryFacts,
): Promise<Omit<Planned, 'entry'> | { settled: Settled }> {
  const { automation, workspace, mayBegin } = entry;
  if (!facts.isKnown) return { settled: userNotFound() };
  if (automation === null) return { settled: seriesNotFound() };
  if (automation.type !== 'series') return { settled: notASeries() };
  if (automation.status !== 'active' || automation.version === null) {
    return { settled: seriesNotActive() };
  }
  const series = await catalog.version({
    automationId: automation.id,
    number: automation.version,
    workspaceTimezone: workspace.timezone,
  });
  const decided = entryOf(facts, { series, userTimezone: facts.userTimezone, now: facts.now });
  if (decided.kind !== 'enter') return { settled: decided };
  try {
    mayBegin?.();
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    return { settled: error };
  }
  return planEntry(entry, { series, facts, run: decided.run });
}

function planEntry(
  { bucket, userId, workspace }: Entry,
  { series, facts, run }: { series: PublishedSeries; facts: EntryFacts; run: number },
): Omit<Planned, 'entry'> {
  const { now, userTimezone } = facts;
  const id = uuidv7In(bucket, now);
  const planFacts = { series, userTimezone, spreadKey: id };
  const first = planOf(planFacts, { stepId: series.graph.firstId, fromAt: now });
  if (first === null) throw new Error(`series ${series.automationId} has no first step`);
  const enrollment: NewEnrollment = {
    bucket,
    id,
    userId,
    run,
    workspaceId: workspace.id,
    automationId: series.automationId,
    version: series.number,
    live: workspace.side === 'live',
    enteredAt: now,
    first: nextStepOf(first),
  };
  const scheduledFor = scheduledForOf(planFacts, first);
  return { enrollment, answer: { kind: 'enrolled', enrollmentId: id, scheduledFor } };
}

async function write(
  { db, onEntered }: EnterDeps,
  planned: readonly Planned[],
  settled: Map<Entry, Settled>,
): Promise<void> {
  if (planned.length === 0) return;
  const enrollments = planned.map(({ enrollment }) => enrollment);
  const written = await insertEnrollments(db, enrollments, { tzVersion: tzVersion() });
  for (const { entry, enrollment, answer } of planned) {
    if (written.has(enrollment.id)) settled.set(entry, answer);
  }
  if (written.size > 0) onEntered();
}
