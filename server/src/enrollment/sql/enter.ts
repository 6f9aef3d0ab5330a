import type { Db } from '../../platform/db.ts';
import type { EnrollmentHistory } from '../enrollment.ts';
import type { NextStep } from './move-on.ts';

/** What started an enrollment. */
export type EntrySource =
  | 'api'
  | 'manual'
  | 'user_created'
  | 'event'
  | 'segment_match'
  | 'import'
  | 'broadcast';

/** One call's question: who, into which series. */
export interface EntryRef {
  readonly bucket: number;
  readonly userId: string;
  readonly workspaceId: string;
  readonly automationId: string;
}

/** What deciding about one entry needs; one per `EntryRef`, in the same order. */
export interface EntryFacts extends EnrollmentHistory {
  readonly isKnown: boolean;
  readonly userTimezone: string | null;
  /** In how many series a user of this workspace side may be; null for any number. */
  readonly seriesAtOnce: number | null;
  /** The database's clock, or the test side's. */
  readonly now: Date;
}

/**
 * The facts for many entries in one round trip: the user and their passages through that series.
 *
 * Index: users_pkey and enrollments_run, one probe each per entry.
 */
export async function loadEntryFacts(db: Db, refs: readonly EntryRef[]): Promise<EntryFacts[]> {
  return db<EntryFacts[]>`
    select u.id is not null as "isKnown", u.timezone as "userTimezone",
           coalesce(h.active, false) as "isActive", coalesce(h.last_run, 0) as "lastRun",
           h.completed::int as "completedCount", h.last_completed_at as "lastCompletedAt",
           h.left_count::int as "leftCount", h.last_left_at as "lastLeftAt",
           coalesce(h.last_completed > coalesce(h.last_left, 0), false) as "isLastCompleted",
           (w.settings #>> '{limits,series_at_once}')::int as "seriesAtOnce", c.now
      from unnest(
             ${refs.map(({ bucket }) => bucket)}::smallint[],
             ${refs.map(({ userId }) => userId)}::uuid[],
             ${refs.map(({ workspaceId }) => workspaceId)}::uuid[],
             ${refs.map(({ automationId }) => automationId)}::uuid[]
           ) with ordinality as q (bucket, user_id, workspace_id, automation_id, position)
      left join workspaces w on w.id = q.workspace_id
     cross join lateral (select coalesce(w.clock_now, db_now()) as now) c
      left join users u on u.bucket = q.bucket and u.id = q.user_id
                       and u.workspace_id = q.workspace_id
     cross join lateral (
       select bool_or(e.state = 'active') as active, max(e.run) as last_run,
              count(*) filter (where e.state in ('completed', 'goal_reached')) as completed,
              max(e.run) filter (where e.state in ('completed', 'goal_reached')) as last_completed,
              max(e.ended_at) filter (where e.state in ('completed', 'goal_reached'))
                as last_completed_at,
              count(*) filter (where e.state in ('exited', 'ended')) as left_count,
              max(e.run) filter (where e.state in ('exited', 'ended')) as last_left,
              max(e.ended_at) filter (where e.state in ('exited', 'ended')) as last_left_at
         from enrollments e
        where e.bucket = q.bucket and e.user_id = q.user_id and e.automation_id = q.automation_id
     ) h
     order by q.position
  `;
}

/** A decided entry: the enrollment and its first step. */
export interface NewEnrollment extends EntryRef {
  readonly id: string;
  readonly version: number;
  readonly run: number;
  readonly live: boolean;
  readonly enteredAt: Date;
  readonly source: EntrySource;
  /** The event that started it. */
  readonly entryEventId: string | null;
  /** What the call brought along, as JSON text. */
  readonly properties: string;
  readonly first: NextStep;
}

/**
 * Writes enrollments with their first rows, in one statement and one commit; tells of those that other
 * series listen to.
 *
 * An entry that collides with one written meanwhile (the constraints enrollments_one_active and
 * enrollments_run decide), or whose series is no longer active, is left out.
 *
 * @returns the ids of those written
 */
export async function insertEnrollments(
  db: Db,
  entries: readonly NewEnrollment[],
  { tzVersion }: { tzVersion: string },
): Promise<Set<string>> {
  const column = <T>(of: (entry: NewEnrollment) => T): T[] => entries.map(of);
  const rows = await db<{ id: string }[]>`
    with entry as (
      select n.*, 'entered:' || n.automation_id = any (w.listens) as is_heard
        from unnest(
          ${column(({ bucket }) => bucket)}::smallint[],
          ${column(({ id }) => id)}::uuid[],
          ${column(({ workspaceId }) => workspaceId)}::uuid[],
          ${column(({ userId }) => userId)}::uuid[],
          ${column(({ automationId }) => automationId)}::uuid[],
          ${column(({ version }) => version)}::int[],
          ${column(({ run }) => run)}::int[],
          ${column(({ live }) => (live ? 't' : 'f'))}::text[]::boolean[],
          ${column(({ enteredAt }) => enteredAt.toISOString())}::text[]::timestamptz[],
          ${column(({ source }) => source)}::text[],
          ${column(({ entryEventId }) => entryEventId)}::uuid[],
          ${column(({ properties }) => properties)}::text[],
          ${column(({ first }) => first.stepId)}::text[],
          ${column(({ first }) => first.dueAt.toISOString())}::text[]::timestamptz[],
          ${column(({ first }) => first.fromAt.toISOString())}::text[]::timestamptz[],
          ${column(({ first }) => first.timezone)}::text[],
          ${column(({ first }) => JSON.stringify(first.reasons))}::text[]
        ) as n (bucket, id, workspace_id, user_id, automation_id, version, run, live, entered_at,
                entered_by, entry_event, properties, step_id, due_at, from_at, timezone, reasons)
        join automations s on s.id = n.automation_id and s.status = 'active'
        join workspaces w on w.id = n.workspace_id
    ), entered as (
      insert into enrollments (bucket, id, workspace_id, user_id, automation_id, version, run, state,
                               entered_at, entered_by, entry_event, properties)
      select bucket, id, workspace_id, user_id, automation_id, version, run, 'active',
             entered_at, entered_by, entry_event, properties::jsonb
        from entry
       order by bucket, user_id, automation_id
          on conflict do nothing
      returning id
    ), told as (
      insert into signals (bucket, workspace_id, live, user_id, kind, name, at, may_start)
      select e.bucket, e.workspace_id, e.live, e.user_id, 'entered', e.automation_id, e.entered_at, true
        from entry e
       where e.is_heard and (e.id in (select id from entered)) is true
    )
    insert into recipients (bucket, enrollment_id, seq, workspace_id, automation_id, user_id, version,
                            step_id, live, due_at, from_at, timezone, tz_version, reasons)
    select e.bucket, e.id, 1, e.workspace_id, e.automation_id, e.user_id, e.version,
           e.step_id, e.live, e.due_at, e.from_at, e.timezone, ${tzVersion}, e.reasons::jsonb
      from entry e
     where (e.id in (select id from entered)) is true
    returning enrollment_id as id
  `;
  return new Set(rows.map(({ id }) => id));
}
