import type { Db } from '../../platform/db.ts';
import { NIL_UUID } from '../../platform/ids.ts';
import type { MessageState } from '../message.ts';

/** The answer of one handover, to be written by whoever still owns it. */
export interface Settlement {
  readonly bucket: number;
  readonly id: string;
  readonly eventId: string;
  readonly leaseToken: string;
  readonly state: Extract<MessageState, 'accepted' | 'rejected' | 'in_doubt' | 'scheduled'>;
  readonly answer: string;
}

/** A settled message's step occurrence, whose queue row is now locked. */
export interface Settled {
  readonly id: string;
  readonly bucket: number;
  readonly enrollmentId: string;
  readonly seq: number;
  readonly now: Date;
  /** The user's zone as it is now: the next step is planned with it. */
  readonly userTimezone: string | null;
}

/**
 * Records the answers of handovers, fenced: only where the message is still being sent under the
 * same lease. Only a message that is being sent has one, and its state is not asked for: the index of
 * those is full of the dead entries of others, for as long as somebody holds a snapshot.
 * Index: messages_pkey, recipients_pkey, users_pkey.
 *
 * Locks: the queue rows of those that were written, in the order of their keys, for moving them on in
 * the same transaction.
 *
 * @returns those that were still owned
 */
export async function settleMessages(
  db: Db,
  settlements: readonly Settlement[],
): Promise<Settled[]> {
  const column = <T>(of: (settlement: Settlement) => T): T[] => settlements.map(of);
  return db<Settled[]>`
    with answer as (
      select * from unnest(
        ${column(({ bucket }) => bucket)}::smallint[],
        ${column(({ id }) => id)}::uuid[],
        ${column(({ eventId }) => eventId)}::uuid[],
        ${column(({ leaseToken }) => leaseToken)}::uuid[],
        ${column(({ state }) => state)}::text[],
        ${column(({ answer }) => answer)}::text[]
      ) as a (bucket, id, event_id, lease_token, state, answer)
    ), row as (
      select a.*, r.enrollment_id, r.seq
        from answer a
        join messages m on m.bucket = a.bucket and m.id = a.id
        join recipients r on r.bucket = m.bucket and r.enrollment_id = m.enrollment_id and r.seq = m.seq
       where m.lease_token = a.lease_token and r.lease_token = a.lease_token
       order by r.bucket, r.enrollment_id, r.seq
         for no key update of r
    ), settled as (
      update messages m
         -- Others may have told more of it while it was being handed over.
         set state = case when row.state in ('accepted', 'rejected')
                          then message_state_after(row.state, m.told) else row.state end,
             answer = row.answer, updated_at = db_now(),
             sent_at = case when row.state = 'accepted' then db_now() else m.sent_at end,
             worker_id = null, lease_token = null
        from row
       where m.bucket = row.bucket and m.id = row.id and m.lease_token = row.lease_token
      returning m.bucket, m.id, m.workspace_id, m.user_id, m.attempt, m.automation_id, m.step_id,
                m.variant, m.list_id, m.created_at
    ), counted as (
      insert into message_counts as c (workspace_id, hour, automation_id, step_id, slot, sent, updated_at)
      select s.workspace_id, date_trunc('hour', db_now(), 'UTC'), s.automation_id, s.step_id,
             pg_backend_pid() % 8, count(*), db_now()
        from settled s
        join row on row.id = s.id and row.state = 'accepted'
       group by s.workspace_id, s.automation_id, s.step_id
       order by s.workspace_id, s.automation_id, s.step_id
          on conflict (workspace_id, hour, automation_id, step_id, slot) do update
             set sent = c.sent + excluded.sent, updated_at = excluded.updated_at
    ), reported as (
      insert into report_deltas (workspace_id, automation_id, what, kind, step_id, variant, list_id, at,
                                 count)
      select s.workspace_id, s.automation_id, 'message', 'sent', s.step_id, coalesce(s.variant, ''),
             coalesce(s.list_id, ${NIL_UUID}), quarter_hour_of(s.created_at), count(*)
        from settled s
        join row on row.id = s.id and row.state = 'accepted'
       group by 1, 2, 5, 6, 7, 8
    ), event as (
      insert into message_events (bucket, id, workspace_id, message_id, kind, at, detail)
      select s.bucket, row.event_id, s.workspace_id, s.id,
             case when row.state = 'scheduled' then 'deferred' else row.state end, db_now(),
             jsonb_build_object('attempt', s.attempt, 'answer', row.answer)
               || case when s.variant is null then '{}'
                       else jsonb_build_object('variant', s.variant) end
        from settled s
        join row on row.id = s.id
    )
    select s.id, row.bucket, row.enrollment_id as "enrollmentId", row.seq, db_now() as now,
           u.timezone as "userTimezone"
      from settled s
      join row on row.id = s.id
      left join users u on u.bucket = s.bucket and u.id = s.user_id
  `;
}

/**
 * Keeps what a transport answered after the message had been taken over: evidence for whoever
 * decides about it, and nothing else.
 *
 * @param eventId the one the answer was to be settled with: when it was settled after all, and only
 *   the database's word for it was lost, nothing is written
 * @returns whether the answer came late
 */
export async function recordLateAnswer(
  db: Db,
  {
    bucket,
    id,
    eventId,
    workspaceId,
    answer,
  }: {
    bucket: number;
    id: string;
    eventId: string;
    workspaceId: string;
    answer: string;
  },
): Promise<boolean> {
  const done = await db`
    insert into message_events (bucket, id, workspace_id, message_id, kind, at, detail)
    values (${bucket}, ${eventId}, ${workspaceId}, ${id}, 'late_answer', db_now(),
            jsonb_build_object('answer', ${answer}::text))
        on conflict (bucket, id) do nothing
  `;
  return done.count === 1;
}
