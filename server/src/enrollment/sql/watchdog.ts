import type { Db } from '../../platform/db.ts';

/** Something found that should not be: where it is, and its name for people. */
export interface Found {
  /** Null for what belongs to no user. */
  readonly bucket: number | null;
  /** Of an enrollment, a message, a signal or a series. */
  readonly id: string;
  /** Of a step occurrence. */
  readonly seq: number | null;
}

/** Where to look, and how much to give at most. */
export interface Look {
  readonly buckets: readonly number[];
  readonly limit: number;
  /** How long something may take that is done at once where all is well. Milliseconds. */
  readonly patienceMs: number;
  /** How long a worker may be silent before it is taken for dead. */
  readonly silenceMs: number;
}

/** Every statement here is across workspaces, reads so many rows of so many buckets, and locks nothing. */

/** Live rows long due although a worker lives. Index: recipients_due. */
export async function findOverdue(
  db: Db,
  { buckets, limit, patienceMs, silenceMs }: Look,
): Promise<Found[]> {
  return db<Found[]>`
    select r.bucket, r.enrollment_id as id, r.seq
      from unnest(${buckets as number[]}::smallint[]) as b (bucket)
     cross join lateral (
       select * from recipients r
        where r.bucket = b.bucket and r.status = 'pending' and r.live and not r.parked
          and r.due_at < db_now() - ${patienceMs} * interval '1 millisecond'
        order by r.due_at
        limit ${limit}) r
      join automations s on s.id = r.automation_id and s.status = 'active'
      join enrollments e on e.bucket = r.bucket and e.id = r.enrollment_id
     where (e.state = 'active' or not r.advances)
       and exists (
         select from workers
          where stopped_at is null and beat_at >= db_now() - ${silenceMs} * interval '1 millisecond')
       and not exists (select from signals g where g.bucket = r.bucket and g.user_id = r.user_id)
     limit ${limit}
  `;
}

/** Active enrollments that no row advances. Index: enrollments_one_active, recipients_pkey. */
export async function findWithoutRow(db: Db, { buckets, limit }: Look): Promise<Found[]> {
  return db<Found[]>`
    select e.bucket, e.id, null::int as seq
      from enrollments e
     where e.bucket = any(${buckets as number[]}::smallint[]) and e.state = 'active'
       and not exists (
         select from recipients r
          where r.bucket = any(${buckets as number[]}::smallint[])
            and r.bucket = e.bucket and r.enrollment_id = e.id and r.advances)
     limit ${limit}
  `;
}

/**
 * Rows that wait although their enrollment has ended, or never was. One that was given back a moment
 * ago, and is due, goes when a worker comes to it. Index: recipients_pkey, enrollments_pkey.
 */
export async function findWithoutEnrollment(
  db: Db,
  { buckets, limit, patienceMs }: Look,
): Promise<Found[]> {
  return db<Found[]>`
    select r.bucket, r.enrollment_id as id, r.seq
      from recipients r
      left join enrollments e
        on e.bucket = any(${buckets as number[]}::smallint[])
           and e.bucket = r.bucket and e.id = r.enrollment_id
     where r.bucket = any(${buckets as number[]}::smallint[]) and r.status = 'pending'
       and (e.id is null or e.state <> 'active' and r.advances or e.state = 'removed')
       and not r.due_at between db_now() - ${patienceMs} * interval '1 millisecond' and db_now()
     limit ${limit}
  `;
}

/** Rows at a step that their version does not have, or of a version that there is not. */
export async function findUnknownSteps(db: Db, { buckets, limit }: Look): Promise<Found[]> {
  return db<Found[]>`
    with place as (
      select distinct automation_id, version, step_id
        from recipients
       where bucket = any(${buckets as number[]}::smallint[]) and status = 'pending'
    ), unknown as (
      select p.*
        from place p
        left join series_versions v on v.automation_id = p.automation_id and v.number = p.version
       where v.number is null
          or not exists (
            select from jsonb_array_elements(v.steps) step where step ->> 'id' = p.step_id)
    )
    select r.bucket, r.enrollment_id as id, r.seq
      from unknown u
      join recipients r using (automation_id, version, step_id)
      join enrollments e on e.bucket = r.bucket and e.id = r.enrollment_id
     where r.bucket = any(${buckets as number[]}::smallint[]) and r.status = 'pending'
       and (e.state = 'active' or not r.advances)
     limit ${limit}
  `;
}

/** Rows that advance an enrollment which a later row advances too. Index: recipients_pkey. */
export async function findSecondRows(db: Db, { buckets, limit }: Look): Promise<Found[]> {
  return db<Found[]>`
    select r.bucket, r.enrollment_id as id, r.seq
      from recipients r
     where r.bucket = any(${buckets as number[]}::smallint[]) and r.advances
       and r.status = 'pending'
       and exists (
         select from recipients o
          where o.bucket = r.bucket and o.enrollment_id = r.enrollment_id and o.advances
            and o.seq <> r.seq and (o.seq > r.seq or o.status = 'processing'))
     limit ${limit}
  `;
}

/** Rows whose enrollment is on another version than they are. */
export async function findOtherVersions(db: Db, { buckets, limit }: Look): Promise<Found[]> {
  return db<Found[]>`
    select r.bucket, r.enrollment_id as id, r.seq
      from recipients r
      join enrollments e on e.bucket = r.bucket and e.id = r.enrollment_id
     where r.bucket = any(${buckets as number[]}::smallint[]) and r.advances
       and e.bucket = any(${buckets as number[]}::smallint[]) and e.state = 'active'
       and e.version <> r.version
     limit ${limit}
  `;
}

