import type { Db } from '../../platform/db.ts';
import type { PageAfter } from '../../platform/page.ts';
import type { SuppressionReason, UserRef } from '../consent.ts';

/** An address, or a person, that must not be mailed. */
export interface Suppression {
  readonly id: string;
  readonly kind: 'address' | 'user';
  /** Null when it is a user's, or when the person has been erased. */
  readonly address: string | null;
  /** By the id that the application gave; null when it is an address, or when erased. */
  readonly userExternalId: string | null;
  readonly reason: SuppressionReason;
  readonly source: string;
  readonly detail: Readonly<Record<string, unknown>>;
  readonly at: Date;
}

/** A suppression to be written. */
export interface NewSuppression {
  readonly id: string;
  readonly changeId: string;
  readonly kind: 'address' | 'user';
  /** Hexadecimal. */
  readonly hash: string;
  readonly address: string | null;
  readonly userId: string | null;
  readonly reason: SuppressionReason;
  readonly detail: Readonly<Record<string, unknown>>;
}

/**
 * Writes suppressions that are not there yet, and the proof of each. One that is there, and whose plain
 * address was erased, gets it back: the person has returned, and whoever looks wants to know who it is.
 *
 * Index: suppressions_once.
 *
 * @param rows each hash and reason once
 * @returns the ids of those that are new
 */
export async function insertSuppressions(
  tx: Db,
  rows: readonly NewSuppression[],
  how: { workspaceId: string; source: string; now: Date },
): Promise<Set<string>> {
  const written = await tx<{ id: string; isNew: boolean }[]>`
    with new as (
      select * from unnest(
        ${rows.map(({ id }) => id)}::uuid[],
        ${rows.map(({ changeId }) => changeId)}::uuid[],
        ${rows.map(({ kind }) => kind)}::text[],
        ${rows.map(({ hash }) => hash)}::text[],
        ${rows.map(({ address }) => address)}::text[],
        ${rows.map(({ userId }) => userId)}::uuid[],
        ${rows.map(({ reason }) => reason)}::text[],
        ${rows.map(({ detail }) => JSON.stringify(detail))}::text[]
      ) as n (id, change_id, kind, hash, address, user_id, reason, detail)
    ), added as (
      insert into suppressions as s
        (id, workspace_id, hash, kind, address, user_id, reason, source, detail, at)
      select n.id, ${how.workspaceId}, decode(n.hash, 'hex'), n.kind, n.address, n.user_id, n.reason,
             ${how.source}, n.detail::jsonb, ${how.now}
        from new n
       order by n.hash, n.reason
          on conflict (workspace_id, hash, reason) do update
             set address = excluded.address, user_id = excluded.user_id
           where s.address is distinct from excluded.address
              or s.user_id is distinct from excluded.user_id
      returning s.id
    ), fresh as (
      select n.* from new n join added a on a.id = n.id
    ), proof as (
      insert into suppression_changes (id, workspace_id, hash, change, reason, source, at)
      select change_id, ${how.workspaceId}, decode(hash, 'hex'), 'added', reason, ${how.source},
             ${how.now}
        from fresh
    )
    select id, true as "isNew" from fresh
  `;
  return new Set(written.map(({ id }) => id));
}

/** The users of a workspace who have one of these addresses. Index: users_email. */
export async function usersWithAddress(
  db: Db,
  { workspaceId, addresses }: { workspaceId: string; addresses: readonly string[] },
): Promise<(UserRef & { address: string })[]> {
  return db<(UserRef & { address: string })[]>`
    select bucket, id as "userId", lower(email) as address
      from users
     where workspace_id = ${workspaceId} and email is not null
       and lower(email) = any (${addresses as string[]}::text[])
  `;
}

/**
 * Takes away suppressions, and leaves the proof that they were there.
 *
 * @param note why; what the person who did it wrote
 * @returns those that there were
 */
export async function deleteSuppressions(
  tx: Db,
  {
    ids,
    changeIds,
    workspaceId,
    source,
    note,
    now,
  }: {
    ids: readonly string[];
    /** As many as ids: those of the proofs. */
    changeIds: readonly string[];
    workspaceId: string;
    source: string;
    note: string;
    now: Date;
  },
): Promise<{ id: string; address: string | null; reason: SuppressionReason }[]> {
  return tx<{ id: string; address: string | null; reason: SuppressionReason }[]>`
    with gone as (
      delete from suppressions s
       using unnest(${ids as string[]}::uuid[], ${changeIds as string[]}::uuid[]) as q (id, change_id)
       where s.id = q.id and s.workspace_id = ${workspaceId}
      returning q.change_id, s.hash, s.reason, s.id, s.address
    ), proof as (
      insert into suppression_changes (id, workspace_id, hash, change, reason, source, note, at)
      select change_id, ${workspaceId}, hash, 'removed', reason, ${source}, ${note}, ${now} from gone
    )
    select id, address, reason from gone
  `;
}

