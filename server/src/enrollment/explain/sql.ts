import type { Db } from '../../platform/db.ts';
import type { PageAfter } from '../../platform/page.ts';
import type { LastPassage, PastStep, ScanFacts, WaitingRow } from './facts.ts';

/** What explaining needs to know of one user and one series, in one round trip. */
export interface PassageFacts {
  readonly passage: LastPassage | null;
  readonly row: WaitingRow | null;
  readonly isSignalled: boolean;
  /** When the first version was published. */
  readonly activeSince: Date | null;
  readonly liveWorkers: number;
  readonly scan: ScanFacts | null;
}

type Instant = 'dueAt' | 'fromAt';
type RowJson = Omit<WaitingRow, Instant> & Record<Instant, string>;

interface PassageRow {
  readonly id: string | null;
  readonly version: number;
  readonly run: number;
  readonly state: LastPassage['state'];
  readonly enteredAt: Date;
  readonly endedAt: Date | null;
  readonly endReason: string | null;
  readonly enteredBy: LastPassage['enteredBy'];
  readonly entryEventType: string | null;
  readonly row: RowJson | null;
  readonly isSignalled: boolean;
  readonly activeSince: Date | null;
  readonly liveWorkers: number;
  readonly scan: ScanFacts | null;
}

/**
 * A user's last passage through a series and the row that it waits at: the one that advances it before
 * one that was ordered again.
 *
 * Index: enrollments_run, recipients_pkey, signals_by_user, series_versions_pkey, series_scans_pkey,
 * events_pkey.
 */
export async function findPassage(
  db: Db,
  {
    bucket,
    userId,
    automationId,
    silenceMs,
  }: { bucket: number; userId: string; automationId: string; silenceMs: number },
): Promise<PassageFacts> {
  const rows = await db<PassageRow[]>`
    select e.id, e.version, e.run, e.state, e.entered_at as "enteredAt", e.ended_at as "endedAt",
           e.end_reason as "endReason", e.entered_by as "enteredBy",
           (select event_type from events
             where bucket = e.bucket and id = e.entry_event limit 1) as "entryEventType",
           (select jsonb_build_object(
                     'seq', r.seq, 'stepId', r.step_id, 'status', r.status, 'parked', r.parked,
                     'held', r.held, 'advances', r.advances, 'attempts', r.attempts,
                     'dueAt', to_char(r.due_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
                     'fromAt', to_char(r.from_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
                     'reasons', r.reasons,
                     'isWorkerAlive', r.status = 'pending' or exists (
                       select from workers w
                        where w.id = r.worker_id and w.stopped_at is null
                          and w.beat_at >= db_now() - ${silenceMs} * interval '1 millisecond'))
              from recipients r
             where r.bucket = e.bucket and r.enrollment_id = e.id
             order by r.advances desc, r.seq desc
             limit 1) as row,
           exists (select from signals g where g.bucket = q.bucket and g.user_id = q.user_id)
             as "isSignalled",
           (select min(published_at) from series_versions where automation_id = q.automation_id)
             as "activeSince",
           (select count(*)::int from workers
             where stopped_at is null
               and beat_at >= db_now() - ${silenceMs} * interval '1 millisecond') as "liveWorkers",
           (select case when count(*) > 0 then
                     jsonb_build_object('looked', sum(looked), 'total', sum(total)) end
              from series_scans
             where automation_id = q.automation_id and kind = 'activation' and finished_at is null)
             as scan
      from (select ${bucket}::smallint as bucket, ${userId}::uuid as user_id,
                   ${automationId}::uuid as automation_id) q
      left join lateral (
        select * from enrollments n
         where n.bucket = q.bucket and n.user_id = q.user_id and n.automation_id = q.automation_id
         order by n.run desc
         limit 1) e on true
  `;
  const [found] = rows;
  if (found === undefined) throw new Error('the passage query gave no row');
  const { id, row, isSignalled, activeSince, liveWorkers, scan, ...passage } = found;
  return {
    passage: id === null ? null : { ...passage, id, bucket },
    row: row === null ? null : { ...row, dueAt: new Date(row.dueAt), fromAt: new Date(row.fromAt) },
    isSignalled,
    activeSince,
    liveWorkers,
    scan,
  };
}

/** More than a passage through the longest series has. */
const STEPS_MAX = 1_000;

/** The steps of one enrollment that are behind it, oldest first. Index: step_log_pkey. */
export async function listSteps(
  db: Db,
  { bucket, enrollmentId }: { bucket: number; enrollmentId: string },
): Promise<PastStep[]> {
  return db<PastStep[]>`
    select seq, step_id as "stepId", outcome, reason, branch, due_at as "dueAt", at, reasons
      from step_log
     where bucket = ${bucket} and enrollment_id = ${enrollmentId}
     order by seq
     limit ${STEPS_MAX}
  `;
}

/**
 * The series of a side that say something about a user, youngest first: every one that they were in, and
 * every one that is or was open.
 *
 * Index: automations_by_age, enrollments_run.
 */
export async function listExplained(
  db: Db,
  {
    workspaceId,
    bucket,
    userId,
    after,
    limit,
  }: {
    workspaceId: string;
    bucket: number;
    userId: string;
    after: PageAfter | null;
    limit: number;
  },
): Promise<{ id: string; createdAt: Date }[]> {
  return db<{ id: string; createdAt: Date }[]>`
    select a.id, a.created_at as "createdAt"
      from automations a
     where a.workspace_id = ${workspaceId} and a.type = 'series'
       and (a.status in ('active', 'paused') or exists (
             select from enrollments e
              where e.bucket = ${bucket} and e.user_id = ${userId} and e.automation_id = a.id))
       ${after === null ? db`` : db`and (a.created_at, a.id) < (${after.at}, ${after.id})`}
     order by a.created_at desc, a.id desc
     limit ${limit}
  `;
}
