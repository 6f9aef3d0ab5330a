import type { Db } from '../../platform/db.ts';
import type { ListStanding } from '../filter/facts.ts';
import { hasLeftSql, standingSql } from '../filter/standing.ts';

/** What one user chose about mail. */
interface UserConsent {
  readonly userId: string;
  readonly hasLeft: boolean;
  /** By the id of the list; only of lists that there are in the user's workspace. */
  readonly standings: Readonly<Record<string, ListStanding>>;
}

/**
 * How users stand to all marketing and to lists.
 *
 * Across workspaces: for the worker. Index: preferences_pkey, lists_pkey.
 *
 * @param users each once, with the ids of lists
 */
export async function consentOfUsers(
  db: Db,
  users: readonly {
    readonly bucket: number;
    readonly id: string;
    readonly workspaceId: string;
    readonly lists: readonly string[];
  }[],
): Promise<UserConsent[]> {
  return db<UserConsent[]>`
    select u.id as "userId", h.has_left as "hasLeft", s.standings
      from unnest(
        ${users.map(({ bucket }) => bucket)}::smallint[],
        ${users.map(({ id }) => id)}::uuid[],
        ${users.map(({ workspaceId }) => workspaceId)}::uuid[],
        ${users.map(({ lists }) => `{${lists.join(',')}}`)}::text[]
      ) as u (bucket, id, workspace_id, lists)
     cross join lateral (select ${hasLeftSql(db)} as has_left) h
     cross join lateral (
       select coalesce(jsonb_object_agg(l.id, ${standingSql(db, db`h.has_left`)}), '{}') as standings
         from unnest(u.lists::uuid[]) as asked (id)
         join lists l on l.id = asked.id and l.workspace_id = u.workspace_id
         left join preferences p
           on p.bucket = u.bucket and p.user_id = u.id and p.list_id = l.id
     ) s
  `;
}
