import type { Db, Transaction } from '../../platform/db.ts';

/** Names a step occurrence held under a lease. */
export interface Held {
  readonly bucket: number;
  readonly enrollmentId: string;
  readonly seq: number;
  readonly leaseToken: string;
}

/** One lease of one row: a row that is leased again later has another. */
export const leaseKeyOf = ({
  enrollmentId,
  seq,
  leaseToken,
}: Pick<Held, 'enrollmentId' | 'seq' | 'leaseToken'>): string =>
  `${enrollmentId}:${seq}:${leaseToken}`;

const columns = (held: readonly Held[]) => ({
  buckets: held.map(({ bucket }) => bucket),
  enrollmentIds: held.map(({ enrollmentId }) => enrollmentId),
  seqs: held.map(({ seq }) => seq),
  tokens: held.map(({ leaseToken }) => leaseToken),
});

/** Leases claimed rows, which the caller's transaction has locked, to a worker that will deliver them. */
export async function leaseRows(
  db: Db,
  held: readonly Held[],
  { workerId }: { workerId: string },
): Promise<void> {
  const { buckets, enrollmentIds, seqs, tokens } = columns(held);
  await db`
    update recipients r
       set status = 'processing', worker_id = ${workerId}, lease_token = h.lease_token
      from unnest(${buckets}::smallint[], ${enrollmentIds}::uuid[], ${seqs}::int[], ${tokens}::uuid[])
           as h (bucket, enrollment_id, seq, lease_token)
     where r.bucket = h.bucket and r.enrollment_id = h.enrollment_id and r.seq = h.seq
  `;
}

/**
 * Gives rows back to the queue, fenced by their leases, and with them messages whose attempt was
 * recorded although nothing left. Only their holder may say that nothing left.
 *
 * Two statements, in a transaction of the caller's: an attempt whose answer was lost may still be
 * committing on a connection that we have given up. The first waits for it behind the row's lock, and
 * only a later statement sees what it wrote. Locks: the rows, in the order of their keys. Index:
 * recipients_pkey, messages_step_occurrence.
 */
export async function releaseRows(tx: Transaction, held: readonly Held[]): Promise<void> {
  const { buckets, enrollmentIds, seqs, tokens } = columns(held);
  const released = await tx<Held[]>`
    with mine as (
      select r.bucket, r.enrollment_id, r.seq, r.lease_token
        from recipients r
        join unnest(${buckets}::smallint[], ${enrollmentIds}::uuid[], ${seqs}::int[], ${tokens}::uuid[])
             as h (bucket, enrollment_id, seq, lease_token)
          on r.bucket = h.bucket and r.enrollment_id = h.enrollment_id and r.seq = h.seq
       where r.lease_token = h.lease_token
       order by r.bucket, r.enrollment_id, r.seq
         for no key update of r
    )
    update recipients r
       set status = 'pending', worker_id = null, lease_token = null
      from mine m
     where r.bucket = m.bucket and r.enrollment_id = m.enrollment_id and r.seq = m.seq
    returning r.bucket, r.enrollment_id as "enrollmentId", r.seq, m.lease_token as "leaseToken"
  `;
  if (released.length > 0) await unbeginAttempts(tx, released);
}

/** Takes attempts back that were recorded under these leases and of which nothing left. */
async function unbeginAttempts(tx: Transaction, held: readonly Held[]): Promise<void> {
  const { buckets, enrollmentIds, seqs, tokens } = columns(held);
  await tx`
    update messages m
       set state = 'scheduled', worker_id = null, lease_token = null, updated_at = db_now()
      from unnest(${buckets}::smallint[], ${enrollmentIds}::uuid[], ${seqs}::int[], ${tokens}::uuid[])
           as h (bucket, enrollment_id, seq, lease_token)
     where m.bucket = h.bucket and m.enrollment_id = h.enrollment_id and m.seq = h.seq
       and m.lease_token = h.lease_token
  `;
}

/** A message put off, and until when. */
export interface Requeued extends Held {
  readonly dueAt: Date;
  readonly reasons: string;
}

/** Puts rows back for another attempt later, in the transaction that settled their message. */
export async function requeueRows(db: Db, rows: readonly Requeued[]): Promise<void> {
  const { buckets, enrollmentIds, seqs, tokens } = columns(rows);
  await db`
    update recipients r
       set status = 'pending', worker_id = null, lease_token = null, due_at = h.due_at,
           reasons = h.reasons::jsonb, attempts = r.attempts + 1,
           first_attempt_at = coalesce(r.first_attempt_at, db_now())
      from unnest(${buckets}::smallint[], ${enrollmentIds}::uuid[], ${seqs}::int[], ${tokens}::uuid[],
                  ${rows.map(({ dueAt }) => dueAt.toISOString())}::text[]::timestamptz[],
                  ${rows.map(({ reasons }) => reasons)}::text[])
           as h (bucket, enrollment_id, seq, lease_token, due_at, reasons)
     where r.bucket = h.bucket and r.enrollment_id = h.enrollment_id and r.seq = h.seq
       and r.lease_token = h.lease_token
  `;
}

