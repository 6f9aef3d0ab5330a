import type { Db } from '../../platform/db.ts';
import { addressKey, addressSpellings } from '../../platform/email-address.ts';
import { bucketOf, NIL_UUID } from '../../platform/ids.ts';
import type { PageAfter } from '../../platform/page.ts';
import type { ConsentState } from '../consent.ts';
import type { List, ListCounts, ListInput } from '../lists/list.ts';

/** Writes a new list. */
export async function insertList(
  db: Db,
  { id, workspaceId, now, ...list }: ListInput & { id: string; workspaceId: string; now: Date },
): Promise<void> {
  await db`
    insert into lists
      (id, workspace_id, name, description, kind, double_opt_in, tracking, created_at, updated_at)
    values (${id}, ${workspaceId}, ${list.name}, ${list.description}, ${list.kind},
            ${list.doubleOptIn}, ${JSON.stringify(list.tracking)}::text::jsonb, ${now}, ${now})
  `;
}

/** A list of the workspace. Index: lists_pkey. */
export async function findList(
  db: Db,
  { workspaceId, id }: { workspaceId: string; id: string },
): Promise<List | null> {
  const rows = await db<List[]>`
    select id, name, description, kind, double_opt_in as "doubleOptIn", tracking,
           archived_at as "archivedAt", created_at as "createdAt", updated_at as "updatedAt"
      from lists
     where id = ${id} and workspace_id = ${workspaceId}
  `;
  return rows[0] ?? null;
}

/** The same, locked for a change. */
export async function lockList(
  tx: Db,
  { workspaceId, id }: { workspaceId: string; id: string },
): Promise<List | null> {
  const rows = await tx<List[]>`
    select id, name, description, kind, double_opt_in as "doubleOptIn", tracking,
           archived_at as "archivedAt", created_at as "createdAt", updated_at as "updatedAt"
      from lists
     where id = ${id} and workspace_id = ${workspaceId}
       for update
  `;
  return rows[0] ?? null;
}

/** Deletes a list and what people chose about it; the proof of their choices stays. */
export async function deleteList(tx: Db, { id }: { id: string }): Promise<void> {
  await tx`delete from lists where id = ${id}`;
  await tx`delete from preferences where list_id = ${id}`;
}

/** Changes what is given of a list. `archivedAt` null means that it is in use. */
export async function updateList(
  db: Db,
  {
    workspaceId,
    id,
    now,
    ...list
  }: ListInput & { workspaceId: string; id: string; archivedAt: Date | null; now: Date },
): Promise<void> {
  await db`
    update lists
       set name = ${list.name}, description = ${list.description}, kind = ${list.kind},
           double_opt_in = ${list.doubleOptIn}, tracking = ${JSON.stringify(list.tracking)}::text::jsonb,
           archived_at = ${list.archivedAt}, updated_at = ${now}
     where id = ${id} and workspace_id = ${workspaceId}
  `;
}

/** Lists of a workspace, youngest first. Index: lists_by_age. */
export async function listLists(
  db: Db,
  {
    workspaceId,
    isArchived,
    after,
    limit,
  }: { workspaceId: string; isArchived: boolean | null; after: PageAfter | null; limit: number },
): Promise<List[]> {
  const archived = isArchived === null ? null : String(isArchived);
  return db<List[]>`
    select id, name, description, kind, double_opt_in as "doubleOptIn", tracking,
           archived_at as "archivedAt", created_at as "createdAt", updated_at as "updatedAt"
      from lists
     where workspace_id = ${workspaceId}
       and (${archived}::boolean is null or (archived_at is not null) = ${archived}::boolean)
       and (${after?.at ?? null}::timestamptz is null
            or (created_at, id) < (${after?.at ?? null}, ${after?.id ?? null}::uuid))
     order by created_at desc, id desc
     limit ${limit}
  `;
}

/**
 * How many people are on a list. On a list that may be left, everybody is who has chosen nothing.
 *
 * Index: preferences_by_list, users_by_age. Cost: reads the entries of the whole list.
 */
export async function countList(
  db: Db,
  { workspaceId, id, isOptOut }: { workspaceId: string; id: string; isOptOut: boolean },
): Promise<ListCounts> {
  const rows = await db<ListCounts[]>`
    select count(*) filter (where p.state = 'subscribed')::int
             + case when ${String(isOptOut)}::boolean then greatest(
                 (select count(*)::int from users where workspace_id = ${workspaceId}) - count(*)::int,
                 0) else 0 end as subscribed,
           count(*) filter (where p.state = 'unsubscribed')::int as unsubscribed,
           count(*) filter (where p.state = 'pending')::int as pending
      from preferences p
     where p.list_id = ${id}
  `;
  return rows[0] ?? { subscribed: 0, unsubscribed: 0, pending: 0 };
}

