import type { Fragment } from '../../audience/index.ts';
import type { Db } from '../../platform/db.ts';
import { bucketOf } from '../../platform/ids.ts';

/** Somebody at a step, or who has been there. */
export interface StepPerson {
  readonly userExternalId: string | null;
  readonly email: string | null;
  readonly name: string | null;
  readonly enrollmentId: string;
  readonly version: number;
  readonly state: 'waiting' | 'processing' | 'passed' | 'skipped' | 'failed' | 'cancelled';
  /** When it came to that; null while they wait. */
  readonly at: Date | null;
  readonly dueAt: Date;
  readonly reason: string | null;
  readonly messageId: string | null;
  /** What the list is sorted by. */
  readonly sortedAt: Date;
}

export interface StepPeopleAsk {
  readonly workspaceId: string;
  readonly automationId: string;
  readonly stepId: string;
  /** Null for all versions. */
  readonly version: number | null;
  /** Internal ids; null for everybody. */
  readonly userIds: readonly string[] | null;
  readonly after: { readonly at: Date; readonly id: string } | null;
  readonly limit: number;
}

/** Of one page; few users have as many passages through one series. */
const PASSAGES_MAX = 1_000;

/** Who waits at a step, soonest first. Index: recipients_by_step; for few users enrollments_run. */
export async function listWaitingAt(db: Db, ask: StepPeopleAsk): Promise<StepPerson[]> {
  const { workspaceId, automationId, stepId, version, userIds, after, limit } = ask;
  return db<StepPerson[]>`
    select u.external_id as "userExternalId", u.email, u.name, r.enrollment_id as "enrollmentId",
           r.version, case when r.status = 'pending' then 'waiting' else 'processing' end as state,
           null::timestamptz as at, r.due_at as "dueAt", r.due_at as "sortedAt",
           r.reasons #>> '{-1,outcome}' as reason, m.id as "messageId"
      from recipients r
      ${personJoins(db, { row: db`r`, step: db`r` })}
     where r.automation_id = ${automationId} and r.workspace_id = ${workspaceId}
       and r.step_id = ${stepId} and r.advances
       ${version === null ? db`` : db`and r.version = ${version}`}
       ${userIds === null ? db`` : db`and (r.bucket, r.enrollment_id) in (${passagesOf(db, { userIds, automationId })})`}
       ${after === null ? db`` : db`and (r.due_at, r.enrollment_id) > (${after.at}, ${after.id})`}
     order by r.due_at, r.enrollment_id
     limit ${limit}
  `;
}

type Outcome = 'passed' | 'skipped' | 'failed' | 'cancelled';

/**
 * Who has been at a step with an outcome, those first who entered last; for steps that few have been at.
 * Index: step_log_by_step, enrollments_pkey.
 *
 * @param fewMax steps of the log that are read
 */
export async function listPassedFew(
  db: Db,
  ask: StepPeopleAsk & { outcome: Outcome; fewMax: number },
): Promise<StepPerson[]> {
  const { workspaceId, automationId, stepId, outcome, version, after, userIds, limit, fewMax } =
    ask;
  return db<StepPerson[]>`
    with few as materialized (
      select * from step_log
       where automation_id = ${automationId} and workspace_id = ${workspaceId}
         and step_id = ${stepId} and outcome = ${outcome}
         ${userIds === null ? db`` : db`and (bucket, enrollment_id) in (${passagesOf(db, { userIds, automationId })})`}
       order by branch
       limit ${fewMax})
    select ${personColumns(db)}
      from few l
     cross join lateral (
       select * from enrollments
        where bucket = l.bucket and id = l.enrollment_id
        limit 1) e
      ${personJoins(db, { row: db`e`, step: db`l` })}
     where true
       ${version === null ? db`` : db`and e.version = ${version}`}
       ${after === null ? db`` : db`and (e.entered_at, e.id) < (${after.at}, ${after.id})`}
     order by e.entered_at desc, e.id desc
     limit ${limit}
  `;
}

