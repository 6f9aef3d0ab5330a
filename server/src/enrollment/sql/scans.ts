import type { Db } from '../../platform/db.ts';

export type ScanKind = 'activation' | 'sweep' | 'leaving';

/** A scan of which one transaction does a piece. */
export interface ClaimedScan {
  readonly automationId: string;
  readonly kind: ScanKind;
  /** It is about users with `bucket % lanes = lane`. */
  readonly lane: number;
  readonly lanes: number;
  readonly workspaceId: string;
  readonly side: 'live' | 'test';
  readonly workspaceTimezone: string;
  /** In how many series a user of the side may be; null for any number. */
  readonly seriesAtOnce: number | null;
  /** The version whose audience is looked for. */
  readonly version: number;
  /** Where the last piece ended; null at the beginning. As text: the database knows microseconds. */
  readonly cursorAt: string | null;
  readonly cursorId: string | null;
  readonly chunk: number;
  readonly looked: number;
  readonly entered: number;
  readonly total: number | null;
  readonly startedAt: Date;
  readonly since: Date | null;
  readonly finishedAt: Date | null;
  /** The clock of the side. */
  readonly now: Date;
}

/** Then a scan begins even if something older is still under way: a dump, say. */
const WAIT_MAX_MS = 10_000;

/**
 * Locks the scan whose turn it is; null when none is due that nobody else works on.
 *
 * A new one begins when all statements have ended that began before it was planned: they may be
 * writing changes for which no signal is written, and which are not visible yet.
 *
 * Across workspaces. Locks: the scan, and its series (shared), so that no pause is answered while people
 * are being entered; both are skipped where another holds them. Index: series_scans_next.
 *
 * @param workspaceId of a test side whose clock stands for the caller; null for all that live and all
 *   test sides whose clock nobody moves
 */
export async function claimScan(
  tx: Db,
  { workspaceId }: { workspaceId: string | null },
): Promise<ClaimedScan | null> {
  const sides =
    workspaceId === null
      ? tx`(w.side = 'live' or w.advancing_until is null or w.advancing_until < db_now())`
      : tx`w.id = ${workspaceId}`;
  // On a test side always the same: who enters at a full hour may leave at it.
  const order = workspaceId === null ? tx`s.next_at` : tx`s.kind desc, s.next_at`;
  const rows = await tx<ClaimedScan[]>`
    select s.automation_id as "automationId", s.kind, s.lane, s.lanes, s.workspace_id as "workspaceId", w.side,
           w.timezone as "workspaceTimezone",
           (w.settings #>> '{limits,series_at_once}')::int as "seriesAtOnce", s.version, s.cursor_at::text as "cursorAt",
           s.cursor_id as "cursorId", s.chunk, s.looked, s.entered, s.total,
           s.started_at as "startedAt", s.since, s.finished_at as "finishedAt",
           coalesce(w.clock_now, db_now()) as now
      from series_scans s
      join automations a on a.id = s.automation_id
      join workspaces w on w.id = s.workspace_id
     where s.next_at <= db_now() and ${sides}
       and (a.status = 'active' or a.status = 'paused' and s.kind = 'leaving')
       and (s.planned_in is null
            or s.planned_at <= db_now() - ${WAIT_MAX_MS} * interval '1 millisecond'
            or not exists (
              select from pg_stat_activity o
               where o.datname = current_database() and o.pid <> pg_backend_pid()
                 and o.backend_type = 'client backend' and o.backend_xmin is not null
                 and age(o.backend_xmin) >= age(s.planned_in::xid)))
     order by ${order}
     limit 1
       for update of s skip locked
       for share of a skip locked
  `;
  return rows[0] ?? null;
}

/** How many scans are due, up to `limit`: one cheap question. Index: series_scans_next. */
export async function countDueScans(db: Db, { limit }: { limit: number }): Promise<number> {
  const rows = await db<{ count: number }[]>`
    select count(*)::int as count
      from (select
              from series_scans s
              join automations a on a.id = s.automation_id
             where s.next_at <= db_now()
               and (a.status = 'active' or a.status = 'paused' and s.kind = 'leaving')
             limit ${limit}) due
  `;
  return rows[0]?.count ?? 0;
}

/** Cancels statements of this transaction that take longer. */
export async function limitStatements(tx: Db, { ms }: { ms: number }): Promise<void> {
  await tx`select set_config('statement_timeout', ${String(ms)}, true)`;
}

/** What a piece came to. */
export interface ScanMove extends Pick<
  ClaimedScan,
  | 'automationId'
  | 'kind'
  | 'lane'
  | 'cursorAt'
  | 'cursorId'
  | 'chunk'
  | 'looked'
  | 'entered'
  | 'total'
