import type { Db } from '../../platform/db.ts';

/** A worker process as it registers. */
export interface WorkerStart {
  readonly id: string;
  readonly host: string;
  readonly pid: number;
  readonly version: string;
  readonly tzVersion: string;
}

/** Registers a worker, or tells that it lives. Everything that it holds lives with this row. */
export async function beat(db: Db, worker: WorkerStart): Promise<void> {
  await db`
    insert into workers (id, host, pid, version, tz_version, started_at, beat_at)
    values (${worker.id}, ${worker.host}, ${worker.pid}, ${worker.version}, ${worker.tzVersion},
            db_now(), db_now())
        on conflict (id) do update set beat_at = db_now()
  `;
}

/** Tells that a worker has stopped: what it still holds is free at once. */
export async function stopWorker(db: Db, id: string): Promise<void> {
  await db`update workers set stopped_at = db_now() where id = ${id}`;
}

/** What an operator wants to know of the queue and its workers. */
export interface QueueHealth {
  readonly liveWorkers: number;
  /** How long the oldest due row has waited, in milliseconds; 0 when none is due. */
  readonly overdueMs: number;
  readonly inDoubt: number;
  readonly lastBeatAt: Date | null;
}

/** Across workspaces. Index: recipients_due, one probe per bucket; messages_in_doubt. */
export async function queueHealth(
  db: Db,
  { silenceMs }: { silenceMs: number },
): Promise<QueueHealth> {
  const rows = await db<QueueHealth[]>`
    select (select count(*)::int from workers
             where stopped_at is null
               and beat_at >= db_now() - ${silenceMs} * interval '1 millisecond') as "liveWorkers",
           (select max(beat_at) from workers) as "lastBeatAt",
           (select count(*)::int from messages where state = 'in_doubt') as "inDoubt",
           coalesce(extract(epoch from db_now() - min(d.due_at)) * 1000, 0)::float8 as "overdueMs"
      from generate_series(0, 63) b
     cross join lateral (
       select r.due_at from recipients r
        where r.bucket = b::smallint and r.status = 'pending' and r.live and not r.parked
          and r.due_at <= db_now()
        order by r.due_at limit 1) d
  `;
  const [health] = rows;
  if (health === undefined) throw new Error('the health query gave no row');
  return health;
}

/** Forgets workers that ended long ago. */
export async function forgetWorkers(db: Db): Promise<void> {
  await db`delete from workers where beat_at < db_now() - interval '7 days'`;
}
