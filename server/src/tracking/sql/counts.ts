import type { Db } from '../../platform/db.ts';
import { NIL_UUID } from '../../platform/ids.ts';

/** What is counted of messages: the columns of `message_counts`. */
export const COUNT_KINDS = [
  'sent',
  'delivered',
  'bounced_hard',
  'bounced_soft',
  'blocked',
  'complained',
  'unsubscribed',
  'replied',
  'dropped',
  'opened',
  'opened_by_machine',
  'clicked',
  'clicked_by_machine',
] as const;

export type CountKind = (typeof COUNT_KINDS)[number];

/** One more, or one less, of a kind. */
export interface Count {
  readonly workspaceId: string;
  readonly automationId: string;
  readonly stepId: string;
  readonly kind: CountKind;
  readonly by: number;
  /** The message that it happened to, for reports; without it there is nothing to report. */
  readonly bucket?: number;
  readonly messageId?: string;
}

/** What is counted of a message. Pure. */
export const countOf = (
  {
    bucket,
    id,
    workspaceId,
    automationId,
    stepId,
  }: {
    readonly bucket: number;
    readonly id: string;
    readonly workspaceId: string;
    readonly automationId: string;
    readonly stepId: string;
  },
  kind: CountKind,
  by: number,
): Count => ({ workspaceId, automationId, stepId, kind, by, bucket, messageId: id });

/** Rows among which transactions of one hour and step are spread. */
const SLOTS = 8;

/**
 * Adds to the counters of this hour. The last thing a transaction does: it holds them until it ends.
 *
 * Locks: counter rows of the connection's slot, in the order of their keys. Index: message_counts_pkey.
 */
export async function addCounts(db: Db, counts: readonly Count[]): Promise<void> {
  if (counts.length === 0) return;
  await addReported(db, counts);
  const column = <T>(of: (count: Count) => T): T[] => counts.map(of);
  const sumOf = (kind: CountKind) =>
    db`coalesce(sum(q.by) filter (where q.kind = ${kind}), 0)::integer`;
  const added = COUNT_KINDS.flatMap((kind) => [db`, `, sumOf(kind)]);
  const raised = COUNT_KINDS.flatMap((kind) => [
    db`${db(kind)} = c.${db(kind)} + excluded.${db(kind)}, `,
  ]);
  await db`
    insert into message_counts as c (workspace_id, hour, automation_id, step_id, slot, updated_at,
                                     ${db(COUNT_KINDS as unknown as string[])})
    select q.workspace_id, date_trunc('hour', db_now(), 'UTC'), q.automation_id, q.step_id,
           pg_backend_pid() % ${SLOTS}::integer, db_now() ${added}
      from unnest(
        ${column(({ workspaceId }) => workspaceId)}::uuid[],
        ${column(({ automationId }) => automationId)}::uuid[],
        ${column(({ stepId }) => stepId)}::text[],
        ${column(({ kind }) => kind)}::text[],
        ${column(({ by }) => by)}::integer[]
      ) as q (workspace_id, automation_id, step_id, kind, by)
     group by q.workspace_id, q.automation_id, q.step_id
     order by q.workspace_id, q.automation_id, q.step_id
        on conflict (workspace_id, hour, automation_id, step_id, slot) do update
           set ${raised} updated_at = excluded.updated_at
  `;
}

/**
 * Adds the same for reports, where it is kept by day, variant and list: see `report_deltas`. Whoever
 * unsubscribed by a link of the message has been counted. Index: messages_pkey, consent_changes_by_user.
 */
async function addReported(db: Db, counts: readonly Count[]): Promise<void> {
  const reported = counts.flatMap(({ bucket, messageId, kind, by }) =>
    bucket === undefined || messageId === undefined ? [] : [{ bucket, messageId, kind, by }],
  );
  if (reported.length === 0) return;
  await db`
    insert into report_deltas (workspace_id, automation_id, what, kind, step_id, variant, list_id, at,
                               count)
    select m.workspace_id, m.automation_id, 'message', q.kind, m.step_id, coalesce(m.variant, ''),
           coalesce(m.list_id, ${NIL_UUID}), quarter_hour_of(m.created_at), sum(q.by)
      from unnest(
        ${reported.map(({ bucket }) => bucket)}::smallint[],
        ${reported.map(({ messageId }) => messageId)}::uuid[],
        ${reported.map(({ kind }) => kind)}::text[],
        ${reported.map(({ by }) => by)}::integer[]
      ) as q (bucket, message_id, kind, by)
      join messages m on m.bucket = q.bucket and m.id = q.message_id
     where q.kind <> 'unsubscribed' or not exists (
             select from consent_changes c
              where c.bucket = m.bucket and c.user_id = m.user_id and c.after = 'unsubscribed'
                and c.detail ->> 'message_id' = m.id::text)
     group by m.workspace_id, m.automation_id, q.kind, m.step_id, 6, 7, 8
    having sum(q.by) <> 0
  `;
}

