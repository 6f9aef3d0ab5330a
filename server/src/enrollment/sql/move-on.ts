import type { Db } from '../../platform/db.ts';
import type { Reason } from '../../schedule/reason.ts';

export type LoggedOutcome = 'passed' | 'skipped' | 'failed';

/** What became of one claimed step, and what comes next. */
export interface Move {
  readonly bucket: number;
  readonly enrollmentId: string;
  readonly seq: number;
  /** Null writes no log line: the step's message is in doubt, and that is where it is accounted for. */
  readonly outcome: LoggedOutcome | null;
  readonly reason: string | null;
  /** Which way the step led, where there are several. */
  readonly branch?: string | null;
  /** Why, beside what its time was planned from. */
  readonly why?: readonly Reason[];
  /** The event that it waited for. */
  readonly heardEventId?: string | null;
  readonly now: Date;
  /** Null where the series ends. */
  readonly next: NextStep | null;
}

export interface NextStep {
  readonly stepId: string;
  readonly dueAt: Date;
  readonly fromAt: Date;
  readonly timezone: string;
  readonly reasons: readonly Reason[];
  /** Whether the step's rule has been asked, and said to be asked again when it is due. */
  readonly isHeld: boolean;
}

/**
 * Writes the outcome of steps and moves each enrollment on: the row becomes the next step's, or goes
 * and the enrollment completes. A row whose enrollment has ended meanwhile is logged and goes. A message
 * that waited for another attempt, which a skipped or failed step will not get, is cancelled.
 *
 * The caller's transaction has locked the rows. Locks: enrollments that complete, after their rows.
 * That a message is scheduled is asked in a way that no index offers: those by series would be walked for
 * the few that are, where the step occurrence names one.
 * One statement per batch; the rows are moved on in place, which writes a third of what deleting and
 * inserting would. They are found by their key once and then by their place, which is theirs for as long
 * as they are locked. What no move of the batch needs is not part of the statement, for a statement on a
 * table calls the triggers of that table even when it changes no row.
 */
export async function moveOn(
  db: Db,
  moves: readonly Move[],
  { tzVersion }: { tzVersion: string },
): Promise<void> {
  const column = <T>(of: (move: Move) => T): T[] => moves.map(of);
  const ends = moves.some(({ next }) => next === null);
  const isGivenUp = moves.some(({ outcome }) => outcome === 'skipped' || outcome === 'failed');
  await db`
    with move as (
      select * from unnest(
        ${column(({ bucket }) => bucket)}::smallint[],
        ${column(({ enrollmentId }) => enrollmentId)}::uuid[],
        ${column(({ seq }) => seq)}::int[],
        ${sparse(column(({ outcome }) => outcome))}::text[],
        ${sparse(column(({ reason }) => reason))}::text[],
        ${column(({ now }) => now.toISOString())}::text[]::timestamptz[],
        ${sparse(column(({ next }) => next?.stepId ?? null))}::text[],
        ${sparse(column(({ next }) => next?.dueAt.toISOString() ?? null))}::text[]::timestamptz[],
        ${sparse(column(({ next }) => next?.fromAt.toISOString() ?? null))}::text[]::timestamptz[],
        ${sparse(column(({ next }) => next?.timezone ?? null))}::text[],
        ${sparse(column(({ next }) => (next === null ? null : JSON.stringify(next.reasons))))}::text[],
        ${sparse(column(({ branch }) => branch ?? null))}::text[],
        ${sparse(column(({ why = [] }) => (why.length === 0 ? null : JSON.stringify(why))))}::text[],
        ${sparse(column(({ heardEventId }) => heardEventId ?? null))}::uuid[]
      ) as m (bucket, enrollment_id, seq, outcome, reason, now, next_step, next_due, next_from,
              next_timezone, next_reasons, branch, why, heard)
    ), row as (
      select m.*, r.ctid as place, r.workspace_id, r.automation_id, r.user_id, r.step_id, r.due_at, r.reasons,
             r.advances and e.state = 'active' as goes_on
        from move m
        join recipients r on r.bucket = m.bucket and r.enrollment_id = m.enrollment_id and r.seq = m.seq
        join enrollments e on e.bucket = m.bucket and e.id = m.enrollment_id
    ), logged as (
      insert into step_log (bucket, enrollment_id, seq, workspace_id, automation_id, user_id, step_id,
                            outcome, reason, due_at, at, reasons, branch)
      select bucket, enrollment_id, seq, workspace_id, automation_id, user_id, step_id,
             outcome, reason, due_at, now,
             case when why is null then reasons else reasons || why::jsonb end, branch
        from row where outcome is not null
    ), moved as (
      update recipients r
         set seq = r.seq + 1, step_id = row.next_step, status = 'pending', due_at = row.next_due,
             from_at = row.next_from, timezone = row.next_timezone, tz_version = ${tzVersion},
             reasons = row.next_reasons::jsonb, held = false, heard = coalesce(row.heard, r.heard),
             parked = false,
             attempts = 0, first_attempt_at = null, worker_id = null, lease_token = null
        from row
       where r.ctid = row.place
         and r.bucket = row.bucket and r.enrollment_id = row.enrollment_id and r.seq = row.seq
         and row.goes_on and row.next_step is not null
    ), gone as (
      delete from recipients r using row
       where r.ctid = row.place
         and r.bucket = row.bucket and r.enrollment_id = row.enrollment_id and r.seq = row.seq
         and not (row.goes_on and row.next_step is not null)
    )${isGivenUp ? cancelWaiting(db) : db``}
    ${ends ? completeEnded(db) : db`select`}
  `;
}

