import { inTransaction, type Pool } from '../platform/db.ts';
import { addCounts } from './sql/counts.ts';
import { messagesBehind, raiseStates } from './sql/returned.ts';

/**
 * Gives messages the state that was told of them while they were being sent, where whoever took them
 * over did not know of it: a worker died, and the doubt is none. One query when there is nothing.
 *
 * @returns how many were settled
 */
export async function catchUp({ db }: { db: Pool }): Promise<number> {
  const behind = await messagesBehind(db);
  if (behind.length === 0) return 0;
  await inTransaction(db, async (tx) => addCounts(tx, await raiseStates(tx, behind)));
  return behind.length;
}
