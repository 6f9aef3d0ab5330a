import type { Db } from '../../platform/db.ts';

/** An address that click links lead to. */
export interface Link {
  readonly id: string;
  readonly workspaceId: string;
  readonly url: string;
}

/** Keeps links that are not kept yet. Index: links_pkey. */
export async function insertLinks(db: Db, links: readonly Link[]): Promise<void> {
  if (links.length === 0) return;
  await db`
    insert into links (id, workspace_id, url, created_at)
    select q.id, q.workspace_id, q.url, db_now()
      from unnest(
        ${links.map(({ id }) => id)}::uuid[],
        ${links.map(({ workspaceId }) => workspaceId)}::uuid[],
        ${links.map(({ url }) => url)}::text[]
      ) as q (id, workspace_id, url)
     order by q.id
        on conflict (id) do nothing
  `;
}

/** Where a link leads; null when there is none. Whose it is was signed. Index: links_pkey. */
export async function findLink(db: Db, id: string): Promise<string | null> {
  const rows = await db<{ url: string }[]>`select url from links where id = ${id}`;
  return rows[0]?.url ?? null;
}
