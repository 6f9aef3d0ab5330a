import type { Db } from '../../platform/db.ts';

/** Where the clock of a test side stands and what is due next; null for a live side. */
export async function readTestClock(
  db: Db,
  workspaceId: string,
): Promise<{ now: Date; nextDueAt: Date | null } | null> {
  const rows = await db<{ now: Date; nextDueAt: Date | null }[]>`
    select w.clock_now as now,
           (select min(due_at) from recipients
             where workspace_id = w.id and not live and status = 'pending' and not parked)
             as "nextDueAt"
      from workspaces w
     where w.id = ${workspaceId} and w.side = 'test'
  `;
  return rows[0] ?? null;
}

/** How many steps of a test side wait, up to `limit`. Index: recipients_due_test. */
export async function countWaiting(
  db: Db,
  { workspaceId, limit }: { workspaceId: string; limit: number },
): Promise<number> {
  const rows = await db<{ count: number }[]>`
    select count(*)::int as count
      from (select 1 from recipients where workspace_id = ${workspaceId} and not live limit ${limit}) r
  `;
  return rows[0]?.count ?? 0;
}

/**
 * Takes the right to move a test side's clock, unless another call has it. It lapses by itself when
 * its holder dies.
 */
export async function beginAdvancing(
  db: Db,
  { workspaceId, token }: { workspaceId: string; token: string },
): Promise<boolean> {
  const rows = await db`
    update workspaces
       set advancing_until = db_now() + interval '60 seconds', advancing_token = ${token}
     where id = ${workspaceId} and side = 'test'
       and (advancing_until is null or advancing_until < db_now())
    returning id
  `;
  return rows.length === 1;
}

/** Moves the clock, never backwards. Fenced by the token, whose right it prolongs. */
export async function setTestClock(
  db: Db,
  { workspaceId, token, now }: { workspaceId: string; token: string; now: Date },
): Promise<void> {
  const rows = await db`
    update workspaces
       set clock_now = greatest(clock_now, ${now}), advancing_until = db_now() + interval '60 seconds'
     where id = ${workspaceId} and advancing_token = ${token}
    returning id
  `;
  if (rows.length === 0) throw new Error(`the right to move the clock of ${workspaceId} was lost`);
}

/** Gives the right back. */
export async function endAdvancing(
  db: Db,
  { workspaceId, token }: { workspaceId: string; token: string },
): Promise<void> {
  await db`
    update workspaces set advancing_until = null, advancing_token = null
     where id = ${workspaceId} and advancing_token = ${token}
  `;
}
