import type { Db } from '../../platform/db.ts';

/** A broadcast in figures, as they were at one instant. */
export interface StatsRow {
  readonly counts: Readonly<Record<string, number>>;
  readonly looked: number;
  readonly estimate: number | null;
  readonly fed: number;
  readonly gone: number;
  readonly rate: number;
  /** Rows in the queue. */
  readonly queued: number;
  /** Steps by outcome. */
  readonly outcomes: Readonly<Record<string, number>>;
  /** Messages by state. */
  readonly messages: Readonly<Record<string, number>>;
  /** In doubt, or ordered again by a member and not there yet. */
  readonly inDoubt: number;
  /** When the last recipient is due; null while nobody has been written down. */
  readonly lastDueAt: Date | null;
  readonly now: Date;
}

/**
 * Everything that is counted of a broadcast, in one statement, so that it adds up.
 *
 * Index: recipients_by_series, step_log_by_step, messages_by_series, broadcast_recipients_due.
 */
export async function readStats(db: Db, id: string): Promise<StatsRow> {
  const rows = await db<StatsRow[]>`
    select b.counts, b.looked, b.estimate, b.fed, b.gone, b.rate,
           (select count(*)::int from recipients r where r.automation_id = b.automation_id and r.advances)
             as queued,
           (select coalesce(jsonb_object_agg(outcome, count), '{}')
              from (select outcome, count(*)::int as count from step_log
                     where automation_id = b.automation_id group by 1) l) as outcomes,
           (select coalesce(jsonb_object_agg(state, count), '{}')
              from (select state, count(*)::int as count from messages
                     where automation_id = b.automation_id group by 1) m) as messages,
           (select count(*)::int from messages m
             where m.automation_id = b.automation_id
               and (m.state = 'in_doubt'
                    or m.state in ('sending', 'scheduled') and exists (
                      select from recipients r
                       where r.bucket = m.bucket and r.enrollment_id = m.enrollment_id
                         and r.seq = m.seq and not r.advances))) as "inDoubt",
           (select r.due_at from broadcast_recipients r
             where r.automation_id = b.automation_id and r.exclusion is null
             order by r.due_at desc, r.user_id desc limit 1) as "lastDueAt",
           coalesce(w.clock_now, db_now()) as now
      from broadcasts b
      join workspaces w on w.id = b.workspace_id
     where b.automation_id = ${id}
  `;
  const [row] = rows;
  if (row === undefined) throw new Error(`broadcast ${id} is missing`);
  return row;
}
