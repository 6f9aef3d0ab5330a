import type { Db } from '../../../platform/db.ts';
import type { PageAfter } from '../../../platform/page.ts';
import type { StoredSender } from '../stored-sender.ts';

const columns = (db: Db) => db`
  id, workspace_id as "workspaceId", name, address, domain, reply_to as "replyTo",
  is_default as "isDefault", created_at as "createdAt", updated_at as "updatedAt"
`;

/** Index: senders_listed. */
export async function listSenders(
  db: Db,
  { workspaceId, after, limit }: { workspaceId: string; after: PageAfter | null; limit: number },
): Promise<StoredSender[]> {
  return db<StoredSender[]>`
    select ${columns(db)} from senders
     where workspace_id = ${workspaceId}
       and (${after?.at ?? null}::timestamptz is null
            or (created_at, id) < (${after?.at ?? null}::timestamptz, ${after?.id ?? null}::uuid))
     order by created_at desc, id desc limit ${limit}
  `;
}

export async function findSender(
  db: Db,
  { workspaceId, id }: { workspaceId: string; id: string },
): Promise<StoredSender | null> {
  const rows = await db<StoredSender[]>`
    select ${columns(db)} from senders where workspace_id = ${workspaceId} and id = ${id}
  `;
  return rows[0] ?? null;
}

/** Index: senders_one_default. */
export async function findDefaultSender(
  db: Db,
  { workspaceId }: { workspaceId: string },
): Promise<StoredSender | null> {
  const rows = await db<StoredSender[]>`
    select ${columns(db)} from senders where workspace_id = ${workspaceId} and is_default
  `;
  return rows[0] ?? null;
}

/**
 * Locks: the workspace's row, so that one sender is the default, and nobody adds one too many.
 *
 * @returns how many senders the side has
 */
export async function lockSenders(
  db: Db,
  { workspaceId }: { workspaceId: string },
): Promise<number> {
  await db`select id from workspaces where id = ${workspaceId} for no key update`;
  const [row] = await db<{ count: number }[]>`
    select count(*)::int as count from senders where workspace_id = ${workspaceId}
  `;
  return row?.count ?? 0;
}

export async function clearDefault(
  db: Db,
  { workspaceId, exceptId, now }: { workspaceId: string; exceptId: string; now: Date },
): Promise<void> {
  await db`
    update senders set is_default = false, updated_at = ${now}
     where workspace_id = ${workspaceId} and is_default and id <> ${exceptId}
  `;
}

/** Inserts a sender, or writes what has changed of it. */
export async function putSender(db: Db, row: StoredSender): Promise<void> {
  await db`
    insert into senders (id, workspace_id, name, address, domain, reply_to, is_default,
                         created_at, updated_at)
    values (${row.id}, ${row.workspaceId}, ${row.name}, ${row.address}, ${row.domain},
            ${row.replyTo}, ${row.isDefault}, ${row.createdAt}, ${row.updatedAt})
        on conflict (id) do update
       set name = excluded.name, address = excluded.address, domain = excluded.domain,
           reply_to = excluded.reply_to, is_default = excluded.is_default,
           updated_at = excluded.updated_at
     where senders.workspace_id = excluded.workspace_id
  `;
}

export async function deleteSender(
  db: Db,
  { workspaceId, id }: { workspaceId: string; id: string },
): Promise<boolean> {
  const done = await db`delete from senders where id = ${id} and workspace_id = ${workspaceId}`;
  return done.count === 1;
}

/**
 * Series and broadcasts that send, or will, and of which a version names the sender: people may still
 * be on an old one. Reads the versions whole; only for deleting.
 */
export async function sendersUsedBy(
  db: Db,
  { workspaceId, id, limit }: { workspaceId: string; id: string; limit: number },
): Promise<{ id: string; name: string }[]> {
  return db<{ id: string; name: string }[]>`
    select a.id, a.name from automations a
     where a.workspace_id = ${workspaceId} and a.status in ('active', 'paused')
       and exists (
         select 1 from series_versions v
          where v.automation_id = a.id
            and jsonb_path_exists(v.steps, '$.**.sender_id ? (@ == $id)',
                                  jsonb_build_object('id', ${id}::text))
       )
     order by a.created_at desc limit ${limit}
  `;
}

/** The domains of the addresses of senders that lie in a domain or below it. */
export async function sendersIn(
  db: Db,
  { workspaceId, domain, limit }: { workspaceId: string; domain: string; limit: number },
): Promise<{ id: string; name: string; domain: string }[]> {
  return db<{ id: string; name: string; domain: string }[]>`
    select id, case when name = '' then address else name end as name, domain from senders
     where workspace_id = ${workspaceId}
       and (domain = ${domain} or right(domain, ${domain.length + 1}) = ${`.${domain}`})
     order by created_at desc limit ${limit}
  `;
}