/** A column without a value as an empty one: `unnest` fills it up, and neither side writes or reads it. */
const sparse = <T>(values: readonly T[]): readonly T[] =>
  values.every((value) => value === null) ? [] : values;

const cancelWaiting = (db: Db) => db`, waiting as (
      update messages m
         set state = 'cancelled', answer = row.reason, updated_at = row.now
        from row
       where row.outcome in ('skipped', 'failed')
         and m.bucket = row.bucket and m.enrollment_id = row.enrollment_id and m.seq = row.seq
         and (m.state = 'scheduled') is true
    )`;

const completeEnded = (db: Db) => db`
    update enrollments e
       set state = 'completed', ended_at = row.now, end_reason = 'finished'
      from row
     where e.bucket = row.bucket and e.id = row.enrollment_id and e.state = 'active'
       and row.goes_on and row.next_step is null`;

/**
 * Plans rows anew: the due time and why, nothing else. Only pending rows that are still the same.
 *
 * @returns how many were changed
 */
export async function replanRows(
  db: Db,
  rows: readonly (NextStep & { bucket: number; enrollmentId: string; seq: number })[],
  { tzVersion }: { tzVersion: string },
): Promise<number> {
  const done = await db`
    update recipients r
       set due_at = p.due_at, from_at = p.from_at, timezone = p.timezone,
           tz_version = ${tzVersion}, reasons = p.reasons::jsonb, held = p.held, parked = false
      from unnest(
        ${rows.map(({ bucket }) => bucket)}::smallint[],
        ${rows.map(({ enrollmentId }) => enrollmentId)}::uuid[],
        ${rows.map(({ seq }) => seq)}::int[],
        ${rows.map(({ dueAt }) => dueAt.toISOString())}::text[]::timestamptz[],
        ${rows.map(({ fromAt }) => fromAt.toISOString())}::text[]::timestamptz[],
        ${rows.map(({ timezone }) => timezone)}::text[],
        ${rows.map(({ reasons }) => JSON.stringify(reasons))}::text[],
        ${rows.map(({ isHeld }) => String(isHeld))}::boolean[]
      ) as p (bucket, enrollment_id, seq, due_at, from_at, timezone, reasons, held)
     where r.bucket = p.bucket and r.enrollment_id = p.enrollment_id and r.seq = p.seq
       and r.status = 'pending'
  `;
  return done.count;
}

