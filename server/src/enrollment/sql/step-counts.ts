import type { Db } from '../../platform/db.ts';

/** How many of a step are in a state. */
export interface CellCount {
  readonly stepId: string;
  readonly cell:
    | 'waiting'
    | 'processing'
    | 'passed'
    | 'skipped'
    | 'failed'
    | 'cancelled'
    | 'in_doubt'
    | 'sent';
  readonly count: number;
}

/**
 * How many wait at the given steps, and of how many emails nobody knows; each count up to a bound: what
 * is beyond is not read. Indexes: recipients_by_step, messages_by_series, and no row but those that
 * were written a moment ago.
 */
export async function countStanding(
  db: Db,
  {
    workspaceId,
    automationId,
    stepIds,
    countMax,
  }: {
    workspaceId: string;
    automationId: string;
    stepIds: readonly string[];
    countMax: number;
  },
): Promise<CellCount[]> {
  if (stepIds.length === 0) return [];
  return db<CellCount[]>`
    with step as (
      select a.id as series, s.id
        from automations a cross join unnest(${[...stepIds]}::text[]) as s (id)
       where a.id = ${automationId} and a.workspace_id = ${workspaceId}
    )
    select step.id as "stepId",
           case when queued.status = 'pending' then 'waiting' else 'processing' end as cell, queued.count
      from step
     cross join lateral (
       select status, count(*)::int as count
         from (select status from recipients r
                where r.automation_id = step.series and r.step_id = step.id and r.advances
                order by r.due_at, r.enrollment_id
                limit ${countMax}) found
        group by 1) queued
    union all
    select step.id, 'in_doubt', doubted.count
      from step
     cross join lateral (
       select count(*)::int as count
         from (select from messages m
                where m.automation_id = step.series and m.state = 'in_doubt'
                  and m.step_id = step.id
                limit ${countMax}) found) doubted
  `;
}

/**
 * What became of everybody who was at a step of a series, and the emails that left: from the sums by
 * day and what is not added to them yet, so that it is exact however many there are. Indexes:
 * step_days_by_automation, message_days_by_automation; report_deltas whole, which is short.
 */
export async function countEnded(
  db: Db,
  { workspaceId, automationId }: { workspaceId: string; automationId: string },
): Promise<CellCount[]> {
  return db<CellCount[]>`
    select step_id as "stepId", cell, sum(count)::int as count
      from (select step_id, outcome as cell, count from step_days
             where automation_id = ${automationId} and workspace_id = ${workspaceId}
            union all
            select step_id, 'sent', sent from message_days
             where automation_id = ${automationId} and workspace_id = ${workspaceId}
            union all
            select step_id, case when what = 'step' then kind else 'sent' end, count
              from report_deltas
             where automation_id = ${automationId} and workspace_id = ${workspaceId}
               and (what = 'step' or what = 'message' and kind = 'sent')) each
     group by 1, 2
     limit ${ROWS_MAX}
  `;
}

/** Versions together may have some thousands of steps, each with five counts. */
const ROWS_MAX = 20_000;

/** Ids of the steps of all versions of a series, and of its draft. */
export async function listStepIds(
  db: Db,
  {
    workspaceId,
    automationId,
    limit,
  }: { workspaceId: string; automationId: string; limit: number },
): Promise<string[]> {
  const rows = await db<{ id: string }[]>`
    select distinct s ->> 'id' as id
      from automations a
     cross join lateral (
       select a.draft -> 'steps' as steps
       union all
       select v.steps from series_versions v where v.automation_id = a.id) graph
     cross join lateral jsonb_array_elements(graph.steps) s
     where a.id = ${automationId} and a.workspace_id = ${workspaceId} and s ->> 'id' is not null
     limit ${limit}
  `;
  return rows.map(({ id }) => id);
}
