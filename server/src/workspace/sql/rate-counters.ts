import type { Db } from '../../platform/db.ts';

/** The calls of one key in the stretch of time that begins at `startMs` (epoch milliseconds). */
export interface CounterRow {
  readonly key: string;
  readonly startMs: number;
  readonly count: number;
}

/**
 * Adds what this process counted and gives what all processes counted together, in one statement.
 *
 * Rows are locked in the order of their keys, so that processes do not wait for each other in a
 * circle. A count of 0 only asks. Across workspaces: keys of the limiter name what they count.
 * Index: rate_counters_pkey.
 *
 * @param rows without repetition; their number is the caller's bound
 */
export async function addCounts(
  db: Db,
  { rows }: { rows: readonly CounterRow[] },
): Promise<CounterRow[]> {
  const keys = rows.map(({ key }) => key);
  const starts = rows.map(({ startMs }) => new Date(startMs).toISOString());
  const counts = rows.map(({ count }) => count);
  return db<CounterRow[]>`
    with sent as (
      select key, window_start, count
        from unnest(${keys}::text[], ${starts}::text[]::timestamptz[], ${counts}::integer[])
             as s (key, window_start, count)
    ), written as (
      insert into rate_counters as c (key, window_start, count)
      select key, window_start, count from sent where count > 0 order by key, window_start
      on conflict (key, window_start) do update set count = c.count + excluded.count
      returning key, window_start, count
    ), known as (
      select key, window_start, count from written
      union all
      select c.key, c.window_start, c.count
        from sent s
        join rate_counters c on c.key = s.key and c.window_start = s.window_start
       where s.count = 0
    )
    select key, (extract(epoch from window_start) * 1000)::float8 as "startMs", count
      from known
  `;
}

/**
 * Deletes counts of stretches that ended before `endedBefore`, at most `limit`.
 *
 * A key begins with the width of its stretch in seconds and a colon. Reads the whole table, which
 * holds minutes of traffic, hours where the width is an hour. Across workspaces.
 * Locks: the rows it deletes, skipping those another process deletes.
 */
export async function deleteOldCounts(
  db: Db,
  { endedBefore, limit }: { endedBefore: Date; limit: number },
): Promise<number> {
  const rows = await db`
    with old as (
      select key, window_start
        from rate_counters
       where window_start < ${endedBefore}::timestamptz
                            - make_interval(secs => split_part(key, ':', 1)::integer)
       limit ${limit}
         for update skip locked
    )
    delete from rate_counters c
     using old
     where c.key = old.key and c.window_start = old.window_start
    returning 1
  `;
  return rows.length;
}
