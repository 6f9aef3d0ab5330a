import type { Db } from '../../platform/db.ts';
import type { EmailFact, EventFact } from '../filter/facts.ts';
import type { Fragment } from '../filter/fragment.ts';

/** Emails of one enrollment: more than a series can have steps. */
const EMAILS_PER_ENROLLMENT_MAX = 1_000;
/** Events that one wait hears at once; of more the latest. */
export const HEARD_EVENTS_MAX = 100;

/** Something the user did while a step waited for it. */
export interface HeardEvent extends EventFact {
  readonly id: string;
  readonly receivedAt: Date;
}

/**
 * How often users did something, in the order of `asks`; counting stops at `countMax`.
 *
 * Across workspaces: for the worker. Index: events_by_user, for the order costs nothing there: without
 * it a partition in which one user has most of the events is read whole for everybody.
 */
export async function countEvents(
  db: Db,
  asks: readonly {
    bucket: number;
    userId: string;
    eventType: string;
    /** Null: ever. */
    since: Date | null;
    countMax: number;
  }[],
): Promise<number[]> {
  const rows = await db<{ count: number }[]>`
    select (select count(*)::integer
              from (select 1
                      from events e
                     where e.bucket = q.bucket and e.user_id = q.user_id
                       and e.event_type = q.event_type and e.occurred_at >= q.since
                     order by e.occurred_at desc
                     limit q.count_max) f) as count
      from unnest(
        ${asks.map(({ bucket }) => bucket)}::smallint[],
        ${asks.map(({ userId }) => userId)}::uuid[],
        ${asks.map(({ eventType }) => eventType)}::text[],
        ${asks.map(({ since }) => since?.toISOString() ?? '-infinity')}::text[]::timestamptz[],
        ${asks.map(({ countMax }) => countMax)}::integer[]
      ) with ordinality as q (bucket, user_id, event_type, since, count_max, place)
     order by q.place
  `;
  return rows.map(({ count }) => count);
}

/**
 * `countEvents` of events that match a filter, one for all the users. Each filter has a statement of
 * its own, for statements are prepared by their text.
 *
 * Across workspaces: for the worker. Index: events_by_user. Cost: of a user with many events of the
 * type it reads as many as it takes to find `countMax` that match.
 *
 * @param where over `events e`, two-valued
 */
export async function countEventsWhere(
  db: Db,
  users: readonly { bucket: number; userId: string }[],
  {
    eventType,
    since,
    countMax,
    where,
  }: { eventType: string; since: Date | null; countMax: number; where: Fragment },
): Promise<number[]> {
  const rows = await db<{ count: number }[]>`
    select (select count(*)::integer
              from (select 1
                      from events e
                     where e.bucket = q.bucket and e.user_id = q.user_id
                       and e.event_type = ${eventType}::text
                       and e.occurred_at >= ${since?.toISOString() ?? '-infinity'}::text::timestamptz
                       and ${where}
                     order by e.occurred_at desc
                     limit ${countMax}) f) as count
      from unnest(
        ${users.map(({ bucket }) => bucket)}::smallint[],
        ${users.map(({ userId }) => userId)}::uuid[]
      ) with ordinality as q (bucket, user_id, place)
     order by q.place
  `;
  return rows.map(({ count }) => count);
}

/**
 * What became of the emails of enrollments, of each enrollment the latest thousand. What programs
 * opened or followed on their own does not count.
 *
 * Across workspaces: for the worker. Index: messages_step_occurrence, message_events_by_message.
 */
export async function emailsOfEnrollments(
  db: Db,
  refs: readonly { bucket: number; enrollmentId: string }[],
): Promise<(EmailFact & { enrollmentId: string })[]> {
  return db<(EmailFact & { enrollmentId: string })[]>`
    select q.enrollment_id as "enrollmentId", m.step_id as "stepId", m.state,
           m.state in ('delivered', 'complained') or h.delivered as "isDelivered",
           h.opened as "isOpened", h.clicked as "isClicked",
           m.state = 'bounced' or h.bounced as "isBounced"
      from unnest(
        ${refs.map(({ bucket }) => bucket)}::smallint[],
        ${refs.map(({ enrollmentId }) => enrollmentId)}::uuid[]
      ) as q (bucket, enrollment_id)
     cross join lateral (
       select bucket, id, step_id, state
         from messages
        where bucket = q.bucket and enrollment_id = q.enrollment_id
        order by seq desc
        limit ${EMAILS_PER_ENROLLMENT_MAX}
     ) m
     cross join lateral (
       select coalesce(bool_or(kind = 'delivered'), false) as delivered,
              coalesce(bool_or(kind = 'opened'), false) as opened,
              coalesce(bool_or(kind = 'clicked'), false) as clicked,
              coalesce(bool_or(kind = 'bounced'), false) as bounced
         from message_events
        where bucket = m.bucket and message_id = m.id
          and detail -> 'machine' is distinct from 'true'::jsonb
     ) h
  `;
}

/**
 * Events of one type each that came since an instant by the clock of the side, in the order in which
 * they came; of more than a hundred the latest. `place` is the ask's in `asks`.
 *
 * Across workspaces: for the worker. Index: events_heard.
 *
 * @param where over `events e`, two-valued; null for all
 */
export async function eventsSince(
  db: Db,
  asks: readonly {
    bucket: number;
    userId: string;
    eventType: string;
    since: Date;
    /** Ids that are left out. */
    except: readonly string[];
  }[],
  { where }: { where: Fragment | null },
): Promise<(HeardEvent & { place: number })[]> {
  return db<(HeardEvent & { place: number })[]>`
    select (q.place - 1)::integer as place, h.id, h.event_type as "eventType",
           h.occurred_at as "occurredAt", h.received_at as "receivedAt", h.page_url as "pageUrl",
           h.element_selector as "elementSelector", h.metadata
      from unnest(
        ${asks.map(({ bucket }) => bucket)}::smallint[],
        ${asks.map(({ userId }) => userId)}::uuid[],
        ${asks.map(({ eventType }) => eventType)}::text[],
        ${asks.map(({ since }) => since.toISOString())}::text[]::timestamptz[],
        ${asks.map(({ except }) => `{${except.join(',')}}`)}::text[]
      ) with ordinality as q (bucket, user_id, event_type, since, heard, place)
     cross join lateral (
       select e.*
         from events e
        where e.bucket = q.bucket and e.user_id = q.user_id and e.event_type = q.event_type
          and e.received_at >= q.since and e.id <> all (q.heard::uuid[])
          ${where === null ? db`` : db`and ${where}`}
        order by e.received_at desc
        limit ${HEARD_EVENTS_MAX}
     ) h
     order by q.place, h.received_at, h.id
  `;
}
