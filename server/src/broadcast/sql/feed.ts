import type { Db } from '../../platform/db.ts';
import { uuidv7 } from '../../platform/ids.ts';
import type { Reason } from '../../schedule/reason.ts';
import type { ClaimedBroadcast } from './claim.ts';

/** What a broadcast has in the queue. */
export interface Queued {
  /** What is to leave soon, or is leaving. */
  readonly ready: number;
  /** These, and those that wait for another attempt or a member's decision. */
  readonly all: number;
}

/** Counts a broadcast's rows in the queue, up to a bound each. Index: recipients_by_series. */
export async function countQueued(
  db: Db,
  { id, soon, max }: { id: string; soon: Date; max: number },
): Promise<Queued> {
  const rows = await db<Queued[]>`
    select (select count(*)::int from (
              select from recipients where automation_id = ${id} and due_at <= ${soon} limit ${max}) r)
             as ready,
           (select count(*)::int from (
              select from recipients where automation_id = ${id} limit ${max}) r) as all
  `;
  return rows[0] ?? { ready: 0, all: 0 };
}

/** What was taken into the queue. */
export interface Fed {
  /** Recipients whose turn it was. */
  readonly taken: number;
  /** Of these, who have a row in the queue now: the others have been erased. */
  readonly entered: number;
  /** The last of them; null for nobody. */
  readonly last: readonly [at: string, userId: string] | null;
}

/**
 * Takes recipients whose turn has come from the snapshot into the queue, in order: an enrollment in run 1,
 * and its row. Nobody gets a second one, whatever happens: the constraint enrollments_run decides.
 *
 * The caller has claimed the broadcast, and moves it on in the same transaction. The ids are those that
 * `uuidv7In` would give: the instant, chance, and the bucket of the user.
 * Index: broadcast_recipients_due, users_pkey.
 *
 * @param readyAt no row is due before, so that a worker does not pass over it: it commits later
 * @param timezone that is shown; a broadcast's times are settled
 */
export async function feedQueue(
  tx: Db,
  broadcast: Pick<
    ClaimedBroadcast,
    'id' | 'workspaceId' | 'version' | 'side' | 'fedAt' | 'fedId' | 'now'
  >,
  {
    limit,
    readyAt,
    stepId,
    timezone,
    tzVersion,
    reasons,
  }: {
    limit: number;
    readyAt: Date;
    stepId: string;
    timezone: string;
    tzVersion: string;
    reasons: readonly Reason[];
  },
): Promise<Fed> {
  const { id, workspaceId, version, side, fedAt, fedId, now } = broadcast;
  const live = side === 'live';
  const rows = await tx<Fed[]>`
    with chosen as materialized (
      select r.bucket, r.user_id, r.due_at
        from broadcast_recipients r
       where r.automation_id = ${id} and r.exclusion is null
         and (r.due_at, r.user_id) > (coalesce(${fedAt}::text::timestamptz, '-infinity'),
                                      coalesce(${fedId}::uuid, '00000000-0000-0000-0000-000000000000'))
         and r.due_at <= ${now}
       order by r.due_at, r.user_id
       limit ${limit}
    ), entry as materialized (
      select c.bucket, (${uuidv7(now).slice(0, 15)}::text || substr(gen_random_uuid()::text, 16, 19)
                || right(c.user_id::text, 2))::uuid as id, c.user_id,
             greatest(c.due_at, ${readyAt}::timestamptz) as due_at
        from chosen c
        join users u on u.bucket = c.bucket and u.id = c.user_id
    ), entered as (
      insert into enrollments (bucket, id, workspace_id, user_id, automation_id, version, run, state,
                               entered_at, entered_by)
      select bucket, id, ${workspaceId}, user_id, ${id}, ${version}, 1, 'active', ${now}, 'broadcast'
        from entry
       order by bucket, user_id
          on conflict do nothing
      returning id
    ), told as (
      insert into signals (bucket, workspace_id, live, user_id, kind, name, at, may_start)
      select e.bucket, w.id, ${live}, e.user_id, 'entered', ${id}, ${now}, true
        from entry e
        join workspaces w on w.id = ${workspaceId} and ${`entered:${id}`} = any (w.listens)
       where (e.id in (select id from entered)) is true
    ), queued as (
      insert into recipients (bucket, enrollment_id, seq, workspace_id, automation_id, user_id, version,
                              step_id, live, due_at, from_at, timezone, tz_version, reasons)
      select e.bucket, e.id, 1, ${workspaceId}, ${id}, e.user_id, ${version}, ${stepId}, ${live},
             e.due_at, e.due_at, ${timezone}, ${tzVersion}, ${JSON.stringify(reasons)}::text::jsonb
        from entry e
       where (e.id in (select id from entered)) is true
      returning 1
    )
    select (select count(*)::int from chosen) as taken,
           (select count(*)::int from queued) as entered,
           (select array[due_at::text, user_id::text] from chosen
             order by due_at desc, user_id desc limit 1) as last
  `;
  return rows[0] ?? { taken: 0, entered: 0, last: null };
}

