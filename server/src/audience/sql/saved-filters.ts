import type { Db } from '../../platform/db.ts';
import type { PageAfter } from '../../platform/page.ts';
import type { SavedFilter, SavedFilterInput, SavedFilterKind } from '../saved/saved-filter.ts';

/** Writes a new saved filter. */
export async function insertSavedFilter(
  db: Db,
  {
    workspaceId,
    id,
    kind,
    name,
    filter,
    columns,
    now,
  }: SavedFilterInput & { workspaceId: string; id: string; kind: SavedFilterKind; now: Date },
): Promise<SavedFilter> {
  const rows = await db<SavedFilter[]>`
    insert into saved_filters
      (id, workspace_id, name, kind, filter, columns, created_at, updated_at)
    values (${id}, ${workspaceId}, ${name}, ${kind},
            ${filter === null ? null : JSON.stringify(filter)}::text::jsonb, ${[...columns]}::text[],
            ${now}, ${now})
    returning id, name, kind, filter, columns, created_at as "createdAt", updated_at as "updatedAt"
  `;
  const [saved] = rows;
  if (saved === undefined) throw new Error(`saved filter ${id} was not written`);
  return saved;
}

/** A saved filter of the workspace. Index: saved_filters_pkey. */
export async function findSavedFilter(
  db: Db,
  { workspaceId, id }: { workspaceId: string; id: string },
): Promise<SavedFilter | null> {
  const rows = await db<SavedFilter[]>`
    select id, name, kind, filter, columns, created_at as "createdAt", updated_at as "updatedAt"
      from saved_filters
     where id = ${id} and workspace_id = ${workspaceId}
  `;
  return rows[0] ?? null;
}

/** Writes what a saved filter is now; null when it is gone. Index: saved_filters_pkey. */
export async function updateSavedFilter(
  db: Db,
  {
    workspaceId,
    id,
    name,
    filter,
    columns,
    now,
  }: SavedFilterInput & { workspaceId: string; id: string; now: Date },
): Promise<SavedFilter | null> {
  const rows = await db<SavedFilter[]>`
    update saved_filters
       set name = ${name}, columns = ${[...columns]}::text[], updated_at = ${now},
           filter = ${filter === null ? null : JSON.stringify(filter)}::text::jsonb
     where id = ${id} and workspace_id = ${workspaceId}
    returning id, name, kind, filter, columns, created_at as "createdAt", updated_at as "updatedAt"
  `;
  return rows[0] ?? null;
}

/** Deletes a saved filter. @returns whether there was one */
export async function deleteSavedFilter(
  db: Db,
  { workspaceId, id }: { workspaceId: string; id: string },
): Promise<boolean> {
  const rows = await db`
    delete from saved_filters where id = ${id} and workspace_id = ${workspaceId} returning 1
  `;
  return rows.length > 0;
}

/** A page of a workspace's saved filters, youngest first. Index: saved_filters_by_age. */
export async function listSavedFilters(
  db: Db,
  {
    workspaceId,
    kind,
    after,
    limit,
  }: {
    workspaceId: string;
    kind: SavedFilterKind | null;
    after: PageAfter | null;
    limit: number;
  },
): Promise<SavedFilter[]> {
  return db<SavedFilter[]>`
    select id, name, kind, filter, columns, created_at as "createdAt", updated_at as "updatedAt"
      from saved_filters
     where workspace_id = ${workspaceId}
       ${kind === null ? db`` : db`and kind = ${kind}`}
       ${after === null ? db`` : db`and (created_at, id) < (${after.at}, ${after.id}::uuid)`}
     order by created_at desc, id desc
     limit ${limit}
  `;
}
