import type { Transaction } from '../platform/db.ts';
import { bucketOf, companyIdOf, userIdOf } from '../platform/ids.ts';
import type { CompanyPatch } from './company.ts';
import type { NewEvent } from './event.ts';
import { companiesByIds, upsertCompanies, type CompanyChanged } from './sql/companies.ts';
import { insertEvents } from './sql/events.ts';
import { upsertUsers, type UserChange, type UserChanged } from './sql/users.ts';
import { rowOf, withoutRepeats } from './track-events.ts';
import type { UserPatch } from './user.ts';

/** Somebody else creates the same one at the same moment at most a few times in a row. */
const ROUNDS_MAX = 5;

/** Data about one user, checked by the rules of identify. */
export interface UserWrite {
  readonly externalId: string;
  readonly patch: UserPatch;
  /** The company they belong to from now on, by the id of the customer's system; null leaves it. */
  readonly companyExternalId: string | null;
}

/** What became of the users of one call. */
export interface UsersWritten {
  /** Internal ids of those whom nobody knew. */
  readonly created: ReadonlySet<string>;
  /** Those whose time zone is another one now. */
  readonly moved: readonly { bucket: number; userId: string }[];
  readonly isSignalled: boolean;
}

/**
 * Writes data about many users in the caller's transaction. Not activity: nobody was seen. One that is
 * named twice ends as if written twice, in order. Companies that nobody knows are made.
 *
 * Locks: the users, in the order of their keys.
 *
 * @param mayStart whether series may start by it
 */
export async function writeUsers(
  tx: Transaction,
  {
    workspaceId,
    users,
    mayStart,
  }: { workspaceId: string; users: readonly UserWrite[]; mayStart: boolean },
): Promise<UsersWritten> {
  await makeCompanies(tx, {
    workspaceId,
    externalIds: users.flatMap(({ companyExternalId }) => companyExternalId ?? []),
  });
  const changes = new Map<string, UserChange>();
  for (const { externalId, patch, companyExternalId } of users) {
    const before = changes.get(externalId);
    const company = companyExternalId === null ? null : companyIdOf(workspaceId, companyExternalId);
    if (before !== undefined) {
      // What a patch says of a key stands until a later one says otherwise: null deletes either way.
      const merged = mergedPatch(before.patch, patch);
      changes.set(externalId, { ...before, patch: merged, companyId: company ?? before.companyId });
      continue;
    }
    const id = userIdOf(workspaceId, externalId);
    changes.set(externalId, {
      bucket: bucketOf(id),
      id,
      workspaceId,
      externalId,
      patch,
      isActivity: false,
      mayCreate: true,
      companyId: company,
      mayStart,
    });
  }
  const done = await untilDone([...changes.values()], (left) => upsertUsers(tx, left));
  return writtenOf(done);
}

function writtenOf(done: readonly UserChanged[]): UsersWritten {
  return {
    created: new Set(done.flatMap(({ id, outcome }) => (outcome === 'created' ? [id] : []))),
    moved: done
      .filter(({ isTimezoneChanged }) => isTimezoneChanged)
      .map(({ id }) => ({ bucket: bucketOf(id), userId: id })),
    isSignalled: done.some(({ isSignalled }) => isSignalled),
  };
}

const mergedPatch = (a: UserPatch, b: UserPatch): UserPatch => ({
  own: { ...a.own, ...b.own },
  traits: { ...a.traits, ...b.traits },
  context: { ...a.context, ...b.context },
});

async function makeCompanies(
  tx: Transaction,
  { workspaceId, externalIds }: { workspaceId: string; externalIds: readonly string[] },
): Promise<void> {
  const wanted = new Map(externalIds.map((one) => [companyIdOf(workspaceId, one), one]));
  if (wanted.size === 0) return;
  const refs = [...wanted.keys()].map((id) => ({ bucket: bucketOf(id), id }));
  const known = await companiesByIds(tx, refs);
  const companies = [...wanted]
    .filter(([id]) => !known.has(id))
    .map(([, externalId]) => ({ externalId, patch: { own: {}, traits: {}, context: {} } }));
  if (companies.length > 0) {
    await writeCompanies(tx, { workspaceId, companies, mayStart: false });
  }
}

/**
 * Writes data about many companies in the caller's transaction. Not activity.
 *
 * Locks: the companies, in the order of their keys.
 *
 * @returns internal ids of those that nobody knew
 */
export async function writeCompanies(
  tx: Transaction,
  {
    workspaceId,
    companies,
    mayStart,
  }: {
    workspaceId: string;
    companies: readonly { externalId: string; patch: CompanyPatch }[];
    mayStart: boolean;
  },
): Promise<ReadonlySet<string>> {
  const patches = new Map<string, CompanyPatch>();
  for (const { externalId, patch } of companies) {
    const before = patches.get(externalId);
    patches.set(externalId, before === undefined ? patch : mergedPatch(before, patch));
  }
  const changes = [...patches].map(([externalId, patch]) => {
    const id = companyIdOf(workspaceId, externalId);
    return { bucket: bucketOf(id), id, workspaceId, externalId, patch };
  });
  const how = { isActivity: false, mayStart };
  const done: CompanyChanged[] = await untilDone(changes, (left) => upsertCompanies(tx, left, how));
  return new Set(done.flatMap(({ id, created }) => (created ? [id] : [])));
}

/** What somebody did, by the id of the customer's system; null for somebody not identified. */
export interface EventWrite {
  readonly userExternalId: string | null;
  readonly sessionId: string | null;
  readonly event: NewEvent;
}

/**
 * Stores events in the caller's transaction, as history: nobody is seen by it, and no series hears of
 * it unless `mayStart`. Users whom nobody knows are made. An event whose `eventId` was seen of the same
 * user within 24 hours is left out.
 *
 * @returns internal ids of users who were made
 */
export async function writeEvents(
  tx: Transaction,
  {
    workspaceId,
    events,
    mayStart,
    now,
  }: { workspaceId: string; events: readonly EventWrite[]; mayStart: boolean; now: Date },
): Promise<{ isSignalled: boolean }> {
  const people = new Set(events.flatMap(({ userExternalId }) => userExternalId ?? []));
  const empty: UserPatch = { own: {}, traits: {}, context: {} };
  const users = [...people].map((externalId) => ({
    externalId,
    patch: empty,
    companyExternalId: null,
  }));
  const seen = await writeUsers(tx, { workspaceId, users, mayStart });
  const rows = events.map(({ userExternalId, sessionId, event }) => {
    const userId = userExternalId === null ? null : userIdOf(workspaceId, userExternalId);
    return rowOf(event, { workspaceId, userId, sessionId, now });
  });
  const told = await insertEvents(tx, withoutRepeats(rows), { isTold: mayStart });
  return { isSignalled: seen.isSignalled || told.isSignalled };
}

/** Once more whoever is left out of an answer: somebody else was creating them. */
async function untilDone<C extends { readonly id: string }, D extends { readonly id: string }>(
  changes: readonly C[],
  work: (left: readonly C[]) => Promise<readonly D[]>,
): Promise<D[]> {
  const done = new Map<string, D>();
  for (let round = 0; round < ROUNDS_MAX && done.size < changes.length; round += 1) {
    const left = changes.filter(({ id }) => !done.has(id));
    for (const one of await work(left)) done.set(one.id, one);
  }
  if (done.size < changes.length) throw new Error('some could not be written');
  return [...done.values()];
}
