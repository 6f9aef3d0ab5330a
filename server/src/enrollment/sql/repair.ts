import type { Db } from '../../platform/db.ts';
import type { Reason } from '../../schedule/reason.ts';
import type { Found } from './watchdog.ts';
import type { NextStep, RowRef } from './move-on.ts';

const columns = (found: readonly Found[]) => ({
  buckets: found.map(({ bucket }) => bucket ?? 0),
  ids: found.map(({ id }) => id),
  seqs: found.map(({ seq }) => seq ?? 0),
});

/**
 * Ends handovers that nobody will settle: as the log says of the step, else in doubt, for nobody knows
 * whether the message left. Only where the row is still not held for it.
 *
 * @returns the messages that are in doubt now
 */
export async function endStraySending(db: Db, found: readonly Found[]): Promise<RowRef[]> {
  const { buckets, ids, seqs } = columns(found);
  const rows = await db<(RowRef & { state: string })[]>`
    update messages m
       set state = case l.outcome when 'passed' then 'accepted' when 'failed' then 'rejected'
                   when 'skipped' then 'cancelled' when 'cancelled' then 'cancelled'
                   else 'in_doubt' end,
           answer = coalesce(m.answer, 'repaired: no worker held it'),
           worker_id = null, lease_token = null, updated_at = db_now(),
           sent_at = case when l.outcome = 'passed' then coalesce(m.sent_at, m.attempted_at)
                     else m.sent_at end
      from unnest(${buckets}::smallint[], ${ids}::uuid[], ${seqs}::int[]) as q (bucket, id, seq)
      left join step_log l on l.bucket = q.bucket and l.enrollment_id = q.id and l.seq = q.seq
     where m.bucket = q.bucket and m.enrollment_id = q.id and m.seq = q.seq and m.state = 'sending'
       and not exists (
         select from recipients r
          where r.bucket = m.bucket and r.enrollment_id = m.enrollment_id and r.seq = m.seq
            and r.lease_token = m.lease_token)
    returning m.bucket, m.enrollment_id as "enrollmentId", m.seq, m.state
  `;
  return rows.filter(({ state }) => state === 'in_doubt');
}

/** Locks waiting rows by name. Locks: the rows, skipping those that another holds. */
export async function lockWaiting(db: Db, found: readonly Found[]): Promise<RowRef[]> {
  const { buckets, ids, seqs } = columns(found);
  return db<RowRef[]>`
    select r.bucket, r.enrollment_id as "enrollmentId", r.seq
      from unnest(${buckets}::smallint[], ${ids}::uuid[], ${seqs}::int[]) as q (bucket, id, seq)
      join recipients r on r.bucket = q.bucket and r.enrollment_id = q.id and r.seq = q.seq
     where r.status = 'pending'
       for update of r skip locked
  `;
}

/** Takes rows out of the queue beside which another advances the enrollment; logged as cancelled. */
export async function dropSecondRows(db: Db, rows: readonly RowRef[]): Promise<number> {
  const done = await db`
    with ref as (
      select * from unnest(
        ${rows.map(({ bucket }) => bucket)}::smallint[],
        ${rows.map(({ enrollmentId }) => enrollmentId)}::uuid[],
        ${rows.map(({ seq }) => seq)}::int[]
      ) as p (bucket, enrollment_id, seq)
    ), gone as (
      delete from recipients r using ref
       where r.bucket = ref.bucket and r.enrollment_id = ref.enrollment_id and r.seq = ref.seq
         and exists (
           select from recipients o
            where o.bucket = r.bucket and o.enrollment_id = r.enrollment_id and o.advances
              and o.seq <> r.seq and (o.seq > r.seq or o.status = 'processing'))
      returning r.*
    ), waiting as (
      update messages m set state = 'cancelled', answer = 'second_row', updated_at = db_now()
        from gone
       where m.bucket = gone.bucket and m.enrollment_id = gone.enrollment_id and m.seq = gone.seq
         and m.state = 'scheduled'
    )
    insert into step_log (bucket, enrollment_id, seq, workspace_id, automation_id, user_id, step_id,
                          outcome, reason, due_at, at, reasons)
    select bucket, enrollment_id, seq, workspace_id, automation_id, user_id, step_id, 'cancelled',
           'second_row: another row advances the enrollment', due_at, db_now(), reasons
      from gone
        on conflict (bucket, enrollment_id, seq) do nothing
  `;
  return done.count;
}

