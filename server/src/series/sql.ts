import { refusalOf, type Db, type Transaction } from '../platform/db.ts';
import type { PageAfter } from '../platform/page.ts';
import type { ContentFields, ContentUpdate } from './content.ts';
import type { Automation, AutomationStatus, ResumePolicy, SeriesVersion } from './series.ts';

/** Adds a draft. */
export async function insertAutomation(db: Db, automation: Automation): Promise<void> {
  await db`
    insert into automations (id, workspace_id, type, name, status, draft, version, created_at, updated_at)
    values (${automation.id}, ${automation.workspaceId}, ${automation.type}, ${automation.name},
            ${automation.status}, ${db.json(automation.draft as never)}, ${automation.version},
            ${automation.createdAt}, ${automation.updatedAt})
  `;
}

/** One automation of a workspace side, of whatever type. */
export async function findAutomation(
  db: Db,
  { workspaceId, id }: { workspaceId: string; id: string },
): Promise<Automation | null> {
  const rows = await db<Automation[]>`
    select id, workspace_id as "workspaceId", type, name, status, draft, version,
           created_at as "createdAt", updated_at as "updatedAt"
      from automations
     where workspace_id = ${workspaceId} and id = ${id}
  `;
  return rows[0] ?? null;
}

/**
 * Lets no worker begin a decision about any series until the transaction ends, and waits for those
 * that are under way. Taken before the row of a series that workers have to do with is locked.
 *
 * Row locks are not fair: the shared ones of workers with a backlog overlap without end, and a pause
 * would be answered when the queue is empty. Table locks are: whoever comes after this one waits
 * behind it. Measured with four lanes of 30 ms: without it a pause waited for as long as there was
 * work, with it 30 ms.
 * Locks: the table, against row locks and writing; not against reading.
 *
 * @throws a refusal that `isStillHeld` knows, when it took longer than a worker's transaction should
 */
export async function holdWorkers(tx: Transaction): Promise<void> {
  await tx`set local lock_timeout = '500ms'`;
  await tx`lock table automations in exclusive mode`;
  await tx`set local lock_timeout = 0`;
}

const LOCK_NOT_AVAILABLE = '55P03';

/** Whether `holdWorkers` gave up waiting, so that workers are not held up meanwhile: try again. */
export const isStillHeld = (error: unknown): boolean =>
  refusalOf(error)?.sqlState === LOCK_NOT_AVAILABLE;

/**
 * One automation, locked until the transaction ends, so that its status cannot change meanwhile.
 *
 * Locks: the automation's row; waits for attempts that are just starting.
 */
export async function lockAutomation(
  db: Db,
  { workspaceId, id }: { workspaceId: string; id: string },
): Promise<Automation | null> {
  const rows = await db<Automation[]>`
    select id, workspace_id as "workspaceId", type, name, status, draft, version,
           created_at as "createdAt", updated_at as "updatedAt"
      from automations
     where workspace_id = ${workspaceId} and id = ${id}
       for no key update
  `;
  return rows[0] ?? null;
}

/** A page of the automations of one type, youngest first. Index: automations_by_age. */
export async function listAutomations(
  db: Db,
  {
    workspaceId,
    type,
    status,
    search,
    after,
    limit,
  }: {
    workspaceId: string;
    type: Automation['type'];
    status: AutomationStatus | null;
    /** What the name contains, in whatever case; null for any. */
    search: string | null;
    after: PageAfter | null;
    limit: number;
  },
): Promise<Automation[]> {
  return db<Automation[]>`
    select id, workspace_id as "workspaceId", type, name, status, draft, version,
           created_at as "createdAt", updated_at as "updatedAt"
      from automations
     where workspace_id = ${workspaceId} and type = ${type}
       and (${status}::text is null or status = ${status})
       and (${search}::text is null or strpos(lower(name), lower(${search}::text)) > 0)
       and (${after?.at ?? null}::timestamptz is null
            or (created_at, id) < (${after?.at ?? null}::timestamptz, ${after?.id ?? null}::uuid))
     order by created_at desc, id desc
     limit ${limit}
  `;
}

/**
 * Writes name, draft, status and version of an automation whose row the caller has locked, and when the
 * status changed.
 */
export async function updateAutomation(
  db: Db,
  { id, workspaceId, name, status, draft, version, updatedAt }: Automation,
): Promise<void> {
  await db`
    update automations
       set name = ${name}, status = ${status}, draft = ${db.json(draft as never)},
           version = ${version}, updated_at = ${updatedAt},
           status_at = case when status = ${status} then status_at else db_now() end,
           has_edits = version is not distinct from ${version} and version is not null
                       and (has_edits or draft is distinct from ${db.json(draft as never)}::jsonb)
     where workspace_id = ${workspaceId} and id = ${id}
  `;
}

/** Removes a draft. The caller has locked the row and checked that it is one. */
export async function deleteAutomation(
  db: Db,
  { workspaceId, id }: { workspaceId: string; id: string },
): Promise<void> {
  await db`delete from automations where workspace_id = ${workspaceId} and id = ${id}`;
}

