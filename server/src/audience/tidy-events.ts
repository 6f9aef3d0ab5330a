import type { Pool } from '../platform/db.ts';
import { deleteOldEventIds, makeEventPartitions } from './sql/events.ts';

const FORGET_BATCH_MAX = 5_000;

/**
 * Keeps the tables of events in shape: makes the partitions of the months ahead, and forgets ids that
 * no longer deduplicate. One bounded piece; call again while it returns more than 0.
 *
 * @returns how many partitions were made and ids forgotten
 */
export async function tidyEvents(db: Pool): Promise<number> {
  const made = await makeEventPartitions(db);
  return made + (await deleteOldEventIds(db, { limit: FORGET_BATCH_MAX }));
}
