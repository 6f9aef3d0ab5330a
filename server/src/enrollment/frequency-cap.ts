import type { Db } from '../platform/db.ts';
import type { SeriesCatalog } from '../series/index.ts';
import { stepOf } from './enrollment.ts';
import { lockUsers } from './sql/at-once.ts';
import { cappedUsers, rowsUnderway, sendsOf, type CapRef } from './sql/frequency-cap.ts';

/** What a frequency cap needs to know of one user. */
export interface CapFacts {
  /** Emails at most within the days. */
  readonly count: number;
  readonly days: number;
  /** When emails to the user began to leave, in any order; those that are leaving count as now. */
  readonly sentAt: readonly Date[];
}

const DAY_MS = 24 * 60 * 60_000;

/**
 * Whether one more email to a user has to wait: null when it may leave now, else the first instant at
 * which it may, if nothing else leaves until then.
 *
 * A day is 24 hours: a cap of 3 in 7 days holds for every span of 168 hours.
 */
export function capOf({ sentAt, count, days, now }: CapFacts & { now: Date }): {
  readonly freeAt: Date;
} | null {
  const spanMs = days * DAY_MS;
  const within = sentAt
    .map((at) => at.getTime())
    .filter((at) => at > now.getTime() - spanMs)
    .toSorted((one, other) => other - one);
  const last = within[count - 1];
  return last === undefined ? null : { freeAt: new Date(last + spanMs) };
}

/**
 * What caps need to know of users, for those of workspace sides that have one; the others are left out.
 * Emails of all series and broadcasts count that have begun to leave, and those on their way to it.
 *
 * Locks: the users with a cap, in the order of their keys, until the transaction ends: two emails to one
 * person are never decided at the same time.
 *
 * @param users may name one several times
 * @returns by internal id
 */
export async function loadCapFacts(
  { db: tx, catalog }: { db: Db; catalog: SeriesCatalog },
  users: readonly CapRef[],
): Promise<Map<string, CapFacts>> {
  const distinct = [...new Map(users.map((user) => [user.userId, user])).values()];
  const capped = distinct.length === 0 ? [] : await cappedUsers(tx, distinct);
  if (capped.length === 0) return new Map();
  await lockUsers(tx, capped);
  const sends = Map.groupBy(await sendsOf(tx, capped), ({ userId }) => userId);
  const underway = Map.groupBy(await rowsUnderway(tx, capped), ({ userId }) => userId);
  const facts = new Map<string, CapFacts>();
  for (const { userId, count, days, now } of capped) {
    const sentAt = (sends.get(userId) ?? []).map(({ at }) => at);
    for (const row of underway.get(userId) ?? []) {
      const series = await catalog.version(row);
      if (stepOf(series.graph, row.stepId)?.type === 'email') sentAt.push(now);
    }
    facts.set(userId, { count, days, sentAt });
  }
  return facts;
}

/** The caps of one batch, which also counts what the batch itself decides. */
export interface CapBook {
  /** `capOf` for this user; null also where no cap holds. */
  readonly freeAt: (userId: string, now: Date) => Date | null;
  /** To be told of each email that the batch lets leave. */
  readonly send: (userId: string, now: Date) => void;
}

/** @param facts of `loadCapFacts` for all users of the batch, in the batch's transaction */
export function capBookOf(facts: ReadonlyMap<string, CapFacts>): CapBook {
  const decided = new Map<string, Date[]>();
  return {
    freeAt: (userId, now) => {
      const known = facts.get(userId);
      if (known === undefined) return null;
      const sentAt = [...known.sentAt, ...(decided.get(userId) ?? [])];
      return capOf({ ...known, sentAt, now })?.freeAt ?? null;
    },
    send: (userId, now) => {
      if (facts.has(userId)) decided.set(userId, [...(decided.get(userId) ?? []), now]);
    },
  };
}
