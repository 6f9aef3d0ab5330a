import type { PreferenceChange, UserRef } from '../../consent/index.ts';
import type { Db } from '../../platform/db.ts';

/** Which of these people have left what they would join, as `<user> <list>`. Index: preferences_pkey. */
export async function leftOf(
  tx: Db,
  { users }: { users: readonly (UserRef & PreferenceChange)[] },
): Promise<ReadonlySet<string>> {
  if (users.length === 0) return new Set();
  const rows = await tx<{ place: string }[]>`
    select p.user_id || ' ' || p.list_id as place
      from unnest(${users.map(({ bucket }) => bucket)}::smallint[],
                  ${users.map(({ userId }) => userId)}::uuid[],
                  ${users.map(({ listId }) => listId ?? '')}::text[]) as q (bucket, user_id, list_id)
      join preferences p
        on p.bucket = q.bucket and p.user_id = q.user_id and p.list_id = nullif(q.list_id, '')::uuid
     where p.state = 'unsubscribed'
  `;
  return new Set(rows.map(({ place }) => place));
}

/** A list that was archived where it comes from. */
export async function archiveList(
  tx: Db,
  { workspaceId, id }: { workspaceId: string; id: string },
): Promise<void> {
  await tx`
    update lists set archived_at = updated_at where id = ${id} and workspace_id = ${workspaceId}
  `;
}
