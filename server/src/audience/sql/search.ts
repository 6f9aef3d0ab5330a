import type { Db } from '../../platform/db.ts';
import { conditionSql, type Filter } from '../filter/index.ts';
import type { Fragment } from '../filter/fragment.ts';
import type { Order, SearchKey, UserSort } from '../search/search-input.ts';
import type { User } from '../user.ts';

/** Greater than what any text of one beginning goes on with. */
const LAST_CHARACTER = '\u{10FFFF}';

interface UserRef {
  readonly bucket: number;
  readonly id: string;
}

/** A user, and by what they are ordered, as text. */
export type FoundUser = User & { readonly sortKey: string };

/**
 * Users whose email, id or name begins with a text, in any case, up to a bound.
 *
 * Index: users_by_email, users_by_external, users_by_name, a range of each.
 */
export async function usersBeginningWith(
  db: Db,
  { workspaceId, q, limit }: { workspaceId: string; q: string; limit: number },
): Promise<UserRef[]> {
  return db<UserRef[]>`
    (select bucket, id from users
      where workspace_id = ${workspaceId}
        and (lower(coalesce(email, '')) collate "C") >= lower(${q}::text) collate "C"
        and (lower(coalesce(email, '')) collate "C") < (lower(${q}::text) || ${LAST_CHARACTER}::text) collate "C"
      limit ${limit})
    union
    (select bucket, id from users
      where workspace_id = ${workspaceId}
        and (lower(external_id) collate "C") >= lower(${q}::text) collate "C"
        and (lower(external_id) collate "C") < (lower(${q}::text) || ${LAST_CHARACTER}::text) collate "C"
      limit ${limit})
    union
    (select bucket, id from users
      where workspace_id = ${workspaceId} and name is not null
        and (lower(name) collate "C") >= lower(${q}::text) collate "C"
        and (lower(name) collate "C") < (lower(${q}::text) || ${LAST_CHARACTER}::text) collate "C"
      limit ${limit})
    limit ${limit}
  `;
}

/**
 * Whoever matches a filter and begins with a text, as a condition over `users u left join companies c`.
 *
 * @param q null where no text is asked for, or where it has been looked for already
 */
export function matching(
  db: Db,
  { filter, q, now }: { filter: Filter | null; q: string | null; now: Date },
): Fragment | null {
  const begins =
    q === null
      ? null
      : db`(starts_with(lower(coalesce(u.email, '')), lower(${q}::text))
           or starts_with(lower(u.external_id), lower(${q}::text))
           or starts_with(lower(coalesce(u.name, '')), lower(${q}::text)))`;
  if (filter === null) return begins;
  const matches = conditionSql(db, filter, { now });
  return begins === null ? matches : db`(${begins} and ${matches})`;
}

const COLUMN: Readonly<Record<UserSort, (db: Db) => Fragment>> = {
  created_at: (db) => db`u.created_at`,
  last_seen: (db) => db`u.seen_on`,
  email: (db) => db`(lower(coalesce(u.email, '')) collate "C")`,
};

const keyIn = (db: Db, sort: UserSort, { value, id }: SearchKey): Fragment => {
  switch (sort) {
    case 'created_at':
      return db`(${value}::text::timestamptz, ${id}::uuid)`;
    case 'last_seen':
      return db`(${value}::text::date, ${id}::uuid)`;
    case 'email':
      return db`(${value}::text collate "C", ${id}::uuid)`;
  }
};

/** A stretch of a side's users in one order. */
export interface Stretch {
  readonly workspaceId: string;
  readonly sort: UserSort;
  readonly order: Order;
  /** Everybody after this one; null from the beginning. */
  readonly after: SearchKey | null;
}

function within(
  db: Db,
  { workspaceId, sort, order, after }: Stretch,
  until: SearchKey | null,
): Fragment {
  const column = COLUMN[sort](db);
  const isRising = order === 'asc';
  return db`u.workspace_id = ${workspaceId}
    ${
      after === null
        ? db``
        : isRising
          ? db`and (${column}, u.id) > ${keyIn(db, sort, after)}`
          : db`and (${column}, u.id) < ${keyIn(db, sort, after)}`
    }
    ${
      until === null
        ? db``
        : isRising
          ? db`and (${column}, u.id) <= ${keyIn(db, sort, until)}`
          : db`and (${column}, u.id) >= ${keyIn(db, sort, until)}`
    }`;
}

