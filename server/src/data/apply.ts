import { writeCompanies, writeEvents, writeUsers } from '../audience/index.ts';
import {
  applyWishes,
  knownUsers,
  recordAsks,
  usersByAddress,
  type ConsentDeps,
  type Pending,
  type PreferenceChange,
  type SuppressionAsk,
  type UserRef,
} from '../consent/index.ts';
import type { Transaction } from '../platform/db.ts';
import { addressKey } from '../platform/email-address.ts';
import { bucketOf, userIdOf } from '../platform/ids.ts';
import type { Import, LineFault } from './import.ts';
import type { Item, MemberItem } from './item.ts';
import type { LineItem } from './lines.ts';
import { listFinder, type ListFinder } from './lists.ts';
import type { Standing } from './sources/source.ts';

/** What was done, and what is to be done once it has been committed. */
export interface Applied {
  readonly created: number;
  readonly changed: number;
  readonly unchanged: number;
  readonly faults: readonly LineFault[];
  /** Those who get less mail now. */
  readonly declined: readonly UserRef[];
  /** Those whose time zone is another one. */
  readonly moved: readonly UserRef[];
  readonly isSignalled: boolean;
}

interface Tally {
  created: number;
  changed: number;
  unchanged: number;
  faults: LineFault[];
  declined: UserRef[];
  moved: UserRef[];
  isSignalled: boolean;
}

interface Work {
  readonly tx: Transaction;
  readonly consent: Pick<ConsentDeps, 'key' | 'onPending'>;
  readonly one: Import;
  readonly now: Date;
  readonly lists: ListFinder;
  readonly tally: Tally;
}

/** Why somebody is kept from mail who was so elsewhere. */
const REASON_OF: Readonly<Partial<Record<Standing, SuppressionAsk['reason']>>> = {
  bounced: 'hard_bounce',
  complained: 'complaint',
  suppressed: 'import',
};

/** Whose lines are of one kind, with the line of each. */
type Of<K extends Item['kind']> = { line: number; item: Extract<Item, { kind: K }> };

/**
 * Writes what lines ask for, in the caller's transaction: lists before who is on them, users before what
 * they did. Data, not activity.
 */
export async function applyLines(
  tx: Transaction,
  {
    consent,
    one,
    items,
    now,
  }: {
    consent: Pick<ConsentDeps, 'key' | 'onPending'>;
    one: Import;
    items: readonly LineItem[];
    now: Date;
  },
): Promise<Applied> {
  const tally: Tally = {
    created: 0,
    changed: 0,
    unchanged: 0,
    faults: [],
    declined: [],
    moved: [],
    isSignalled: false,
  };
  const lists = listFinder(tx, { workspaceId: one.workspaceId, now });
  const work: Work = { tx, consent, one, now, lists, tally };
  await applyLists(work, ofKind(items, 'list'));
  await applyCompanies(work, ofKind(items, 'company'));
  await applyUsers(work, ofKind(items, 'user'));
  await applyMembers(work, ofKind(items, 'list_member'));
  await applySuppressions(work, ofKind(items, 'suppression'));
  await applyEvents(work, ofKind(items, 'event'));
  return tally;
}

const ofKind = <K extends Item['kind']>(items: readonly LineItem[], kind: K): Of<K>[] =>
  items.filter((one): one is Of<K> => one.item.kind === kind);

async function applyLists({ lists, tally }: Work, lines: readonly Of<'list'>[]): Promise<void> {
  for (const { item } of lines) {
    const isNew = await lists.make(item.list, { isArchived: item.isArchived });
    if (isNew) tally.created += 1;
    else tally.unchanged += 1;
  }
}

async function applyCompanies(
  { tx, one, tally }: Work,
  lines: readonly Of<'company'>[],
): Promise<void> {
  if (lines.length === 0) return;
  const { workspaceId, options } = one;
  const companies = lines.map(({ item }) => item);
  const { mayStart } = options;
  const created = await writeCompanies(tx, { workspaceId, companies, mayStart });
  count(tally, { lines: lines.length, created: created.size });
}

