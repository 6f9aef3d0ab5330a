import type { Pool } from '../../platform/db.ts';
import { foldDeltas } from './sql/messages.ts';

/** How often a worker adds up what was counted, at most. Milliseconds. */
export const REPORTS_IDLE_MS = 5_000;
/** Rows of one transaction: a tenth of a second. */
const FOLD_MAX = 10_000;

/**
 * Adds up what was counted for reports since: one bounded statement. Reports are exact without it; they
 * only have more to read.
 *
 * @returns how many rows it took
 */
export const foldReports = ({ db }: { db: Pool }): Promise<number> =>
  foldDeltas(db, { most: FOLD_MAX });
