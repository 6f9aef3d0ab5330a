import type { MessageState } from '../../delivery/index.ts';
import type { Db } from '../../platform/db.ts';
import type { EnrollmentState } from '../enrollment.ts';
import type { PastStep } from '../explain/facts.ts';

/** Where a page of a timeline goes on: everything before this. */
export interface TimelineAfter {
  readonly at: Date;
  /** Orders what happened at one instant; compared byte by byte. */
  readonly key: string;
}

interface UserRef {
  readonly bucket: number;
  readonly userId: string;
  readonly workspaceId: string;
}

/** A passage of a user, with what it needs to be told. */
export interface TimelinePassage {
  readonly id: string;
  readonly automationId: string;
  readonly seriesName: string;
  readonly version: number;
  readonly run: number;
  readonly state: EnrollmentState;
  readonly enteredAt: Date;
  readonly endedAt: Date | null;
  readonly endReason: string | null;
  readonly enteredBy: string;
  readonly entryEventType: string | null;
}

/** The youngest passages of a user. Index: enrollments_run, events_pkey. */
export async function listPassages(
  db: Db,
  { bucket, userId, workspaceId, limit }: UserRef & { limit: number },
): Promise<TimelinePassage[]> {
  return db<TimelinePassage[]>`
    select e.id, e.automation_id as "automationId", a.name as "seriesName", e.version, e.run, e.state,
           e.entered_at as "enteredAt", e.ended_at as "endedAt", e.end_reason as "endReason",
           e.entered_by as "enteredBy",
           (select event_type from events where bucket = e.bucket and id = e.entry_event limit 1)
             as "entryEventType"
      from enrollments e
      join automations a on a.id = e.automation_id
     where e.bucket = ${bucket} and e.user_id = ${userId} and e.workspace_id = ${workspaceId}
     order by e.entered_at desc, e.id desc
     limit ${limit}
  `;
}

/** A step of one of the passages. */
export type TimelineStep = Omit<PastStep, 'dueAt'> & {
  readonly key: string;
  readonly enrollmentId: string;
  readonly dueAt: Date;
  readonly message: {
    readonly id: string;
    readonly transport: string;
    readonly state: MessageState;
  } | null;
};

/**
 * Steps of passages, youngest first. Index: step_log_pkey, from the end of each passage;
 * messages_step_occurrence.
 */
export async function listPastSteps(
  db: Db,
  {
    bucket,
    enrollmentIds,
    after,
    limit,
  }: {
    bucket: number;
    enrollmentIds: readonly string[];
    after: TimelineAfter | null;
    limit: number;
  },
): Promise<TimelineStep[]> {
  if (enrollmentIds.length === 0) return [];
  return db<TimelineStep[]>`
    select l.*, (select jsonb_build_object('id', m.id, 'transport', m.transport, 'state', m.state)
                   from messages m
                  where m.bucket = ${bucket} and m.enrollment_id = l."enrollmentId"
                    and m.seq = l.seq) as message
      from unnest(${[...enrollmentIds]}::uuid[]) as q (id)
     cross join lateral (
       select s.key, s.enrollment_id as "enrollmentId", s.seq, s.step_id as "stepId", s.outcome,
              s.reason, s.branch, s.due_at as "dueAt", s.at, s.reasons
         from (
           select *, 'p:' || enrollment_id || ':' || lpad(seq::text, 10, '0') || ':2' as key
             from step_log
            where bucket = ${bucket} and enrollment_id = q.id) s
        where ${after?.at ?? null}::timestamptz is null
           or (s.at, s.key collate "C") < (${after?.at ?? null}::timestamptz, ${after?.key ?? null}::text)
        order by s.seq desc
        limit ${limit}) l
     order by l.at desc, l.key collate "C" desc
     limit ${limit}
  `;
}

