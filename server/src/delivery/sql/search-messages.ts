import type { Db } from '../../platform/db.ts';
import type { Message, MessageState } from '../message.ts';

/** What a list of messages is narrowed by; null narrows nothing. */
export interface MessageFilter {
  readonly workspaceId: string;
  readonly automationId: string | null;
  readonly stepId: string | null;
  readonly states: readonly MessageState[] | null;
  /** Part of what the transport said, in any letter case. */
  readonly reason: string | null;
  /** By when they were made: from, inclusive, and to, exclusive. */
  readonly from: Date | null;
  readonly to: Date | null;
}

export interface MessagePage extends MessageFilter {
  readonly after: { readonly at: Date; readonly id: string } | null;
  readonly limit: number;
}

/** States of messages that did not go well, or of which nobody knows: those of messages_not_well. */
export const NOT_WELL: readonly MessageState[] = [
  'bounced',
  'complained',
  'rejected',
  'cancelled',
  'in_doubt',
];

/** Messages of some users, youngest first. Index: messages_by_user. */
export async function messagesOfUsers(
  db: Db,
  { users, ...page }: MessagePage & { users: readonly { bucket: number; id: string }[] },
): Promise<Message[]> {
  return db<Message[]>`
    select ${columns(db)}
      from unnest(${users.map(({ bucket }) => bucket)}::smallint[],
                  ${users.map(({ id }) => id)}::uuid[]) as u (bucket, id)
     cross join lateral (
       select * from messages m
        where m.bucket = u.bucket and m.user_id = u.id ${within(db, page)} ${narrowed(db, page)}
        order by m.created_at desc, m.id desc
        limit ${page.limit}) m
     order by m.created_at desc, m.id desc
     limit ${page.limit}
  `;
}

/** Messages in some of the states of `NOT_WELL`, youngest first. Index: messages_not_well. */
export async function messagesNotWell(
  db: Db,
  page: MessagePage & { states: readonly MessageState[] },
): Promise<Message[]> {
  const { limit } = page;
  return db<Message[]>`
    select ${columns(db)}
      from unnest(${[...page.states]}::text[]) as s (state)
     cross join lateral (
       select * from messages m
        where m.workspace_id = ${page.workspaceId} and m.state = s.state and ${isNotWell(db)}
          ${within(db, page)} ${narrowed(db, { ...page, states: null })}
        order by m.created_at desc, m.id desc
        limit ${limit}) m
     order by m.created_at desc, m.id desc
     limit ${limit}
  `;
}

/** All messages of a small series that fit, youngest first. Index: messages_by_series. */
export async function messagesOfSmallSeries(
  db: Db,
  page: MessagePage & { automationId: string },
): Promise<Message[]> {
  return db<Message[]>`
    with own as materialized (
      select bucket, id, created_at from messages m
       where m.automation_id = ${page.automationId} ${narrowed(db, page)})
    select ${columns(db)}
      from (select * from own m where true ${within(db, page)}
             order by m.created_at desc, m.id desc
             limit ${page.limit}) young
      join messages m on m.bucket = young.bucket and m.id = young.id
     order by m.created_at desc, m.id desc
  `;
}

/**
 * Messages that fit among the next ones of a side, youngest first. Index: messages_by_age.
 *
 * @param lookedMax messages looked at; where fewer fit than asked for, the list goes on behind them
 */
export async function messagesByAge(
  db: Db,
  { lookedMax, ...page }: MessagePage & { lookedMax: number },
): Promise<Message[]> {
  return db<Message[]>`
    select ${columns(db)}
      from (select * from messages m
             where m.workspace_id = ${page.workspaceId} ${within(db, page)}
             order by m.created_at desc, m.id desc
             limit ${lookedMax}) m
     where true ${narrowed(db, page)}
     order by m.created_at desc, m.id desc
     limit ${page.limit}
  `;
}

/** Where looking at so many messages ends; null where there are fewer. Index: messages_by_age. */
export async function endOfLook(
  db: Db,
  { lookedMax, ...page }: MessagePage & { lookedMax: number },
): Promise<{ at: Date; id: string } | null> {
  const rows = await db<{ at: Date; id: string }[]>`
    select m.created_at as at, m.id from messages m
     where m.workspace_id = ${page.workspaceId} ${within(db, page)}
     order by m.created_at desc, m.id desc
    offset ${lookedMax - 1} limit 1
  `;
  return rows[0] ?? null;
}

