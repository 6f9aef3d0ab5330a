import type { Db, Json } from '../../platform/db.ts';

/** A transport of a side, as it is stored. */
export interface TransportRow {
  readonly id: string;
  readonly workspaceId: string;
  readonly kind: string;
  readonly name: string;
  readonly settings: Readonly<Record<string, string>>;
  /** JSON of the secret settings, sealed for this id; null when there are none. */
  readonly sealed: Uint8Array | null;
  readonly position: number;
  readonly share: number;
  readonly isEnabled: boolean;
  readonly limits: StoredLimits;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** How fast it may be used. Members that are left out limit nothing. */
export interface StoredLimits {
  readonly per_second?: number;
  /** By provider; `*` for each one that is not named. */
  readonly per_provider?: Readonly<Record<string, number>>;
  /** A sender that is warmed up: so many on each day from the first one, then no more limit. */
  readonly warmup?: { readonly from: string; readonly per_day: readonly number[] };
}

const columns = (db: Db) => db`
  id, workspace_id as "workspaceId", kind, name, settings, sealed, position, share,
  is_enabled as "isEnabled", limits, created_at as "createdAt", updated_at as "updatedAt"
`;

/** Index: transports_by_workspace. */
export async function listTransports(
  db: Db,
  { workspaceId }: { workspaceId: string },
): Promise<TransportRow[]> {
  return db<TransportRow[]>`
    select ${columns(db)} from transports
     where workspace_id = ${workspaceId} order by position, created_at, id
  `;
}

/** Across workspaces, for whom nothing but the id is known. Index: transports_pkey. */
export async function findTransport(db: Db, id: string): Promise<TransportRow | null> {
  const rows = await db<TransportRow[]>`select ${columns(db)} from transports where id = ${id}`;
  return rows[0] ?? null;
}

/** Locks the workspace's row, so that two calls do not both add the last one allowed. */
export async function insertTransport(
  db: Db,
  row: Omit<TransportRow, 'createdAt' | 'updatedAt'> & { readonly now: Date },
  { max }: { max: number },
): Promise<boolean> {
  const done = await db`
    with side as (
      select id from workspaces where id = ${row.workspaceId} for no key update
    )
    insert into transports (id, workspace_id, kind, name, settings, sealed, position, share,
                            is_enabled, limits, created_at, updated_at)
    select ${row.id}, side.id, ${row.kind}, ${row.name}, ${db.json(row.settings)}, ${row.sealed},
           ${row.position}, ${row.share}, ${row.isEnabled}, ${db.json(row.limits as Json)},
           ${row.now}, ${row.now}
      from side
     where (select count(*) from transports t where t.workspace_id = side.id) < ${max}
  `;
  return done.count === 1;
}

export async function updateTransport(
  db: Db,
  row: Omit<TransportRow, 'createdAt' | 'updatedAt' | 'kind'> & { readonly now: Date },
): Promise<boolean> {
  const done = await db`
    update transports
       set name = ${row.name}, settings = ${db.json(row.settings)}, sealed = ${row.sealed},
           position = ${row.position}, share = ${row.share}, is_enabled = ${row.isEnabled},
           limits = ${db.json(row.limits as Json)}, updated_at = ${row.now}
     where id = ${row.id} and workspace_id = ${row.workspaceId}
  `;
  return done.count === 1;
}

export async function deleteTransport(
  db: Db,
  { workspaceId, id }: { workspaceId: string; id: string },
): Promise<boolean> {
  const done = await db`delete from transports where id = ${id} and workspace_id = ${workspaceId}`;
  return done.count === 1;
}

/**
 * Providers that asked a way out to slow down, and whose pace has not come back yet.
 *
 * Index: throttles_pkey.
 */
export async function slowedProviders(db: Db, outletId: string): Promise<string[]> {
  const prefix = `${outletId} to:`;
  const rows = await db<{ provider: string }[]>`
    select substr(key, ${prefix.length + 1}::int) as provider from throttles
     where key >= ${prefix} and key < ${`${outletId} to;`}
       and (next_at > db_now()
            or pace + 0.05 * extract(epoch from db_now() - paced_at) < 1)
  `;
  return rows.map(({ provider }) => provider);
}
