import { setTimeout as sleep } from 'node:timers/promises';
import type { UserRef } from '../../consent/index.ts';
import { inTransaction, type Db, type Pool, type Transaction } from '../../platform/db.ts';
import { pastDeadlocks } from '../../platform/past-deadlocks.ts';

/** A queue row under its lock. */
interface LockedRow {
  readonly bucket: number;
  readonly enrollmentId: string;
  readonly seq: number;
}

/** Users of one transaction: an import of thousands must not hold the rows of all of them. */
const USERS_MAX = 500;
/** As for removals: bytes may leave after a handover was recorded, and most take a tenth of a second. */
const HANDOVER_WAIT_MS = 5_000;
const HANDOVER_POLL_MS = 20;

/**
 * Takes back the emails of these people that workers hold and have not begun to hand over: they are
 * prepared again, and then consent is asked again. To be called when a change of consent has been
 * committed, and before it is answered.
 *
 * Once this returns no attempt begins that does not know of the change. An attempt whose statement
 * started before the change was committed held its lease by then, so that this finds its row: either
 * the attempt has the row's lock, and is waited for, or it finds its lease gone. A step that is being
 * decided and captured holds its row as well. A handover that had begun is waited for, for five
 * seconds at most.
 *
 * @returns how many rows went back
 */
export async function withdrawLeases(db: Pool, users: readonly UserRef[]): Promise<number> {
  const begun: LockedRow[] = [];
  let withdrawn = 0;
  for (let from = 0; from < users.length; from += USERS_MAX) {
    const some = users.slice(from, from + USERS_MAX);
    const taken = await pastDeadlocks(() => inTransaction(db, (tx) => withdraw(tx, some)));
    withdrawn += taken.withdrawn;
    begun.push(...taken.begun);
  }
  const late = AbortSignal.timeout(HANDOVER_WAIT_MS);
  while (begun.length > 0 && !late.aborted && (await isAnyBeingHandedOver(db, begun))) {
    await sleep(HANDOVER_POLL_MS);
  }
  return withdrawn;
}

interface Withdrawn {
  readonly withdrawn: number;
  readonly begun: readonly LockedRow[];
}

/** Two statements: the first waits for attempts behind their rows, the second sees what they wrote. */
async function withdraw(tx: Transaction, users: readonly UserRef[]): Promise<Withdrawn> {
  const rows = await lockRowsOf(tx, users);
  if (rows.length === 0) return { withdrawn: 0, begun: [] };
  const withdrawn = await takeBack(tx, rows);
  return { withdrawn, begun: await begunOf(tx, rows) };
}

/**
 * Locks all queue rows of these users, whatever their state, in the order of their keys.
 *
 * Index: enrollments_run, recipients_pkey.
 */
function lockRowsOf(tx: Db, users: readonly UserRef[]): Promise<LockedRow[]> {
  return tx<LockedRow[]>`
    select r.bucket, r.enrollment_id as "enrollmentId", r.seq
      from unnest(${users.map(({ bucket }) => bucket)}::smallint[],
                  ${users.map(({ userId }) => userId)}::uuid[]) as u (bucket, id)
      join enrollments e on e.bucket = u.bucket and e.user_id = u.id
      join recipients r on r.bucket = e.bucket and r.enrollment_id = e.id
     order by r.bucket, r.enrollment_id, r.seq
       for no key update of r
  `;
}

/**
 * Takes back the leases of locked rows whose message is not being handed over. Webhooks are left
 * alone: they are held in the same way, and nothing tells whether they have been called.
 *
 * Index: recipients_pkey, messages_step_occurrence, series_versions_pkey.
 */
async function takeBack(tx: Db, rows: readonly LockedRow[]): Promise<number> {
  const done = await tx`
    update recipients r
       set status = 'pending', worker_id = null, lease_token = null
      from unnest(${rows.map(({ bucket }) => bucket)}::smallint[],
                  ${rows.map(({ enrollmentId }) => enrollmentId)}::uuid[],
                  ${rows.map(({ seq }) => seq)}::int[]) as q (bucket, enrollment_id, seq)
     where r.bucket = q.bucket and r.enrollment_id = q.enrollment_id and r.seq = q.seq
       and r.status = 'processing'
       and not exists (
         select from messages m
          where m.bucket = r.bucket and m.enrollment_id = r.enrollment_id and m.seq = r.seq
            and m.lease_token = r.lease_token)
       and not exists (
         select from series_versions v
          cross join lateral jsonb_array_elements(v.steps) step
          where v.automation_id = r.automation_id and v.number = r.version
            and step ->> 'id' = r.step_id and step ->> 'type' = 'webhook')
  `;
  return done.count;
}

/** Those of the rows whose message is being handed over. Index: messages_step_occurrence. */
function begunOf(db: Db, rows: readonly LockedRow[]): Promise<LockedRow[]> {
  return db<LockedRow[]>`
    select m.bucket, m.enrollment_id as "enrollmentId", m.seq
      from unnest(${rows.map(({ bucket }) => bucket)}::smallint[],
                  ${rows.map(({ enrollmentId }) => enrollmentId)}::uuid[],
                  ${rows.map(({ seq }) => seq)}::int[]) as q (bucket, enrollment_id, seq)
      join messages m
        on m.bucket = q.bucket and m.enrollment_id = q.enrollment_id and m.seq = q.seq
     where m.lease_token is not null
  `;
}

const isAnyBeingHandedOver = async (db: Db, rows: readonly LockedRow[]): Promise<boolean> =>
  (await begunOf(db, rows)).length > 0;
