import type { Db, Json } from '../../../platform/db.ts';
import type { PageAfter } from '../../../platform/page.ts';
import type { SenderDomain } from '../sender-domain.ts';

const columns = (db: Db) => db`
  id, workspace_id as "workspaceId", domain, state, return_path_host as "returnPathHost",
  return_path_server as "returnPathServer", spf_mechanisms as "spfMechanisms", findings,
  checked_at as "checkedAt", created_at as "createdAt", updated_at as "updatedAt"
`;

/** Index: sender_domains_domain; a side has few. */
export async function listDomains(
  db: Db,
  { workspaceId, after, limit }: { workspaceId: string; after: PageAfter | null; limit: number },
): Promise<SenderDomain[]> {
  return db<SenderDomain[]>`
    select ${columns(db)} from sender_domains
     where workspace_id = ${workspaceId}
       and (${after?.at ?? null}::timestamptz is null
            or (created_at, id) < (${after?.at ?? null}::timestamptz, ${after?.id ?? null}::uuid))
     order by created_at desc, id desc limit ${limit}
  `;
}

export async function findDomain(
  db: Db,
  { workspaceId, id }: { workspaceId: string; id: string },
): Promise<SenderDomain | null> {
  const rows = await db<SenderDomain[]>`
    select ${columns(db)} from sender_domains where workspace_id = ${workspaceId} and id = ${id}
  `;
  return rows[0] ?? null;
}

/** Locks: the domain's row, so that its keys change one after the other. */
export async function lockDomain(
  db: Db,
  { workspaceId, id }: { workspaceId: string; id: string },
): Promise<SenderDomain | null> {
  const rows = await db<SenderDomain[]>`
    select ${columns(db)} from sender_domains
     where workspace_id = ${workspaceId} and id = ${id} for update
  `;
  return rows[0] ?? null;
}

/**
 * Locks: the workspace's row, so that two calls do not both add the last one allowed.
 *
 * @returns whether there was room; the constraint refuses a domain that is there
 */
export async function insertDomain(
  db: Db,
  row: SenderDomain & { readonly nextCheckAt: Date },
  { max }: { max: number },
): Promise<'added' | 'taken' | 'full'> {
  const [side] = await db<{ count: number }[]>`
    with side as (select id from workspaces where id = ${row.workspaceId} for no key update)
    select count(d.id)::int as count
      from side left join sender_domains d on d.workspace_id = side.id
  `;
  if ((side?.count ?? 0) >= max) return 'full';
  const done = await db`
    insert into sender_domains (id, workspace_id, domain, state, return_path_host,
                                return_path_server, spf_mechanisms, next_check_at,
                                created_at, updated_at)
    values (${row.id}, ${row.workspaceId}, ${row.domain}, ${row.state}, ${row.returnPathHost},
            ${row.returnPathServer}, ${[...row.spfMechanisms]}, ${row.nextCheckAt},
            ${row.createdAt}, ${row.updatedAt})
        on conflict (workspace_id, domain) do nothing
  `;
  return done.count === 1 ? 'added' : 'taken';
}

export async function updateDomain(
  db: Db,
  row: Pick<
    SenderDomain,
    'id' | 'workspaceId' | 'returnPathHost' | 'returnPathServer' | 'spfMechanisms' | 'updatedAt'
  >,
): Promise<void> {
  await db`
    update sender_domains
       set return_path_host = ${row.returnPathHost}, return_path_server = ${row.returnPathServer},
           spf_mechanisms = ${[...row.spfMechanisms]}, updated_at = ${row.updatedAt}
     where id = ${row.id} and workspace_id = ${row.workspaceId}
  `;
}

/** What a check found. */
export async function updateChecked(
  db: Db,
  row: Pick<SenderDomain, 'id' | 'workspaceId' | 'state' | 'findings'> & {
    readonly checkedAt: Date;
    readonly nextCheckAt: Date;
  },
): Promise<void> {
  await db`
    update sender_domains
       set state = ${row.state}, findings = ${db.json(row.findings as unknown as Json)},
           checked_at = ${row.checkedAt}, next_check_at = ${row.nextCheckAt}
     where id = ${row.id} and workspace_id = ${row.workspaceId}
  `;
}

/** After a rotation. */
export async function setNextCheck(
  db: Db,
  { id, nextCheckAt }: { id: string; nextCheckAt: Date },
): Promise<void> {
  await db`update sender_domains set next_check_at = ${nextCheckAt} where id = ${id}`;
}

export async function deleteDomain(
  db: Db,
  { workspaceId, id }: { workspaceId: string; id: string },
): Promise<void> {
  await db`delete from sender_domains where id = ${id} and workspace_id = ${workspaceId}`;
}

/**
 * Across workspaces: domains whose check is due, the longest overdue first, each put off so that nobody
 * else takes it and one whose check never ends comes back. Index: sender_domains_due.
 */
export async function claimDueDomains(
  db: Db,
  { limit, putOffSeconds }: { limit: number; putOffSeconds: number },
): Promise<{ id: string; workspaceId: string }[]> {
  return db<{ id: string; workspaceId: string }[]>`
    update sender_domains
       set next_check_at = db_now() + ${putOffSeconds} * interval '1 second'
     where id in (
       select id from sender_domains where next_check_at <= db_now()
        order by next_check_at limit ${limit} for update skip locked
     )
    returning id, workspace_id as "workspaceId"
  `;
}
