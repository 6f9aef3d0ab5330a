import { userOfImage, type UserFact, type UserImage } from '../../audience/index.ts';
import type { Db } from '../../platform/db.ts';
import type { AutomationStatus } from '../../series/index.ts';

/** Something that happened to a user, which some series listens to. */
export interface Signal {
  readonly bucket: number;
  readonly id: number;
  readonly workspaceId: string;
  readonly workspaceTimezone: string;
  readonly live: boolean;
  /** A company's internal id where the kind is `company`. */
  readonly userId: string;
  readonly kind: 'created' | 'changed' | 'event' | 'entered' | 'message' | 'company';
  readonly name: string | null;
  readonly eventId: string | null;
  /** When it happened, by the clock of the side. */
  readonly at: Date;
  readonly mayStart: boolean;
  /** The user before a change of their own data; null where that is not known. */
  readonly before: UserFact | null;
  /** The clock of the side. */
  readonly now: Date;
}

/** First key of the advisory locks by which one worker at a time handles the signals of a bucket. */
const LOCK_CLASS = 44_003;

/**
 * The oldest signals of a bucket; none while another worker handles that bucket.
 *
 * Across workspaces. Locks: the bucket's signals, by an advisory lock that ends with the transaction.
 * Index: signals_pkey.
 */
export async function claimSignals(
  tx: Db,
  { bucket, limit }: { bucket: number; limit: number },
): Promise<Signal[]> {
  const locks = await tx<{ isMine: boolean }[]>`
    select pg_try_advisory_xact_lock(${LOCK_CLASS}::int, ${bucket}::int) as "isMine"
  `;
  if (locks[0]?.isMine !== true) return [];
  const rows = await tx<(Signal & { image: UserImage | null })[]>`
    select g.bucket, g.id, g.workspace_id as "workspaceId", w.timezone as "workspaceTimezone", g.live,
           g.user_id as "userId", g.kind, g.name, g.event_id as "eventId", g.at,
           g.may_start as "mayStart", g.before as image, coalesce(w.clock_now, db_now()) as now
      from signals g
      join workspaces w on w.id = g.workspace_id
     where g.bucket = ${bucket}
     order by g.id
     limit ${limit}
  `;
  return rows.map(({ image, ...signal }) => ({
    ...signal,
    before: image === null ? null : userOfImage(image),
  }));
}

/** Takes handled signals away, in the transaction that handled them. */
export async function deleteSignals(
  tx: Db,
  { bucket, ids }: { bucket: number; ids: readonly number[] },
): Promise<void> {
  await tx`delete from signals where bucket = ${bucket} and id = any(${ids.map(String)}::text[]::bigint[])`;
}

/** A user's passage under way, with the row that advances it. */
export interface Passage {
  readonly bucket: number;
  readonly userId: string;
  readonly enrollmentId: string;
  readonly workspaceId: string;
  readonly automationId: string;
  readonly version: number;
  readonly seriesStatus: AutomationStatus;
  readonly enteredAt: Date;
  readonly entryEvent: string | null;
  readonly properties: Readonly<Record<string, unknown>>;
  readonly userTimezone: string | null;
  readonly seq: number;
  readonly stepId: string;
  readonly status: 'pending' | 'processing';
  readonly held: boolean;
}

/**
 * Every passage of some users that is under way.
 *
 * Locks: the rows, waiting for a worker that is deciding about them just now, so that what it decides
 * is seen. Index: enrollments_one_active, recipients_pkey.
 */
export async function lockPassages(
  tx: Db,
  { bucket, userIds }: { bucket: number; userIds: readonly string[] },
): Promise<Passage[]> {
  return tx<Passage[]>`
    select r.bucket, r.user_id as "userId", r.enrollment_id as "enrollmentId",
           r.workspace_id as "workspaceId", r.automation_id as "automationId", r.version,
           s.status as "seriesStatus", e.entered_at as "enteredAt", e.entry_event as "entryEvent",
           e.properties, u.timezone as "userTimezone", r.seq, r.step_id as "stepId", r.status, r.held
      from enrollments e
      join recipients r on r.bucket = e.bucket and r.enrollment_id = e.id and r.advances
      join automations s on s.id = e.automation_id
      join users u on u.bucket = e.bucket and u.id = e.user_id
     where e.bucket = ${bucket} and e.user_id = any(${[...userIds]}::uuid[]) and e.state = 'active'
     order by r.enrollment_id, r.seq
       for update of r
  `;
}

