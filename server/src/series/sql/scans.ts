import type { Db, Transaction } from '../../platform/db.ts';

/** Which series in which version, and when by the clock of its side. */
interface ScanOf {
  readonly automationId: string;
  readonly workspaceId: string;
  readonly version: number;
  readonly now: Date;
}

/** Parts of a live side that are looked through beside each other: one waits for the database meanwhile. */
const LANES = 2;

/**
 * Begins to look through all users of a side, from the beginning also where that is under way.
 *
 * Locks: the scan.
 */
export async function startScan(
  tx: Transaction,
  { automationId, workspaceId, version, now }: ScanOf,
): Promise<void> {
  await tx`
    insert into series_scans (automation_id, kind, lane, lanes, workspace_id, version, started_at,
                              next_at, planned_in, planned_at)
    select ${automationId}, 'activation', lane, n.lanes, ${workspaceId}, ${version}, ${now}, db_now(),
           pg_current_xact_id(), db_now()
      from workspaces w
     cross join lateral (select case when w.side = 'live' then ${LANES}::int else 1 end as lanes) n
     cross join lateral generate_series(0, n.lanes - 1) as lane
     where w.id = ${workspaceId}
        on conflict (automation_id, kind, lane) do update
       set version = excluded.version, started_at = excluded.started_at, finished_at = null,
           next_at = excluded.next_at, planned_in = excluded.planned_in,
           planned_at = excluded.planned_at, cursor_at = null, cursor_id = null,
           looked = 0, entered = 0, total = null
  `;
}

/**
 * Plans a scan that comes again and again; one that is planned goes on, for the new version.
 *
 * @param everyMs from one to the next on a live side; on a test side its clock has to be moved
 */
export async function planSweep(
  tx: Transaction,
  {
    automationId,
    workspaceId,
    version,
    now,
    kind,
    everyMs,
  }: ScanOf & { kind: 'sweep' | 'leaving'; everyMs: number },
): Promise<void> {
  await tx`
    insert into series_scans (automation_id, kind, workspace_id, version, started_at, finished_at,
                              next_at)
    select ${automationId}, ${kind}, ${workspaceId}, ${version}, ${now}, ${now},
           case when w.side = 'live' then db_now() + ${everyMs} * interval '1 millisecond' end
      from workspaces w
     where w.id = ${workspaceId}
        on conflict (automation_id, kind, lane) do update set version = excluded.version
  `;
}

/** Lets a scan that is under way go on with another version, of the same audience. */
export async function renewScan(
  tx: Transaction,
  { automationId, version }: { automationId: string; version: number },
): Promise<void> {
  await tx`
    update series_scans set version = ${version}
     where automation_id = ${automationId} and kind = 'activation' and finished_at is null
  `;
}

/** Ends a scan where it stands. */
export async function endScan(
  tx: Transaction,
  { automationId, now }: { automationId: string; now: Date },
): Promise<void> {
  await tx`
    update series_scans set finished_at = ${now}, next_at = null
     where automation_id = ${automationId} and kind = 'activation' and finished_at is null
  `;
}

/** Plans no more sweeps for new people. */
export async function dropSweep(
  tx: Transaction,
  { automationId }: { automationId: string },
): Promise<void> {
  await tx`delete from series_scans where automation_id = ${automationId} and kind = 'sweep'`;
}

/** Writes another status of a series whose row the caller has locked. */
export async function setStatus(
  tx: Transaction,
  { automationId, status }: { automationId: string; status: 'active' | 'completed' },
): Promise<void> {
  await tx`
    update automations a
       set status = ${status}, status_at = db_now(), updated_at = coalesce(w.clock_now, db_now())
      from workspaces w
     where a.id = ${automationId} and w.id = a.workspace_id
  `;
}

/** A scan that looks through all users, in figures. */
export interface Scan {
  readonly kind: 'activation';
  readonly looked: number;
  readonly entered: number;
  /** About how many there are to look at; null until it has begun. */
  readonly total: number | null;
  /** By the clock of the side. */
  readonly startedAt: Date;
  readonly finishedAt: Date | null;
  /** When people were looked for last because of the clock alone; null where that cannot matter. */
  readonly sweptAt: Date | null;
}

/**
 * How far a series is in taking in those who match its audience; null where it has never had to.
 *
 * Index: series_scans_pkey.
 */
export async function scanOf(db: Db, automationId: string): Promise<Scan | null> {
  const rows = await db<Scan[]>`
    select s.kind, sum(s.looked)::bigint as looked, sum(s.entered)::bigint as entered,
           case when bool_and(s.finished_at is not null) then sum(s.looked)
                else greatest(max(s.total), sum(s.looked)) end::bigint as total,
           min(s.started_at) as "startedAt",
           case when bool_and(s.finished_at is not null) then max(s.finished_at) end as "finishedAt",
           (select p.started_at from series_scans p
             where p.automation_id = ${automationId} and p.kind = 'sweep') as "sweptAt"
      from series_scans s
     where s.automation_id = ${automationId} and s.kind = 'activation'
     group by s.kind
  `;
  return rows[0] ?? null;
}