/** Takes rows out of the queue that belong to no enrollment at all. */
export async function dropRowsOfNobody(db: Db, rows: readonly RowRef[]): Promise<number> {
  const done = await db`
    with gone as (
      delete from recipients r
       using unnest(
         ${rows.map(({ bucket }) => bucket)}::smallint[],
         ${rows.map(({ enrollmentId }) => enrollmentId)}::uuid[],
         ${rows.map(({ seq }) => seq)}::int[]
       ) as p (bucket, enrollment_id, seq)
       where r.bucket = p.bucket and r.enrollment_id = p.enrollment_id and r.seq = p.seq
         and not exists (
           select from enrollments e where e.bucket = r.bucket and e.id = r.enrollment_id)
      returning r.bucket, r.enrollment_id, r.seq
    ), waiting as (
      update messages m set state = 'cancelled', answer = 'no_enrollment', updated_at = db_now()
        from gone
       where m.bucket = gone.bucket and m.enrollment_id = gone.enrollment_id and m.seq = gone.seq
         and m.state = 'scheduled'
    )
    select 1 from gone
  `;
  return done.length;
}

/**
 * Puts the books of enrollments right: an occurrence that is nowhere gets a line, as its message says
 * or as failed; a message in doubt about whose step the log knows is in doubt no more.
 *
 * @returns rows whose step the log knows already, or whose message is in doubt: they are to go on
 */
export async function balance(db: Db, found: readonly Found[]): Promise<RowRef[]> {
  const { buckets, ids } = columns(found);
  await db`
    update messages m
       set state = case l.outcome when 'passed' then 'accepted' when 'failed' then 'rejected'
                   else 'cancelled' end,
           sent_at = case when l.outcome = 'passed' then coalesce(m.sent_at, m.attempted_at)
                     else m.sent_at end, updated_at = db_now()
      from unnest(${buckets}::smallint[], ${ids}::uuid[]) as q (bucket, id)
      join step_log l on l.bucket = q.bucket and l.enrollment_id = q.id
     where m.bucket = l.bucket and m.enrollment_id = l.enrollment_id and m.seq = l.seq
       and m.state = 'in_doubt'
  `;
  await db`
    with place as (
      select l.bucket, l.enrollment_id, l.seq
        from unnest(${buckets}::smallint[], ${ids}::uuid[]) as q (bucket, id)
        join step_log l on l.bucket = q.bucket and l.enrollment_id = q.id
      union all
      select r.bucket, r.enrollment_id, r.seq
        from unnest(${buckets}::smallint[], ${ids}::uuid[]) as q (bucket, id)
        join recipients r on r.bucket = q.bucket and r.enrollment_id = q.id
      union all
      select m.bucket, m.enrollment_id, m.seq
        from unnest(${buckets}::smallint[], ${ids}::uuid[]) as q (bucket, id)
        join messages m on m.bucket = q.bucket and m.enrollment_id = q.id and m.state = 'in_doubt'
    ), planned as (
      select e.bucket, e.id, e.workspace_id, e.automation_id, e.user_id, e.entered_at,
             coalesce(max(p.seq), case when e.state = 'active' then 0 else 1 end) as last
        from unnest(${buckets}::smallint[], ${ids}::uuid[]) as q (bucket, id)
        join enrollments e on e.bucket = q.bucket and e.id = q.id
        left join place p on p.bucket = e.bucket and p.enrollment_id = e.id
       group by e.bucket, e.id
    ), missing as (
      select p.*, n.seq
        from planned p cross join lateral generate_series(1, p.last) as n (seq)
       where not exists (
         select from place o
          where o.bucket = p.bucket and o.enrollment_id = p.id and o.seq = n.seq)
    ), cancelled as (
      update messages m set state = 'cancelled', answer = 'unaccounted', updated_at = db_now()
        from missing g
       where m.bucket = g.bucket and m.enrollment_id = g.id and m.seq = g.seq
         and m.state = 'scheduled'
    )
    insert into step_log (bucket, enrollment_id, seq, workspace_id, automation_id, user_id, step_id,
                          outcome, reason, due_at, at, reasons)
    select g.bucket, g.id, g.seq, g.workspace_id, g.automation_id, g.user_id,
           coalesce(m.step_id, '(unknown)'),
           case when m.state in ('accepted', 'delivered', 'bounced', 'complained') then 'passed'
                when m.state in ('scheduled', 'cancelled') then 'cancelled' else 'failed' end,
           'unaccounted: nothing was known of this step', coalesce(m.scheduled_for, g.entered_at),
           db_now(), '[]'
      from missing g
      left join messages m on m.bucket = g.bucket and m.enrollment_id = g.id and m.seq = g.seq
        on conflict (bucket, enrollment_id, seq) do nothing
  `;
  return db<RowRef[]>`
    select r.bucket, r.enrollment_id as "enrollmentId", r.seq
      from unnest(${buckets}::smallint[], ${ids}::uuid[]) as q (bucket, id)
      join recipients r on r.bucket = q.bucket and r.enrollment_id = q.id
     where r.advances and r.status = 'pending'
       and (exists (select from step_log l
                     where l.bucket = r.bucket and l.enrollment_id = r.enrollment_id and l.seq = r.seq)
            or exists (select from messages m
                        where m.bucket = r.bucket and m.enrollment_id = r.enrollment_id
                          and m.seq = r.seq and m.state = 'in_doubt'))
       for update of r skip locked
  `;
}

