import type { Fragment } from '../../audience/index.ts';
import type { Db } from '../../platform/db.ts';
import type { PastEvent } from './scenario.ts';

/** What filters look at is rarely more, and a thousand people are read at once. */
const EVENTS_PER_USER_MAX = 500;

/**
 * People of a side who match, youngest first. Reads as many users as it takes to find `limit`.
 *
 * Index: users_by_age.
 *
 * @param matches a condition over `users u left join companies c`
 */
export async function findMatching(
  db: Db,
  { workspaceId, matches, limit }: { workspaceId: string; matches: Fragment; limit: number },
): Promise<{ bucket: number; id: string }[]> {
  return db<{ bucket: number; id: string }[]>`
    select u.bucket, u.id
      from users u
      left join lateral (
        select c.* from companies c
         where c.bucket = ('x' || right(u.company_id::text, 2))::bit(8)::int % 64
           and c.id = u.company_id
         limit 1) c on true
     where u.workspace_id = ${workspaceId} and ${matches}
     order by u.created_at desc, u.id desc
     limit ${limit}
  `;
}

/**
 * The latest events of some types of users, oldest first.
 *
 * Across workspaces: the users are the caller's. Index: events_by_user.
 */
export async function eventsOfUsers(
  db: Db,
  users: readonly { bucket: number; id: string }[],
  eventTypes: readonly string[],
): Promise<(PastEvent & { userId: string })[]> {
  return db<(PastEvent & { userId: string })[]>`
    select q.id as "userId", h.id, h.event_type as "eventType", h.occurred_at as "occurredAt",
           h.received_at as "receivedAt", h.page_url as "pageUrl",
           h.element_selector as "elementSelector", h.metadata
      from unnest(
             ${users.map(({ bucket }) => bucket)}::smallint[],
             ${users.map(({ id }) => id)}::uuid[]
           ) as q (bucket, id)
     cross join lateral (
       select e.*
         from events e
        where e.bucket = q.bucket and e.user_id = q.id
          and e.event_type = any(${[...eventTypes]}::text[])
        order by e.occurred_at desc
        limit ${EVENTS_PER_USER_MAX}
     ) h
     order by h.received_at, h.id
  `;
}

/** The side that a series belongs to, whichever it is: for the command line. */
export async function sideOfSeries(db: Db, id: string): Promise<string | null> {
  const rows = await db<{ workspaceId: string }[]>`
    select workspace_id as "workspaceId" from automations where id = ${id}
  `;
  return rows[0]?.workspaceId ?? null;
}
