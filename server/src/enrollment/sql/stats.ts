import type { Db } from '../../platform/db.ts';
import type { EnrollmentState } from '../enrollment.ts';

interface SeriesRef {
  readonly workspaceId: string;
  readonly automationId: string;
}

/** How many passages are in a state, ended for a reason, and began in a way. */
export interface PassageCount {
  readonly state: EnrollmentState;
  readonly endReason: string | null;
  readonly enteredBy: string;
  readonly count: number;
}

/** A series that others are exited into has a reason for each; nobody reads more. */
const PASSAGE_ROWS_MAX = 1_000;

/** Passages by state, reason of their end, and what began them. Index: enrollments_by_series, whole. */
export async function countPassages(
  db: Db,
  { workspaceId, automationId }: SeriesRef,
): Promise<PassageCount[]> {
  return db<PassageCount[]>`
    select e.state, e.end_reason as "endReason", e.entered_by as "enteredBy", count(*)::int as count
      from enrollments e
      join automations a on a.id = e.automation_id and a.workspace_id = ${workspaceId}
     where e.automation_id = ${automationId}
     group by 1, 2, 3
     order by count(*) desc
     limit ${PASSAGE_ROWS_MAX}
  `;
}

/** How many occurrences of a step wait, or came to an end in one way. */
export interface StepCount {
  readonly stepId: string;
  readonly state: 'waiting' | 'passed' | 'skipped' | 'failed' | 'cancelled';
  readonly branch: string | null;
  readonly count: number;
}

/** Versions together may have some thousands of step ids. */
const STEP_ROWS_MAX = 10_000;

/** Steps by what became of them. Index: step_log_by_step and recipients_by_series, whole, and no row. */
export async function countSteps(
  db: Db,
  { workspaceId, automationId }: SeriesRef,
): Promise<StepCount[]> {
  return db<StepCount[]>`
    select s.*
      from automations a
     cross join lateral (
       select step_id as "stepId", outcome as state, branch, count(*)::int as count
         from step_log where automation_id = a.id
        group by 1, 2, 3
       union all
       select step_id, 'waiting', null, count(*)::int
         from recipients where automation_id = a.id and advances
        group by 1) s
     where a.id = ${automationId} and a.workspace_id = ${workspaceId}
     limit ${STEP_ROWS_MAX}
  `;
}

/** How often a step was skipped or failed for one reason. */
export interface ReasonCount {
  readonly stepId: string;
  readonly outcome: 'skipped' | 'failed';
  /** The first words of it, up to a colon: what follows differs from person to person. */
  readonly reason: string;
  readonly count: number;
}

/** Why steps were skipped or failed. Reads those rows of the log. Index: step_log_by_step. */
export async function countReasons(
  db: Db,
  { workspaceId, automationId, stepIds }: SeriesRef & { stepIds: readonly string[] },
): Promise<ReasonCount[]> {
  if (stepIds.length === 0) return [];
  return db<ReasonCount[]>`
    select step_id as "stepId", outcome, left(split_part(coalesce(reason, ''), ':', 1), 100) as reason,
           count(*)::int as count
      from step_log
     where automation_id = ${automationId} and workspace_id = ${workspaceId}
       and step_id = any(${[...stepIds]}::text[]) and outcome in ('skipped', 'failed')
     group by 1, 2, 3
     order by count(*) desc
     limit ${STEP_ROWS_MAX}
  `;
}

/** How many messages of a step are in a state. */
export interface MessageCount {
  readonly stepId: string;
  readonly state: string;
  readonly count: number;
}

/** Messages by step and state. Index: messages_by_series, whole, and no row. */
export async function countMessages(
  db: Db,
  { workspaceId, automationId }: SeriesRef,
): Promise<MessageCount[]> {
  return db<MessageCount[]>`
    select m.step_id as "stepId", m.state, count(*)::int as count
      from messages m
      join automations a on a.id = m.automation_id and a.workspace_id = ${workspaceId}
     where m.automation_id = ${automationId}
     group by 1, 2
     limit ${STEP_ROWS_MAX}
  `;
}

/** Every planned step occurrence of a series, accounted for. */
export interface Ledger {
  readonly planned: number;
  readonly passed: number;
  readonly skipped: number;
  readonly failed: number;
  readonly cancelled: number;
  readonly pending: number;
  readonly processing: number;
  readonly inDoubt: number;
  readonly unaccounted: number;
}

/** The books of one series. Reads every occurrence there ever was. */
export async function readLedger(db: Db, automationId: string): Promise<Ledger> {
  const [ledger] = await db<Ledger[]>`
    select planned::int, passed::int, skipped::int, failed::int, cancelled::int, pending::int,
           processing::int, in_doubt::int as "inDoubt", unaccounted::int
      from ledger_of(${automationId})
  `;
  if (ledger === undefined) throw new Error(`no ledger of ${automationId}`);
  return ledger;
}
