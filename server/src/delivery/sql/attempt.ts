import type { HashedAsk } from '../../consent/index.ts';
import type { Db } from '../../platform/db.ts';
import type { NewMessage } from '../message.ts';

/** A message whose attempt is to begin, and the lease under which its row is held. */
export interface Attempt extends NewMessage {
  readonly leaseToken: string;
  readonly workerId: string;
  /** When the window closes; null when it never does. Judged by the database's clock. */
  readonly closesAt: Date | null;
  /** The user's zone by which that was reckoned. */
  readonly userTimezone: string | null;
  /** Whether it goes to an address of its own, whatever the user has. */
  readonly hasOwnAddress?: boolean;
  /** What the person's consent is asked for. */
  readonly consent: HashedAsk;
}

/**
 * Records that handovers are about to begin: after this commits, and not before, bytes may leave.
 *
 * Under the row's lock it is checked once more that the lease is ours, the enrollment active, the
 * series active, the user still in the zone that was reckoned with and at the address that was written
 * to, the window open, everything that was accepted about the user looked at, and the person willing
 * (`refusal_of`). A statement that began before a change of consent was committed finds its lease gone:
 * see `withdrawLeases`. A message that has left, or may have, never begins again.
 * Locks: the queue rows in the order of their keys, then their enrollments and series (shared): a removal or a pause that has
 * been answered has either come before, and nothing begins, or waits until this commits.
 * Index: recipients_pkey, enrollments_pkey, users_pkey, messages_step_occurrence, and those of consent. That a leased row is
 * processing (constraint recipients_leased) is not said here: the planner, which takes such rows to be
 * few, would read everything in hand by recipients_processing, in each call.
 *
 * An occurrence may be there twice, under a lease that was taken back and under the one after it: then
 * only the latter begins.
 *
 * @returns which attempts have begun, by `attemptKeyOf`
 */
export async function beginAttempts(db: Db, attempts: readonly Attempt[]): Promise<Set<string>> {
  const column = <T>(of: (attempt: Attempt) => T): T[] => attempts.map(of);
  const rows = await db<Pick<Attempt, 'id' | 'leaseToken'>[]>`
    with attempt as (
      select * from unnest(
        ${column(({ bucket }) => bucket)}::smallint[],
        ${column(({ enrollmentId }) => enrollmentId)}::uuid[],
        ${column(({ seq }) => seq)}::int[],
        ${column(({ id }) => id)}::uuid[],
        ${column(({ userExternalId }) => userExternalId)}::text[],
        ${column(({ transport }) => transport)}::text[],
        ${column(({ from }) => from)}::text[],
        ${column(({ to }) => to)}::text[],
        ${column(({ subject }) => subject)}::text[],
        ${column(({ html }) => html)}::text[],
        ${column(({ text }) => text)}::text[],
        ${column(({ headers }) => JSON.stringify(headers))}::text[],
        ${column(({ messageId }) => messageId)}::text[],
        ${column(({ leaseToken }) => leaseToken)}::uuid[],
        ${column(({ workerId }) => workerId)}::uuid[],
        ${column(({ closesAt }) => closesAt?.toISOString() ?? null)}::text[]::timestamptz[],
        ${column(({ userTimezone }) => userTimezone)}::text[],
        ${column(({ consent }) => consent.addressHash)}::text[],
        ${column(({ consent }) => consent.userHash)}::text[],
        ${column(({ consent }) => consent.purpose)}::text[],
        ${column(({ consent }) => consent.listId)}::uuid[],
        ${column(({ variant }) => variant)}::text[],
        ${column(({ hasOwnAddress = false }) => String(hasOwnAddress))}::text[]::boolean[]
      ) as a (bucket, enrollment_id, seq, id, external_id, transport, from_address, to_address,
              subject, html, text, headers, message_id, lease_token, worker_id, closes_at, timezone,
              address_hash, user_hash, purpose, list_id, variant, has_own_address)
    ), sure as (
      select r.bucket, r.enrollment_id, r.seq, r.workspace_id, r.automation_id, r.user_id,
             r.step_id, r.due_at, r.reasons, a.lease_token
        from recipients r
        join enrollments e on e.bucket = r.bucket and e.id = r.enrollment_id
        join automations s on s.id = r.automation_id
        -- On its own: joined as the others are, everybody of the bucket may be read first.
        left join lateral (select timezone, email from users u
                            where u.bucket = r.bucket and u.id = r.user_id offset 0) u on true
        join attempt a on a.bucket = r.bucket and a.enrollment_id = r.enrollment_id and a.seq = r.seq
       where r.lease_token = a.lease_token
         and (e.state = 'active' or not r.advances and e.state not in ('removed', 'exited'))
         and s.status = 'active'
         and (a.has_own_address
              or u.timezone is not distinct from a.timezone and u.email = a.to_address)
         and (a.closes_at is null or db_now() < a.closes_at)
         and (select true from signals g
               where g.bucket = r.bucket and g.user_id = r.user_id limit 1) is null
         and refusal_of(r.workspace_id, r.bucket, r.user_id, decode(a.address_hash, 'hex'),
                        decode(a.user_hash, 'hex'), a.purpose, a.list_id) is null
       order by r.bucket, r.enrollment_id, r.seq
         for no key update of r
         for share of e, s
    )
    insert into messages as m (
      bucket, id, workspace_id, enrollment_id, seq, automation_id, user_id, user_external_id, step_id,
      state, transport, from_address, to_address, subject, html, text, headers, message_id,
      scheduled_for, reasons, attempt, attempted_at, worker_id, lease_token, created_at, updated_at,
      variant, list_id)
    select a.bucket, a.id, s.workspace_id, a.enrollment_id, a.seq, s.automation_id, s.user_id,
           a.external_id, s.step_id, 'sending', a.transport, a.from_address, a.to_address, a.subject,
           a.html, a.text, a.headers::jsonb, a.message_id, s.due_at, s.reasons, 1, db_now(),
           a.worker_id, a.lease_token, db_now(), db_now(), a.variant, a.list_id
      from attempt a
      join sure s on s.bucket = a.bucket and s.enrollment_id = a.enrollment_id and s.seq = a.seq
                 and s.lease_token = a.lease_token
        on conflict (bucket, enrollment_id, seq) do update
           set state = 'sending', transport = excluded.transport, from_address = excluded.from_address,
               to_address = excluded.to_address, subject = excluded.subject, html = excluded.html,
               text = excluded.text, headers = excluded.headers, attempt = m.attempt + 1,
               attempted_at = excluded.attempted_at, worker_id = excluded.worker_id,
               lease_token = excluded.lease_token, updated_at = excluded.updated_at,
               variant = excluded.variant, list_id = excluded.list_id
         where m.state = 'scheduled'
    returning m.id, m.lease_token as "leaseToken"
  `;
  return new Set(rows.map(attemptKeyOf));
}

/** One attempt: the message alone does not say it, for it may be in hand under two leases. */
export const attemptKeyOf = ({ id, leaseToken }: Pick<Attempt, 'id' | 'leaseToken'>): string =>
  `${id} ${leaseToken}`;
