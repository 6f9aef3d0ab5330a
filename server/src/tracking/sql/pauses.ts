import type { Db } from '../../platform/db.ts';
import type { Excess } from '../rates.ts';

/** Sending that was stopped. */
export interface Pause {
  readonly id: string;
  readonly workspaceId: string;
  /** Null: the whole side. */
  readonly automationId: string | null;
  readonly rule: Excess['rule'];
  readonly figures: Excess['figures'];
  readonly pausedAt: Date;
  readonly resumedAt: Date | null;
}

/**
 * Notes that sending stops, unless it is noted already.
 *
 * @param wantsAlert whether somebody is to be called
 * @returns null when it was
 */
export async function insertPause(
  db: Db,
  {
    id,
    workspaceId,
    automationId,
    excess,
    wantsAlert,
  }: {
    id: string;
    workspaceId: string;
    automationId: string | null;
    excess: Excess;
    wantsAlert: boolean;
  },
): Promise<Pause | null> {
  const rows = await db<Pause[]>`
    insert into sending_pauses (id, workspace_id, automation_id, rule, figures, paused_at, alert_due_at)
    values (${id}, ${workspaceId}, ${automationId}, ${excess.rule},
            ${db.json(excess.figures)}, db_now(),
            case when ${wantsAlert} then db_now() end)
        on conflict do nothing
    returning id, workspace_id as "workspaceId", automation_id as "automationId", rule, figures,
              paused_at as "pausedAt", resumed_at as "resumedAt"
  `;
  return rows[0] ?? null;
}

/** Pauses of one look: there are few. */
const OPEN_MAX = 1_000;

/** A pause that stands, and what has become of its series meanwhile. */
export interface OpenPause extends Pause {
  /** Null for a whole side, as are the next two. */
  readonly name: string | null;
  readonly type: 'series' | 'broadcast' | 'confirmation' | 'transactional' | null;
  readonly status: string | null;
  /** The series was set going after the pause: by a member. */
  readonly wasResumed: boolean;
}

/** Pauses that stand. Across workspaces: the worker's. Index: sending_pauses_open. */
export async function openPauses(db: Db, workspaceId: string | null = null): Promise<OpenPause[]> {
  return db<OpenPause[]>`
    select p.id, p.workspace_id as "workspaceId", p.automation_id as "automationId", p.rule, p.figures,
           p.paused_at as "pausedAt", p.resumed_at as "resumedAt", a.status, a.name, a.type,
           coalesce(a.status = 'active' and a.status_at > p.paused_at, false) as "wasResumed"
      from sending_pauses p
      left join automations a on a.id = p.automation_id
     where p.resumed_at is null
       ${workspaceId === null ? db`` : db`and p.workspace_id = ${workspaceId}`}
     order by p.paused_at, p.id
     limit ${OPEN_MAX}
  `;
}

/** Whether all sending of a side is stopped. Index: sending_pauses_open. */
export async function pauseOfSide(db: Db, workspaceId: string): Promise<Pause | null> {
  const rows = await db<Pause[]>`
    select id, workspace_id as "workspaceId", automation_id as "automationId", rule, figures,
           paused_at as "pausedAt", resumed_at as "resumedAt"
      from sending_pauses
     where workspace_id = ${workspaceId} and automation_id is null and resumed_at is null
  `;
  return rows[0] ?? null;
}

/**
 * Ends a pause. What this hour has counted so far is kept with it, by automation, for it does not count
 * again. Index: sending_pauses_pkey, message_counts_pkey.
 */
export async function endPause(
  db: Db,
  { id, workspaceId, automationId }: Pick<Pause, 'id' | 'workspaceId' | 'automationId'>,
): Promise<void> {
  await db`
    update sending_pauses
       set resumed_at = db_now(), alert_due_at = null,
           counted_before = (
             select coalesce(jsonb_object_agg(h.automation_id, jsonb_build_object(
                      'sent', h.sent, 'bounced', h.bounced, 'complained', h.complained)), '{}')
               from (select automation_id, sum(sent) as sent, sum(bounced_hard) as bounced,
                            sum(complained) as complained
                       from message_counts
                      where workspace_id = ${workspaceId}
                        and hour >= date_trunc('hour', db_now(), 'UTC')
                        and (${automationId}::uuid is null or automation_id = ${automationId}::uuid)
                      group by 1) h)
     where id = ${id} and resumed_at is null
  `;
}

/** An automation that sends. */
export interface Sending {
  readonly workspaceId: string;
  readonly automationId: string;
  readonly type: 'series' | 'broadcast';
}

const SENDING_MAX = 1_000;

/**
 * The automations of a side that send of themselves: what answers somebody's own doing goes on. Index: automations_by_age.
 */
export async function sendingOf(
  db: Db,
  { workspaceId, automationIds }: { workspaceId: string; automationIds: readonly string[] | null },
): Promise<Sending[]> {
  return db<Sending[]>`
    select workspace_id as "workspaceId", id as "automationId", type
      from automations
     where workspace_id = ${workspaceId} and status = 'active' and type in ('series', 'broadcast')
       ${automationIds === null ? db`` : db`and id = any(${automationIds as string[]}::uuid[])`}
     order by id
     limit ${SENDING_MAX}
  `;
}

/** A pause that somebody is to be told of. */
export interface DueAlert extends Pause {
  readonly attempts: number;
}

const ALERTS_MAX = 20;

/**
 * Takes pauses that are to be told of, and puts them off meanwhile: a process that dies while calling
 * calls again later. Across workspaces: the worker's. Index: sending_pauses_alert.
 *
 * Locks: the pauses, skipping those that another worker holds.
 */
export async function claimAlerts(db: Db, { againMs }: { againMs: number }): Promise<DueAlert[]> {
  return db<DueAlert[]>`
    update sending_pauses p
       set alert_due_at = db_now() + ${againMs}::integer * interval '1 millisecond',
           alert_attempts = p.alert_attempts + 1
      from (select id from sending_pauses
             where alert_due_at <= db_now()
             order by alert_due_at
             limit ${ALERTS_MAX}
               for update skip locked) due
     where p.id = due.id
    returning p.id, p.workspace_id as "workspaceId", p.automation_id as "automationId", p.rule,
              p.figures, p.paused_at as "pausedAt", p.resumed_at as "resumedAt",
              p.alert_attempts as attempts
  `;
}

/** Keeps what became of a call; null in `againMs` ends it. */
export async function settleAlert(
  db: Db,
  { id, answer, againMs }: { id: string; answer: string; againMs: number | null },
): Promise<void> {
  await db`
    update sending_pauses
       set alert_answer = ${answer},
           alert_due_at = db_now() + ${againMs}::integer * interval '1 millisecond'
     where id = ${id}
  `;
}