/**
 * Takes away what kept people from marketing because they had unsubscribed once: they want it again.
 * Nothing else is lifted. Index: suppressions_once, suppressions_by_address.
 */
export async function liftUnsubscribes(
  tx: Db,
  {
    workspaceId,
    users,
    userHashes,
    source,
    now,
  }: {
    workspaceId: string;
    users: readonly UserRef[];
    userHashes: readonly string[];
    source: string;
    now: Date;
  },
): Promise<void> {
  await tx`
    with meant as (
      select s.id
        from unnest(${userHashes as string[]}::text[]) as q (hash)
        join suppressions s on s.workspace_id = ${workspaceId} and s.hash = decode(q.hash, 'hex')
       where s.reason = 'unsubscribe'
      union
      select s.id
        from unnest(${users.map(({ bucket }) => bucket)}::smallint[],
                    ${users.map(({ userId }) => userId)}::uuid[]) as q (bucket, id)
        join users u on u.bucket = q.bucket and u.id = q.id and u.workspace_id = ${workspaceId}
        join suppressions s on s.workspace_id = u.workspace_id
                          and s.address = any (address_spellings(u.email))
       where s.reason = 'unsubscribe'
    ), gone as (
      delete from suppressions s using meant where s.id = meant.id returning s.hash
    )
    insert into suppression_changes (id, workspace_id, hash, change, reason, source, note, at)
    select gen_random_uuid(), ${workspaceId}, hash, 'removed', 'unsubscribe', ${source},
           'subscribed again', ${now}
      from gone
  `;
}

/** Erases what hashes were made of. The hashes stay, and with them the suppression. */
export async function forgetPlain(
  tx: Db,
  { workspaceId, hashes }: { workspaceId: string; hashes: readonly string[] },
): Promise<void> {
  await tx`
    update suppressions
       set address = null, user_id = null, detail = '{}'
     where workspace_id = ${workspaceId}
       and hash in (select decode(h, 'hex') from unnest(${hashes as string[]}::text[]) as q (h))
  `;
  await tx`
    update suppression_changes
       set note = null
     where workspace_id = ${workspaceId} and note is not null
       and hash in (select decode(h, 'hex') from unnest(${hashes as string[]}::text[]) as q (h))
  `;
}

/** Whether a person left all marketing. Index: preferences_pkey. */
export async function leftAll(
  tx: Db,
  { bucket, userId, nil }: UserRef & { nil: string },
): Promise<boolean> {
  const rows = await tx`
    select 1 from preferences
     where bucket = ${bucket} and user_id = ${userId} and list_id = ${nil} and state <> 'subscribed'
  `;
  return rows.length > 0;
}

/** A text as the beginning of a pattern that matches nothing but it. */
const likeOf = (text: string): string => text.replaceAll(/[\\%_]/g, '\\$&');

/**
 * Suppressions of a workspace, youngest first.
 *
 * Index: suppressions_by_age; suppressions_once by address; suppressions_by_address by its beginning.
 *
 * @param prefix what the address begins with, in lower case
 * @param hash of one address or user, in hexadecimal
 */
export async function listSuppressions(
  db: Db,
  {
    workspaceId,
    reason,
    prefix,
    hash,
    after,
    limit,
  }: {
    workspaceId: string;
    reason: SuppressionReason | null;
    prefix: string | null;
    hash: string | null;
    after: PageAfter | null;
    limit: number;
  },
): Promise<Suppression[]> {
  return db<Suppression[]>`
    select s.id, s.kind, s.address, u.external_id as "userExternalId", s.reason, s.source, s.detail, s.at
      from suppressions s
      left join users u
        on s.user_id is not null and u.id = s.user_id
       and u.bucket = mod(get_byte(uuid_send(s.user_id), 15), 64)
     where s.workspace_id = ${workspaceId}
       ${reason === null ? db`` : db`and s.reason = ${reason}`}
       ${hash === null ? db`` : db`and s.hash = decode(${hash}::text, 'hex')`}
       ${prefix === null ? db`` : db`and s.address like ${likeOf(prefix)}::text || '%'`}
       ${after === null ? db`` : db`and (s.at, s.id) < (${after.at}, ${after.id}::uuid)`}
     order by s.at desc, s.id desc
     limit ${limit}
  `;
}

/** How many suppressions a workspace has, by reason. Cost: reads all of them. */
export async function countSuppressions(
  db: Db,
  { workspaceId }: { workspaceId: string },
): Promise<{ reason: SuppressionReason; count: number }[]> {
  return db<{ reason: SuppressionReason; count: number }[]>`
    select reason, count(*)::int as count
      from suppressions
     where workspace_id = ${workspaceId}
     group by reason
  `;
}
