import type { Db } from '../../platform/db.ts';
import { NIL_UUID } from '../../platform/ids.ts';
import type { ConsentState, ListKind, UserRef } from '../consent.ts';

/** The name of a list, also of an archived one; null when there is none. Index: lists_pkey. */
export async function listName(
  db: Db,
  { workspaceId, id }: { workspaceId: string; id: string },
): Promise<string | null> {
  const rows = await db<{ name: string }[]>`
    select name from lists where workspace_id = ${workspaceId} and id = ${id}
  `;
  return rows[0]?.name ?? null;
}

/** A person's address; null where there is none, or the person is erased. Index: users_pkey. */
export async function addressOf(
  db: Db,
  { workspaceId, bucket, userId }: UserRef & { workspaceId: string },
): Promise<string | null> {
  const rows = await db<{ address: string | null }[]>`
    select email as address from users
     where bucket = ${bucket} and id = ${userId} and workspace_id = ${workspaceId}
  `;
  return rows[0]?.address ?? null;
}

/** What was so before somebody unsubscribed last. */
export interface Left {
  /** Null when nothing had been chosen. */
  readonly before: ConsentState | null;
  /** Of the list; null for everything. */
  readonly kind: ListKind | null;
}

/** The last time that somebody left a list, or everything. Index: consent_changes_by_user. */
export async function lastLeft(
  db: Db,
  { workspaceId, bucket, userId, listId }: UserRef & { workspaceId: string; listId: string | null },
): Promise<Left | null> {
  const rows = await db<Left[]>`
    select c.before, l.kind
      from consent_changes c
      left join lists l on l.id = c.list_id
     where c.bucket = ${bucket} and c.user_id = ${userId} and c.workspace_id = ${workspaceId}
       and c.list_id = ${listId ?? NIL_UUID} and c.after = 'unsubscribed'
     order by c.id desc
     limit 1
  `;
  return rows[0] ?? null;
}
