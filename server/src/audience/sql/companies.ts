import type { Db } from '../../platform/db.ts';
import type { Company, CompanyPatch } from '../company.ts';

/** One change of one company, addressed. */
export interface CompanyChange {
  readonly bucket: number;
  readonly id: string;
  readonly workspaceId: string;
  readonly externalId: string;
  readonly patch: CompanyPatch;
}

/** What one change did. */
export interface CompanyChanged {
  readonly id: string;
  readonly created: boolean;
}

/**
 * Creates or changes companies, each at most once per call, in one statement and one commit.
 *
 * Traits and context merge key by key, null deletes a key. A company that is being created by somebody
 * else at this moment is left out of the answer: ask again.
 * Locks: the companies that exist, in the order of their keys. Index: companies_pkey.
 *
 * @param isActivity false for data that is written about them: they were not seen
 * @param mayStart false for data that is only written about somebody: no series starts by it
 */
export async function upsertCompanies(
  db: Db,
  changes: readonly CompanyChange[],
  { isActivity = true, mayStart = true }: { isActivity?: boolean; mayStart?: boolean } = {},
): Promise<CompanyChanged[]> {
  const column = <T>(of: (change: CompanyChange) => T): T[] => changes.map(of);
  return db<CompanyChanged[]>`
    with change as (
      select q.*, w.side = 'live' as live, 'changed' = any (w.listens) as is_heard,
             coalesce(w.clock_now, db_now()) as now
        from unnest(
          ${column(({ bucket }) => bucket)}::smallint[],
          ${column(({ id }) => id)}::uuid[],
          ${column(({ workspaceId }) => workspaceId)}::uuid[],
          ${column(({ externalId }) => externalId)}::text[],
          ${column(({ patch }) => JSON.stringify(patch.own))}::text[]::jsonb[],
          ${column(({ patch }) => JSON.stringify(patch.traits))}::text[]::jsonb[],
          ${column(({ patch }) => JSON.stringify(patch.context))}::text[]::jsonb[]
        ) as q (bucket, id, workspace_id, external_id, own, traits, context)
        join workspaces w on w.id = q.workspace_id
    ), before as (
      select y.bucket, y.id
        from companies y
        join change c on c.bucket = y.bucket and c.id = y.id
       order by y.bucket, y.id
         for no key update of y
    ), changed as (
      update companies y
         set name = case when c.own ? 'name' then c.own ->> 'name' else y.name end,
             domain = case when c.own ? 'domain' then c.own ->> 'domain' else y.domain end,
             industry = case when c.own ? 'industry' then c.own ->> 'industry' else y.industry end,
             plan = case when c.own ? 'plan' then c.own ->> 'plan' else y.plan end,
             employee_count = case when c.own ? 'employee_count'
                                   then (c.own ->> 'employee_count')::integer
                                   else y.employee_count end,
             signed_up_at = case when c.own ? 'signed_up_at'
                                 then (c.own ->> 'signed_up_at')::timestamptz else y.signed_up_at end,
             traits = merge_keys(y.traits, c.traits),
             context = merge_keys(y.context, c.context),
             last_seen = case when ${String(isActivity)}::boolean
                              then greatest(y.last_seen, c.now) else y.last_seen end,
             updated_at = c.now
        from change c
        join before b on b.bucket = c.bucket and b.id = c.id
       where y.bucket = c.bucket and y.id = c.id
      returning y.id
    ), created as (
      insert into companies (bucket, id, workspace_id, external_id, name, domain, industry, plan,
                             employee_count, signed_up_at, traits, context, first_seen, last_seen,
                             created_at, updated_at)
      select c.bucket, c.id, c.workspace_id, c.external_id, c.own ->> 'name', c.own ->> 'domain',
             c.own ->> 'industry', c.own ->> 'plan', (c.own ->> 'employee_count')::integer,
             (c.own ->> 'signed_up_at')::timestamptz, merge_keys('{}', c.traits),
             merge_keys('{}', c.context), c.now, c.now, c.now, c.now
        from change c
       where not exists (select 1 from before b where b.id = c.id)
       order by c.bucket, c.id
          on conflict do nothing
      returning id
    ), told as (
      insert into signals (bucket, workspace_id, live, user_id, kind, at, may_start)
      select c.bucket, c.workspace_id, c.live, c.id, 'company', c.now, ${String(mayStart)}::boolean
        from change c
        join changed using (id)
       where c.is_heard
    )
    select id, false as created from changed
    union all
    select id, true from created
  `;
}

/** Companies by internal id, whole. Across workspaces: for the worker. Index: companies_pkey. */
export async function companiesByIds(
  db: Db,
  refs: readonly { bucket: number; id: string }[],
): Promise<Map<string, Company>> {
  const rows = await db<Company[]>`
    select y.bucket, y.id, y.workspace_id as "workspaceId", y.external_id as "externalId", y.name,
           y.domain, y.industry, y.plan, y.employee_count as "employeeCount",
           y.signed_up_at as "signedUpAt", y.traits, y.context, y.first_seen as "firstSeen",
           y.last_seen as "lastSeen", y.created_at as "createdAt", y.updated_at as "updatedAt"
      from unnest(${refs.map(({ bucket }) => bucket)}::smallint[], ${refs.map(({ id }) => id)}::uuid[])
           as q (bucket, id)
      join companies y on y.bucket = q.bucket and y.id = q.id
  `;
  return new Map(rows.map((company) => [company.id, company]));
}

/** A page of a workspace side's companies, youngest first. Index: companies_by_age. */
export async function listCompanies(
  db: Db,
  {
    workspaceId,
    after,
    limit,
  }: { workspaceId: string; after: { at: Date; id: string } | null; limit: number },
): Promise<Company[]> {
  return db<Company[]>`
    select bucket, id, workspace_id as "workspaceId", external_id as "externalId", name, domain,
           industry, plan, employee_count as "employeeCount", signed_up_at as "signedUpAt", traits,
           context, first_seen as "firstSeen", last_seen as "lastSeen", created_at as "createdAt",
           updated_at as "updatedAt"
      from companies
     where workspace_id = ${workspaceId}
       and (${after?.at ?? null}::timestamptz is null
            or (created_at, id) < (${after?.at ?? null}::timestamptz, ${after?.id ?? null}::uuid))
     order by created_at desc, id desc
     limit ${limit}
  `;
}
