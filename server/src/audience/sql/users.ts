import type { Db } from '../../platform/db.ts';
import { addressSpellings } from '../../platform/email-address.ts';
import type { User, UserPatch } from '../user.ts';

/** One change of one user, addressed. */
export interface UserChange {
  readonly bucket: number;
  readonly id: string;
  readonly workspaceId: string;
  readonly externalId: string;
  readonly patch: UserPatch;
  /** The user did something: they were seen now. False for data that is written about them. */
  readonly isActivity: boolean;
  /** Whether a user whom nobody knows is created. */
  readonly mayCreate: boolean;
  /** The company they belong to from now on; null leaves them where they are. */
  readonly companyId: string | null;
  /** False for data that is only written about somebody: no series starts by it. */
  readonly mayStart: boolean;
}

/** What one change did. */
export interface UserChanged {
  readonly id: string;
  /** `absent`: there is no such user, and none was to be created. */
  readonly outcome: 'created' | 'changed' | 'absent';
  readonly isTimezoneChanged: boolean;
  /** Whether a signal was written: some series listens. */
  readonly isSignalled: boolean;
  readonly now: Date;
}

/**
 * Creates or changes users, each at most once per call, in one statement and one commit.
 *
 * Traits and context merge key by key, null deletes a key. Where a series listens to such changes, a
 * signal is written with them. A user who is being created by somebody
 * else at this moment is left out of the answer: ask again.
 * Locks: the users that exist, in the order of their keys. Index: users_pkey.
 */
export async function upsertUsers(db: Db, changes: readonly UserChange[]): Promise<UserChanged[]> {
  const column = <T>(of: (change: UserChange) => T): T[] => changes.map(of);
  return db<UserChanged[]>`
    with change as (
      select q.bucket, q.id, q.workspace_id, q.external_id, q.own, q.traits, q.context,
             q.is_activity, q.may_create, nullif(q.company_id, '')::uuid as company_id, q.may_start,
             not (q.own = '{}' and q.traits = '{}' and q.context = '{}' and q.company_id = '') as is_change,
             w.listens, w.side = 'live' as live, coalesce(w.clock_now, db_now()) as now
        from unnest(
          ${column(({ bucket }) => bucket)}::smallint[],
          ${column(({ id }) => id)}::uuid[],
          ${column(({ workspaceId }) => workspaceId)}::uuid[],
          ${column(({ externalId }) => externalId)}::text[],
          ${column(({ patch }) => JSON.stringify(patch.own))}::text[]::jsonb[],
          ${column(({ patch }) => JSON.stringify(patch.traits))}::text[]::jsonb[],
          ${column(({ patch }) => JSON.stringify(patch.context))}::text[]::jsonb[],
          ${column(({ isActivity }) => String(isActivity))}::boolean[],
          ${column(({ mayCreate }) => String(mayCreate))}::boolean[],
          ${column(({ companyId }) => companyId ?? '')}::text[],
          ${column(({ mayStart }) => String(mayStart))}::boolean[]
        ) as q (bucket, id, workspace_id, external_id, own, traits, context, is_activity, may_create,
                company_id, may_start)
        join workspaces w on w.id = q.workspace_id
    ), before as (
      select u.bucket, u.id, u.timezone,
             case when c.is_change and 'changed' = any (c.listens) then to_jsonb(u) end as image
        from users u
        join change c on c.bucket = u.bucket and c.id = u.id
       order by u.bucket, u.id
         for no key update of u
    ), changed as (
      update users u
         set name = case when c.own ? 'name' then c.own ->> 'name' else u.name end,
             email = case when c.own ? 'email' then c.own ->> 'email' else u.email end,
             timezone = case when c.own ? 'timezone' then c.own ->> 'timezone' else u.timezone end,
             locale = case when c.own ? 'locale' then c.own ->> 'locale' else u.locale end,
             signed_up_at = case when c.own ? 'signed_up_at'
                                 then (c.own ->> 'signed_up_at')::timestamptz else u.signed_up_at end,
             company_id = coalesce(c.company_id, u.company_id),
             traits = merge_keys(u.traits, c.traits),
             context = merge_keys(u.context, c.context),
             last_seen = case when c.is_activity then greatest(u.last_seen, c.now)
                              else u.last_seen end,
             seen_on = case when c.is_activity
                            then greatest(u.seen_on, (c.now at time zone 'UTC')::date)
                            else u.seen_on end,
             updated_at = case when c.is_change then c.now else u.updated_at end
        from change c
        join before b on b.bucket = c.bucket and b.id = c.id
       where u.bucket = c.bucket and u.id = c.id
      returning u.id, u.timezone is distinct from b.timezone as moved, c.now, b.image,
                b.image is not null
                  and b.image - array['last_seen', 'seen_on', 'updated_at']
                      <> to_jsonb(u) - array['last_seen', 'seen_on', 'updated_at'] as is_told
    ), created as (
      insert into users (bucket, id, workspace_id, external_id, name, email, timezone, locale,
                         signed_up_at, company_id, traits, context, first_seen, last_seen, seen_on,
                         created_at, updated_at)
      select c.bucket, c.id, c.workspace_id, c.external_id, c.own ->> 'name', c.own ->> 'email',
             c.own ->> 'timezone', c.own ->> 'locale', (c.own ->> 'signed_up_at')::timestamptz,
             c.company_id, merge_keys('{}', c.traits), merge_keys('{}', c.context),
             c.now, c.now, (c.now at time zone 'UTC')::date, c.now, c.now
        from change c
       where c.may_create and not exists (select 1 from before b where b.id = c.id)
       order by c.bucket, c.id
          on conflict do nothing
      returning id, created_at
    ), told as (
      insert into signals (bucket, workspace_id, live, user_id, kind, at, may_start, before)
      select c.bucket, c.workspace_id, c.live, c.id,
             case when n.id is null then 'changed' else 'created' end, c.now, c.may_start, m.image
        from change c
        left join changed m on m.id = c.id
        left join created n on n.id = c.id
       where case when n.id is not null then c.listens && array['created', 'changed']
                  else coalesce(m.is_told, false) end
      returning user_id as id
    )
    select id, 'changed' as outcome, moved as "isTimezoneChanged",
           id in (select id from told) as "isSignalled", now
      from changed
    union all
    select id, 'created', false, id in (select id from told), created_at from created
    union all
    select c.id, 'absent', false, false, c.now
      from change c
     where not c.may_create and not exists (select 1 from before b where b.id = c.id)
  `;
}

