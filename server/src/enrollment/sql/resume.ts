import type { Db } from '../../platform/db.ts';
import type { Delay } from '../../schedule/delay.ts';
import type { ResumePolicy } from '../../series/index.ts';

/**
 * Takes what is due in a paused series out of the worker's sight, as a worker does that comes to it: at
 * a resume it is clear then what was overdue.
 *
 * Locks: the rows, skipping those that another holds. Index: recipients_by_series.
 *
 * @param now of the side
 * @returns how many were parked
 */
export async function parkOverdue(
  db: Db,
  {
    workspaceId,
    automationId,
    now,
    limit,
  }: { workspaceId: string; automationId: string; now: Date; limit: number },
): Promise<number> {
  const done = await db`
    update recipients r set parked = true
      from (
        select bucket, enrollment_id, seq
          from recipients
         where automation_id = ${automationId} and workspace_id = ${workspaceId}
           and due_at <= ${now} and status = 'pending' and not parked
         order by due_at
         limit ${limit}
           for update skip locked) p
     where r.bucket = p.bucket and r.enrollment_id = p.enrollment_id and r.seq = p.seq
  `;
  return done.count;
}

/** What the last resume of each series ordered; nothing for one that was never resumed by order. */
export async function resumePolicies(
  db: Db,
  automationIds: readonly string[],
): Promise<Map<string, ResumePolicy>> {
  const rows = await db<
    { id: string; policy: { late: ResumePolicy['late']; after: Delay; at: string } }[]
  >`
    select id, resume_policy as policy
      from automations
     where id = any(${automationIds as string[]}::uuid[]) and resume_policy is not null
  `;
  return new Map(
    rows.map(({ id, policy: { late, after, at } }) => [id, { late, after, at: new Date(at) }]),
  );
}

/** How many wait past their due time in one series. Index: recipients_by_series. */
export async function countOverdue(
  db: Db,
  { workspaceId, automationId, now }: { workspaceId: string; automationId: string; now: Date },
): Promise<number> {
  const rows = await db<{ count: number }[]>`
    select count(*)::int as count
      from recipients
     where automation_id = ${automationId} and workspace_id = ${workspaceId}
       and due_at <= ${now} and status = 'pending' and advances
  `;
  return rows[0]?.count ?? 0;
}
