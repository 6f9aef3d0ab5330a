import { addressKey, isEmail } from '../../../platform/email-address.ts';
import { bucketOf, userIdOf } from '../../../platform/ids.ts';
import { isStorable } from '../../../platform/plain-data.ts';
import type { ConsentDeps } from '../../change-preferences.ts';
import { stateAfter, type ConsentState } from '../../consent.ts';
import { importInvalid, listArchived } from '../../errors.ts';
import { knownUsers, usersByAddress } from '../../sql/lists.ts';
import { choicesOf } from '../../sql/preferences.ts';
import { parseCsv } from '../../suppressions/csv.ts';
import { changeSubscribers } from '../change-subscribers.ts';
import type { List } from '../list.ts';

/** Lines of one import. */
const LINES_MAX = 10_000;
/** Lines of one transaction. */
const CHUNK = 1_000;
const USER_ID_LENGTH_MAX = 255;

/** What became of one line. */
export interface ImportedLine {
  readonly line: number;
  readonly userExternalId: string | null;
  readonly state: ConsentState | null;
  readonly result: 'changed' | 'unchanged' | 'unknown_user' | 'invalid';
  readonly error: string | null;
}

interface Line {
  readonly line: number;
  readonly userId: string;
  readonly email: string;
}

/**
 * Puts the users that the lines of a file name on a list, by id or by address. Good lines count even
 * when others do not.
 *
 * @param isDryRun changes nothing, and tells what would become of each line
 * @returns one result for each line, in order
 * @throws `consent.import_invalid`, `consent.list_archived`
 */
export async function importSubscribers(
  deps: ConsentDeps,
  {
    workspaceId,
    list,
    csv,
    isConfirmed,
    isDryRun,
    now,
  }: {
    workspaceId: string;
    list: List;
    csv: string;
    isConfirmed: boolean;
    isDryRun: boolean;
    now: Date;
  },
): Promise<ImportedLine[]> {
  const lines = linesOf(csv);
  if (list.archivedAt !== null) throw listArchived();
  const results: ImportedLine[] = [];
  for (let from = 0; from < lines.length; from += CHUNK) {
    const chunk = await namedIn(deps, { workspaceId, lines: lines.slice(from, from + CHUNK) });
    const ids = [...new Set(chunk.flatMap(({ userExternalId }) => userExternalId ?? []))];
    const change = { workspaceId, listId: list.id, userExternalIds: ids };
    const source = isConfirmed ? 'confirmed' : 'import';
    const done = isDryRun
      ? await foreseen(deps, { ...change, list, source })
      : await changeSubscribers(deps, { ...change, to: 'subscribed', source, now });
    const byId = new Map(done.map((one) => [one.userExternalId, one]));
    const told = new Set<string>();
    for (const { line, userExternalId, error } of chunk) {
      const one = userExternalId === null ? undefined : byId.get(userExternalId);
      if (userExternalId === null || one === undefined) {
        results.push({ line, userExternalId: null, state: null, result: 'invalid', error });
        continue;
      }
      // Whoever is named twice is changed once.
      const result =
        told.has(userExternalId) && one.result === 'changed' ? 'unchanged' : one.result;
      told.add(userExternalId);
      results.push({ line, userExternalId, state: one.state, result, error: null });
    }
  }
  return results;
}

function linesOf(csv: string): Line[] {
  const records = parseCsv(csv);
  if (records === null) throw importInvalid('csv has a quote that is out of place');
  const names = (records[0]?.fields ?? []).map((field) => field.trim().toLowerCase());
  const isHeader = names.includes('email') || names.includes('user_id');
  const [userId, email] = isHeader ? [names.indexOf('user_id'), names.indexOf('email')] : [0, -1];
  const lines = (isHeader ? records.slice(1) : records).map(({ line, fields }) => ({
    line,
    userId: (fields[userId ?? -1] ?? '').trim(),
    email: (fields[email ?? -1] ?? '').trim(),
  }));
  if (lines.length > LINES_MAX) throw importInvalid(`at most ${LINES_MAX} lines at once`);
  return lines;
}

/** Whom each line names: by the id, and without one by an address that one user has. */
async function namedIn(
  { db }: ConsentDeps,
  { workspaceId, lines }: { workspaceId: string; lines: readonly Line[] },
): Promise<{ line: number; userExternalId: string | null; error: string | null }[]> {
  const addresses = lines.flatMap(({ userId, email }) =>
    userId === '' && isEmail(email) ? [email] : [],
  );
  const owners = Map.groupBy(
    addresses.length === 0 ? [] : await usersByAddress(db, { workspaceId, addresses }),
    ({ address }) => address,
  );
  return lines.map(({ line, userId, email }) => {
    const refused = (error: string) => ({ line, userExternalId: null, error });
    if (userId !== '') {
      return userId.length <= USER_ID_LENGTH_MAX && isStorable(userId)
        ? { line, userExternalId: userId, error: null }
        : refused('user_id is too long, or no text');
    }
    if (email === '') return refused('give user_id or email');
    if (!isEmail(email)) return refused('email is not a valid email address');
    const [owner, ...others] = owners.get(addressKey(email)) ?? [];
    if (owner === undefined) return refused('no user has this email');
    if (others.length > 0) return refused('several users have this email; give user_id');
    return { line, userExternalId: owner.userExternalId, error: null };
  });
}

/** What `changeSubscribers` would answer. */
async function foreseen(
  { db }: ConsentDeps,
  {
    workspaceId,
    list,
    userExternalIds,
    source,
  }: {
    workspaceId: string;
    list: List;
    userExternalIds: readonly string[];
    source: string;
  },
) {
  const users = userExternalIds.map((userExternalId) => {
    const userId = userIdOf(workspaceId, userExternalId);
    return { userExternalId, userId, bucket: bucketOf(userId) };
  });
  const known = await knownUsers(db, { users });
  const choices = await choicesOf(db, { users, listIds: [list.id] });
  const states = new Map(choices.map(({ userId, state }) => [userId, state]));
  return users.map(({ userExternalId, userId }) => {
    if (!known.has(userId)) {
      return { userExternalId, state: null, result: 'unknown_user' as const };
    }
    const before = states.get(userId) ?? null;
    const { doubleOptIn: isDoubleOptIn } = list;
    const state = stateAfter('subscribed', { isDoubleOptIn, before, source });
    const result = state === before ? ('unchanged' as const) : ('changed' as const);
    return { userExternalId, state, result };
  });
}
