import { inTransaction, type Pool, type Transaction } from '../platform/db.ts';
import type { AutomationRef } from './change-series.ts';
import { gatherListens, holdWorkers, isStillHeld, lockAutomation } from './sql.ts';
import { setStatus } from './sql/scans.ts';

/**
 * Completes an active series, or makes a completed one active again, unless it is otherwise by now.
 *
 * An enrollment that was begun before a series was completed may become visible just after it: then it
 * has to be taken back.
 *
 * Locks: the series, as whoever moves it does.
 *
 * @param stillHolds asked under the lock
 * @returns whether the status was changed; false also when workers were busy: try again later
 */
export async function settleCompletion(
  db: Pool,
  { workspaceId, id }: AutomationRef,
  {
    to,
    stillHolds,
  }: { to: 'active' | 'completed'; stillHolds: (tx: Transaction) => Promise<boolean> },
): Promise<boolean> {
  try {
    return await inTransaction(db, async (tx) => {
      await holdWorkers(tx);
      const found = await lockAutomation(tx, { workspaceId, id });
      const isAsBefore = found?.status === (to === 'completed' ? 'active' : 'completed');
      if (!isAsBefore || !(await stillHolds(tx))) return false;
      await setStatus(tx, { automationId: id, status: to });
      await gatherListens(tx, workspaceId);
      return true;
    });
  } catch (error) {
    if (isStillHeld(error)) return false;
    throw error;
  }
}
