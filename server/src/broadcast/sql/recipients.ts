import type { Db } from '../../platform/db.ts';

/** Where a page of recipients goes on: after this one. */
export interface RecipientKey {
  readonly bucket: number;
  readonly userId: string;
}

/** One of the audience, and what became of them. */
export interface Recipient extends RecipientKey {
  /** Null when the user has been erased. */
  readonly externalId: string | null;
  readonly dueAt: Date;
  /** `sent`, `waiting`, `suppressed`, … */
  readonly outcome: string;
  /** What was found at the snapshot or at the step; null where nothing is to be said. */
  readonly reason: string | null;
  readonly messageId: string | null;
  readonly sentAt: Date | null;
}

/** A page of recipients, of however many were looked at. */
export interface RecipientPage {
  readonly found: Recipient[];
  /** The last one looked at, if there may be more behind it. */
  readonly lookedTo: RecipientKey | null;
}

/**
 * The next recipients of a broadcast in the order of their keys, with what became of each. With an
 * outcome, of so many that are looked at those who have it.
 *
 * The broadcast is compared as text, or a planner that has not seen it yet would read all who have been
 * in it, for each. Index: broadcast_recipients_pkey, one probe per bucket; enrollments_run, step_log_pkey,
 * messages_step_occurrence and recipients_pkey, one each per recipient.
 *
 * @param classes of exclusion that are meant; null for whatever outcome
 */
export async function listRecipients(
  db: Db,
  {
    automationId,
    outcome,
    only,
    after,
    lookMax,
    limit,
  }: {
    automationId: string;
    outcome: string | null;
    /** One person; null for everybody. */
    only: RecipientKey | null;
    after: RecipientKey | null;
    lookMax: number;
    limit: number;
  },
): Promise<RecipientPage> {
  const whose =
    only === null ? db`` : db`and r.bucket = ${only.bucket} and r.user_id = ${only.userId}`;
  const from =
    after === null
      ? db``
      : db`and (r.bucket, r.user_id) > (${after.bucket}, ${after.userId}::uuid)`;
  const rows = await db<
    (Recipient & { readonly lookedTo: RecipientKey | null; readonly isFound: boolean })[]
  >`
    with page as materialized (
      select r.bucket, r.user_id, r.due_at, r.exclusion
        from broadcast_recipients r
       where r.automation_id = ${automationId} ${whose} ${from}
       order by r.bucket, r.user_id
       limit ${lookMax}
    ), judged as (
      select p.bucket, p.user_id, u.external_id, p.due_at, m.id as message_id, m.sent_at,
             case when p.exclusion is not null then
                    case when p.exclusion like 'suppressed:%' then 'suppressed'
                         when p.exclusion in ('no_address', 'invalid_address', 'duplicate_address',
                                              'capped', 'already_past') then p.exclusion
                         else 'unsubscribed' end
                  when b.fed_at is null or (p.due_at, p.user_id) > (b.fed_at, b.fed_id) then
                    case when b.state = 'cancelled' then 'cancelled' else 'waiting' end
                  when e.id is null then 'skipped'
                  when l.outcome = 'passed' then
                    case when m.state in ('delivered', 'bounced', 'complained') then m.state
                         else 'sent' end
                  when l.outcome is not null then l.outcome
                  when q.advances then 'queued'
                  else 'in_doubt' end as outcome,
             coalesce(p.exclusion, l.reason,
                      case when e.id is null and (p.due_at, p.user_id) <= (b.fed_at, b.fed_id)
                           then 'user_erased' end) as reason
        from page p
        join broadcasts b on b.automation_id = ${automationId}
        left join users u on u.bucket = p.bucket and u.id = p.user_id
        left join enrollments e on e.bucket = p.bucket and e.user_id = p.user_id
                               and e.automation_id::text = ${automationId} and e.run = 1
        left join step_log l on l.bucket = e.bucket and l.enrollment_id = e.id and l.seq = 1
        left join messages m on m.bucket = e.bucket and m.enrollment_id = e.id and m.seq = 1
        left join recipients q on q.bucket = e.bucket and q.enrollment_id = e.id and q.seq = 1
    ), found as (
      select * from judged
       where ${outcome}::text is null or outcome = ${outcome}
       order by bucket, user_id
       limit ${limit}
    )
    select f.bucket, f.user_id as "userId", f.external_id as "externalId", f.due_at as "dueAt",
           f.outcome, f.reason, f.message_id as "messageId", f.sent_at as "sentAt",
           f.user_id is not null as "isFound",
           case when (select count(*) from page) = ${lookMax} then
             (select jsonb_build_object('bucket', bucket, 'userId', user_id) from page
               order by bucket desc, user_id desc limit 1) end as "lookedTo"
      from (select) one
      left join found f on true
     order by f.bucket, f.user_id
  `;
  const found = rows.filter(({ isFound }) => isFound);
  return { found, lookedTo: rows[0]?.lookedTo ?? null };
}
