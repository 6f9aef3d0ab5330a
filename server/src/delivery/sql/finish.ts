import type { Db } from '../../platform/db.ts';
import { NIL_UUID, uuidv7In } from '../../platform/ids.ts';
import type { NewMessage } from '../message.ts';

/** A message that ends without a handover: captured, or refused by our own rules. */
export interface FinishedMessage extends NewMessage {
  readonly state: 'accepted' | 'rejected';
  readonly answer: string;
}

/**
 * Keeps messages that end without a handover, in the transaction that decides their step. Nothing
 * leaves, so there is nothing to be in doubt about.
 *
 * The caller has locked the queue rows.
 */
export async function insertFinished(db: Db, messages: readonly FinishedMessage[]): Promise<void> {
  const column = <T>(of: (message: FinishedMessage) => T): T[] => messages.map(of);
  await db`
    with finished as (
    insert into messages as m (
      bucket, id, workspace_id, enrollment_id, seq, automation_id, user_id, user_external_id, step_id,
      state, transport, from_address, to_address, subject, html, text, headers, message_id,
      scheduled_for, reasons, attempt, attempted_at, sent_at, answer, created_at, updated_at, variant,
      list_id)
    select a.bucket, a.id, r.workspace_id, a.enrollment_id, a.seq, r.automation_id, r.user_id,
           a.external_id, r.step_id, a.state, a.transport, a.from_address, a.to_address, a.subject,
           a.html, a.text, a.headers::jsonb, a.message_id, r.due_at, r.reasons, 1, a.now,
           case when a.state = 'accepted' then a.now end, a.answer, a.now, a.now, a.variant,
           a.list_id
      from unnest(
        ${column(({ bucket }) => bucket)}::smallint[],
        ${column(({ enrollmentId }) => enrollmentId)}::uuid[],
        ${column(({ seq }) => seq)}::int[],
        ${column(({ id }) => id)}::uuid[],
        ${column(({ userExternalId }) => userExternalId)}::text[],
        ${column(({ from }) => from)}::text[],
        ${column(({ to }) => to)}::text[],
        ${column(({ subject }) => subject)}::text[],
        ${column(({ html }) => html)}::text[],
        ${column(({ text }) => text)}::text[],
        ${column(({ headers }) => JSON.stringify(headers))}::text[],
        ${column(({ messageId }) => messageId)}::text[],
        ${column(({ now }) => now.toISOString())}::text[]::timestamptz[],
        ${column(({ state }) => state)}::text[],
        ${column(({ transport }) => transport)}::text[],
        ${column(({ answer }) => answer)}::text[],
        ${column(({ variant }) => variant)}::text[],
        ${column(({ listId }) => listId)}::uuid[]
      ) as a (bucket, enrollment_id, seq, id, external_id, from_address, to_address, subject, html,
              text, headers, message_id, now, state, transport, answer, variant, list_id)
      join recipients r on r.bucket = a.bucket and r.enrollment_id = a.enrollment_id and r.seq = a.seq
        on conflict (bucket, enrollment_id, seq) do update
           set state = excluded.state, transport = excluded.transport, sent_at = excluded.sent_at,
               from_address = excluded.from_address, to_address = excluded.to_address,
               subject = excluded.subject, html = excluded.html, text = excluded.text,
               headers = excluded.headers,
               variant = excluded.variant, list_id = excluded.list_id, attempt = m.attempt + 1,
               answer = excluded.answer, updated_at = excluded.updated_at
         where m.state = 'scheduled'
    returning m.bucket, m.id, m.workspace_id, m.state, m.answer, m.attempt, m.updated_at, m.variant,
              m.automation_id, m.step_id, m.list_id, m.created_at
    ), counted as (
      insert into report_deltas (workspace_id, automation_id, what, kind, step_id, variant, list_id, at,
                                 count)
      select workspace_id, automation_id, 'message', 'sent', step_id, coalesce(variant, ''),
             coalesce(list_id, ${NIL_UUID}), quarter_hour_of(created_at), count(*)
        from finished
       where state = 'accepted'
       group by 1, 2, 5, 6, 7, 8
    )
    insert into message_events (bucket, id, workspace_id, message_id, kind, at, detail)
    select f.bucket, e.event_id, f.workspace_id, f.id, f.state, f.updated_at,
           jsonb_build_object('attempt', f.attempt, 'answer', f.answer)
             || case when f.variant is null then '{}' else jsonb_build_object('variant', f.variant) end
      from finished f
      join unnest(
             ${column(({ id }) => id)}::uuid[],
             ${column(({ bucket, now }) => uuidv7In(bucket, now))}::uuid[]
           ) as e (message_id, event_id) on e.message_id = f.id
  `;
}
