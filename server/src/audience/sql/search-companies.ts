import type { Db } from '../../platform/db.ts';
import type { Company } from '../company.ts';
import { conditionSql, type Filter } from '../filter/index.ts';
import type { Fragment } from '../filter/fragment.ts';
import type { CompanySort, Order, SearchKey } from '../search/search-input.ts';

/** A company, how many belong to it, and by what it is ordered, as text. */
export type FoundCompany = Company & { readonly userCount: number; readonly sortKey: string };

/** A stretch of a side's companies in one order. */
export interface CompanyStretch {
  readonly workspaceId: string;
  readonly sort: CompanySort;
  readonly order: Order;
  readonly after: SearchKey | null;
}

const columnOf = (db: Db, sort: CompanySort): Fragment =>
  sort === 'created_at' ? db`c.created_at` : db`(lower(coalesce(c.name, '')) collate "C")`;

const keyIn = (db: Db, sort: CompanySort, { value, id }: SearchKey): Fragment =>
  sort === 'created_at'
    ? db`(${value}::text::timestamptz, ${id}::uuid)`
    : db`(${value}::text collate "C", ${id}::uuid)`;

function within(
  db: Db,
  { workspaceId, sort, order, after }: CompanyStretch,
  until: SearchKey | null,
): Fragment {
  const row = db`(${columnOf(db, sort)}, c.id)`;
  const isRising = order === 'asc';
  const from = after === null ? null : keyIn(db, sort, after);
  const to = until === null ? null : keyIn(db, sort, until);
  return db`c.workspace_id = ${workspaceId}
    ${from === null ? db`` : isRising ? db`and ${row} > ${from}` : db`and ${row} < ${from}`}
    ${to === null ? db`` : isRising ? db`and ${row} <= ${to}` : db`and ${row} >= ${to}`}`;
}

const ordered = (db: Db, { sort, order }: CompanyStretch): Fragment =>
  order === 'asc'
    ? db`order by ${columnOf(db, sort)} asc, c.id asc`
    : db`order by ${columnOf(db, sort)} desc, c.id desc`;

/**
 * A page of companies of a stretch that match, with how many belong to each, up to `usersMax`.
 *
 * Index: companies_by_age or companies_by_name; users_by_company.
 *
 * @param q what the name, the id or the domain begins with; null for anything
 */
export async function pageOfCompanies(
  db: Db,
  stretch: CompanyStretch,
  {
    filter,
    q,
    now,
    until,
    limit,
    usersMax,
  }: {
    filter: Filter | null;
    q: string | null;
    now: Date;
    until: SearchKey | null;
    limit: number;
    usersMax: number;
  },
): Promise<FoundCompany[]> {
  return db<FoundCompany[]>`
    select p.*, (select count(*)::int
                   from (select from users u where u.company_id = p.id limit ${usersMax}) f)
                  as "userCount"
      from (
        select c.bucket, c.id, c.workspace_id as "workspaceId", c.external_id as "externalId",
               c.name, c.domain, c.industry, c.plan, c.employee_count as "employeeCount",
               c.signed_up_at as "signedUpAt", c.traits, c.context, c.first_seen as "firstSeen",
               c.last_seen as "lastSeen", c.created_at as "createdAt",
               c.updated_at as "updatedAt", (${columnOf(db, stretch.sort)})::text as "sortKey"
          from companies c
         where ${within(db, stretch, until)}
           ${q === null ? db`` : db`and ${beginsWith(db, q)}`}
           ${filter === null ? db`` : db`and ${conditionSql(db, filter, { now })}`}
         ${ordered(db, stretch)}
         limit ${limit}) p
  `;
}

const beginsWith = (db: Db, q: string): Fragment => db`
  (starts_with(lower(coalesce(c.name, '')), lower(${q}::text))
   or starts_with(lower(c.external_id), lower(${q}::text))
   or starts_with(lower(coalesce(c.domain, '')), lower(${q}::text)))`;

/** The company that is so many places further on. Index: as the page. */
export async function placeOfCompany(
  db: Db,
  stretch: CompanyStretch,
  { places }: { places: number },
): Promise<SearchKey | null> {
  const rows = await db<SearchKey[]>`
    select (${columnOf(db, stretch.sort)})::text as value, c.id
      from companies c
     where ${within(db, stretch, null)}
     ${ordered(db, stretch)}
    offset ${places - 1} limit 1
  `;
  return rows[0] ?? null;
}

/** Deletes a company. Index: companies_pkey. */
export async function deleteCompany(
  tx: Db,
  { workspaceId, bucket, id }: { workspaceId: string; bucket: number; id: string },
): Promise<boolean> {
  const rows = await tx`
    delete from companies
     where bucket = ${bucket} and id = ${id} and workspace_id = ${workspaceId}
    returning 1
  `;
  return rows.length > 0;
}

/**
 * Takes up to `limit` users out of a company, telling the series that listen to such changes.
 *
 * Locks: the users, in the order of their keys. Index: users_by_company.
 *
 * @returns how many there were
 */
export async function leaveCompany(
  tx: Db,
  { workspaceId, companyId, limit }: { workspaceId: string; companyId: string; limit: number },
): Promise<number> {
  const rows = await tx`
    with member as (
      select bucket, id, to_jsonb(u) as image
        from users u
       where company_id = ${companyId} and workspace_id = ${workspaceId}
       order by bucket, id
       limit ${limit}
         for no key update
    ), told as (
      insert into signals (bucket, workspace_id, live, user_id, kind, at, may_start, before)
      select m.bucket, w.id, w.side = 'live', m.id, 'changed', coalesce(w.clock_now, db_now()), true,
             m.image
        from member m
        join workspaces w on w.id = ${workspaceId} and 'changed' = any (w.listens)
    )
    update users u
       set company_id = null
      from member m
     where u.bucket = m.bucket and u.id = m.id
    returning 1
  `;
  return rows.length;
}
