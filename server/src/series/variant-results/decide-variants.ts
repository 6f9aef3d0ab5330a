import { inTransaction, type Pool } from '../../platform/db.ts';
import { claimTest, countVariants, writeLook } from '../sql/variants.ts';
import { lookAt } from './look.ts';

/** How long to rest when no test is due: a query of an index that is empty where nobody has a rule. */
export const VARIANTS_IDLE_MS = 30_000;
const TESTS_MAX = 10;
/** So many messages are worth a minute's pause: counting them takes some 0.1 s. */
const MESSAGES_PER_MINUTE = 10_000;
const PAUSE_MINUTES_MAX = 60;

/**
 * Looks at the tests that are due, and writes down the variants that have won: within a second or two
 * every process sends them to everybody who comes after.
 *
 * @returns how many tests were looked at
 */
export async function decideVariants({ db }: { db: Pool }): Promise<number> {
  let looked = 0;
  for (; looked < TESTS_MAX; looked += 1) {
    if (!(await inTransaction(db, lookAtOne))) break;
  }
  return looked;
}

async function lookAtOne(tx: Parameters<Parameters<typeof inTransaction>[1]>[0]): Promise<boolean> {
  const test = await claimTest(tx);
  if (test === null) return false;
  const counts = await countVariants(tx, test);
  const look = lookAt(test, counts);
  const sentCount = counts.reduce((sum, { sent }) => sum + sent, 0);
  const pauseMinutes = Math.min(
    PAUSE_MINUTES_MAX,
    Math.max(1, Math.ceil(sentCount / MESSAGES_PER_MINUTE)),
  );
  const { winner, looks, nextLook, why } = look;
  await writeLook(tx, test, { winner, looks, nextLook, figures: { why, counts }, pauseMinutes });
  return true;
}
