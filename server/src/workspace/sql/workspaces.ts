import type { Db } from '../../platform/db.ts';
import type { Side } from '../key.ts';
import type { StoredSettings } from '../settings.ts';
import type { PageAfter } from '../../platform/page.ts';
import type { WorkspaceRow } from '../workspace.ts';

/** Adds one side of a workspace. Across workspaces: it makes one. */
export async function insertWorkspace(
  db: Db,
  {
    id,
    pairId,
    side,
    name,
    timezone,
    stored,
    clockNow,
    createdAt,
  }: {
    id: string;
    pairId: string;
    side: Side;
    name: string;
    timezone: string;
    stored: StoredSettings;
    clockNow: Date | null;
    createdAt: Date;
  },
): Promise<void> {
  await db`
    insert into workspaces
      (id, pair_id, side, name, timezone, settings, clock_now, created_at, updated_at)
    values (${id}, ${pairId}, ${side}, ${name}, ${timezone}, ${db.json(stored as never)},
            ${clockNow}, ${createdAt}, ${createdAt})
  `;
}

/** One side of a workspace; null when there is none with this id. */
export async function findWorkspace(
  db: Db,
  { workspaceId }: { workspaceId: string },
): Promise<WorkspaceRow | null> {
  const rows = await db<WorkspaceRow[]>`
    select id, pair_id as "pairId", side, name, timezone, settings as stored,
           clock_now as "clockNow", created_at as "createdAt", updated_at as "updatedAt"
      from workspaces
     where id = ${workspaceId}
  `;
  return rows[0] ?? null;
}

/**
 * Several sides at once, those that exist, in no order. Across workspaces: for the worker, whose
 * batches mix them.
 *
 * @param ids as many as the caller's batch has, without repetition
 */
export async function findWorkspaces(
  db: Db,
  { ids }: { ids: readonly string[] },
): Promise<WorkspaceRow[]> {
  return db<WorkspaceRow[]>`
    select id, pair_id as "pairId", side, name, timezone, settings as stored,
           clock_now as "clockNow", created_at as "createdAt", updated_at as "updatedAt"
      from workspaces
     where id = any(${ids as string[]}::uuid[])
     limit ${ids.length}
  `;
}

/**
 * One side, locked until the transaction ends, so that two changes do not undo each other.
 *
 * Locks: the workspace's row against other changes, not against rows that refer to it.
 */
export async function lockWorkspace(
  db: Db,
  { workspaceId }: { workspaceId: string },
): Promise<WorkspaceRow | null> {
  const rows = await db<WorkspaceRow[]>`
    select id, pair_id as "pairId", side, name, timezone, settings as stored,
           clock_now as "clockNow", created_at as "createdAt", updated_at as "updatedAt"
      from workspaces
     where id = ${workspaceId}
       for no key update
  `;
  return rows[0] ?? null;
}

/** Writes name, zone and settings of a side whose row the caller has locked. */
export async function updateSettings(
  db: Db,
  {
    workspaceId,
    name,
    timezone,
    stored,
    now,
  }: {
    workspaceId: string;
    name: string;
    timezone: string;
    stored: StoredSettings;
    now: Date;
  },
): Promise<void> {
  await db`
    update workspaces
       set name = ${name}, timezone = ${timezone}, settings = ${db.json(stored as never)},
           updated_at = ${now}
     where id = ${workspaceId}
  `;
}

/** A side in a list, with its youngest live widget key, still sealed. */
export interface ListedRow {
  readonly id: string;
  readonly pairId: string;
  readonly side: Side;
  readonly name: string;
  readonly createdAt: Date;
  readonly widgetKeyId: string | null;
  readonly widgetKeySealed: Uint8Array | null;
}

/** A page of all sides, oldest first. Across workspaces: for whoever runs the server. */
export async function listWorkspaceRows(
  db: Db,
  { after, limit }: { after: PageAfter | null; limit: number },
): Promise<ListedRow[]> {
  return db<ListedRow[]>`
    select w.id, w.pair_id as "pairId", w.side, w.name, w.created_at as "createdAt",
           k.id as "widgetKeyId", k.encrypted as "widgetKeySealed"
      from workspaces w
      left join lateral (
        select id, encrypted
          from api_keys
         where workspace_id = w.id and kind = 'widget' and revoked_at is null
         order by created_at desc, id desc
         limit 1
      ) k on true
     where ${after?.at ?? null}::timestamptz is null
        or (w.created_at, w.id) > (${after?.at ?? null}::timestamptz, ${after?.id ?? null}::uuid)
     order by w.created_at, w.id
     limit ${limit}
  `;
}

/** Sides by their ids, oldest first, as in a list of all. Across workspaces: those of one member. */
export async function findListedRows(
  db: Db,
  { ids }: { ids: readonly string[] },
): Promise<ListedRow[]> {
  return db<ListedRow[]>`
    select w.id, w.pair_id as "pairId", w.side, w.name, w.created_at as "createdAt",
           k.id as "widgetKeyId", k.encrypted as "widgetKeySealed"
      from workspaces w
      left join lateral (
        select id, encrypted
          from api_keys
         where workspace_id = w.id and kind = 'widget' and revoked_at is null
         order by created_at desc, id desc
         limit 1
      ) k on true
     where w.id = any(${ids as string[]}::uuid[])
     order by w.created_at, w.id
     limit ${ids.length}
  `;
}

/** Id of the live side of the workspace that a side belongs to; null when there is none. */
export async function findLiveSide(
  db: Db,
  { workspaceId }: { workspaceId: string },
): Promise<string | null> {
  const rows = await db<{ id: string }[]>`
    select id
      from workspaces
     where pair_id = (select pair_id from workspaces where id = ${workspaceId}) and side = 'live'
  `;
  return rows[0]?.id ?? null;
}
