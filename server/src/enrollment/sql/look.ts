import type { Db } from '../../platform/db.ts';

/** What there is to do beside the due steps of live sides. */
export interface Work {
  /** Buckets in which something happened to users. */
  readonly signalBuckets: readonly number[];
  /** Test sides with rows due by their own clock, which nobody moves just now. */
  readonly testSides: readonly string[];
  readonly hasScans: boolean;
  readonly hasMigrations: boolean;
  readonly hasBroadcasts: boolean;
}

const NOTHING: Work = {
  signalBuckets: [],
  testSides: [],
  hasScans: false,
  hasMigrations: false,
  hasBroadcasts: false,
};

/**
 * Looks for work of all kinds in one statement, because an idle worker asks every second.
 *
 * Across workspaces. Index: signals_pkey, one probe per bucket; recipients_due_test, one per test side;
 * series_scans_next; series_migrations_running; broadcasts_look.
 */
export async function lookForWork(
  db: Db,
  { testSidesMax }: { testSidesMax: number },
): Promise<Work> {
  const rows = await db<Work[]>`
    select array(
             select b.bucket from generate_series(0, 63) as b (bucket)
              where exists (select from signals g where g.bucket = b.bucket)) as "signalBuckets",
           array(
             select w.id::text from workspaces w
              where w.side = 'test' and (w.advancing_until is null or w.advancing_until < db_now())
                and exists (
                select 1 from recipients r
                 where r.workspace_id = w.id and not r.live and r.status = 'pending' and not r.parked
                   and r.due_at <= w.clock_now)
              limit ${testSidesMax}) as "testSides",
           exists (
             select from series_scans s
               join automations a on a.id = s.automation_id
               join workspaces w on w.id = s.workspace_id
              where s.next_at <= db_now()
                and (w.side = 'live' or w.advancing_until is null or w.advancing_until < db_now())
                and (a.status = 'active' or a.status = 'paused' and s.kind = 'leaving')) as "hasScans",
           exists (select from series_migrations where state = 'running') as "hasMigrations",
           exists (
             select from broadcasts b
               join workspaces w on w.id = b.workspace_id
              where b.look_at <= db_now() and coalesce(b.due_at, '-infinity') <= coalesce(w.clock_now, db_now()))
             as "hasBroadcasts"
  `;
  return rows[0] ?? NOTHING;
}