/**
 * Lets rows stand as they were planned, in sight of the worker: there is no other time for them. They
 * fail, and are seen to, when they are due.
 */
export async function keepPlans(
  db: Db,
  rows: readonly RowRef[],
  { tzVersion }: { tzVersion: string },
): Promise<void> {
  await db`
    update recipients r set parked = false, tz_version = ${tzVersion}
      from unnest(
        ${rows.map(({ bucket }) => bucket)}::smallint[],
        ${rows.map(({ enrollmentId }) => enrollmentId)}::uuid[],
        ${rows.map(({ seq }) => seq)}::int[]
      ) as p (bucket, enrollment_id, seq)
     where r.bucket = p.bucket and r.enrollment_id = p.enrollment_id and r.seq = p.seq
       and r.status = 'pending'
  `;
}

/** How a passage ends before its last step. */
export type EndState = 'goal_reached' | 'exited' | 'removed' | 'ended';

/** Names a step occurrence. */
export interface RowRef {
  readonly bucket: number;
  readonly enrollmentId: string;
  readonly seq: number;
}

/** Takes due rows of a paused series out of the worker's sight, until it is resumed. */
export async function parkRows(db: Db, rows: readonly RowRef[]): Promise<void> {
  await db`
    update recipients r set parked = true
      from unnest(
        ${rows.map(({ bucket }) => bucket)}::smallint[],
        ${rows.map(({ enrollmentId }) => enrollmentId)}::uuid[],
        ${rows.map(({ seq }) => seq)}::int[]
      ) as p (bucket, enrollment_id, seq)
     where r.bucket = p.bucket and r.enrollment_id = p.enrollment_id and r.seq = p.seq
  `;
}

/**
 * Ends enrollments whose row the caller has locked: the row goes, logged as cancelled.
 *
 * A row with a message that is being handed over just now stays until that is settled.
 * Locks: enrollments, after their rows.
 */
export async function cancelRows(
  db: Db,
  rows: readonly RowRef[],
  {
    state,
    reason,
    now,
    why = [],
  }: { state: EndState; reason: string; now: Date; why?: readonly Reason[] },
): Promise<void> {
  await db`
    with ref as (
      select * from unnest(
        ${rows.map(({ bucket }) => bucket)}::smallint[],
        ${rows.map(({ enrollmentId }) => enrollmentId)}::uuid[],
        ${rows.map(({ seq }) => seq)}::int[]
      ) as p (bucket, enrollment_id, seq)
    ), gone as (
      delete from recipients r using ref
       where r.bucket = ref.bucket and r.enrollment_id = ref.enrollment_id and r.seq = ref.seq
         and not exists (
           select 1 from messages m
            where m.bucket = r.bucket and m.enrollment_id = r.enrollment_id and m.seq = r.seq
              and m.lease_token is not null)
      returning r.*
    ), logged as (
      insert into step_log (bucket, enrollment_id, seq, workspace_id, automation_id, user_id, step_id,
                            outcome, reason, due_at, at, reasons)
      select bucket, enrollment_id, seq, workspace_id, automation_id, user_id, step_id,
             'cancelled', ${reason}, due_at, ${now}, reasons || ${JSON.stringify(why)}::text::jsonb
        from gone where advances
    ), waiting as (
      update messages m
         set state = case when gone.advances then 'cancelled' else 'in_doubt' end,
             answer = case when gone.advances then ${reason} else m.answer end, updated_at = ${now}
        from gone
       where m.bucket = gone.bucket and m.enrollment_id = gone.enrollment_id and m.seq = gone.seq
         and (m.state = 'scheduled') is true
    )
    update enrollments e
       set state = ${state}, ended_at = greatest(${now}, e.entered_at), end_reason = ${reason}
      from ref
     where e.bucket = ref.bucket and e.id = ref.enrollment_id and e.state = 'active'
  `;
}
