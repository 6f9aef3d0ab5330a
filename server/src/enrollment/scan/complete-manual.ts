import type { Pool } from '../../platform/db.ts';
import { settleCompletion, type SeriesCatalog } from '../../series/index.ts';
import { completable, endScans, hasPassages } from '../sql/scans.ts';

/** Series of one tick. */
const SERIES_MAX = 50;

/**
 * Completes manual series that have taken in everybody and in which nobody is under way any more, and
 * ends scans of series that are over.
 *
 * Whoever is enrolled by a call at that very moment is not lost: their step is parked when it is due,
 * and the series is active again until they have ended too.
 *
 * @returns how many series were settled
 */
export async function completeManual({
  db,
  catalog,
}: {
  readonly db: Pool;
  readonly catalog: SeriesCatalog;
}): Promise<number> {
  let settled = 0;
  for (const { to, ...ref } of await completable(db, { limit: SERIES_MAX })) {
    const has = await settleCompletion(db, ref, {
      to,
      stillHolds: async (tx) => (await hasPassages(tx, ref.id)) === (to === 'active'),
    });
    if (!has) continue;
    catalog.drop(ref);
    settled += 1;
  }
  await endScans(db);
  return settled;
}
