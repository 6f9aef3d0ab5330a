import type { Db, Transaction } from '../../platform/db.ts';
import type { Count } from './counts.ts';

/** A message that something is told of. */
export interface KnownMessage {
  readonly bucket: number;
  readonly id: string;
  readonly workspaceId: string;
  readonly automationId: string;
  readonly stepId: string;
  readonly userId: string;
  readonly to: string;
  readonly state: string;
  /** When a transport took it; null before we know. */
  readonly sentAt: Date | null;
}

/** Names a message. */
export interface MessageRef {
  readonly bucket: number;
  readonly id: string;
}

/** An event to be kept. */
export interface NewEvent {
  readonly bucket: number;
  readonly id: string;
  readonly messageId: string;
  readonly kind: string;
  readonly at: Date;
  readonly detail: Readonly<Record<string, unknown>>;
}

/** Messages of one side; what is another's is not found. Index: messages_pkey. */
export async function findMessages(
  db: Db,
  workspaceId: string,
  refs: readonly MessageRef[],
): Promise<KnownMessage[]> {
  return db<KnownMessage[]>`
    select m.bucket, m.id, m.workspace_id as "workspaceId", m.automation_id as "automationId",
           m.step_id as "stepId", m.user_id as "userId", m.to_address as "to", m.state,
           m.sent_at as "sentAt"
      from unnest(${refs.map(({ bucket }) => bucket)}::smallint[],
                  ${refs.map(({ id }) => id)}::uuid[]) as q (bucket, id)
      join messages m on m.bucket = q.bucket and m.id = q.id
     where m.workspace_id = ${workspaceId}
  `;
}

/**
 * Locks messages until the transaction ends, so that whoever else learns something about them waits.
 * Index: messages_pkey.
 *
 * Locks: the messages in the order of their keys, which come after queue rows and before counters.
 *
 * @param workspaceId whose messages are found; null for everybody's, where we have signed the ids
 */
export async function lockMessages(
  tx: Transaction,
  refs: readonly MessageRef[],
  { workspaceId }: { workspaceId: string | null },
): Promise<KnownMessage[]> {
  return tx<KnownMessage[]>`
    select m.bucket, m.id, m.workspace_id as "workspaceId", m.automation_id as "automationId",
           m.step_id as "stepId", m.user_id as "userId", m.to_address as "to", m.state,
           m.sent_at as "sentAt"
      from unnest(${refs.map(({ bucket }) => bucket)}::smallint[],
                  ${refs.map(({ id }) => id)}::uuid[]) as q (bucket, id)
      join messages m on m.bucket = q.bucket and m.id = q.id
     where ${workspaceId}::uuid is null or m.workspace_id = ${workspaceId}::uuid
     order by m.bucket, m.id
       for no key update of m
  `;
}

/**
 * Keeps events that are not known yet. The messages are locked. Index: message_events_pkey.
 *
 * @returns the ids of the new ones
 */
export async function insertEvents(
  tx: Transaction,
  events: readonly NewEvent[],
): Promise<Set<string>> {
  const column = <T>(of: (event: NewEvent) => T): T[] => events.map(of);
  const rows = await tx<{ id: string }[]>`
    insert into message_events (bucket, id, workspace_id, message_id, kind, at, detail)
    select q.bucket, q.id, m.workspace_id, m.id, q.kind, q.at,
           -- Of somebody who was erased nothing is kept but what is counted.
           case when m.to_address <> '' then q.detail::jsonb
                else (select coalesce(jsonb_object_agg(d.key, d.value), '{}')
                        from jsonb_each(q.detail::jsonb) d
                       where d.key in ('class', 'machine', 'link_id')) end
      from unnest(
        ${column(({ bucket }) => bucket)}::smallint[],
        ${column(({ id }) => id)}::uuid[],
        ${column(({ messageId }) => messageId)}::uuid[],
        ${column(({ kind }) => kind)}::text[],
        ${column(({ at }) => at.toISOString())}::text[]::timestamptz[],
        ${column(({ detail }) => JSON.stringify(detail))}::text[]
      ) as q (bucket, id, message_id, kind, at, detail)
      join messages m on m.bucket = q.bucket and m.id = q.message_id
     order by q.bucket, q.id
        on conflict (bucket, id) do nothing
    returning id
  `;
  return new Set(rows.map(({ id }) => id));
}

/** Which of these events are known already. Index: message_events_pkey. */
export async function knownEvents(db: Db, refs: readonly MessageRef[]): Promise<Set<string>> {
  const rows = await db<{ id: string }[]>`
    select e.id
      from unnest(${refs.map(({ bucket }) => bucket)}::smallint[],
                  ${refs.map(({ id }) => id)}::uuid[]) as q (bucket, id)
      join message_events e on e.bucket = q.bucket and e.id = q.id
  `;
  return new Set(rows.map(({ id }) => id));
}

/** What happened to a message before, of the kinds that are counted. */
export interface PastEvent {
  readonly id: string;
  readonly messageId: string;
  readonly kind: string;
  readonly at: Date;
  readonly class: string | null;
  readonly isMachine: boolean;
  readonly reason: string | null;
  readonly linkId: string | null;
}

/** Of one message; whoever loads a picture without end is not written down without end. */
export const PAST_EVENTS_MAX = 500;

