import type { Transaction } from '../platform/db.ts';
import { tzVersion } from '../schedule/zone.ts';
import { listVersions, type PublishedSeries, type SeriesCatalog } from '../series/index.ts';
import { stepTypeOf, type Step } from '../series/index.ts';
import { nextCount } from '../schedule/plan.ts';
import type { StepFacts } from './advance.ts';
import { factsOf } from './advance.ts';
import { stepOf } from './enrollment.ts';
import { movedPlan, placeOf, waysOf } from './migrate-rule.ts';
import { sentSteps } from './sent-steps.ts';
import { findRows, type FoundRow } from './sql/find-rows.ts';
import { moveRows } from './sql/migrate.ts';
import { cancelRows, moveOn, type NextStep, type RowRef } from './sql/move-on.ts';
import { endStranded, insertRow, type Stranded } from './sql/repair.ts';

interface PlaceDeps {
  readonly catalog: SeriesCatalog;
}

/** Older versions that are looked through for a step that no version seems to have. */
const VERSIONS_MAX = 100;

/** The step after one, by the way that the log says was taken; the first way where it says none. */
export function wayAfter(step: Step | null, branch: string | null): string | null {
  if (step === null) return null;
  const targets = stepTypeOf(step).targets(step as unknown as Readonly<Record<string, unknown>>);
  const named = branch === 'timeout' ? 'on_timeout' : branch;
  const taken =
    targets.find(({ path }) => path === named || path === `branches/${branch ?? ''}/next`) ??
    targets[0];
  return typeof taken?.to === 'string' ? taken.to : null;
}

/**
 * Puts rows whose version does not have their step on the current one: at the same step, or at the next
 * that survives by the way of an older version. Where no version knows the step, the enrollment ends.
 */
export async function rehome(
  deps: PlaceDeps,
  tx: Transaction,
  refs: readonly RowRef[],
): Promise<void> {
  if (refs.length === 0) return;
  const version = { tzVersion: tzVersion() };
  for (const row of await findRows(tx, refs)) {
    const { bucket, enrollmentId, seq, now } = row;
    const ref = { bucket, enrollmentId, seq };
    const to = await currentOf(deps, tx, row);
    const stepId = to === null ? null : await stepIn(deps, tx, { row, to });
    const facts = to === null || stepId === null ? null : { ...factsOf(row, to), stepId };
    const next = facts === null ? null : movedPlan(facts, now);
    if (to === null || next === null) {
      await cancelRows(tx, [ref], { state: 'ended', reason: 'unknown_step', now });
    } else if (next.stepId === row.stepId) {
      await moveRows(tx, [{ ...ref, isLeft: false, next }], { ...version, version: to.number });
    } else {
      await moveRows(tx, [{ ...ref, isLeft: true, next: null }], {
        ...version,
        version: to.number,
      });
      const reason = `unknown_step: no version at hand has ${row.stepId} here`;
      await moveOn(tx, [{ ...ref, outcome: 'skipped', reason, now, next }], version);
    }
  }
}

async function currentOf(
  { catalog }: PlaceDeps,
  tx: Transaction,
  { automationId, workspaceTimezone }: Pick<FoundRow, 'automationId' | 'workspaceTimezone'>,
): Promise<PublishedSeries | null> {
  const [latest] = await listVersions(tx, { automationId, before: null, limit: 1 });
  if (latest === undefined) return null;
  return catalog.version({ automationId, number: latest.number, workspaceTimezone });
}

async function stepIn(
  { catalog }: PlaceDeps,
  tx: Transaction,
  { row, to }: { row: FoundRow; to: PublishedSeries },
): Promise<string | null> {
  const { automationId, enrollmentId, stepId, workspaceTimezone } = row;
  const sent = (await sentSteps(tx, [enrollmentId])).get(enrollmentId) ?? new Set<string>();
  const older = await listVersions(tx, { automationId, before: null, limit: VERSIONS_MAX });
  for (const { number } of older) {
    const from = await catalog.version({ automationId, number, workspaceTimezone });
    if (!from.graph.steps.has(stepId)) continue;
    return placeOf({ from: from.graph, to: to.graph }, { stepId, sent }).stepId;
  }
  return null;
}

/**
 * Puts an enrollment that no row advances at the step after its last one, planned from when that was due,
 * never earlier than now; its first step, where nothing is behind it. It ends where its series has ended.
 */
export async function putBack(deps: PlaceDeps, tx: Transaction, stranded: Stranded): Promise<void> {
  if (stranded.isArchived) {
    return endStranded(tx, stranded, { state: 'ended', reason: 'series_archived' });
  }
  const series = await versionOf(deps, tx, stranded);
  const next = series === null ? null : await nextAfter(tx, series, stranded);
  if (series === null || next === null) {
    const isOver = series !== null && stranded.lastSeq > 0;
    return endStranded(tx, stranded, {
      state: isOver ? 'completed' : 'ended',
      reason: isOver ? 'finished' : 'unknown_step',
    });
  }
  await insertRow(tx, stranded, { next, version: series.number, tzVersion: tzVersion() });
}

async function versionOf(
  deps: PlaceDeps,
  tx: Transaction,
  { automationId, version, workspaceTimezone }: Stranded,
): Promise<PublishedSeries | null> {
  const before = version + 1;
  const [own] = await listVersions(tx, { automationId, before, limit: 1 });
  if (own?.number !== version) return currentOf(deps, tx, { automationId, workspaceTimezone });
  return deps.catalog.version({ automationId, number: version, workspaceTimezone });
}

async function nextAfter(
  tx: Transaction,
  series: PublishedSeries,
  stranded: Stranded,
): Promise<NextStep | null> {
  const { id, lastStepId, lastBranch, lastDueAt, enteredAt, now, userId, userTimezone } = stranded;
  const sent = (await sentSteps(tx, [id])).get(id) ?? new Set<string>();
  const last = stepOf(series.graph, lastStepId);
  const stepId = unsent(
    series,
    lastStepId === null ? series.graph.firstId : wayAfter(last, lastBranch),
    sent,
  );
  if (stepId === null) return null;
  const facts: StepFacts = {
    series,
    seriesStatus: 'active',
    stepId,
    dueAt: now,
    fromAt: lastDueAt === null ? enteredAt : nextCount(lastDueAt, now, series.rules),
    isHeld: false,
    userId,
    userTimezone,
    advances: true,
    spreadKey: id,
  };
  const next = movedPlan(facts, now);
  const reason = { rule: 'repair', input: 'no row advanced the enrollment', outcome: 'put back' };
  return next === null ? null : { ...next, reasons: [reason, ...next.reasons] };
}

/** The first of a step and those after it that was not sent. */
function unsent(
  { graph }: PublishedSeries,
  stepId: string | null,
  sent: ReadonlySet<string>,
): string | null {
  let id = stepId;
  while (id !== null && graph.steps.get(id)?.type === 'email' && sent.has(id)) {
    id = waysOf(graph.steps.get(id))[0] ?? null;
  }
  return id;
}
