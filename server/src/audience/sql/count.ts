import type { Db, Transaction } from '../../platform/db.ts';
import { conditionSql, type Filter } from '../filter/index.ts';
import { joinCompanies } from './search.ts';

/** Lets no statement of this transaction run for longer. */
export async function boundStatements(tx: Transaction, { ms }: { ms: number }): Promise<void> {
  await tx`select set_config('statement_timeout', ${String(ms)}, true)`;
}

/** How many users a side has. Index: users_by_age. */
export async function countUsers(
  db: Db,
  { workspaceId }: { workspaceId: string },
): Promise<number> {
  const rows = await db<{ count: number }[]>`
    select count(*)::int as count from users where workspace_id = ${workspaceId}
  `;
  return rows[0]?.count ?? 0;
}

/** How many of them match. Cost: reads everybody. */
export async function countMatching(
  db: Db,
  { workspaceId, filter, now }: { workspaceId: string; filter: Filter; now: Date },
): Promise<number> {
  const rows = await db<{ count: number }[]>`
    select count(*)::int as count
      from users u
      ${joinCompanies(db)}
     where u.workspace_id = ${workspaceId} and ${conditionSql(db, filter, { now })}
  `;
  return rows[0]?.count ?? 0;
}

/** Some of a side's users, as if drawn by lot. */
export interface UserSample {
  readonly sampled: number;
  readonly matched: number;
  /** The greatest id among them; null for nobody. Ids are spread evenly. */
  readonly lastId: string | null;
}

/**
 * Looks at the first users of one bucket: ids are hashes, so that those are nobody in particular.
 *
 * Index: users_pkey.
 *
 * @param filter null where only their number is asked for
 */
export async function sampleUsers(
  db: Db,
  {
    workspaceId,
    filter,
    now,
    limit,
  }: { workspaceId: string; filter: Filter | null; now: Date; limit: number },
): Promise<UserSample> {
  const rows = await db<UserSample[]>`
    with sample as materialized (
      select * from users
       where bucket = 0 and workspace_id = ${workspaceId}
       order by bucket, id
       limit ${limit}
    )
    select (select count(*)::int from sample) as sampled,
           (select id::text from sample order by id desc limit 1) as "lastId",
           (select count(*)::int from sample u ${filter === null ? db`` : joinCompanies(db)}
             where ${filter === null ? db`true` : conditionSql(db, filter, { now })}) as matched
  `;
  return rows[0] ?? { sampled: 0, matched: 0, lastId: null };
}