/** Adds an immutable version, with what it listens to: see `listensOf`. */
export async function insertVersion(
  db: Db,
  version: SeriesVersion & { readonly listens: readonly string[] },
): Promise<void> {
  await db`
    insert into series_versions (automation_id, number, settings, steps, published_at, listens)
    values (${version.automationId}, ${version.number}, ${db.json(version.settings as never)},
            ${db.json(version.steps as never)}, ${version.publishedAt},
            ${[...version.listens]}::text[])
  `;
}

/**
 * Writes down what a side's series listen to, after one of them has changed, in the same transaction.
 *
 * Locks: the workspace side.
 */
export async function gatherListens(tx: Db, workspaceId: string): Promise<void> {
  await tx`select gather_listens(${workspaceId})`;
}

/** One published version. Across workspaces: a worker reads it by the row it claimed. */
export async function findVersion(
  db: Db,
  { automationId, number }: { automationId: string; number: number },
): Promise<SeriesVersion | null> {
  const rows = await db<SeriesVersion[]>`
    select automation_id as "automationId", number, settings, steps, published_at as "publishedAt"
      from series_versions
     where automation_id = ${automationId} and number = ${number}
  `;
  return rows[0] ?? null;
}

/** A page of the versions of a series, youngest first. Index: series_versions_pkey. */
export async function listVersions(
  db: Db,
  { automationId, before, limit }: { automationId: string; before: number | null; limit: number },
): Promise<Pick<SeriesVersion, 'number' | 'publishedAt'>[]> {
  return db<Pick<SeriesVersion, 'number' | 'publishedAt'>[]>`
    select number, published_at as "publishedAt"
      from series_versions
     where automation_id = ${automationId}
       and (${before}::int is null or number < ${before}::int)
     order by number desc
     limit ${limit}
  `;
}

/** The versions that have one of the given steps, oldest first. Index: series_versions_pkey. */
export async function versionsWithSteps(
  db: Db,
  {
    automationId,
    stepIds,
    after,
    limit,
  }: { automationId: string; stepIds: readonly string[]; after: number; limit: number },
): Promise<Pick<SeriesVersion, 'number' | 'steps'>[]> {
  return db<Pick<SeriesVersion, 'number' | 'steps'>[]>`
    select number, steps
      from series_versions
     where automation_id = ${automationId} and number > ${after}
       and exists (
         select 1 from jsonb_array_elements(steps) step
          where step ->> 'id' = any(${stepIds as string[]}::text[]))
     order by number
     limit ${limit}
  `;
}

/**
 * Adds one content update, of however many steps, to a series whose row the caller has locked.
 *
 * @returns its number
 */
export async function addContent(
  db: Db,
  {
    automationId,
    versionsTo,
    content,
    at,
  }: {
    automationId: string;
    versionsTo: number;
    content: readonly { stepId: string; fields: ContentFields }[];
    at: Date;
  },
): Promise<number> {
  const rows = await db<{ revision: number }[]>`
    with numbered as (
      update automations set content_revision = content_revision + 1 where id = ${automationId}
      returning content_revision as revision
    )
    insert into series_content (automation_id, revision, step_id, versions_to, fields, at)
    select ${automationId}, n.revision, c.step_id, ${versionsTo}, c.fields::jsonb, ${at}
      from numbered n
     cross join unnest(
       ${content.map(({ stepId }) => stepId)}::text[],
       ${content.map(({ fields }) => JSON.stringify(fields))}::text[]
     ) as c (step_id, fields)
    returning revision
  `;
  return rows[0]?.revision ?? 0;
}

/** The content updates that are for one version, oldest first. Across workspaces, as `findVersion`. */
export async function listContent(
  db: Db,
  { automationId, number }: { automationId: string; number: number },
): Promise<ContentUpdate[]> {
  return db<ContentUpdate[]>`
    select revision, step_id as "stepId", versions_to as "versionsTo", fields, at
      from series_content
     where automation_id = ${automationId} and versions_to >= ${number}
     order by revision, step_id
  `;
}

/** The last content updates of a series, youngest first. Index: series_content_pkey. */
export async function lastContent(
  db: Db,
  { automationId, limit }: { automationId: string; limit: number },
): Promise<ContentUpdate[]> {
  return db<ContentUpdate[]>`
    select revision, step_id as "stepId", versions_to as "versionsTo", fields, at
      from series_content
     where automation_id = ${automationId}
     order by revision desc, step_id
     limit ${limit}
  `;
}

/**
 * Orders everybody of older versions to be moved to one; what was under way to an older one goes on to
 * this one instead.
 */
export async function startMigration(
  db: Db,
  { automationId, toVersion, now }: { automationId: string; toVersion: number; now: Date },
): Promise<void> {
  await db`
    with older as (
      update series_migrations set state = 'superseded', finished_at = db_now()
       where automation_id = ${automationId} and state = 'running'
    )
    insert into series_migrations (automation_id, to_version, state, requested_at, started_at, advanced_at)
    values (${automationId}, ${toVersion}, 'running', ${now}, db_now(), db_now())
  `;
}

/** Keeps what a resume ordered for what was overdue then. The caller has locked the row. */
export async function setResumePolicy(
  db: Db,
  { automationId, policy }: { automationId: string; policy: ResumePolicy },
): Promise<void> {
  const { late, after, at } = policy;
  const stored = { late, after, at: at.toISOString() };
  await db`
    update automations set resume_policy = ${db.json(stored as never)} where id = ${automationId}
  `;
}
