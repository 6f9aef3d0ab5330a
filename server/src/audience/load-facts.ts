import type { Db } from '../platform/db.ts';
import { bucketOf } from '../platform/ids.ts';
import type { Company } from './company.ts';
import type {
  ConsentFact,
  EmailFact,
  EventCounts,
  EventsNeeded,
  Facts,
  FactsNeeded,
} from './filter/facts.ts';
import type { EventFilter } from './filter/filter.ts';
import { companiesByIds } from './sql/companies.ts';
import { consentOfUsers } from './sql/consent.ts';
import {
  countEvents,
  countEventsWhere,
  emailsOfEnrollments,
  eventsSince,
  type HeardEvent,
} from './sql/facts.ts';
import type { User } from './user.ts';

export type { HeardEvent };

/** Whose facts are wanted, and which. */
export interface FactsAsk<K> {
  /** What the answer is found under. */
  readonly key: K;
  readonly user: User;
  /** As `factsNeeded` or `neededTogether` says. */
  readonly needs: FactsNeeded;
  /** By the clock of the side. The facts are judged at this instant, for counts hold for no other. */
  readonly now: Date;
  /** Internal id of the enrollment whose emails may be needed. */
  readonly enrollmentId?: string;
  /** What the call that began the enrollment brought along. */
  readonly properties?: Readonly<Record<string, unknown>>;
}

/** A wait that asks what happened. */
export interface HeardAsk<K> {
  /** What the answer is found under. */
  readonly key: K;
  readonly bucket: number;
  /** Internal id. */
  readonly userId: string;
  readonly eventType: string;
  /** Events that came at this instant or later, by the clock of the side, whenever they happened. */
  readonly since: Date;
  /** Ids of events that are left out. */
  readonly except: readonly string[];
  /** Only events that match, judged at `now`: then the bound is on those. */
  readonly match?: { readonly filter: EventFilter; readonly now: Date };
}

/**
 * Facts about many users for filters in memory: a query a kind for all of them, and one for each
 * different count of events with a `where`. Only what is needed is read.
 *
 * Events are counted by the database, in one view of it when `db` is a transaction that has one.
 *
 * @returns the facts of every ask, by its key
 */
export async function loadFacts<K>(db: Db, asks: readonly FactsAsk<K>[]): Promise<Map<K, Facts>> {
  const [companies, countsOf, emails, consent] = await Promise.all([
    companiesOfAsks(db, asks),
    countsOfAsks(db, asks),
    emailsByEnrollment(db, asks),
    consentOfAsks(db, asks),
  ]);
  return new Map(
    asks.map((ask) => {
      const { key, user, needs, enrollmentId, properties } = ask;
      const facts: Facts = {
        user,
        company: user.companyId === null ? null : (companies.get(user.companyId) ?? null),
        events: [],
        counts: countsOf(ask),
        emails:
          needs.emails && enrollmentId !== undefined ? (emails.get(enrollmentId) ?? []) : undefined,
        consent: needs.consent === null ? undefined : consent.get(user.id),
        properties,
      };
      return [key, facts];
    }),
  );
}

/** Of each user what all asks about them want. */
function consentOfAsks<K>(
  db: Db,
  asks: readonly FactsAsk<K>[],
): Promise<ReadonlyMap<string, ConsentFact>> {
  const wanted = new Map<string, { user: User; lists: Set<string> }>();
  for (const { user, needs } of asks) {
    if (needs.consent === null) continue;
    const one = wanted.get(user.id) ?? { user, lists: new Set<string>() };
    for (const id of needs.consent.lists) one.lists.add(id);
    wanted.set(user.id, one);
  }
  return loadConsent(
    db,
    [...wanted.values()].map(({ user, lists }) => ({ ...user, lists: [...lists] })),
  );
}

/**
 * What users chose about mail, by their ids: one query for all. Of a user whom nobody knows it is what
 * holds for everybody who has chosen nothing.
 *
 * @param users with the ids of the lists that are asked about
 */
export async function loadConsent(
  db: Db,
  users: readonly {
    readonly bucket: number;
    readonly id: string;
    readonly workspaceId: string;
    readonly lists: readonly string[];
  }[],
): Promise<ReadonlyMap<string, ConsentFact>> {
  if (users.length === 0) return new Map();
  const rows = await consentOfUsers(db, users);
  return new Map(
    rows.map(({ userId, hasLeft, standings }) => [
      userId,
      { hasLeft, lists: new Map(Object.entries(standings)) },
    ]),
  );
}

