import type { SeriesCatalog, Step } from '../series/index.ts';
import { stepOf } from './enrollment.ts';
import type { DueStep } from './sql/claim-due.ts';

/** Steps whose work is done outside of the transaction that claims them. */
const LEAVING: ReadonlySet<Step['type']> = new Set(['email', 'webhook']);

/** The part of a batch that is worked now. */
export interface Fitting {
  readonly due: readonly DueStep[];
  /** Which part of it may leave the process, from 0 to 1. */
  readonly leavingShare: number;
}

/**
 * The first of the claimed rows, in their order, up to the one that would leave the process and for which
 * there is no room. So a batch may be large where it is made of waits, and yet no more emails are in
 * hand than may be.
 *
 * Rows of which it is not known what they lead to are taken for emails.
 */
export async function fittingIn(
  catalog: SeriesCatalog,
  claimed: readonly DueStep[],
  room: number,
): Promise<Fitting> {
  const leaves = new Map<string, boolean>();
  let leaving = 0;
  let count = 0;
  for (const row of claimed) {
    const key = `${row.automationId} ${row.version} ${row.stepId}`;
    const isLeaving = leaves.get(key) ?? (await mayLeave(catalog, row));
    leaves.set(key, isLeaving);
    if (isLeaving && leaving >= room) break;
    if (isLeaving) leaving += 1;
    count += 1;
  }
  return { due: claimed.slice(0, count), leavingShare: count === 0 ? 1 : leaving / count };
}

async function mayLeave(catalog: SeriesCatalog, row: DueStep): Promise<boolean> {
  const { graph } = await catalog.version({
    automationId: row.automationId,
    number: row.version,
    workspaceTimezone: row.workspaceTimezone,
  });
  const step = stepOf(graph, row.stepId);
  return step === null || LEAVING.has(step.type);
}
