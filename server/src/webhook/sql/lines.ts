import type { Db, Transaction } from '../../platform/db.ts';
import type { OutboxEvent } from '../event-types.ts';

/** The one stream of an installation. */
const STREAM = 'events';

/** Says that somebody writes the stream: from now on its lines are kept until they are written. */
export async function openStream(db: Db): Promise<void> {
  await db`
    insert into outbox_streams (name, seen_at) values (${STREAM}, db_now())
        on conflict (name) do update set seen_at = excluded.seen_at
  `;
}

/** Whether a line waits. Index: outbox_lines_pkey. */
export async function hasLines(db: Db): Promise<boolean> {
  const rows = await db<{ has: boolean }[]>`select exists (select from outbox_lines) as has`;
  return rows[0]?.has === true;
}

/** An arbitrary number, beside those of other duties. */
const LOCK = 4_400_000_021;

/**
 * Takes the next lines away, in order; they are back if the transaction fails. One writer at a time:
 * another gets none. Across workspaces. Index: outbox_lines_pkey.
 */
export async function takeLines(tx: Transaction, limit: number): Promise<OutboxEvent[]> {
  const [lock] = await tx<{ has: boolean }[]>`
    select pg_try_advisory_xact_lock(${LOCK}::bigint) as has
  `;
  if (lock?.has !== true) return [];
  return tx<OutboxEvent[]>`
    with taken as (
      delete from outbox_lines
       where seq = any (array(select seq from outbox_lines order by seq limit ${limit}))
      returning seq, event_id
    )
    select e.id, e.type, e.at, e.workspace_id as "workspaceId", s.side, e.data
      from taken t
      join outbox_events e on e.id = t.event_id
      join workspaces s on s.id = e.workspace_id
     order by t.seq
  `;
}
