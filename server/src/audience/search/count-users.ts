import { inTransaction, refusalOf, type Pool, type Transaction } from '../../platform/db.ts';
import type { Reason } from '../../schedule/reason.ts';
import { filterTooSlow } from '../errors.ts';
import { factsNeeded, whyNot, type Filter } from '../filter/index.ts';
import { loadFacts } from '../load-facts.ts';
import { boundStatements, countMatching, countUsers, sampleUsers } from '../sql/count.ts';
import type { User } from '../user.ts';
import { searchUsers } from './search-users.ts';

/** The count is asked for while a filter is built: whoever builds it waits no longer for an exact one. */
const COUNT_MS = 1_000;
const SAMPLE_MS = 1_500;
/** Users who stand for all: 1,5 percent of error at worst, in 19 of 20 cases 0,7. */
const SAMPLE = 20_000;
/** Where even so many are too slow. */
const SMALL_SAMPLE = 500;
const BUCKETS = 64;
const SHOWN = 5;
/** SQLSTATE of a statement that ran for too long. */
const CANCELLED = '57014';

/** How many users match, and some of them. */
export interface UserCount {
  readonly count: number;
  readonly total: number;
  /** False where both, or the first, are estimates from a sample. */
  readonly isExact: boolean;
  readonly sample: readonly { readonly user: User; readonly reasons: readonly Reason[] }[];
}

/**
 * Counts who matches a filter, in a bounded time: exactly where that is quick, else by a sample.
 *
 * @param filter null for everybody
 * @throws `audience.filter_too_slow`
 */
export async function countUsersMatching(
  db: Pool,
  { workspaceId, filter, now }: { workspaceId: string; filter: Filter | null; now: Date },
): Promise<UserCount> {
  const side = { workspaceId, now };
  const [total, matched, sample] = await Promise.all([
    timed(db, COUNT_MS, (tx) => countUsers(tx, side)),
    filter === null ? null : timed(db, COUNT_MS, (tx) => countMatching(tx, { ...side, filter })),
    shown(db, { ...side, filter }),
  ]);
  const exact = filter === null ? total : matched;
  if (total !== null && exact !== null) return { count: exact, total, isExact: true, sample };
  const estimate = await estimated(db, { ...side, filter });
  const all = total ?? estimate.total;
  const count = exact ?? (filter === null ? all : Math.round(estimate.share * all));
  return { count, total: Math.max(all, count), isExact: false, sample };
}

async function estimated(
  db: Pool,
  side: { workspaceId: string; filter: Filter | null; now: Date },
): Promise<{ share: number; total: number }> {
  for (const limit of [SAMPLE, SMALL_SAMPLE]) {
    const seen = await timed(db, SAMPLE_MS, (tx) => sampleUsers(tx, { ...side, limit }));
    if (seen === null) continue;
    const { sampled, matched, lastId } = seen;
    const isWhole = sampled < limit || lastId === null;
    const place = isWhole ? 1 : Number.parseInt(lastId.slice(0, 8), 16) / 2 ** 32;
    const total = Math.round((sampled / Math.max(place, Number.EPSILON)) * BUCKETS);
    return { share: sampled === 0 ? 0 : matched / sampled, total };
  }
  throw filterTooSlow();
}

/** The answer, or null where it took too long. */
async function timed<T>(
  db: Pool,
  ms: number,
  work: (tx: Transaction) => Promise<T>,
): Promise<T | null> {
  try {
    return await inTransaction(db, async (tx) => {
      await boundStatements(tx, { ms });
      return work(tx);
    });
  } catch (error) {
    if (refusalOf(error)?.sqlState === CANCELLED) return null;
    throw error;
  }
}

/** Some who match, the youngest, each with why. */
async function shown(
  db: Pool,
  { workspaceId, filter, now }: { workspaceId: string; filter: Filter | null; now: Date },
): Promise<UserCount['sample']> {
  const search = {
    filter,
    q: null,
    sort: 'created_at',
    order: 'desc',
    limit: SHOWN,
    after: null,
  } as const;
  const found = await timed(db, COUNT_MS, (tx) => searchUsers(tx, { workspaceId, search, now }));
  const users = found?.rows ?? [];
  if (filter === null) return users.map((user) => ({ user, reasons: [] }));
  const needs = factsNeeded(filter);
  const facts = await loadFacts(
    db,
    users.map((user) => ({ key: user.id, user, needs, now })),
  );
  return users.map((user) => {
    const known = facts.get(user.id);
    return { user, reasons: known === undefined ? [] : whyNot(filter, known, now) };
  });
}