/** Something that happened to a message of the user. */
export interface TimelineMessageEvent {
  readonly key: string;
  readonly at: Date;
  readonly kind: string;
  readonly detail: Readonly<Record<string, unknown>>;
  readonly messageId: string;
  readonly enrollmentId: string;
  readonly automationId: string;
  readonly seriesName: string;
  readonly stepId: string;
  readonly to: string;
  readonly subject: string;
}

/**
 * What happened to the user's messages, youngest first; to the youngest `messagesMax` of them.
 *
 * Index: messages_by_user, message_events_by_message.
 */
export async function listMessageEvents(
  db: Db,
  {
    bucket,
    userId,
    workspaceId,
    after,
    messagesMax,
    limit,
  }: UserRef & { after: TimelineAfter | null; messagesMax: number; limit: number },
): Promise<TimelineMessageEvent[]> {
  return db<TimelineMessageEvent[]>`
    select v.key, v.at, v.kind, v.detail, m.id as "messageId", m.enrollment_id as "enrollmentId",
           m.automation_id as "automationId", a.name as "seriesName", m.step_id as "stepId",
           m.to_address as "to", m.subject
      from (
        select bucket, id, enrollment_id, seq, automation_id, step_id, to_address, subject
          from messages
         where bucket = ${bucket} and user_id = ${userId} and workspace_id = ${workspaceId}
         order by created_at desc
         limit ${messagesMax}) m
      join automations a on a.id = m.automation_id
     cross join lateral (
       select e.at, e.kind, e.detail, e.key
         from (
           select at, kind, detail,
                  'p:' || m.enrollment_id || ':' || lpad(m.seq::text, 10, '0') || ':1' || id as key
             from message_events
            where bucket = m.bucket and message_id = m.id) e
        where ${after?.at ?? null}::timestamptz is null
           or (e.at, e.key collate "C") < (${after?.at ?? null}::timestamptz, ${after?.key ?? null}::text)
        order by e.at desc, e.key collate "C" desc
        limit ${limit}) v
     order by v.at desc, v.key collate "C" desc
     limit ${limit}
  `;
}

/** Something the user did. */
export interface TimelineEvent {
  readonly key: string;
  readonly at: Date;
  readonly id: string;
  readonly eventType: string;
  readonly receivedAt: Date;
  readonly pageUrl: string | null;
  readonly metadata: Readonly<Record<string, unknown>>;
}

/**
 * What the user did, by when it happened, youngest first; of a user with more than `typesMax` types of
 * events, of so many types.
 *
 * Index: events_by_user, from one type to the next, and in each from its end.
 */
export async function listUserEvents(
  db: Db,
  {
    bucket,
    userId,
    workspaceId,
    after,
    typesMax,
    limit,
  }: UserRef & { after: TimelineAfter | null; typesMax: number; limit: number },
): Promise<TimelineEvent[]> {
  return db<TimelineEvent[]>`
    with recursive kind (event_type) as (
      (select event_type from events
        where bucket = ${bucket} and user_id = ${userId} order by event_type limit 1)
      union all
      select (select e.event_type from events e
               where e.bucket = ${bucket} and e.user_id = ${userId} and e.event_type > k.event_type
               order by e.event_type limit 1)
        from kind k where k.event_type is not null
    ), known as (
      select event_type from kind where event_type is not null limit ${typesMax}
    )
    select v.*
      from known k
     cross join lateral (
       select 'e:' || e.id as key, e.occurred_at as at, e.id, e.event_type as "eventType",
              e.received_at as "receivedAt", e.page_url as "pageUrl", e.metadata
         from events e
        where e.bucket = ${bucket} and e.user_id = ${userId} and e.event_type = k.event_type
          and e.workspace_id = ${workspaceId}
          and (${after?.at ?? null}::timestamptz is null
               or (e.occurred_at, ('e:' || e.id) collate "C")
                  < (${after?.at ?? null}::timestamptz, ${after?.key ?? null}::text))
        order by e.occurred_at desc, e.id desc
        limit ${limit}) v
     order by v.at desc, v.key collate "C" desc
     limit ${limit}
  `;
}
