import type { Db } from '../../platform/db.ts';
import type { Audience } from '../audience.ts';
import type { BroadcastState } from '../broadcast.ts';
import type { Schedule } from '../schedule.ts';

/** A broadcast of which one transaction does a piece. */
export interface ClaimedBroadcast {
  readonly id: string;
  readonly workspaceId: string;
  readonly side: 'live' | 'test';
  readonly workspaceTimezone: string;
  /** The cap on emails to one person; null without one. */
  readonly capCount: number | null;
  readonly capDays: number | null;
  readonly name: string;
  readonly version: number;
  readonly state: BroadcastState;
  readonly audience: Audience;
  readonly schedule: Schedule;
  readonly startedAt: Date | null;
  readonly snapshotAt: Date | null;
  /** Where the snapshot is. As text: the database knows microseconds. */
  readonly cursorAt: string | null;
  readonly cursorId: string | null;
  readonly chunk: number;
  readonly counts: Readonly<Record<string, number>>;
  readonly fedAt: string | null;
  readonly fedId: string | null;
  readonly fed: number;
  readonly rate: number;
  readonly measuredAt: Date | null;
  readonly leftQueue: number;
  /** The clock of the side. */
  readonly now: Date;
  readonly dbNow: Date;
}

/**
 * Locks the broadcast whose turn it is; null when none is due that nobody else works on.
 *
 * Across workspaces. Locks: the broadcast, and its automation (shared), so that no pause is answered
 * while people are being taken into the queue; both are skipped where another holds them. The statement
 * takes the lock on the table of automations before any row: `holdWorkers` never waits for us while we
 * wait for it. Index: broadcasts_look, broadcasts_by_side.
 *
 * @param workspaceId of a test side whose clock stands for the caller; null for all that live and all
 *   test sides whose clock nobody moves
 */
export async function claimBroadcast(
  tx: Db,
  { workspaceId }: { workspaceId: string | null },
): Promise<ClaimedBroadcast | null> {
  const whose =
    workspaceId === null
      ? tx`b.look_at <= db_now()
           and (w.side = 'live' or w.advancing_until is null or w.advancing_until < db_now())`
      : tx`b.workspace_id = ${workspaceId}`;
  const order = workspaceId === null ? tx`b.look_at` : tx`b.due_at, b.automation_id`;
  const rows = await tx<ClaimedBroadcast[]>`
    select a.id, a.workspace_id as "workspaceId", w.side, w.timezone as "workspaceTimezone",
           (w.settings #>> '{limits,emails,count}')::int as "capCount",
           (w.settings #>> '{limits,emails,days}')::int as "capDays",
           a.name, a.version, b.state, b.audience, b.schedule, b.started_at as "startedAt",
           b.snapshot_at as "snapshotAt", b.cursor_at::text as "cursorAt",
           b.cursor_id as "cursorId", b.chunk, b.counts, b.fed_at::text as "fedAt",
           b.fed_id as "fedId", b.fed, b.rate, b.measured_at as "measuredAt",
           b.left_queue as "leftQueue", coalesce(w.clock_now, db_now()) as now, db_now() as "dbNow"
      from broadcasts b
      join automations a on a.id = b.automation_id
      join workspaces w on w.id = b.workspace_id
     where ${whose} and b.due_at <= coalesce(w.clock_now, db_now())
       and b.state in ('scheduled', 'sending') and a.status = 'active'
     order by ${order}
     limit 1
       for no key update of b skip locked
       for share of a skip locked
  `;
  return rows[0] ?? null;
}

/** What there is to do for broadcasts. */
export interface BroadcastWork {
  /** How many are due, up to a bound. */
  readonly due: number;
  /** Whether one has taken everybody into the queue, and may be over. */
  readonly mayBeOver: boolean;
}