const ordered = (db: Db, { sort, order }: Stretch): Fragment =>
  order === 'asc'
    ? db`order by ${COLUMN[sort](db)} asc, u.id asc`
    : db`order by ${COLUMN[sort](db)} desc, u.id desc`;

/**
 * A page of users who are in a stretch, between two places of it, and who match.
 *
 * Index: users_by_age, users_by_seen or users_by_email; with `among` users_pkey.
 *
 * @param where over `users u left join companies c`, two-valued; null for everybody
 * @param among nobody else is looked at
 * @param until the last who is looked at; null for all
 */
export async function pageOfUsers(
  db: Db,
  stretch: Stretch,
  {
    where,
    among = null,
    until = null,
    limit,
  }: {
    where: Fragment | null;
    among?: readonly UserRef[] | null;
    until?: SearchKey | null;
    limit: number;
  },
): Promise<FoundUser[]> {
  return db<FoundUser[]>`
    select u.bucket, u.id, u.workspace_id as "workspaceId", u.external_id as "externalId", u.email,
           u.name, u.timezone, u.locale, u.signed_up_at as "signedUpAt",
           u.company_id as "companyId", u.traits, u.context, u.first_seen as "firstSeen",
           u.last_seen as "lastSeen", u.created_at as "createdAt", u.updated_at as "updatedAt",
           (${COLUMN[stretch.sort](db)})::text as "sortKey"
      from ${
        among === null
          ? db`users u`
          : db`unnest(${among.map(({ bucket }) => bucket)}::smallint[],
                      ${among.map(({ id }) => id)}::uuid[]) as q (bucket, id)
               join users u on u.bucket = q.bucket and u.id = q.id`
      }
      ${where === null ? db`` : joinCompanies(db)}
     where ${within(db, stretch, until)}
       ${where === null ? db`` : db`and ${where}`}
     ${ordered(db, stretch)}
     limit ${limit}
  `;
}

/** One probe a user, and the planner cannot think of reading all companies first. */
export const joinCompanies = (db: Db): Fragment => db`
  left join lateral (
    select y.* from companies y
     where y.bucket = mod(get_byte(uuid_send(u.company_id), 15), 64) and y.id = u.company_id
     limit 1) c on true`;

/**
 * The user who is so many places further on in a stretch; null where it ends before.
 *
 * Index: users_by_age, users_by_seen or users_by_email. Cost: reads as many entries as places.
 */
export async function placeInStretch(
  db: Db,
  stretch: Stretch,
  { places }: { places: number },
): Promise<SearchKey | null> {
  const rows = await db<SearchKey[]>`
    select (${COLUMN[stretch.sort](db)})::text as value, u.id
      from users u
     where ${within(db, stretch, null)}
     ${ordered(db, stretch)}
    offset ${places - 1} limit 1
  `;
  return rows[0] ?? null;
}

/** Users of a company, in the order of their keys. Index: users_by_company. */
export async function usersOfCompany(
  db: Db,
  {
    workspaceId,
    companyId,
    after,
    limit,
  }: {
    workspaceId: string;
    companyId: string;
    after: UserRef | null;
    limit: number;
  },
): Promise<User[]> {
  return db<User[]>`
    select bucket, id, workspace_id as "workspaceId", external_id as "externalId", email, name,
           timezone, locale, signed_up_at as "signedUpAt", company_id as "companyId", traits,
           context, first_seen as "firstSeen", last_seen as "lastSeen",
           created_at as "createdAt", updated_at as "updatedAt"
      from users
     where company_id = ${companyId} and workspace_id = ${workspaceId}
       ${after === null ? db`` : db`and (bucket, id) > (${after.bucket}::smallint, ${after.id}::uuid)`}
     order by bucket, id
     limit ${limit}
  `;
}
