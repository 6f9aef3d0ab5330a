import type { Db } from '../platform/db.ts';
import { workspaceNotFound } from './errors.ts';
import type { Side } from './key.ts';
import type { SecretBox } from './secret-box.ts';
import {
  findListedRows,
  findWorkspace,
  findWorkspaces,
  listWorkspaceRows,
  type ListedRow,
} from './sql/workspaces.ts';
import type { PageAfter } from '../platform/page.ts';
import { isUuid, workspaceOf, type Workspace } from './workspace.ts';

/** A side of a workspace as the session and `workspace list` show it. */
export interface ListedWorkspace {
  readonly id: string;
  readonly pairId: string;
  readonly side: Side;
  readonly name: string;
  readonly createdAt: Date;
  /** The youngest live widget key; null when all are revoked. */
  readonly widgetKey: string | null;
}

/** A page of workspaces, when the caller does not say how long it should be. */
const PAGE_LIMIT = 200;

/** A page of all sides of all workspaces, oldest first. */
export async function listWorkspaces(
  { db, box }: { db: Db; box: SecretBox },
  { after = null, limit = PAGE_LIMIT }: { after?: PageAfter | null; limit?: number } = {},
): Promise<ListedWorkspace[]> {
  const rows = await listWorkspaceRows(db, { after, limit });
  return rows.map((row) => listedOf(row, box));
}

/** Of all sides those with these ids, oldest first. */
export async function listWorkspacesOf(
  { db, box }: { db: Db; box: SecretBox },
  { ids }: { ids: readonly string[] },
): Promise<ListedWorkspace[]> {
  const rows = ids.length === 0 ? [] : await findListedRows(db, { ids });
  return rows.map((row) => listedOf(row, box));
}

const listedOf = (
  { widgetKeyId, widgetKeySealed, ...row }: ListedRow,
  box: SecretBox,
): ListedWorkspace => ({
  ...row,
  widgetKey:
    widgetKeyId === null || widgetKeySealed === null
      ? null
      : box.open(widgetKeySealed, widgetKeyId),
});

/**
 * One side of a workspace.
 *
 * @throws workspace.not_found
 */
export async function readWorkspace(
  db: Db,
  { workspaceId }: { workspaceId: string },
): Promise<Workspace> {
  const row = isUuid(workspaceId) ? await findWorkspace(db, { workspaceId }) : null;
  if (row === null) throw workspaceNotFound();
  return workspaceOf(row);
}

/** Several sides in one query, by id; ids that do not exist are missing. For the worker. */
export async function readWorkspaces(
  db: Db,
  { ids }: { ids: readonly string[] },
): Promise<Map<string, Workspace>> {
  const rows = ids.length === 0 ? [] : await findWorkspaces(db, { ids });
  return new Map(rows.map((row) => [row.id, workspaceOf(row)]));
}
