import type { Db } from '../../platform/db.ts';

/** Somebody whose subscription waits for a confirmation. */
export interface Pending {
  readonly workspaceId: string;
  readonly bucket: number;
  readonly userId: string;
  readonly listId: string;
}

/** What asking them needs. */
export interface PendingFacts extends Pending {
  readonly address: string;
  readonly list: string;
  /** The list's own email; null for the one that comes with the server. */
  readonly confirmation: unknown;
  readonly side: 'live' | 'test';
  readonly timezone: string;
}

/** Those that can be asked: users with an address, lists that are open. Index: lists_pkey, users_pkey. */
export async function pendingFacts(db: Db, pending: readonly Pending[]): Promise<PendingFacts[]> {
  return db<PendingFacts[]>`
    select w.id as "workspaceId", u.bucket, u.id as "userId", l.id as "listId", u.email as address,
           l.name as list, l.confirmation, w.side, w.timezone
      from unnest(
             ${pending.map(({ workspaceId }) => workspaceId)}::uuid[],
             ${pending.map(({ bucket }) => bucket)}::smallint[],
             ${pending.map(({ userId }) => userId)}::uuid[],
             ${pending.map(({ listId }) => listId)}::uuid[]
           ) as q (workspace_id, bucket, user_id, list_id)
      join workspaces w on w.id = q.workspace_id
      join lists l on l.id = q.list_id and l.workspace_id = w.id and l.archived_at is null
      join users u on u.bucket = q.bucket and u.id = q.user_id and u.workspace_id = w.id
     where u.email is not null
  `;
}

/** One request of an address. */
export interface Request {
  readonly workspaceId: string;
  /** Keyed, as 64 hexadecimal digits. */
  readonly addressHash: string;
}

/** How many old counts go with each that comes: more than one, so that they become fewer. */
const OLD_COUNTS_GONE = 10;

/**
 * Counts a request and says whether it is within the limit of a day. By the database's clock, for test
 * sides too: it is about what one mailbox may be made to bear.
 *
 * Locks: the address's count. Index: confirmation_counts_pkey, confirmation_counts_by_age.
 */
export async function takeRequest(
  tx: Db,
  { workspaceId, addressHash }: Request,
  { perDay }: { perDay: number },
): Promise<boolean> {
  const rows = await tx<{ count: number }[]>`
    with old as (
      delete from confirmation_counts
       where (workspace_id, hash) in (
               select workspace_id, hash from confirmation_counts
                where since <= db_now() - interval '1 day'
                  and (workspace_id, hash) <> (${workspaceId}, decode(${addressHash}, 'hex'))
                order by since
                limit ${OLD_COUNTS_GONE}
                  for update skip locked)
    )
    insert into confirmation_counts as c (workspace_id, hash, since, count)
    values (${workspaceId}, decode(${addressHash}, 'hex'), db_now(), 1)
        on conflict (workspace_id, hash) do update
           set since = case when c.since <= db_now() - interval '1 day' then db_now()
                            else c.since end,
               count = case when c.since <= db_now() - interval '1 day' then 1
                            else least(c.count, ${perDay}) + 1 end
    returning count
  `;
  return (rows[0]?.count ?? perDay + 1) <= perDay;
}

/** A confirmation as an automation: see `insertAutomation`. */
export interface ConfirmationVersion {
  readonly id: string;
  readonly workspaceId: string;
  readonly name: string;
  readonly draft: { readonly settings: object; readonly steps: readonly object[] };
}

/**
 * Makes a list's confirmation, or its next version when the email has changed. Whoever comes second
 * waits and finds nothing to do.
 *
 * Locks: the automation's row.
 */
export async function publishConfirmation(
  db: Db,
  { id, workspaceId, name, draft }: ConfirmationVersion,
): Promise<void> {
  await db`
    with changed as (
      insert into automations as a
             (id, workspace_id, type, name, status, draft, version, created_at, updated_at)
      values (${id}, ${workspaceId}, 'confirmation', ${name}, 'active', ${db.json(draft as never)}, 1,
              db_now(), db_now())
          on conflict (id) do update
             set name = excluded.name, draft = excluded.draft, version = a.version + 1,
                 updated_at = excluded.updated_at
           where a.draft is distinct from excluded.draft
      returning id, version
    )
    insert into series_versions (automation_id, number, settings, steps, published_at)
    select id, version, ${db.json(draft.settings as never)}, ${db.json(draft.steps as never)}, db_now()
      from changed
  `;
}

/** The content that a list brings; null for none. Index: lists_pkey. */
export async function readConfirmation(
  db: Db,
  { workspaceId, id }: { workspaceId: string; id: string },
): Promise<unknown> {
  const rows = await db<{ confirmation: unknown }[]>`
    select confirmation from lists where workspace_id = ${workspaceId} and id = ${id}
  `;
  return rows[0]?.confirmation ?? null;
}

/** Keeps the content of a list, or forgets it. It holds for whoever joins from now on. */
export async function writeConfirmation(
  db: Db,
  { workspaceId, id, content }: { workspaceId: string; id: string; content: unknown },
): Promise<void> {
  const stored = content === null ? null : JSON.stringify(content);
  await db`
    update lists set confirmation = ${stored}::text::jsonb, updated_at = db_now()
     where workspace_id = ${workspaceId} and id = ${id}
  `;
}
