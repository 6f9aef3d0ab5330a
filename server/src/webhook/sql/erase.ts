import type { Transaction } from '../../platform/db.ts';

/**
 * Erases what others were still to hear of people, and the log of what they heard. Of a message that will
 * not leave whoever asked for it is told all the same, by its id and by nothing of whom it was for.
 *
 * Index: outbox_events_by_user, outbox_events_by_address.
 *
 * @param userIds internal ids, of users or of addresses
 * @param addresses in lower case, in each of their spellings
 */
export async function eraseFromOutbox(
  tx: Transaction,
  {
    workspaceId,
    userIds,
    addresses,
  }: { workspaceId: string; userIds: readonly string[]; addresses: readonly string[] },
): Promise<void> {
  await tx`
    with untold as (
      update outbox_events e
         set user_id = null, order_key = e.id,
             data = e.data || '{"user_id": "", "to": "", "subject": "", "reason": "erased"}'
       where e.workspace_id = ${workspaceId} and e.user_id = any (${[...userIds]}::uuid[])
         and e.type = 'message.cancelled'
         and (exists (select from webhook_deliveries d
                       where d.event_id = e.id and d.status = 'pending')
              or exists (select from outbox_lines l where l.event_id = e.id))
      returning e.id
    )
    update webhook_deliveries d
       set order_key = d.event_id,
           attempt_log = (select coalesce(jsonb_agg(a || '{"answer": null}'), '[]')
                            from jsonb_array_elements(d.attempt_log) a)
      from untold u
     where d.event_id = u.id
  `;
  await tx`
    delete from outbox_events
     where workspace_id = ${workspaceId}
       and (user_id = any (${[...userIds]}::uuid[])
            or user_id is null and type = 'user.suppressed'
               and lower(data ->> 'address') = any (${[...addresses]}::text[]))
  `;
}