/** An active enrollment that no row advances, and how far it came. */
export interface Stranded {
  readonly bucket: number;
  readonly id: string;
  readonly workspaceId: string;
  readonly automationId: string;
  readonly userId: string;
  readonly version: number;
  readonly currentVersion: number | null;
  readonly isArchived: boolean;
  readonly live: boolean;
  readonly userTimezone: string | null;
  readonly workspaceTimezone: string;
  readonly enteredAt: Date;
  readonly now: Date;
  /** 0 where nothing is behind it. */
  readonly lastSeq: number;
  readonly lastStepId: string | null;
  readonly lastBranch: string | null;
  readonly lastDueAt: Date | null;
}

/** Locks active enrollments that no row advances, and reads how far they came. Locks: enrollments. */
export async function lockStranded(db: Db, found: readonly Found[]): Promise<Stranded[]> {
  const { buckets, ids } = columns(found);
  return db<Stranded[]>`
    select e.bucket, e.id, e.workspace_id as "workspaceId", e.automation_id as "automationId",
           e.user_id as "userId", e.version, s.version as "currentVersion",
           s.status = 'archived' as "isArchived", w.side = 'live' as live,
           u.timezone as "userTimezone", w.timezone as "workspaceTimezone",
           e.entered_at as "enteredAt", coalesce(w.clock_now, db_now()) as now,
           coalesce(l.seq, 0) as "lastSeq", l.step_id as "lastStepId", l.branch as "lastBranch",
           l.due_at as "lastDueAt"
      from unnest(${buckets}::smallint[], ${ids}::uuid[]) as q (bucket, id)
      join enrollments e on e.bucket = q.bucket and e.id = q.id
      join automations s on s.id = e.automation_id
      join workspaces w on w.id = e.workspace_id
      left join users u on u.bucket = e.bucket and u.id = e.user_id
      left join lateral (
        select * from (
          select l.seq, l.step_id, l.branch, l.due_at from step_log l
           where l.bucket = e.bucket and l.enrollment_id = e.id
          union all
          select m.seq, m.step_id, null, m.scheduled_for from messages m
           where m.bucket = e.bucket and m.enrollment_id = e.id and m.state = 'in_doubt') o
         order by o.seq desc limit 1) l on true
     where e.state = 'active'
       and not exists (
         select from recipients r
          where r.bucket = e.bucket and r.enrollment_id = e.id and r.advances)
       for update of e skip locked
  `;
}