/** Each company once. */
async function companiesOfAsks<K>(
  db: Db,
  asks: readonly FactsAsk<K>[],
): Promise<ReadonlyMap<string, Company>> {
  const ids = asks.flatMap(({ user: { companyId }, needs }) =>
    needs.company && companyId !== null ? [companyId] : [],
  );
  if (ids.length === 0) return new Map();
  return companiesByIds(
    db,
    [...new Set(ids)].map((id) => ({ bucket: bucketOf(id), id })),
  );
}

/** One thing to be counted of one user. */
interface Count {
  readonly bucket: number;
  readonly userId: string;
  readonly needed: EventsNeeded;
  readonly now: Date;
}

const sinceOf = ({ needed: { withinMs }, now }: Count): Date | null =>
  withinMs === null ? null : new Date(now.getTime() - withinMs);

/** Counts what all asks want counted, and what several want once. */
async function countsOfAsks<K>(
  db: Db,
  asks: readonly FactsAsk<K>[],
): Promise<(ask: FactsAsk<K>) => EventCounts> {
  const counts = new Map<string, Count>();
  for (const { user, needs, now } of asks) {
    for (const needed of needs.events) {
      const name = countName(user.id, needed.key, now);
      const known = counts.get(name);
      if (known !== undefined && known.needed.countMax >= needed.countMax) continue;
      counts.set(name, { bucket: user.bucket, userId: user.id, needed, now });
    }
  }
  const found = await countAll(db, counts);
  return ({ user, needs, now }) =>
    new Map(
      needs.events.map(({ key }) => [key, found.get(countName(user.id, key, now)) ?? 0] as const),
    );
}

const countName = (userId: string, key: string, now: Date): string =>
  `${userId} ${now.getTime()} ${key}`;

async function countAll(
  db: Db,
  counts: ReadonlyMap<string, Count>,
): Promise<ReadonlyMap<string, number>> {
  const found = new Map<string, number>();
  // Those without a `where` under the empty name; what else may share a statement is counted alike.
  const groups = Map.groupBy(counts, ([, { needed, now }]) =>
    needed.whereSql === null ? '' : `${now.getTime()} ${needed.countMax} ${needed.key}`,
  );
  await Promise.all(
    [...groups.values()].map(async (group) => {
      const numbers = await countGroup(
        db,
        group.map(([, count]) => count),
      );
      for (const [index, [name]] of group.entries()) found.set(name, numbers[index] ?? 0);
    }),
  );
  return found;
}

async function countGroup(db: Db, group: readonly Count[]): Promise<number[]> {
  const [first] = group;
  if (first === undefined) return [];
  const { needed, now } = first;
  if (needed.whereSql === null) {
    return countEvents(
      db,
      group.map((count) => ({ ...count, ...count.needed, since: sinceOf(count) })),
    );
  }
  const where = needed.whereSql(db, now.getTime());
  return countEventsWhere(db, group, { ...needed, since: sinceOf(first), where });
}

async function emailsByEnrollment<K>(
  db: Db,
  asks: readonly FactsAsk<K>[],
): Promise<ReadonlyMap<string, readonly EmailFact[]>> {
  const buckets = new Map<string, number>();
  for (const { user, needs, enrollmentId } of asks) {
    if (needs.emails && enrollmentId !== undefined) buckets.set(enrollmentId, user.bucket);
  }
  if (buckets.size === 0) return new Map();
  const refs = [...buckets].map(([enrollmentId, bucket]) => ({ bucket, enrollmentId }));
  return Map.groupBy(await emailsOfEnrollments(db, refs), ({ enrollmentId }) => enrollmentId);
}

/**
 * What users did that waits of theirs are for, oldest first by when it came; of more than a hundred
 * events of one ask the latest hundred. One query for all, and one for each different filter.
 *
 * @returns the events of every ask, by its key
 */
export async function heardEvents<K>(
  db: Db,
  asks: readonly HeardAsk<K>[],
): Promise<Map<K, HeardEvent[]>> {
  const heard = new Map<K, HeardEvent[]>(asks.map(({ key }) => [key, []]));
  const filters = Map.groupBy(asks, ({ match }) => match?.filter ?? null);
  const groups = [...filters.values()].flatMap((alike) => [
    ...Map.groupBy(alike, ({ match }) => match?.now.getTime() ?? null).values(),
  ]);
  await Promise.all(
    groups.map(async (group) => {
      const match = group[0]?.match;
      const where = match === undefined ? null : match.filter.root.sql(db, match.now.getTime());
      for (const { place, ...event } of await eventsSince(db, group, { where })) {
        const ask = group[place];
        if (ask !== undefined) heard.get(ask.key)?.push(event);
      }
    }),
  );
  return heard;
}