/** Moves a broadcast on whose recipients were taken into the queue. */
export async function moveFeed(
  tx: Db,
  {
    id,
    fedAt,
    fedId,
    fed,
    gone,
    rate,
    leftQueue,
    measuredAt,
  }: {
    id: string;
    fedAt: string | null;
    fedId: string | null;
    fed: number;
    gone: number;
    rate: number;
    leftQueue: number;
    measuredAt: Date;
  },
): Promise<void> {
  await tx`
    update broadcasts
       set fed_at = ${fedAt}::text::timestamptz, fed_id = ${fedId}, fed = fed + ${fed},
           gone = gone + ${gone}, rate = ${rate}, left_queue = ${leftQueue},
           measured_at = ${measuredAt}
     where automation_id = ${id}
  `;
}

/**
 * When the next recipient is due who is not in the queue yet; null when there is none left.
 *
 * Index: broadcast_recipients_due.
 */
export async function nextRecipientAt(
  db: Db,
  { id, fedAt, fedId }: { id: string; fedAt: string | null; fedId: string | null },
): Promise<Date | null> {
  const rows = await db<{ at: Date }[]>`
    select due_at as at
      from broadcast_recipients
     where automation_id = ${id} and exclusion is null
       and (due_at, user_id) > (coalesce(${fedAt}::text::timestamptz, '-infinity'),
                                coalesce(${fedId}::uuid, '00000000-0000-0000-0000-000000000000'))
     order by due_at, user_id
     limit 1
  `;
  return rows[0]?.at ?? null;
}

/**
 * When a broadcast is to be looked at again.
 *
 * @param dueAt by the clock of its side; null once all are in the queue
 * @param lookInMs by the database's clock; null for never: its test side's clock has to be moved
 */
export async function restUntil(
  tx: Db,
  { id, dueAt, lookInMs }: { id: string; dueAt: Date | null; lookInMs: number | null },
): Promise<void> {
  await tx`
    update broadcasts
       set due_at = ${dueAt}, look_at = db_now() + ${lookInMs}::bigint * interval '1 millisecond'
     where automation_id = ${id}
  `;
}

/** Broadcasts that have taken everybody into the queue and may be over. Index: broadcasts_look. */
export async function drained(
  db: Db,
  { workspaceId, limit }: { workspaceId: string | null; limit: number },
): Promise<{ id: string; workspaceId: string }[]> {
  return db<{ id: string; workspaceId: string }[]>`
    select b.automation_id as id, b.workspace_id as "workspaceId"
      from broadcasts b
     where b.state = 'sending' and b.snapshot_at is not null and b.due_at is null
       and ${workspaceId === null ? db`b.look_at <= db_now()` : db`b.workspace_id = ${workspaceId}`}
       and not exists (
         select from recipients r where r.automation_id = b.automation_id and r.advances)
     limit ${limit}
  `;
}
