import type { Db } from '../../platform/db.ts';
import type { Event, NewEvent } from '../event.ts';
import type { EventFact } from '../filter/index.ts';

/** An event to be stored, addressed. */
export interface EventRow extends NewEvent {
  readonly bucket: number;
  readonly id: string;
  readonly workspaceId: string;
  /** Internal id; null for somebody not identified. */
  readonly userId: string | null;
  readonly sessionId: string | null;
  /** The same for the same event sent again; null for an event that the caller gave no id. */
  readonly repeatId: string | null;
}

/**
 * Stores events, in one statement and one commit; those whose `repeatId` was stored in the 24 hours
 * before, by the clock of their side, are left out.
 *
 * Where a series listens to such an event, a signal is written with it.
 * Two callers with the same event: the second waits until the first has committed.
 * Locks: the ids, in the order of their keys. Index: event_ids_pkey.
 *
 * @param rows no two with the same `repeatId`
 * @param isTold false for what is only kept: no series hears of it
 * @returns whether some series listens to one of them
 */
export async function insertEvents(
  db: Db,
  rows: readonly EventRow[],
  { isTold = true }: { isTold?: boolean } = {},
): Promise<{ isSignalled: boolean }> {
  const column = <T>(of: (row: EventRow) => T): T[] => rows.map(of);
  // No text is empty, so that an empty one can stand for none.
  const told = await db<{ isSignalled: boolean }[]>`
    with sent as materialized (
      select q.bucket, q.id, q.workspace_id, nullif(q.user_id, '')::uuid as user_id,
             nullif(q.repeat_id, '')::uuid as repeat_id, q.event_type,
             nullif(q.occurred_at, '')::timestamptz as occurred_at, q.event_id, q.session_id,
             q.element_selector, q.page_url, q.metadata, coalesce(w.clock_now, db_now()) as now,
             q.position, w.side = 'live' as live,
             ${String(isTold)}::boolean and 'event:' || q.event_type = any (w.listens)
               and q.user_id <> '' as is_heard
        from unnest(
          ${column(({ bucket }) => bucket)}::smallint[],
          ${column(({ id }) => id)}::uuid[],
          ${column(({ workspaceId }) => workspaceId)}::uuid[],
          ${column(({ userId }) => userId ?? '')}::text[],
          ${column(({ repeatId }) => repeatId ?? '')}::text[],
          ${column(({ eventType }) => eventType)}::text[],
          ${column(({ occurredAt }) => occurredAt?.toISOString() ?? '')}::text[],
          ${column(({ eventId }) => eventId ?? '')}::text[],
          ${column(({ sessionId }) => sessionId ?? '')}::text[],
          ${column(({ elementSelector }) => elementSelector ?? '')}::text[],
          ${column(({ pageUrl }) => pageUrl ?? '')}::text[],
          ${column(({ metadata }) => metadata)}::text[]
        ) with ordinality as q (bucket, id, workspace_id, user_id, repeat_id, event_type, occurred_at, event_id,
                session_id, element_selector, page_url, metadata, position)
        join workspaces w on w.id = q.workspace_id
    ), fresh as (
      insert into event_ids (bucket, id, workspace_id, received_at)
      select bucket, repeat_id, workspace_id, now
        from sent
       where repeat_id is not null
       order by bucket, repeat_id
          on conflict (bucket, id) do update
         set received_at = excluded.received_at
       where event_ids.received_at <= excluded.received_at - interval '24 hours'
      returning id
    ), kept as (
      select * from sent where repeat_id is null or repeat_id in (select id from fresh)
    ), told as (
      insert into signals (bucket, workspace_id, live, user_id, kind, name, event_id, at, may_start)
      select bucket, workspace_id, live, user_id, 'event', event_type, id, now, true
        from kept
       where is_heard
       order by position
      returning id
    ), stored as (
      insert into events (bucket, id, workspace_id, user_id, event_type, occurred_at, received_at,
                        stored_at, event_id, session_id, element_selector, page_url, metadata)
    select bucket, id, workspace_id, user_id, event_type, least(occurred_at, now), now, db_now(),
           nullif(event_id, ''), nullif(session_id, ''), nullif(element_selector, ''),
           nullif(page_url, ''), metadata::jsonb
      from kept
    )
    select exists (select from told) as "isSignalled"
  `;
  return told[0] ?? { isSignalled: false };
}

/**
 * A page of a workspace side's events, youngest first: by when they were stored.
 *
 * Index: events_by_age, events_by_type, or events_by_user, whose rows are sorted: all of one user's.
 */
export async function listEvents(
  db: Db,
  {
    workspaceId,
    user,
    eventType,
    after,
    limit,
  }: {
    workspaceId: string;
    /** Internal id. */
    user: { bucket: number; id: string } | null;
    eventType: string | null;
    after: { at: Date; id: string } | null;
    limit: number;
  },
): Promise<Event[]> {
  return db<Event[]>`
    select e.id, u.external_id as "userId", e.event_type as "eventType",
           e.occurred_at as "occurredAt", e.received_at as "receivedAt", e.stored_at as "storedAt",
           e.event_id as "eventId", e.session_id as "sessionId",
           e.element_selector as "elementSelector", e.page_url as "pageUrl", e.metadata
      from events e
      left join users u on u.bucket = e.bucket and u.id = e.user_id
     where e.workspace_id = ${workspaceId}
       and (${user?.id ?? null}::uuid is null
            or (e.bucket = ${user?.bucket ?? null}::smallint and e.user_id = ${user?.id ?? null}::uuid))
       and (${eventType}::text is null or e.event_type = ${eventType}::text)
       and (${after?.at ?? null}::timestamptz is null
            or (e.stored_at, e.id) < (${after?.at ?? null}::timestamptz, ${after?.id ?? null}::uuid))
     order by e.stored_at desc, e.id desc
     limit ${limit}
  `;
}

/**
 * Forgets ids of events that came more than 24 hours ago by the clock of their side, at most `limit`.
 *
 * Across workspaces. Locks: the rows it deletes, skipping those in use. Index: event_ids_by_age.
 */
export async function deleteOldEventIds(db: Db, { limit }: { limit: number }): Promise<number> {
  const rows = await db`
    with old as (
      select e.bucket, e.id
        from workspaces w
       cross join lateral (
         select bucket, id
           from event_ids
          where workspace_id = w.id
            and received_at <= coalesce(w.clock_now, db_now()) - interval '24 hours'
          order by received_at
          limit ${limit}
            for update skip locked
       ) e
       limit ${limit}
    )
    delete from event_ids i
     using old
     where i.bucket = old.bucket and i.id = old.id
    returning 1
  `;
  return rows.length;
}

/** Makes the partitions of this month and the next ones that are missing; the number made. */
export async function makeEventPartitions(db: Db): Promise<number> {
  const rows = await db<{ made: number }[]>`select make_event_partitions() as made`;
  return rows[0]?.made ?? 0;
}

/** Events by id. Across workspaces: for the worker. Index: events_pkey, in each month. */
export async function eventsByIds(
  db: Db,
  { bucket, ids }: { bucket: number; ids: readonly string[] },
): Promise<Map<string, EventFact>> {
  if (ids.length === 0) return new Map();
  const rows = await db<(EventFact & { id: string })[]>`
    select id, event_type as "eventType", occurred_at as "occurredAt", page_url as "pageUrl",
           element_selector as "elementSelector", metadata
      from events
     where bucket = ${bucket} and id = any(${[...ids]}::uuid[])
  `;
  return new Map(rows.map((event) => [event.id, event]));
}
