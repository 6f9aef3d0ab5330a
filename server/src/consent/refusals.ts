import type { Db } from '../platform/db.ts';
import type { ConsentAsk } from './consent.ts';
import { hashedAsk, type ConsentKey } from './key.ts';
import { readRefusals } from './sql/refusals.ts';

/**
 * Whether emails may go to people: one query for all of them.
 *
 * @returns in the order of the asks: null, or the reason that `refusal_of` gives; see docs/consent.md
 */
export function refusalsOf(
  db: Db,
  key: ConsentKey,
  asks: readonly ConsentAsk[],
): Promise<(string | null)[]> {
  return readRefusals(
    db,
    asks.map((ask) => ({ ...ask, ...hashedAsk(key, ask) })),
  );
}