/** Lets waiting steps be asked again now. The caller holds their rows. */
export async function wakeRows(
  tx: Db,
  rows: readonly { bucket: number; enrollmentId: string; seq: number; now: Date; held: boolean }[],
): Promise<void> {
  await tx`
    update recipients r
       set due_at = least(r.due_at, q.now), held = q.held
      from unnest(
        ${rows.map(({ bucket }) => bucket)}::smallint[],
        ${rows.map(({ enrollmentId }) => enrollmentId)}::uuid[],
        ${rows.map(({ seq }) => seq)}::int[],
        ${rows.map(({ now }) => now.toISOString())}::text[]::timestamptz[],
        ${rows.map(({ held }) => String(held))}::boolean[]
      ) as q (bucket, enrollment_id, seq, now, held)
     where r.bucket = q.bucket and r.enrollment_id = q.enrollment_id and r.seq = q.seq
       and r.status = 'pending'
  `;
}

/** The series of some sides that people enter without a call, in the version that is entered. */
export async function triggeredSeries(
  tx: Db,
  workspaceIds: readonly string[],
): Promise<{ id: string; workspaceId: string; version: number }[]> {
  return tx`
    select a.id, a.workspace_id as "workspaceId", a.version
      from automations a
      join series_versions v on v.automation_id = a.id and v.number = a.version
     where a.workspace_id = any(${[...workspaceIds]}::uuid[]) and a.type = 'series'
       and a.status = 'active'
       and v.settings ->> 'entry_trigger' in ('user_created', 'event', 'segment_match')
     order by a.created_at, a.id
  `;
}

/**
 * Writes one signal for each of up to `limit` users of a company, beginning after the last one.
 *
 * Index: users_by_company.
 *
 * @param after where the last call stopped: `bucket id`; null at the beginning
 * @returns where this one stopped; null when nobody is left
 */
export async function spreadCompany(
  tx: Db,
  {
    companyId,
    after,
    at,
    mayStart,
    limit,
  }: { companyId: string; after: string | null; at: Date; mayStart: boolean; limit: number },
): Promise<string | null> {
  const [bucket = '-1', id = '00000000-0000-0000-0000-000000000000'] = (after ?? '').split(' ');
  const rows = await tx<{ count: number; last: string | null }[]>`
    with person as (
      select u.bucket, u.id, u.workspace_id, w.side = 'live' as live
        from users u
        join workspaces w on w.id = u.workspace_id
       where u.company_id = ${companyId}
         and (u.bucket, u.id) > (${bucket === '' ? -1 : Number(bucket)}::smallint, ${id}::uuid)
       order by u.bucket, u.id
       limit ${limit}
    ), told as (
      insert into signals (bucket, workspace_id, live, user_id, kind, at, may_start)
      select bucket, workspace_id, live, id, 'changed', ${at}, ${mayStart}
        from person
       order by bucket, id
    )
    select count(*)::int as count,
           (select bucket || ' ' || id from person order by bucket desc, id desc limit 1) as last
      from person
  `;
  const [row] = rows;
  return row === undefined || row.count < limit ? null : row.last;
}

/** Puts a company's signal back, to go on after the users it has been spread to. */
export async function keepCompanySignal(
  tx: Db,
  { bucket, id, after }: { bucket: number; id: number; after: string },
): Promise<void> {
  await tx`update signals set name = ${after} where bucket = ${bucket} and id = ${id}`;
}

/** Takes the oldest signal of a bucket out of the way of the others, and keeps it with what went wrong. */
export async function setOldestAside(
  db: Db,
  { bucket, error }: { bucket: number; error: string },
): Promise<void> {
  await db`
    with oldest as (
      delete from signals g
       where g.bucket = ${bucket}
         and g.id = (select min(id) from signals where bucket = ${bucket})
      returning g.*
    )
    insert into set_aside_signals (bucket, id, workspace_id, live, user_id, kind, name, event_id, at,
                                   may_start, before, error, set_aside_at)
    select bucket, id, workspace_id, live, user_id, kind, name, event_id, at, may_start, before, ${error},
           db_now()
      from oldest
  `;
}

/** The id of a bucket's oldest signal; null when there is none. */
export async function oldestSignal(db: Db, bucket: number): Promise<number | null> {
  const rows = await db<{ id: number | null }[]>`
    select min(id) as id from signals where bucket = ${bucket}
  `;
  return rows[0]?.id ?? null;
}
