import type { Db } from '../../platform/db.ts';

/** Names a step occurrence held under a lease. */
export interface Held {
  readonly bucket: number;
  readonly enrollmentId: string;
  readonly seq: number;
  readonly leaseToken: string;
}

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
 */
export async function releaseRows(db: Db, held: readonly Held[]): Promise<void> {
  const { buckets, enrollmentIds, seqs, tokens } = columns(held);
  await db`
    with released as (
      update recipients r
         set status = 'pending', worker_id = null, lease_token = null
        from unnest(${buckets}::smallint[], ${enrollmentIds}::uuid[], ${seqs}::int[], ${tokens}::uuid[])
             as h (bucket, enrollment_id, seq, lease_token)
       where r.bucket = h.bucket and r.enrollment_id = h.enrollment_id and r.seq = h.seq
         and r.status = 'processing' and r.lease_token = h.lease_token
      returning r.bucket, r.enrollment_id, r.seq, h.lease_token
    )
    update messages m
       set state = 'scheduled', worker_id = null, lease_token = null, updated_at = db_now()
      from released
     where m.bucket = released.bucket and m.enrollment_id = released.enrollment_id
       and m.seq = released.seq and m.state = 'sending' and m.lease_token = released.lease_token
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

/** A row whose worker is dead. */
export interface Orphan extends Held {
  /** The message that was being handed over when the worker died; null when no handover had begun. */
  readonly messageId: string | null;
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
): Promise<Orphan[]> {
  return db<Orphan[]>`
    select r.bucket, r.enrollment_id as "enrollmentId", r.seq, r.lease_token as "leaseToken",
           (select m.id from messages m
             where m.bucket = r.bucket and m.enrollment_id = r.enrollment_id and m.seq = r.seq
               and m.state = 'sending' and m.lease_token = r.lease_token) as "messageId"
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

/** Locks rows that are still held under the given leases. */
export async function lockHeld(
  db: Db,
  held: readonly Held[],
): Promise<{ enrollmentId: string; seq: number; now: Date }[]> {
  const { buckets, enrollmentIds, seqs, tokens } = columns(held);
  return db<{ enrollmentId: string; seq: number; now: Date }[]>`
    select r.enrollment_id as "enrollmentId", r.seq, db_now() as now
      from recipients r
      join unnest(${buckets}::smallint[], ${enrollmentIds}::uuid[], ${seqs}::int[], ${tokens}::uuid[])
           as h (bucket, enrollment_id, seq, lease_token)
        on r.bucket = h.bucket and r.enrollment_id = h.enrollment_id and r.seq = h.seq
     where r.status = 'processing' and r.lease_token = h.lease_token
       for no key update of r
  `;
}