/** What came back about messages so far, of each the latest. Index: message_events_by_message. */
export async function pastEvents(db: Db, refs: readonly MessageRef[]): Promise<PastEvent[]> {
  return db<PastEvent[]>`
    select e.id, e.message_id as "messageId", e.kind, e.at, e.detail ->> 'class' as class,
           coalesce(e.detail -> 'machine' = 'true'::jsonb, false) as "isMachine",
           e.detail ->> 'reason' as reason, e.detail ->> 'link_id' as "linkId"
      from unnest(${refs.map(({ bucket }) => bucket)}::smallint[],
                  ${refs.map(({ id }) => id)}::uuid[]) as q (bucket, id)
     cross join lateral (
       select *
         from message_events
        where bucket = q.bucket and message_id = q.id
        order by at desc
        limit ${PAST_EVENTS_MAX}
     ) e
  `;
}

/** What was told of a message's state. */
export interface Told extends MessageRef {
  readonly told: string;
}

/**
 * Raises what was told of messages, and their states with it. A message in doubt is settled by it, and
 * its step with it. What we are sending just now keeps its state: whoever settles it looks.
 *
 * Locks: the messages, in the order of their keys. Index: messages_pkey.
 *
 * @returns one for each that was in doubt and is no longer: whoever told of it had taken it
 */
export async function raiseStates(tx: Transaction, told: readonly Told[]): Promise<Count[]> {
  if (told.length === 0) return [];
  return tx<Count[]>`
    with told as (
      select * from unnest(
        ${told.map(({ bucket }) => bucket)}::smallint[],
        ${told.map(({ id }) => id)}::uuid[],
        ${told.map((one) => one.told)}::text[]
      ) as t (bucket, id, told)
    ), before as (
      select m.bucket, m.id, m.state, message_state_after(coalesce(m.told, t.told), t.told) as told
        from told t
        join messages m on m.bucket = t.bucket and m.id = t.id
       where m.told is distinct from message_state_after(coalesce(m.told, t.told), t.told)
          or message_state_after(m.state, m.told) <> m.state
       order by m.bucket, m.id
         for no key update of m
    ), raised as (
      update messages m
         set told = b.told, state = message_state_after(m.state, b.told), updated_at = db_now(),
             answer = case when b.state = 'in_doubt' then 'told afterwards: ' || b.told
                           else m.answer end,
             sent_at = case when b.state = 'in_doubt' and b.told <> 'rejected'
                            then coalesce(m.sent_at, m.attempted_at) else m.sent_at end
        from before b
       where m.bucket = b.bucket and m.id = b.id
      returning m.*, b.state = 'in_doubt' as was_in_doubt
    ), settled as (
      insert into step_log (bucket, enrollment_id, seq, workspace_id, automation_id, user_id, step_id,
                            outcome, reason, due_at, at, reasons)
      select bucket, enrollment_id, seq, workspace_id, automation_id, user_id, step_id,
             case when told = 'rejected' then 'failed' else 'passed' end, 'told: ' || told,
             scheduled_for, db_now(), reasons
        from raised
       where was_in_doubt
    )
    select workspace_id as "workspaceId", automation_id as "automationId", step_id as "stepId",
           'sent' as kind, 1 as by, bucket, id as "messageId"
      from raised
     where was_in_doubt
  `;
}

/** Rows of one look. */
const BEHIND_MAX = 500;

/**
 * Messages whose state is not yet what was told of them: told while they were being sent, and then
 * taken for dead. Across workspaces: the worker's. Index: messages_behind.
 */
export async function messagesBehind(db: Db): Promise<Told[]> {
  return db<Told[]>`
    select bucket, id, told
      from messages
     where told is not null and message_state_after(state, told) <> state
     order by bucket, id
     limit ${BEHIND_MAX}
  `;
}

/** Something that a person's goals and exits may listen to. */
export interface MessageSignal {
  readonly bucket: number;
  readonly workspaceId: string;
  readonly userId: string;
  readonly name: string;
}

/** Tells the series that listen to it what happened to a message. */
export async function signalMessages(
  tx: Transaction,
  signals: readonly MessageSignal[],
): Promise<void> {
  if (signals.length === 0) return;
  await tx`
    insert into signals (bucket, workspace_id, live, user_id, kind, name, at, may_start)
    select q.bucket, w.id, w.side = 'live', q.user_id, 'message', q.name,
           coalesce(w.clock_now, db_now()), false
      from unnest(
        ${signals.map(({ bucket }) => bucket)}::smallint[],
        ${signals.map(({ workspaceId }) => workspaceId)}::uuid[],
        ${signals.map(({ userId }) => userId)}::uuid[],
        ${signals.map(({ name }) => name)}::text[]
      ) as q (bucket, workspace_id, user_id, name)
      join workspaces w on w.id = q.workspace_id
     where 'message:' || q.name = any (w.listens)
  `;
}

/** One message to an address, for the rule of soft bounces. */
export interface PastMessage {
  readonly sentAt: Date | null;
  /** When it came back softly; null when it did not. */
  readonly softBouncedAt: Date | null;
  readonly hasOtherBounce: boolean;
}

/** Messages looked at for a run of soft bounces: more than the rule may ask for. */
const RUN_MAX = 200;

/** The last messages of a user to one address, youngest first. Index: messages_by_user. */
export async function lastMessagesTo(
  db: Db,
  { bucket, userId, to }: { bucket: number; userId: string; to: string },
): Promise<PastMessage[]> {
  return db<PastMessage[]>`
    select m.sent_at as "sentAt", h.soft as "softBouncedAt", h.other as "hasOtherBounce"
      from messages m
     cross join lateral (
       select max(e.at) filter (where e.detail ->> 'class' = 'soft') as soft,
              coalesce(bool_or(e.detail ->> 'class' <> 'soft'), false) as other
         from message_events e
        where e.bucket = m.bucket and e.message_id = m.id and e.kind = 'bounced'
     ) h
     where m.bucket = ${bucket} and m.user_id = ${userId} and lower(m.to_address) = lower(${to}::text)
     order by m.created_at desc
     limit ${RUN_MAX}
  `;
}