/** Whoever is named twice was there the second time. */
function count(tally: Tally, { lines, created }: { lines: number; created: number }): void {
  tally.created += created;
  tally.changed += lines - created;
}

async function applyUsers(work: Work, lines: readonly Of<'user'>[]): Promise<void> {
  if (lines.length === 0) return;
  const { tx, one, tally } = work;
  const { workspaceId, options } = one;
  const { mayStart } = options;
  const users = lines.map(({ item }) => item.user);
  const written = await writeUsers(tx, { workspaceId, users, mayStart });
  tally.moved.push(...written.moved);
  tally.isSignalled ||= written.isSignalled;
  count(tally, { lines: lines.length, created: written.created.size });
  await applyStandings(work, lines);
}

/** What users of a file want, as it says; nobody joins again what they have left here. */
async function applyStandings(work: Work, lines: readonly Of<'user'>[]): Promise<void> {
  const { one, tally } = work;
  const { listId } = one.options;
  const wishes: (UserRef & PreferenceChange)[] = [];
  const asks: SuppressionAsk[] = [];
  for (const { line, item } of lines) {
    const { standing, user } = item;
    const ref = refOf(one.workspaceId, user.externalId);
    const email = user.patch.own['email'] ?? null;
    const reason = standing === null ? undefined : REASON_OF[standing];
    if (standing === 'unsubscribed') wishes.push({ ...ref, listId: null, to: 'unsubscribed' });
    if (reason !== undefined) {
      asks.push(email === null ? { userId: ref.userId, reason } : { address: email, reason });
    }
    if (listId !== null && reason === undefined) {
      const to = standing === 'unsubscribed' ? 'unsubscribed' : 'subscribed';
      wishes.push({ ...ref, listId, to });
    }
    if (standing !== null && standing !== 'subscribed' && email === null && reason !== undefined) {
      const odd = {
        field: 'email',
        reason: 'is missing: the person is kept from mail, not an address',
      };
      tally.faults.push({ line, ...odd, isWarning: true });
    }
  }
  await wish(work, wishes);
  await suppressAll(work, asks);
}

/** Nobody who has left a list here joins it again because another system had not heard of it. */
async function wish(
  { tx, consent, one, now, tally }: Work,
  wishes: readonly (UserRef & PreferenceChange)[],
): Promise<{ changed: number; stayed: readonly (UserRef & PreferenceChange)[] }> {
  if (wishes.length === 0) return { changed: 0, stayed: [] };
  const { workspaceId, options } = one;
  const { changes, pending, stayed } = await applyWishes(tx, consent.key, {
    workspaceId,
    wishes,
    source: 'import',
    detail: { import_id: one.id },
    now,
    isConfirmed: options.isConfirmed,
    mayStart: options.mayStart,
    mayJoinArchived: one.kind === 'everything',
  });
  tally.declined.push(...wishes.filter(({ to }) => to === 'unsubscribed'));
  if (!options.isDryRun) await askPending(tx, consent, wishes, pending);
  return { changed: changes.length, stayed };
}

/** Whoever the file says is pending has been asked where it comes from. */
async function askPending(
  tx: Transaction,
  consent: Pick<ConsentDeps, 'onPending'>,
  wishes: readonly (UserRef & PreferenceChange)[],
  pending: readonly Pending[],
): Promise<void> {
  const wereAsked = new Set(
    wishes.filter(({ to }) => to === 'pending').map(({ userId, listId }) => `${userId} ${listId}`),
  );
  const left = pending.filter(({ userId, listId }) => !wereAsked.has(`${userId} ${listId}`));
  if (left.length > 0) await consent.onPending?.(left, tx);
}

async function suppressAll(
  { tx, consent, one, now, tally }: Work,
  asks: readonly SuppressionAsk[],
): Promise<number> {
  if (asks.length === 0) return 0;
  const { workspaceId, id } = one;
  const detail = { import_id: id };
  const ask = { workspaceId, asks, source: 'import', detail, now };
  const { added, users } = await recordAsks(tx, consent.key, ask);
  tally.declined.push(...users);
  return added.size;
}