/**
 * The same from the other end, for steps that many have been at: of the next passages those that have
 * been there. Index: enrollments_by_series, step_log_pkey.
 *
 * @param passagesMax passages looked at
 */
export async function listPassedMany(
  db: Db,
  ask: StepPeopleAsk & { outcome: Outcome; passagesMax: number },
): Promise<StepPerson[]> {
  const { workspaceId, automationId, stepId, outcome, version, after, limit, passagesMax } = ask;
  return db<StepPerson[]>`
    select ${personColumns(db)}
      from (select * from enrollments
             where automation_id = ${automationId} and workspace_id = ${workspaceId}
               ${after === null ? db`` : db`and (entered_at, id) < (${after.at}, ${after.id})`}
             order by entered_at desc, id desc
             limit ${passagesMax}) e
      join lateral (
        select * from step_log
         where bucket = e.bucket and enrollment_id = e.id and step_id = ${stepId}
           and outcome = ${outcome}
         limit ${STEPS_A_PASSAGE_MAX}) l on true
      ${personJoins(db, { row: db`e`, step: db`l` })}
     where true ${version === null ? db`` : db`and e.version = ${version}`}
     order by e.entered_at desc, e.id desc
     limit ${limit}
  `;
}

/** A passage is at a step once. */
const STEPS_A_PASSAGE_MAX = 1;

/** The last of the next passages of a series: where looking at that many ends. Null where there are fewer. */
export async function endOfPassages(
  db: Db,
  {
    workspaceId,
    automationId,
    after,
    passagesMax,
  }: Pick<StepPeopleAsk, 'workspaceId' | 'automationId' | 'after'> & { passagesMax: number },
): Promise<{ at: Date; id: string } | null> {
  const rows = await db<{ at: Date; id: string }[]>`
    select entered_at as at, id from enrollments
     where automation_id = ${automationId} and workspace_id = ${workspaceId}
       ${after === null ? db`` : db`and (entered_at, id) < (${after.at}, ${after.id})`}
     order by entered_at desc, id desc
    offset ${passagesMax - 1} limit 1
  `;
  return rows[0] ?? null;
}

/**
 * How many have been at a step with an outcome, up to a bound. Index: step_log_by_step, and no row: the
 * order is that of the index, so that it is not left for one that seems as short.
 */
export async function countPassed(
  db: Db,
  {
    automationId,
    stepId,
    outcome,
    countMax,
  }: { automationId: string; stepId: string; outcome: Outcome; countMax: number },
): Promise<number> {
  const [row] = await db<{ count: number }[]>`
    select count(*)::int as count
      from (select from step_log
             where automation_id = ${automationId} and step_id = ${stepId} and outcome = ${outcome}
             order by branch
             limit ${countMax}) found
  `;
  return row?.count ?? 0;
}

const personColumns = (db: Db) => db`
  u.external_id as "userExternalId", u.email, u.name, e.id as "enrollmentId", e.version,
  l.outcome as state, l.at, l.due_at as "dueAt", l.reason, m.id as "messageId",
  e.entered_at as "sortedAt"`;

/**
 * The user and the email of each row, row by row: a plan for any values guesses that a page is a tenth
 * of the table, and would read all users for it.
 */
const personJoins = (db: Db, { row, step }: { row: Fragment; step: Fragment }) => db`
  left join lateral (
    select external_id, email, name from users
     where bucket = ${row}.bucket and id = ${row}.user_id
     limit 1) u on true
  left join lateral (
    select id from messages
     where bucket = ${step}.bucket and enrollment_id = ${step}.enrollment_id and seq = ${step}.seq
     limit 1) m on true`;

/** The passages of some users through a series. Index: enrollments_run. */
const passagesOf = (
  db: Db,
  { userIds, automationId }: { userIds: readonly string[]; automationId: string },
) => db`
  select bucket, id from enrollments
   where bucket = any(${[...new Set(userIds.map(bucketOf))]}::smallint[])
     and user_id = any(${[...userIds]}::uuid[]) and automation_id = ${automationId}
   limit ${PASSAGES_MAX}`;