/** How many messages a series of a side has, up to a bound. Index: messages_by_series, and no row. */
export async function countOfSeries(
  db: Db,
  {
    workspaceId,
    automationId,
    countMax,
  }: { workspaceId: string; automationId: string; countMax: number },
): Promise<number> {
  const [row] = await db<{ count: number }[]>`
    select count(*)::int as count
      from (select from automations a
              join messages m on m.automation_id = a.id
             where a.id = ${automationId} and a.workspace_id = ${workspaceId}
             order by m.automation_id, m.state, m.step_id
             limit ${countMax}) found
  `;
  return row?.count ?? 0;
}

export interface StateCount {
  readonly state: MessageState;
  readonly count: number;
}

/** Messages of a series of a side by state, each up to a bound. Index: messages_by_series, and no row. */
export async function countStatesOfSeries(
  db: Db,
  {
    workspaceId,
    automationId,
    states,
    countMax,
  }: {
    workspaceId: string;
    automationId: string;
    states: readonly MessageState[];
    countMax: number;
  },
): Promise<StateCount[]> {
  return db<StateCount[]>`
    select s.state, c.count
      from automations a
     cross join unnest(${[...states]}::text[]) as s (state)
     cross join lateral (
       select count(*)::int as count
         from (select from messages m
                where m.automation_id = a.id and m.state = s.state
                order by m.step_id
                limit ${countMax}) found) c
     where a.id = ${automationId} and a.workspace_id = ${workspaceId}
  `;
}

/** Messages of a side that are not well by state, each up to a bound. Index: messages_not_well. */
export async function countNotWell(
  db: Db,
  { workspaceId, countMax }: { workspaceId: string; countMax: number },
): Promise<StateCount[]> {
  return db<StateCount[]>`
    select s.state, c.count
      from unnest(${[...NOT_WELL]}::text[]) as s (state)
     cross join lateral (
       select count(*)::int as count
         from (select from messages m
                where m.workspace_id = ${workspaceId} and m.state = s.state and ${isNotWell(db)}
                limit ${countMax}) found) c
  `;
}

/** The youngest messages of a side by state. Index: messages_by_age. */
export async function countYoungest(
  db: Db,
  { workspaceId, countMax }: { workspaceId: string; countMax: number },
): Promise<StateCount[]> {
  return db<StateCount[]>`
    select m.state, count(*)::int as count
      from (select state from messages
             where workspace_id = ${workspaceId}
             order by created_at desc, id desc
             limit ${countMax}) m
     group by 1
  `;
}

/** The condition of the index, word for word. */
const isNotWell = (db: Db) =>
  db`m.state in ('bounced', 'complained', 'rejected', 'cancelled', 'in_doubt')`;

/** A condition that is not asked for is not in the statement, so that each gets a plan of its own. */
const within = (db: Db, { from, to, after }: MessagePage) => db`
  ${from === null ? db`` : db`and m.created_at >= ${from}`}
  ${to === null ? db`` : db`and m.created_at < ${to}`}
  ${after === null ? db`` : db`and (m.created_at, m.id) < (${after.at}, ${after.id})`}`;

const narrowed = (
  db: Db,
  { workspaceId, automationId, stepId, states, reason }: MessageFilter,
) => db`
  and m.workspace_id = ${workspaceId}
  ${automationId === null ? db`` : db`and m.automation_id = ${automationId}`}
  ${stepId === null ? db`` : db`and m.step_id = ${stepId}`}
  ${states === null ? db`` : db`and m.state = any(${[...states]}::text[])`}
  ${reason === null ? db`` : db`and position(lower(${reason}) in lower(coalesce(m.answer, ''))) > 0`}`;

const columns = (db: Db) => db`
  m.id, m.bucket, m.workspace_id as "workspaceId", m.enrollment_id as "enrollmentId", m.seq,
  m.automation_id as "automationId", m.user_id as "userId",
  m.user_external_id as "userExternalId", m.step_id as "stepId", m.variant, m.state, m.transport,
  m.from_address as "from", m.to_address as "to", m.subject, m.message_id as "messageId",
  m.scheduled_for as "scheduledFor", m.attempt, m.attempted_at as "attemptedAt",
  m.sent_at as "sentAt", m.answer, m.created_at as "createdAt", m.updated_at as "updatedAt"`;