/** The rows that a worker holds. Across workspaces. Index: recipients_processing. */
export async function heldBy(
  db: Db,
  { workerId, limit }: { workerId: string; limit: number },
): Promise<Held[]> {
  return db<Held[]>`
    select bucket, enrollment_id as "enrollmentId", seq, lease_token as "leaseToken"
      from recipients
     where worker_id = ${workerId} and status = 'processing'
     limit ${limit}
  `;
}

/** The buckets with rows whose worker has stopped, or has not been heard of for `silenceMs`. */
export async function orphanBuckets(
  db: Db,
  { silenceMs }: { silenceMs: number },
): Promise<number[]> {
  const rows = await db<{ bucket: number }[]>`
    select distinct r.bucket
      from recipients r
      left join workers w on w.id = r.worker_id
     where r.status = 'processing'
       and (w.id is null or w.stopped_at is not null
            or w.beat_at < db_now() - ${silenceMs} * interval '1 millisecond')
  `;
  return rows.map(({ bucket }) => bucket);
}

/**
 * Locks rows of one bucket whose worker has stopped, or has not been heard of for `silenceMs`.
 *
 * Across workspaces. Locks: the rows, skipping those that another holds. Index: recipients_processing.
 * A worker that wakes after this finds its leases gone and changes nothing.
 */
export async function lockOrphans(
  db: Db,
  { bucket, silenceMs, limit }: { bucket: number; silenceMs: number; limit: number },
): Promise<Held[]> {
  return db<Held[]>`
    select r.bucket, r.enrollment_id as "enrollmentId", r.seq, r.lease_token as "leaseToken"
      from recipients r
     where r.bucket = ${bucket} and r.status = 'processing'
       and not exists (
         select 1 from workers w
          where w.id = r.worker_id and w.stopped_at is null
            and w.beat_at >= db_now() - ${silenceMs} * interval '1 millisecond')
     limit ${limit}
       for update of r skip locked
  `;
}

/** A message that is being handed over under a lease. */
export interface Begun extends Held {
  readonly messageId: string;
}

/**
 * Those of the given rows whose handover has begun.
 *
 * The caller has locked the rows in an earlier statement: an attempt that was just being committed is
 * seen by this one, and none can begin any more. Index: messages_step_occurrence.
 */
export async function begunAmong(tx: Transaction, held: readonly Held[]): Promise<Begun[]> {
  const { buckets, enrollmentIds, seqs, tokens } = columns(held);
  return tx<Begun[]>`
    select m.bucket, m.enrollment_id as "enrollmentId", m.seq, h.lease_token as "leaseToken",
           m.id as "messageId"
      from unnest(${buckets}::smallint[], ${enrollmentIds}::uuid[], ${seqs}::int[], ${tokens}::uuid[])
           as h (bucket, enrollment_id, seq, lease_token)
      join messages m on m.bucket = h.bucket and m.enrollment_id = h.enrollment_id and m.seq = h.seq
     where m.lease_token = h.lease_token
  `;
}

/** A row that is still held, with what moving it on needs. */
export interface StillHeld extends Held {
  readonly userTimezone: string | null;
  readonly now: Date;
}

/**
 * Locks rows that are still held under the given leases, in the order of their keys.
 *
 * Index: recipients_pkey, users_pkey.
 */
export async function lockHeld(db: Db, held: readonly Held[]): Promise<StillHeld[]> {
  const { buckets, enrollmentIds, seqs, tokens } = columns(held);
  return db<StillHeld[]>`
    select r.bucket, r.enrollment_id as "enrollmentId", r.seq, r.lease_token as "leaseToken",
           u.timezone as "userTimezone", db_now() as now
      from recipients r
      join unnest(${buckets}::smallint[], ${enrollmentIds}::uuid[], ${seqs}::int[], ${tokens}::uuid[])
           as h (bucket, enrollment_id, seq, lease_token)
        on r.bucket = h.bucket and r.enrollment_id = h.enrollment_id and r.seq = h.seq
      left join users u on u.bucket = r.bucket and u.id = r.user_id
     where r.lease_token = h.lease_token
     order by r.bucket, r.enrollment_id, r.seq
       for no key update of r
  `;
}