/** Users by internal id, whole. Across workspaces: for the worker. Index: users_pkey. */
export async function usersByIds(
  db: Db,
  refs: readonly { bucket: number; id: string }[],
): Promise<Map<string, User>> {
  const rows = await db<User[]>`
    select u.bucket, u.id, u.workspace_id as "workspaceId", u.external_id as "externalId", u.email,
           u.name, u.timezone, u.locale, u.signed_up_at as "signedUpAt", u.company_id as "companyId",
           u.traits, u.context, u.first_seen as "firstSeen",
           u.last_seen as "lastSeen", u.created_at as "createdAt", u.updated_at as "updatedAt"
      from unnest(${refs.map(({ bucket }) => bucket)}::smallint[], ${refs.map(({ id }) => id)}::uuid[])
           as q (bucket, id)
      join users u on u.bucket = q.bucket and u.id = q.id
  `;
  return new Map(rows.map((user) => [user.id, user]));
}

/** A page of a workspace side's users, youngest first. Index: users_by_age, or users_email. */
export async function listUsers(
  db: Db,
  {
    workspaceId,
    email,
    after,
    limit,
  }: {
    workspaceId: string;
    email: string | null;
    after: { at: Date; id: string } | null;
    limit: number;
  },
): Promise<User[]> {
  const [key = '', ...others] = email === null ? [] : addressSpellings(email);
  // Almost always there is one, for which an index is worth more than for any.
  const isTheirs = others.length === 0 ? db`= ${key}` : db`= any (${[key, ...others]}::text[])`;
  return db<User[]>`
    select bucket, id, workspace_id as "workspaceId", external_id as "externalId", email, name,
           timezone, locale, signed_up_at as "signedUpAt", company_id as "companyId", traits,
           context, first_seen as "firstSeen", last_seen as "lastSeen",
           created_at as "createdAt", updated_at as "updatedAt"
      from users
     where workspace_id = ${workspaceId}
       ${email === null ? db`` : db`and lower(email) ${isTheirs}`}
       ${after === null ? db`` : db`and (created_at, id) < (${after.at}, ${after.id})`}
     order by created_at desc, id desc
     limit ${limit}
  `;
}
