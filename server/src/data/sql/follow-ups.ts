import type { UserRef } from '../../consent/index.ts';
import type { Db, Transaction } from '../../platform/db.ts';

/** What is to be done once a piece has been committed. */
export interface FollowUp {
  readonly importId: string;
  readonly position: number;
  /** Those who get less mail now. */
  readonly declined: readonly UserRef[];
  /** Those whose time zone is another one. */
  readonly moved: readonly UserRef[];
}

type Pair = [bucket: number, userId: string];

const pairsOf = (refs: readonly UserRef[]): string =>
  JSON.stringify(refs.map(({ bucket, userId }): Pair => [bucket, userId]));
const refsOf = (pairs: readonly Pair[]): UserRef[] =>
  pairs.map(([bucket, userId]) => ({ bucket, userId }));

/** Keeps what is to be done, in the transaction that writes the piece. */
export async function insertFollowUp(
  tx: Transaction,
  { importId, position, declined, moved, workspaceId }: FollowUp & { workspaceId: string },
): Promise<void> {
  await tx`
    insert into import_follow_ups (import_id, position, workspace_id, declined, moved, written_at)
    values (${importId}, ${position}, ${workspaceId}, ${pairsOf(declined)}::text::jsonb,
            ${pairsOf(moved)}::text::jsonb, db_now())
  `;
}

/** It is done. Index: import_follow_ups_pkey. */
export async function deleteFollowUp(
  db: Db,
  { importId, position }: Pick<FollowUp, 'importId' | 'position'>,
): Promise<void> {
  await db`
    delete from import_follow_ups where import_id = ${importId} and position = ${position}
  `;
}

/**
 * The oldest of those that nobody has done for a while: whoever wrote it has died. Done by two it is done
 * as well. Across workspaces: the worker's. Index: import_follow_ups_by_age.
 */
export async function findLeftFollowUp(
  db: Db,
  { afterMs }: { afterMs: number },
): Promise<FollowUp | null> {
  const rows = await db<{ importId: string; position: number; declined: Pair[]; moved: Pair[] }[]>`
    select import_id as "importId", position, declined, moved
      from import_follow_ups
     where written_at < db_now() - ${afterMs}::integer * interval '1 millisecond'
     order by written_at
     limit 1
  `;
  const [row] = rows;
  if (row === undefined) return null;
  return { ...row, declined: refsOf(row.declined), moved: refsOf(row.moved) };
}