> {
  readonly startedAt: Date;
  readonly since: Date | null;
  readonly finishedAt: Date | null;
  /** From now to its next turn; null for never, or until the clock of the test side is moved. */
  readonly nextInMs: number | null;
}

/**
 * Moves a scan that the caller has locked on.
 *
 * @param isDurable false where nothing was found: the piece may be done once more after a crash, and
 *   nobody waits for the disk
 */
export async function moveScan(
  tx: Db,
  scan: ScanMove,
  { isDurable }: { isDurable: boolean },
): Promise<void> {
  await tx`
    update series_scans
       set cursor_at = ${scan.cursorAt}::text::timestamptz, cursor_id = ${scan.cursorId},
           chunk = ${scan.chunk}, looked = ${scan.looked}, entered = ${scan.entered},
           total = ${scan.total}, started_at = ${scan.startedAt}, since = ${scan.since},
           finished_at = ${scan.finishedAt}, planned_in = null, planned_at = null,
           next_at = db_now() + ${scan.nextInMs}::bigint * interval '1 millisecond'
     where automation_id = ${scan.automationId} and kind = ${scan.kind} and lane = ${scan.lane}
    returning case when not ${isDurable}::boolean then set_config('synchronous_commit', 'off', true) end
  `;
}

/** Takes smaller pieces of a scan from now on, unless somebody has changed that meanwhile. */
export async function shrinkScan(
  db: Db,
  {
    automationId,
    kind,
    lane,
    chunk,
  }: Pick<ClaimedScan, 'automationId' | 'kind' | 'lane' | 'chunk'>,
  { to }: { to: number },
): Promise<void> {
  await db`
    update series_scans set chunk = ${to}
     where automation_id = ${automationId} and kind = ${kind} and lane = ${lane} and chunk = ${chunk}
  `;
}

/** Whether a side has scans that a worker would go on with. Index: series_scans_by_side. */
export async function hasOpenScan(db: Db, workspaceId: string): Promise<boolean> {
  const rows = await db`
    select 1
      from series_scans s
      join automations a on a.id = s.automation_id
     where s.workspace_id = ${workspaceId} and s.next_at is not null
       and (a.status = 'active' or a.status = 'paused' and s.kind = 'leaving')
     limit 1
  `;
  return rows.length > 0;
}

/** A series whose completion is to be settled. */
export interface Completable {
  readonly id: string;
  readonly workspaceId: string;
  readonly to: 'active' | 'completed';
}

/**
 * Manual series that have taken in everybody and have nobody under way, and completed ones in which
 * somebody waits after all.
 *
 * Across workspaces. Index: recipients_by_series, one probe per series that waits for this;
 * recipients_parked, one per series with parked rows, for a worker parks what is due in a series that is
 * not active. Spelled out, because a planner that believes in an even spread reads the whole queue.
 */
export async function completable(db: Db, { limit }: { limit: number }): Promise<Completable[]> {
  return db<Completable[]>`
    with recursive parked (automation_id) as (
      (select automation_id from recipients where parked order by automation_id limit 1)
      union all
      select (select r.automation_id from recipients r
               where r.parked and r.automation_id > p.automation_id
               order by r.automation_id limit 1)
        from parked p where p.automation_id is not null
    )
    select a.id, a.workspace_id as "workspaceId", 'completed' as to
      from series_scans s
      join automations a on a.id = s.automation_id
      join series_versions v on v.automation_id = a.id and v.number = a.version
      left join lateral (
        select true as is_there from recipients r
         where r.automation_id = a.id order by r.due_at limit 1) r on true
     where s.kind = 'activation' and s.lane = 0 and a.status = 'active'
       and not exists (
         select from series_scans o
          where o.automation_id = a.id and o.kind = s.kind and o.finished_at is null)
       and v.settings ->> 'entry_trigger' = 'manual' and r.is_there is null
    union all
    select a.id, a.workspace_id, 'active'
      from parked p
      join automations a on a.id = p.automation_id
     where a.status = 'completed'
     limit ${limit}
  `;
}

/** Whether anybody is under way in a series. Index: recipients_by_series. */
export async function hasPassages(db: Db, automationId: string): Promise<boolean> {
  const rows = await db`
    select 1 from recipients where automation_id = ${automationId} order by due_at limit 1
  `;
  return rows.length > 0;
}

/**
 * Ends scans of series that are archived or completed. Across workspaces. Index: series_scans_next.
 *
 * @returns how many
 */
export async function endScans(db: Db): Promise<number> {
  const ended = await db`
    update series_scans s
       set next_at = null, finished_at = coalesce(s.finished_at, w.clock_now, db_now())
      from automations a
      join workspaces w on w.id = a.workspace_id
     where a.id = s.automation_id and s.next_at is not null
       and a.status in ('archived', 'completed')
  `;
  return ended.count;
}
