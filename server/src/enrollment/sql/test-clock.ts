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

/** What stands before the clock of a test side, and what it would meet. */
export interface SideLook {
  readonly now: Date;
  readonly nextDueAt: Date | null;
  /** Buckets in which something happened that nobody has looked at. */
  readonly signalBuckets: readonly number[];
  /** Whether there are scans to go on with. */
  readonly hasOpenScan: boolean;
  /** Whether anything changes by the clock alone. */
  readonly hasSweeps: boolean;
  /** Whether a broadcast has begun, or will. */
  readonly hasBroadcasts: boolean;
}

/**
 * Looks for all of it in one statement, for it is asked at every stop of the clock; null for a live side.
 *
 * Index: recipients_due_test, signals_of_tests, series_scans_by_side, broadcasts_by_side, broadcasts_look;
 * recipients_by_series, one probe per series. Spelled out, because a planner that may choose reads the
 * whole queue instead.
 */
export async function lookAtSide(db: Db, workspaceId: string): Promise<SideLook | null> {
  const rows = await db<SideLook[]>`
    select w.clock_now as now,
           (select min(due_at) from recipients
             where workspace_id = w.id and not live and status = 'pending' and not parked)
             as "nextDueAt",
           array(select distinct bucket from signals where workspace_id = w.id and not live
                  order by bucket) as "signalBuckets",
           exists (
             select from series_scans s
               join automations a on a.id = s.automation_id
              where s.workspace_id = w.id and s.next_at is not null
                and (a.status = 'active' or a.status = 'paused' and s.kind = 'leaving'))
             as "hasOpenScan",
           (exists (
              select from series_scans s
                join automations a on a.id = s.automation_id
               where s.workspace_id = w.id and s.kind = 'sweep' and a.status = 'active')
            or exists (
              select from series_scans s
                join automations a on a.id = s.automation_id
               cross join lateral (
                 select from recipients r
                  where r.automation_id = a.id order by r.due_at limit 1) passage
               where s.workspace_id = w.id and s.kind = 'leaving'
                 and a.status in ('active', 'paused'))) as "hasSweeps",
           (exists (
              select from broadcasts b
               where b.workspace_id = w.id and b.due_at is not null
                 and b.state in ('scheduled', 'sending'))
            or exists (
              select from broadcasts b
               where b.workspace_id = w.id and b.due_at is null and b.look_at is not null
                 and b.state = 'sending')) as "hasBroadcasts"
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

/**
 * Moves the clock to a full hour and begins all sweeps of the side, as `setTestClock` moves it.
 * Index: series_scans_by_side.
 */
export async function setTestClockToSweep(
  db: Db,
  { workspaceId, token, now }: { workspaceId: string; token: string; now: Date },
): Promise<void> {
  const rows = await db`
    with moved as (
      update workspaces
         set clock_now = greatest(clock_now, ${now}),
             advancing_until = db_now() + interval '60 seconds'
       where id = ${workspaceId} and advancing_token = ${token}
      returning id
    ), begun as (
      update series_scans s set next_at = db_now()
        from moved m
       where s.workspace_id = m.id and s.kind in ('sweep', 'leaving') and s.next_at is null
    )
    select from moved
  `;
  if (rows.length === 0) throw rightLost(workspaceId);
}

const rightLost = (workspaceId: string): Error =>
  new Error(`the right to move the clock of ${workspaceId} was lost`);

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
  if (rows.length === 0) throw rightLost(workspaceId);
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
