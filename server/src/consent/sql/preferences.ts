import type { Db } from '../../platform/db.ts';
import { NIL_UUID } from '../../platform/ids.ts';
import type { ConsentState, ListKind, UserRef } from '../consent.ts';

/** First key of the advisory locks that order the changes of one person. Any number, but always this. */
const PERSON_LOCK = 4_400_010;

/** Orders changes of these people: one at a time each, until the transaction ends. */
export async function lockPersons(tx: Db, users: readonly UserRef[]): Promise<void> {
  await tx`
    select pg_advisory_xact_lock(${PERSON_LOCK}::int, key)
      from (select distinct hashtext(user_id) as key
              from unnest(${users.map(({ userId }) => userId)}::text[]) as u (user_id)
             order by key) k
  `;
}

/** What changing a preference has to know of a list. */
export interface ListRule {
  readonly id: string;
  readonly isDoubleOptIn: boolean;
  readonly isArchived: boolean;
}

/** Those of the given lists that belong to the workspace. Locks: the lists (shared). */
export async function listRules(
  tx: Db,
  { workspaceId, ids }: { workspaceId: string; ids: readonly string[] },
): Promise<ListRule[]> {
  return tx<ListRule[]>`
    select id, double_opt_in as "isDoubleOptIn", archived_at is not null as "isArchived"
      from lists
     where workspace_id = ${workspaceId} and id = any (${ids as string[]}::uuid[])
     order by id
       for share
  `;
}

/** What one person has chosen about one list; the nil UUID stands for all marketing. */
export interface Choice extends UserRef {
  readonly listId: string;
  readonly state: ConsentState;
}

/** What these people have chosen so far. Index: preferences_pkey. */
export async function choicesOf(
  db: Db,
  { users, listIds }: { users: readonly UserRef[]; listIds: readonly string[] },
): Promise<Choice[]> {
  return db<Choice[]>`
    select p.bucket, p.user_id as "userId", p.list_id as "listId", p.state
      from unnest(${users.map(({ bucket }) => bucket)}::smallint[],
                  ${users.map(({ userId }) => userId)}::uuid[]) as u (bucket, user_id)
      join preferences p on p.bucket = u.bucket and p.user_id = u.user_id
     where p.list_id = any (${listIds as string[]}::uuid[])
  `;
}

/** A change to be written, with the id of its proof. */
export interface WrittenChange extends UserRef {
  readonly id: string;
  readonly listId: string;
  readonly before: ConsentState | null;
  readonly after: ConsentState;
}

/** Writes choices, and the proof of each change. The people are locked. */
export async function writeChanges(
  tx: Db,
  changes: readonly WrittenChange[],
  how: { workspaceId: string; source: string; detail: object; now: Date },
): Promise<void> {
  await tx`
    with change as (
      select * from unnest(
        ${changes.map(({ bucket }) => bucket)}::smallint[],
        ${changes.map(({ id }) => id)}::uuid[],
        ${changes.map(({ userId }) => userId)}::uuid[],
        ${changes.map(({ listId }) => listId)}::uuid[],
        ${changes.map(({ before }) => before)}::text[],
        ${changes.map(({ after }) => after)}::text[]
      ) as c (bucket, id, user_id, list_id, before, after)
    ), proof as (
      insert into consent_changes
        (bucket, id, workspace_id, user_id, list_id, before, after, source, detail, at)
      select bucket, id, ${how.workspaceId}, user_id, list_id, before, after, ${how.source},
             ${JSON.stringify(how.detail)}::text::jsonb, ${how.now}
        from change
    )
    insert into preferences (bucket, user_id, list_id, workspace_id, state, source, at)
    select bucket, user_id, list_id, ${how.workspaceId}, after, ${how.source}, ${how.now}
      from change
        on conflict (bucket, user_id, list_id) do update
           set state = excluded.state, source = excluded.source, at = excluded.at
  `;
}

/** What a person may choose about one list, and has chosen. */
export interface ListChoice {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly kind: ListKind;
  readonly doubleOptIn: boolean;
  /** Null when the person has chosen nothing. */
  readonly state: ConsentState | null;
  readonly at: Date | null;
}