/** Looks for work of both kinds: one cheap question. Across workspaces. Index: broadcasts_look. */
export async function lookForBroadcasts(
  db: Db,
  { limit }: { limit: number },
): Promise<BroadcastWork> {
  const rows = await db<BroadcastWork[]>`
    select (select count(*)::int
              from (select
                      from broadcasts b
                      join workspaces w on w.id = b.workspace_id
                     where b.look_at <= db_now() and b.due_at <= coalesce(w.clock_now, db_now())
                       and (w.side = 'live' or w.advancing_until is null
                            or w.advancing_until < db_now())
                     limit ${limit}) due) as due,
           exists (select from broadcasts b
                    where b.look_at <= db_now() and b.due_at is null and b.state = 'sending')
             as "mayBeOver"
  `;
  return rows[0] ?? { due: 0, mayBeOver: false };
}

/** When a test side has something to do next because of a broadcast. Index: broadcasts_by_side. */
export async function nextDueOf(db: Db, workspaceId: string): Promise<Date | null> {
  const rows = await db<{ at: Date | null }[]>`
    select min(b.due_at) as at
      from broadcasts b
      join automations a on a.id = b.automation_id and a.status = 'active'
     where b.workspace_id = ${workspaceId} and b.due_at is not null
       and b.state in ('scheduled', 'sending')
  `;
  return rows[0]?.at ?? null;
}

/** Lets a broadcast begin that the caller has claimed: its people are looked at from now on. */
export async function beginBroadcast(
  tx: Db,
  { id, now, estimate }: { id: string; now: Date; estimate: number },
): Promise<void> {
  await tx`
    update broadcasts
       set state = 'sending', started_at = ${now}, estimate = ${estimate}, look_at = db_now()
     where automation_id = ${id}
  `;
}

/** Cancels statements of this transaction that take longer. */
export async function limitStatements(tx: Db, { ms }: { ms: number }): Promise<void> {
  await tx`select set_config('statement_timeout', ${String(ms)}, true)`;
}

/** Makes the pieces of a snapshot smaller, after one that took too long; nobody holds it meanwhile. */
export async function shrinkChunk(
  db: Db,
  { id, chunk }: Pick<ClaimedBroadcast, 'id' | 'chunk'>,
  { to }: { to: number },
): Promise<void> {
  await db`update broadcasts set chunk = ${to} where automation_id = ${id} and chunk = ${chunk}`;
}

/** Counted exactly up to here; beyond, the planner's estimate has to do. */
const COUNT_MAX = 20_000;

/** About how many users a side has. Index: users_by_age. */
export async function estimateUsers(db: Db, workspaceId: string): Promise<number> {
  const counted = await db<{ count: number }[]>`
    select count(*)::int as count
      from (select from users where workspace_id = ${workspaceId} limit ${COUNT_MAX}) u
  `;
  const count = counted[0]?.count ?? 0;
  if (count < COUNT_MAX) return count;
  const rows = await db<{ 'QUERY PLAN': readonly { Plan: { 'Plan Rows': number } }[] }[]>`
    explain (format json) select from users where workspace_id = ${workspaceId}
  `;
  return Math.max(COUNT_MAX, rows[0]?.['QUERY PLAN'][0]?.Plan['Plan Rows'] ?? 0);
}

/** What a piece of a snapshot came to. */
export interface SnapshotMove {
  readonly id: string;
  readonly cursorAt: string | null;
  readonly cursorId: string | null;
  readonly chunk: number;
  readonly looked: number;
  readonly counts: Readonly<Record<string, number>>;
  /** When the first is due, once all have been looked at; null before. */
  readonly isOver: boolean;
  readonly now: Date;
}

/**
 * Moves a snapshot on that the caller has claimed. When it is over, the broadcast is due when its first
 * recipient is. Index: broadcast_recipients_due.
 */
export async function moveSnapshot(tx: Db, move: SnapshotMove): Promise<void> {
  const { id, cursorAt, cursorId, chunk, looked, counts, isOver, now } = move;
  await tx`
    update broadcasts
       set cursor_at = ${cursorAt}::text::timestamptz, cursor_id = ${cursorId}, chunk = ${chunk},
           looked = looked + ${looked}, counts = ${tx.json(counts)}, look_at = db_now(),
           snapshot_at = case when ${isOver} then ${now}::timestamptz end
     where automation_id = ${id}
  `;
}
