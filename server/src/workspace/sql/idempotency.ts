import type { Db } from '../../platform/db.ts';

/** A request that was made with an idempotency key. */
export interface ClaimRow {
  readonly requestHash: Uint8Array;
  /** Status and body of its answer; null while it is being handled. */
  readonly status: number | null;
  readonly body: string | null;
  readonly createdAt: Date;
}

interface Ref {
  readonly workspaceId: string;
  readonly key: string;
}

/** Claims a key for a request. Returns false when somebody has it already. */
export async function insertClaim(
  db: Db,
  { workspaceId, key, requestHash, at }: Ref & { requestHash: Uint8Array; at: Date },
): Promise<boolean> {
  const rows = await db`
    insert into idempotency (workspace_id, key, request_hash, created_at)
    values (${workspaceId}, ${key}, ${requestHash}, ${at})
    on conflict (workspace_id, key) do nothing
    returning 1
  `;
  return rows.length === 1;
}

/** The request that has a key. */
export async function findClaim(db: Db, { workspaceId, key }: Ref): Promise<ClaimRow | null> {
  const rows = await db<ClaimRow[]>`
    select request_hash as "requestHash", status, body, created_at as "createdAt"
      from idempotency
     where workspace_id = ${workspaceId} and key = ${key}
  `;
  return rows[0] ?? null;
}

/**
 * Takes a key over from a request that is forgotten or whose process died.
 *
 * @param seenAt when the claim was made that the caller judged; another one is left alone
 * @returns false when somebody else was faster
 */
export async function takeOverClaim(
  db: Db,
  {
    workspaceId,
    key,
    requestHash,
    seenAt,
    at,
  }: Ref & {
    requestHash: Uint8Array;
    seenAt: Date;
    at: Date;
  },
): Promise<boolean> {
  const rows = await db`
    update idempotency
       set request_hash = ${requestHash}, status = null, body = null, created_at = ${at}
     where workspace_id = ${workspaceId} and key = ${key} and created_at = ${seenAt}
    returning 1
  `;
  return rows.length === 1;
}

/** Keeps the answer of a request. Does nothing when its claim was taken over meanwhile. */
export async function settleClaim(
  db: Db,
  {
    workspaceId,
    key,
    claimedAt,
    status,
    body,
  }: Ref & {
    claimedAt: Date;
    status: number;
    body: string;
  },
): Promise<void> {
  await db`
    update idempotency
       set status = ${status}, body = ${body}
     where workspace_id = ${workspaceId} and key = ${key}
       and created_at = ${claimedAt} and status is null
  `;
}

/** Gives a key back, so that the request may be tried again. Leaves a claim that was taken over. */
export async function deleteClaim(
  db: Db,
  { workspaceId, key, claimedAt }: Ref & { claimedAt: Date },
): Promise<void> {
  await db`
    delete from idempotency
     where workspace_id = ${workspaceId} and key = ${key}
       and created_at = ${claimedAt} and status is null
  `;
}

/**
 * Deletes requests older than `before`, the oldest first, at most `limit`.
 *
 * Across workspaces. Locks: the rows it deletes, skipping those another process deletes. Index:
 * idempotency_by_age.
 */
export async function deleteOldClaims(
  db: Db,
  { before, limit }: { before: Date; limit: number },
): Promise<number> {
  const rows = await db`
    with old as (
      select workspace_id, key
        from idempotency
       where created_at < ${before}
       order by created_at
       limit ${limit}
         for update skip locked
    )
    delete from idempotency i
     using old
     where i.workspace_id = old.workspace_id and i.key = old.key
    returning 1
  `;
  return rows.length;
}