/** Rows that wait out a pause which is long over. Index: recipients_parked. */
export async function findParked(db: Db, { buckets, limit, patienceMs }: Look): Promise<Found[]> {
  return db<Found[]>`
    select r.bucket, r.enrollment_id as id, r.seq
      from automations s
     cross join lateral (
       select * from recipients r
        where r.automation_id = s.id and r.parked
          and r.bucket = any(${buckets as number[]}::smallint[])
        limit ${limit}) r
     where s.status = 'active'
       and coalesce(s.status_at, '-infinity') < db_now() - ${patienceMs} * interval '1 millisecond'
     limit ${limit}
  `;
}

/** Rows under a lease of a worker that is not there. Index: recipients_processing. */
export async function findLostLeases(
  db: Db,
  { buckets, limit, patienceMs }: Look,
): Promise<Found[]> {
  return db<Found[]>`
    select r.bucket, r.enrollment_id as id, r.seq
      from recipients r
      left join workers w on w.id = r.worker_id
     where r.status = 'processing' and r.bucket = any(${buckets as number[]}::smallint[])
       and (w.id is null
            or coalesce(w.stopped_at, w.beat_at) < db_now() - ${patienceMs} * interval '1 millisecond')
     limit ${limit}
  `;
}

/** Messages being handed over whose row is not held for it. Index: messages_sending. */
export async function findStraySending(db: Db, { buckets, limit }: Look): Promise<Found[]> {
  return db<Found[]>`
    select m.bucket, m.enrollment_id as id, m.seq
      from messages m
     where m.state = 'sending' and m.bucket = any(${buckets as number[]}::smallint[])
       and not exists (
         select from recipients r
          where r.bucket = m.bucket and r.enrollment_id = m.enrollment_id and r.seq = m.seq
            and r.lease_token = m.lease_token)
     limit ${limit}
  `;
}

/**
 * Enrollments whose books are wrong: a step occurrence that is nowhere, or in two places. Reads the whole
 * history of the buckets: a few at a time.
 */
export async function findUnaccounted(db: Db, { buckets, limit }: Look): Promise<Found[]> {
  return db<Found[]>`
    with place as (
      select bucket, enrollment_id, seq from step_log
       where bucket = any(${buckets as number[]}::smallint[])
      union all
      select bucket, enrollment_id, seq from recipients
       where bucket = any(${buckets as number[]}::smallint[]) and advances
      union all
      select m.bucket, m.enrollment_id, m.seq from messages m
       where m.bucket = any(${buckets as number[]}::smallint[])
         and (m.state = 'in_doubt'
              or m.state in ('sending', 'scheduled') and exists (
                select from recipients r
                 where r.bucket = m.bucket and r.enrollment_id = m.enrollment_id and r.seq = m.seq
                   and not r.advances))
    ), known as (
      select bucket, enrollment_id, max(seq) as planned, count(*) as places,
             count(distinct seq) as occurrences
        from place group by bucket, enrollment_id
    )
    select e.bucket, e.id, null::int as seq
      from enrollments e
      left join known k on k.bucket = e.bucket and k.enrollment_id = e.id
     where e.bucket = any(${buckets as number[]}::smallint[])
       and (k.enrollment_id is null and e.state <> 'active'
            or k.planned <> k.occurrences or k.places <> k.occurrences)
     limit ${limit}
  `;
}

/** People in series that were archived long ago. Index: recipients_by_series. */
export async function findArchived(db: Db, { buckets, limit, patienceMs }: Look): Promise<Found[]> {
  return db<Found[]>`
    select r.bucket, r.enrollment_id as id, r.seq
      from automations s
     cross join lateral (
       select * from recipients r
        where r.automation_id = s.id and r.advances and r.status = 'pending'
          and r.bucket = any(${buckets as number[]}::smallint[])
        order by r.due_at
        limit ${limit}) r
      join enrollments e on e.bucket = r.bucket and e.id = r.enrollment_id and e.state = 'active'
     where s.status = 'archived'
       and coalesce(s.status_at, '-infinity') < db_now() - ${patienceMs} * interval '1 millisecond'
     limit ${limit}
  `;
}

/** What happened to somebody long ago and nobody has looked at. By the clock of the side. */
export async function findOldSignals(
  db: Db,
  { buckets, limit, afterMs }: Look & { afterMs: number },
): Promise<Found[]> {
  return db<Found[]>`
    select g.bucket, g.id::text as id, null::int as seq
      from signals g
      left join workspaces w on w.id = g.workspace_id
     where g.bucket = any(${buckets as number[]}::smallint[])
       and (w.id is null
            or g.at < coalesce(w.clock_now, db_now()) - ${afterMs} * interval '1 millisecond')
     order by g.bucket, g.id
     limit ${limit}
  `;
}

/** Signals that could not be handled. */
export async function findSetAside(db: Db, { buckets, limit }: Look): Promise<Found[]> {
  return db<Found[]>`
    select bucket, id::text as id, null::int as seq
      from set_aside_signals
     where bucket = any(${buckets as number[]}::smallint[])
     order by bucket, id
     limit ${limit}
  `;
}

/** Migrations that nobody works on. Index: series_migrations_running. */
export async function findStandingMigrations(
  db: Db,
  { limit, patienceMs }: Look,
): Promise<Found[]> {
  return db<Found[]>`
    select null::int as bucket, automation_id as id, null::int as seq
      from series_migrations
     where state = 'running'
       and advanced_at < db_now() - ${patienceMs} * interval '1 millisecond'
     order by advanced_at
     limit ${limit}
  `;
}
