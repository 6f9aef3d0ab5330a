import type { Db } from '../../platform/db.ts';

/** An endpoint that was disabled by itself, of which somebody is to be told. */
export interface DisabledAlert {
  readonly id: string;
  readonly workspaceId: string;
  readonly url: string;
  readonly reason: string;
  readonly failures: number;
  readonly failingSince: Date | null;
  readonly disabledAt: Date;
  readonly attempts: number;
  /** Whether members have still to be mailed of it; only once is it true. */
  readonly isNoticeDue: boolean;
}

const ALERTS_MAX = 20;

/**
 * Takes endpoints that are to be told of, and puts them off meanwhile: a process that dies while calling
 * calls again later. Across workspaces: the worker's. Index: webhooks_alert.
 *
 * Locks: the endpoints, skipping those that another worker holds.
 */
export async function claimDisabled(
  db: Db,
  { againMs }: { againMs: number },
): Promise<DisabledAlert[]> {
  return db<DisabledAlert[]>`
    update webhooks w
       set alert_due_at = db_now() + ${againMs}::integer * interval '1 millisecond',
           alert_attempts = w.alert_attempts + 1, notice_due = false
      from (select id, notice_due from webhooks
             where alert_due_at <= db_now() and disabled_at is not null and not is_enabled
             order by alert_due_at
             limit ${ALERTS_MAX}
               for update skip locked) due
     where w.id = due.id
    returning w.id, w.workspace_id as "workspaceId", w.url, w.disabled_reason as reason, w.failures,
              w.failing_since as "failingSince", w.disabled_at as "disabledAt",
              w.alert_attempts as attempts, due.notice_due as "isNoticeDue"
  `;
}

/** Says when it is told of again; null ends it. One that was disabled anew meanwhile stays as it is. */
export async function settleDisabled(
  db: Db,
  { id, disabledAt, againMs }: { id: string; disabledAt: Date; againMs: number | null },
): Promise<void> {
  await db`
    update webhooks
       set alert_due_at = db_now() + ${againMs}::integer * interval '1 millisecond'
     where id = ${id} and date_trunc('milliseconds', disabled_at) = ${disabledAt}
  `;
}