async function applyMembers(work: Work, lines: readonly Of<'list_member'>[]): Promise<void> {
  if (lines.length === 0) return;
  const { tally, lists, one } = work;
  const people = await whoIs(work, lines);
  const isWhole = one.kind === 'everything';
  const wishes: (UserRef & PreferenceChange)[] = [];
  const lineOf = new Map<UserRef & PreferenceChange, number>();
  for (const { line, item } of lines) {
    const who = people.get(item.member);
    if (who === undefined || 'reason' in who) {
      tally.faults.push({ line, ...(who ?? UNKNOWN), isWarning: false });
      continue;
    }
    const { list } = item.member;
    const named = list ?? { id: one.options.listId, name: null };
    const found = await lists.find(named);
    const { state } = item.member;
    if (found === null || (found.isArchived && state !== 'unsubscribed' && !isWhole)) {
      const reason = found === null ? 'is not known' : 'is archived';
      tally.faults.push({ line, field: 'list', reason, isWarning: false });
      continue;
    }
    const asked = { ...who, listId: found.id, to: state };
    wishes.push(asked);
    lineOf.set(asked, line);
  }
  const { changed, stayed } = await wish(work, wishes);
  for (const one of stayed) {
    const reason = 'has left this list here, and does not join it again by a file';
    tally.faults.push({ line: lineOf.get(one) ?? 0, field: 'state', reason, isWarning: true });
  }
  tally.changed += changed;
  tally.unchanged += wishes.length - changed;
}

const UNKNOWN = { field: 'user_id', reason: 'is of nobody' };

/** Whom lines of a list name: by the id, and without one by an address that one user has. */
async function whoIs(
  { tx, one }: Work,
  lines: readonly Of<'list_member'>[],
): Promise<Map<MemberItem, UserRef | { field: string; reason: string }>> {
  const { workspaceId } = one;
  const members = lines.map(({ item }) => item.member);
  const addresses = members.flatMap(({ email }) => email ?? []);
  const owners = Map.groupBy(
    addresses.length === 0 ? [] : await usersByAddress(tx, { workspaceId, addresses }),
    ({ address }) => address,
  );
  const named = members.map((member) => {
    const [owner, ...others] = owners.get(addressKey(member.email ?? '')) ?? [];
    const externalId = member.userExternalId ?? owner?.userExternalId ?? null;
    return { member, externalId, isShared: member.userExternalId === null && others.length > 0 };
  });
  const refs = named.flatMap(({ externalId }) =>
    externalId === null ? [] : [refOf(workspaceId, externalId)],
  );
  const known = await knownUsers(tx, { users: refs });
  return new Map(
    named.map(({ member, externalId, isShared }) => {
      if (isShared) return [member, { field: 'email', reason: 'is that of several users' }];
      const field = member.userExternalId === null ? 'email' : 'user_id';
      const nobody = { field, reason: 'is of nobody' };
      if (externalId === null) return [member, nobody];
      const ref = refOf(workspaceId, externalId);
      return [member, known.has(ref.userId) ? ref : nobody];
    }),
  );
}

async function applySuppressions(work: Work, lines: readonly Of<'suppression'>[]): Promise<void> {
  const { one, tally } = work;
  const asks = lines.map(({ item: { email, userExternalId, reason } }): SuppressionAsk => {
    if (email !== null) return { address: email, reason };
    return { userId: userIdOf(one.workspaceId, userExternalId ?? ''), reason };
  });
  const added = await suppressAll(work, asks);
  tally.created += added;
  tally.unchanged += lines.length - added;
}

async function applyEvents(work: Work, lines: readonly Of<'event'>[]): Promise<void> {
  if (lines.length === 0) return;
  const { tx, one, now, tally } = work;
  const { workspaceId, options } = one;
  const events = lines.map(({ item }) => item.event);
  const { mayStart } = options;
  const { isSignalled } = await writeEvents(tx, { workspaceId, events, mayStart, now });
  tally.isSignalled ||= isSignalled;
  tally.created += lines.length;
}

function refOf(workspaceId: string, externalId: string): UserRef {
  const userId = userIdOf(workspaceId, externalId);
  return { bucket: bucketOf(userId), userId };
}