/** Puts an enrollment that no row advances at a step. The caller has locked it. */
export async function insertRow(
  db: Db,
  { bucket, id, workspaceId, automationId, userId, live, lastSeq }: Stranded,
  { next, version, tzVersion }: { next: NextStep; version: number; tzVersion: string },
): Promise<void> {
  await db`
    with moved as (
      update enrollments set version = ${version}, is_moved = true where bucket = ${bucket} and id = ${id}
    )
    insert into recipients (bucket, enrollment_id, seq, workspace_id, automation_id, user_id, version,
                            step_id, live, due_at, from_at, timezone, tz_version, reasons)
    values (${bucket}, ${id}, ${lastSeq + 1}, ${workspaceId}, ${automationId}, ${userId}, ${version},
            ${next.stepId}, ${live}, ${next.dueAt}, ${next.fromAt}, ${next.timezone}, ${tzVersion},
            ${JSON.stringify(next.reasons satisfies readonly Reason[])}::text::jsonb)
        on conflict (bucket, enrollment_id, seq) do nothing
  `;
}

/** Ends an enrollment that no row advances. The caller has locked it. */
export async function endStranded(
  db: Db,
  { bucket, id, workspaceId, automationId, userId, enteredAt, now, lastSeq }: Stranded,
  { state, reason }: { state: 'completed' | 'ended'; reason: string },
): Promise<void> {
  await db`
    with ended as (
      update enrollments
         set state = ${state}, end_reason = ${reason}, ended_at = greatest(${now}, entered_at)
       where bucket = ${bucket} and id = ${id}
      returning 1
    )
    insert into step_log (bucket, enrollment_id, seq, workspace_id, automation_id, user_id, step_id,
                          outcome, reason, due_at, at, reasons)
    select ${bucket}, ${id}, 1, ${workspaceId}, ${automationId}, ${userId}, '(unknown)', 'cancelled',
           ${reason}, ${enteredAt}, ${now}, '[]'
      from ended
     where ${lastSeq} = 0
  `;
}

/** Puts enrollments on the version of the row that advances them. */
export async function followRows(db: Db, rows: readonly RowRef[]): Promise<number> {
  const done = await db`
    update enrollments e set version = r.version, is_moved = true
      from unnest(
        ${rows.map(({ bucket }) => bucket)}::smallint[],
        ${rows.map(({ enrollmentId }) => enrollmentId)}::uuid[],
        ${rows.map(({ seq }) => seq)}::int[]
      ) as p (bucket, enrollment_id, seq)
      join recipients r on r.bucket = p.bucket and r.enrollment_id = p.enrollment_id and r.seq = p.seq
     where e.bucket = r.bucket and e.id = r.enrollment_id
  `;
  return done.count;
}

/** Puts signals that could not be handled back among the others, under the ids that they had. */
export async function putSignalsBack(db: Db, found: readonly Found[]): Promise<number> {
  const { buckets, ids } = columns(found);
  const done = await db`
    with back as (
      delete from set_aside_signals g
       using unnest(${buckets}::smallint[], ${ids}::text[]) as q (bucket, id)
       where g.bucket = q.bucket and g.id = q.id::bigint
      returning g.*
    )
    insert into signals (bucket, id, workspace_id, live, user_id, kind, name, event_id, at, may_start,
                         before)
           overriding system value
    select bucket, id, workspace_id, live, user_id, kind, name, event_id, at, may_start, before
      from back
  `;
  return done.count;
}

/** Forgets signals of users or sides that there are not. */
export async function dropSignalsOfNobody(db: Db, found: readonly Found[]): Promise<number> {
  const { buckets, ids } = columns(found);
  const done = await db`
    delete from signals g
     using unnest(${buckets}::smallint[], ${ids}::text[]) as q (bucket, id)
     where g.bucket = q.bucket and g.id = q.id::bigint
       and (not exists (select from workspaces w where w.id = g.workspace_id)
            or g.kind <> 'company'
               and not exists (select from users u where u.bucket = g.bucket and u.id = g.user_id))
  `;
  return done.count;
}
