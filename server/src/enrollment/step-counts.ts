import type { Db } from '../platform/db.ts';
import { countEnded, countStanding, listStepIds, type CellCount } from './sql/step-counts.ts';

/** What became of one step, in all versions. */
export type StepCounts = Readonly<Record<CellCount['cell'], number>> & {
  /** False where more wait than were counted. */
  readonly isExact: boolean;
};

/** Rows of the queue read for one answer, in a series at each step of which more wait. */
const READ_MAX = 200_000;
const COUNT_MAX = 10_000;
const COUNT_MIN = 500;
/** Versions together may have some thousands. */
const STEPS_MAX = 2_000;

/**
 * Counts who waits at each step of a series and what became of those who have been there. Counts of who
 * waits stop at a bound; the others come from sums, so that ten million passages take no longer than ten.
 */
export async function stepCounts(
  db: Db,
  ref: { workspaceId: string; automationId: string },
): Promise<ReadonlyMap<string, StepCounts>> {
  const stepIds = await listStepIds(db, { ...ref, limit: STEPS_MAX });
  const share = Math.floor(READ_MAX / Math.max(stepIds.length, 1));
  const countMax = Math.min(COUNT_MAX, Math.max(COUNT_MIN, share));
  const [standing, ended] = await Promise.all([
    countStanding(db, { ...ref, stepIds, countMax }),
    countEnded(db, ref),
  ]);
  const ofStep = Map.groupBy([...standing, ...ended], ({ stepId }) => stepId);
  return new Map(stepIds.map((id) => [id, countsOf(ofStep.get(id) ?? [], countMax)]));
}

function countsOf(cells: readonly CellCount[], countMax: number): StepCounts {
  const sum = (cell: CellCount['cell']): number =>
    cells.reduce((total, one) => total + (one.cell === cell ? one.count : 0), 0);
  const queued = sum('waiting') + sum('processing');
  return {
    waiting: sum('waiting'),
    processing: sum('processing'),
    passed: sum('passed'),
    skipped: sum('skipped'),
    failed: sum('failed'),
    cancelled: sum('cancelled'),
    in_doubt: sum('in_doubt'),
    sent: sum('sent'),
    isExact: queued < countMax && sum('in_doubt') < countMax,
  };
}