/** Lists that a workspace shows people, by name. Archived ones are left out. */
export async function listChoices(
  db: Db,
  { workspaceId, bucket, userId, limit }: UserRef & { workspaceId: string; limit: number },
): Promise<ListChoice[]> {
  return db<ListChoice[]>`
    select l.id, l.name, l.description, l.kind, l.double_opt_in as "doubleOptIn", p.state, p.at
      from lists l
      left join preferences p
        on p.bucket = ${bucket} and p.user_id = ${userId} and p.list_id = l.id
     where l.workspace_id = ${workspaceId} and l.archived_at is null
     order by lower(l.name), l.id
     limit ${limit}
  `;
}

/**
 * Whether a person gets no marketing at all: by choice, or because the address was brought along as
 * one that has unsubscribed. Index: preferences_pkey, users_pkey, suppressions_by_address.
 */
export async function hasLeftAll(
  db: Db,
  { workspaceId, bucket, userId }: UserRef & { workspaceId: string },
): Promise<boolean> {
  const rows = await db<{ hasLeft: boolean }[]>`
    select exists (
             select from preferences
              where bucket = ${bucket} and user_id = ${userId} and list_id = ${NIL_UUID}
                and state <> 'subscribed')
        or exists (
             select from users u
               join suppressions s on s.workspace_id = u.workspace_id
                                 and s.address = any (address_spellings(u.email))
              where u.bucket = ${bucket} and u.id = ${userId} and u.workspace_id = ${workspaceId}
                and s.reason = 'unsubscribe')
        or exists (
             select from suppressions s
              where s.workspace_id = ${workspaceId} and s.user_id = ${userId}
                and s.reason = 'unsubscribe') as "hasLeft"
  `;
  return rows[0]?.hasLeft ?? true;
}

/** Erases what people chose and the proof of it. Index: preferences_pkey, consent_changes_by_user. */
export async function deleteChoices(tx: Db, { bucket, userId }: UserRef): Promise<void> {
  await tx`delete from preferences where bucket = ${bucket} and user_id = ${userId}`;
  await tx`delete from consent_changes where bucket = ${bucket} and user_id = ${userId}`;
}

/** Tells the series that listen to it what people did about their mail. */
export async function signalMessages(
  tx: Db,
  {
    workspaceId,
    users,
    name,
  }: {
    workspaceId: string;
    users: readonly UserRef[];
    name: 'unsubscribe' | 'complaint' | 'hard_bounce';
  },
): Promise<void> {
  if (users.length === 0) return;
  await tx`
    insert into signals (bucket, workspace_id, live, user_id, kind, name, at, may_start)
    select u.bucket, w.id, w.side = 'live', u.user_id, 'message', ${name}::text,
           coalesce(w.clock_now, db_now()), false
      from unnest(${users.map(({ bucket }) => bucket)}::smallint[],
                  ${users.map(({ userId }) => userId)}::uuid[]) as u (bucket, user_id)
      join workspaces w on w.id = ${workspaceId}
     where ${`message:${name}`}::text = any (w.listens)
  `;
}

/**
 * Tells the series that listen to changes that what these people want has changed: their audiences, goals
 * and exits may ask for lists.
 */
export async function signalChanged(
  tx: Db,
  {
    workspaceId,
    users,
    mayStart,
  }: {
    workspaceId: string;
    users: readonly UserRef[];
    /** False for what is only written about somebody: no series starts by it. */
    mayStart: boolean;
  },
): Promise<void> {
  if (users.length === 0) return;
  await tx`
    insert into signals (bucket, workspace_id, live, user_id, kind, at, may_start)
    select u.bucket, w.id, w.side = 'live', u.user_id, 'changed',
           coalesce(w.clock_now, db_now()), ${String(mayStart)}::boolean
      from unnest(${users.map(({ bucket }) => bucket)}::smallint[],
                  ${users.map(({ userId }) => userId)}::uuid[]) as u (bucket, user_id)
      join workspaces w on w.id = ${workspaceId}
     where 'changed' = any (w.listens)
  `;
}