/** Messages of one step to which something happened, each counted once per kind. */
export type StepCounts = { readonly stepId: string } & Readonly<Record<CountKind, number>>;

/** Steps of all versions of a series together. */
const STEPS_MAX = 10_000;

/** What came back about the messages of a series, ever. Index: message_counts_by_series. */
export async function countsOfSeries(
  db: Db,
  { workspaceId, automationId }: { workspaceId: string; automationId: string },
): Promise<StepCounts[]> {
  const sums = COUNT_KINDS.flatMap((kind) => [db`, sum(${db(kind)})::integer as ${db(kind)}`]);
  return db<StepCounts[]>`
    select step_id as "stepId" ${sums}
      from message_counts
     where automation_id = ${automationId} and workspace_id = ${workspaceId}
     group by step_id
     order by step_id
     limit ${STEPS_MAX}
  `;
}

/** Whether there is such an automation on this side. Index: automations_pkey. */
export async function isAutomation(
  db: Db,
  { workspaceId, automationId, type }: { workspaceId: string; automationId: string; type: string },
): Promise<boolean> {
  const rows = await db`
    select 1 from automations
     where id = ${automationId} and workspace_id = ${workspaceId} and type = ${type}
  `;
  return rows.length > 0;
}

/** Of one automation: what decides whether sending goes on. */
export interface Reputation {
  readonly automationId: string;
  readonly sent: number;
  readonly bounced: number;
  readonly complained: number;
  /** Stopped already, because of these. */
  readonly isPaused: boolean;
}

/** Automations of one side that may have sent within a week. */
const AUTOMATIONS_MAX = 10_000;

/**
 * What the automations of a side have sent since an hour began, and what came back for good; since it
 * was resumed, where it or the side was stopped within that time. Index: message_counts_pkey.
 */
export async function reputationSince(
  db: Db,
  { workspaceId, since }: { workspaceId: string; since: Date },
): Promise<Reputation[]> {
  return db<Reputation[]>`
    select a.id as "automationId",
           (coalesce(sum(c.sent), 0) - coalesce((max(r.before ->> 'sent'))::bigint, 0))::integer as sent,
           (coalesce(sum(c.bounced_hard), 0)
             - coalesce((max(r.before ->> 'bounced'))::bigint, 0))::integer as bounced,
           (coalesce(sum(c.complained), 0)
             - coalesce((max(r.before ->> 'complained'))::bigint, 0))::integer as complained,
           exists (select 1 from sending_pauses p
                    where p.workspace_id = ${workspaceId} and p.automation_id = a.id
                      and p.resumed_at is null) as "isPaused"
      from (select distinct automation_id as id from message_counts
             where workspace_id = ${workspaceId} and hour >= ${since}) a
      left join lateral (
        select p.resumed_at as at, p.counted_before -> a.id::text as before
          from sending_pauses p
         where p.workspace_id = ${workspaceId} and p.resumed_at >= ${since}
           and (p.automation_id = a.id or p.automation_id is null)
         order by p.resumed_at desc
         limit 1
      ) r on true
      left join message_counts c
        on c.workspace_id = ${workspaceId} and c.hour >= ${since} and c.automation_id = a.id
       and (r.at is null or c.hour >= date_trunc('hour', r.at, 'UTC'))
     group by a.id
     limit ${AUTOMATIONS_MAX}
  `;
}

/** Workspaces of one look; more come with the next, for their counters go on. */
const WORKSPACES_MAX = 1_000;

/**
 * Live sides whose counters have moved since an instant. Across workspaces: the worker's.
 * Index: message_counts_by_hour.
 */
export async function workspacesCountedSince(
  db: Db,
  since: Date,
): Promise<{ workspaceId: string; countedAt: Date }[]> {
  return db<{ workspaceId: string; countedAt: Date }[]>`
    select c.workspace_id as "workspaceId", max(c.updated_at) as "countedAt"
      from message_counts c
      join workspaces w on w.id = c.workspace_id and w.side = 'live'
     where c.hour >= date_trunc('hour', ${since}::timestamptz, 'UTC') and c.updated_at > ${since}
     group by 1
     order by 2
     limit ${WORKSPACES_MAX}
  `;
}
