import type { Db } from '../../platform/db.ts';
import type { RowRef } from './move-on.ts';

/** How many people wait at one step of one version. */
export interface WaitingCount {
  readonly version: number;
  readonly stepId: string;
  readonly count: number;
}

/** Who waits where. Reads all rows of the series: for a person's look. Index: recipients_by_series. */
export async function countWaitingByVersion(
  db: Db,
  { workspaceId, automationId }: { workspaceId: string; automationId: string },
): Promise<WaitingCount[]> {
  return db<WaitingCount[]>`
    select version, step_id as "stepId", count(*)::int as count
      from recipients
     where automation_id = ${automationId} and workspace_id = ${workspaceId} and advances
     group by version, step_id
     order by version, step_id
  `;
}

/** Where a look at all rows of a series goes on. */
export interface RowsAfter {
  readonly dueAt: Date;
  readonly enrollmentId: string;
}

/**
 * Waiting rows of one series that advance somebody, in the order of their due times. Locks nothing.
 *
 * Index: recipients_by_series.
 *
 * @param dueTo only rows that are due at this instant or before; null for all
 */
export async function pageOfRows(
  db: Db,
  {
    workspaceId,
    automationId,
    dueTo,
    after,
    limit,
  }: {
    workspaceId: string;
    automationId: string;
    dueTo: Date | null;
    after: RowsAfter | null;
    limit: number;
  },
): Promise<(RowRef & RowsAfter)[]> {
  return db<(RowRef & RowsAfter)[]>`
    select bucket, enrollment_id as "enrollmentId", seq, due_at as "dueAt"
      from recipients
     where automation_id = ${automationId} and workspace_id = ${workspaceId}
       and (due_at, enrollment_id) > (
         coalesce(${after?.dueAt ?? null}::timestamptz, '-infinity'),
         coalesce(${after?.enrollmentId ?? null}::uuid, '00000000-0000-0000-0000-000000000000'))
       and due_at <= coalesce(${dueTo}::timestamptz, 'infinity')
       and advances and status = 'pending'
     order by due_at, enrollment_id
     limit ${limit}
  `;
}

/** A migration as the API shows it. */
export interface ShownMigration {
  readonly toVersion: number;
  readonly state: 'running' | 'done' | 'superseded' | 'cancelled';
  readonly movedCount: number;
  readonly startedAt: Date;
  readonly finishedAt: Date | null;
}

/** The last migrations of a series, youngest first. Index: series_migrations_pkey. */
export async function lastMigrations(
  db: Db,
  { automationId, limit }: { automationId: string; limit: number },
): Promise<ShownMigration[]> {
  return db<ShownMigration[]>`
    select to_version as "toVersion", state, moved_count as "movedCount",
           started_at as "startedAt", finished_at as "finishedAt"
      from series_migrations
     where automation_id = ${automationId}
     order by to_version desc
     limit ${limit}
  `;
}

/** The external ids of users. Index: users_pkey. */
export async function externalIds(
  db: Db,
  users: readonly { bucket: number; userId: string }[],
): Promise<Map<string, string>> {
  const rows = await db<{ id: string; externalId: string }[]>`
    select u.id, u.external_id as "externalId"
      from unnest(
             ${users.map(({ bucket }) => bucket)}::smallint[],
             ${users.map(({ userId }) => userId)}::uuid[]
           ) as q (bucket, id)
      join users u on u.bucket = q.bucket and u.id = q.id
  `;
  return new Map(rows.map(({ id, externalId }) => [id, externalId]));
}