/** A person of a list. */
export interface Subscriber {
  readonly userId: string;
  readonly userExternalId: string;
  readonly email: string | null;
  readonly state: ConsentState;
  readonly source: string | null;
  readonly at: Date | null;
  readonly createdAt: Date;
}

/** Users who share the addresses of one part of a file. */
const ADDRESS_OWNERS_MAX = 10_000;

/** Which people of a list, and after whom. */
export interface SubscriberPage {
  readonly workspaceId: string;
  readonly id: string;
  readonly state: ConsentState;
  readonly after: PageAfter | null;
  readonly limit: number;
}

/**
 * People who are in one state of a list because they, or somebody for them, said so; in the order of
 * their keys.
 *
 * Index: preferences_by_list, users_pkey: as many as the page holds, however many users there are.
 */
export async function listSubscribers(
  db: Db,
  { workspaceId, id, state, after, limit }: SubscriberPage,
): Promise<Subscriber[]> {
  return db<Subscriber[]>`
    select u.id as "userId", u.external_id as "userExternalId", u.email, p.state, p.source, p.at,
           u.created_at as "createdAt"
      from preferences p
      join users u on u.bucket = p.bucket and u.id = p.user_id
     where p.list_id = ${id} and p.state = ${state} and p.workspace_id = ${workspaceId}
       ${
         after === null
           ? db``
           : db`and (p.bucket, p.user_id) > (${bucketOf(after.id)}::smallint, ${after.id}::uuid)`
       }
     order by p.bucket, p.user_id
     limit ${limit}
  `;
}

/**
 * The same of a list that may be left, with those who have chosen nothing; the youngest users first.
 *
 * Index: users_by_age, preferences_pkey. Cost: walks over users until the page is full, and most of
 * those are on it.
 */
export async function listSubscribersAndSilent(
  db: Db,
  { workspaceId, id, state, after, limit }: SubscriberPage,
): Promise<Subscriber[]> {
  return db<Subscriber[]>`
    select u.id as "userId", u.external_id as "userExternalId", u.email,
           ${state}::text as state, p.source, p.at, u.created_at as "createdAt"
      from users u
      left join preferences p on p.bucket = u.bucket and p.user_id = u.id and p.list_id = ${id}
     where u.workspace_id = ${workspaceId} and (p.state = ${state} or p.state is null)
       ${after === null ? db`` : db`and (u.created_at, u.id) < (${after.at}, ${after.id}::uuid)`}
     order by u.created_at desc, u.id desc
     limit ${limit}
  `;
}

/** Which of these users there are. Index: users_pkey. */
export async function knownUsers(
  db: Db,
  { users }: { users: readonly { bucket: number; userId: string }[] },
): Promise<Set<string>> {
  const rows = await db<{ id: string }[]>`
    select u.id
      from unnest(${users.map(({ bucket }) => bucket)}::smallint[],
                  ${users.map(({ userId }) => userId)}::uuid[]) as q (bucket, id)
      join users u on u.bucket = q.bucket and u.id = q.id
  `;
  return new Set(rows.map(({ id }) => id));
}

/** A change of what a person wants, as it is proved. */
export interface ProvedChange {
  readonly id: string;
  readonly listId: string | null;
  readonly before: ConsentState | null;
  readonly after: ConsentState;
  readonly source: string;
  readonly detail: Readonly<Record<string, unknown>>;
  readonly at: Date;
}

/** What a person changed, the last first. Index: consent_changes_by_user. */
export async function changesOf(
  db: Db,
  {
    workspaceId,
    bucket,
    userId,
    before,
    limit,
  }: { workspaceId: string; bucket: number; userId: string; before: string | null; limit: number },
): Promise<ProvedChange[]> {
  return db<ProvedChange[]>`
    select id, nullif(list_id, ${NIL_UUID}) as "listId", before, after, source, detail, at
      from consent_changes
     where bucket = ${bucket} and user_id = ${userId} and workspace_id = ${workspaceId}
       and (${before}::uuid is null or id < ${before}::uuid)
     order by id desc
     limit ${limit}
  `;
}

/**
 * The users of a workspace who have one of these addresses, however they or the caller spell it; each
 * with `addressKey` of what they have. Index: users_email.
 */
export async function usersByAddress(
  db: Db,
  { workspaceId, addresses }: { workspaceId: string; addresses: readonly string[] },
): Promise<{ userExternalId: string; address: string }[]> {
  const spelled = addresses.flatMap(addressSpellings);
  const rows = await db<{ userExternalId: string; address: string }[]>`
    select external_id as "userExternalId", email as address
      from users
     where workspace_id = ${workspaceId} and email is not null
       and lower(email) = any (${spelled}::text[])
     limit ${ADDRESS_OWNERS_MAX}
  `;
  return rows.map(({ address, ...owner }) => ({ ...owner, address: addressKey(address) }));
}
