import { refusalOf, type Db, type Transaction } from '../platform/db.ts';
import type { PageAfter } from '../platform/page.ts';
import type { Automation, AutomationStatus, SeriesVersion } from './series.ts';

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
    after,
    limit,
  }: {
    workspaceId: string;
    type: Automation['type'];
    status: AutomationStatus | null;
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
       and (${after?.at ?? null}::timestamptz is null
            or (created_at, id) < (${after?.at ?? null}::timestamptz, ${after?.id ?? null}::uuid))
     order by created_at desc, id desc
     limit ${limit}
  `;
}

/** Writes name, draft, status and version of an automation whose row the caller has locked. */
export async function updateAutomation(
  db: Db,
  { id, workspaceId, name, status, draft, version, updatedAt }: Automation,
): Promise<void> {
  await db`
    update automations
       set name = ${name}, status = ${status}, draft = ${db.json(draft as never)},
           version = ${version}, updated_at = ${updatedAt}
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

/** Adds an immutable version. */
export async function insertVersion(db: Db, version: SeriesVersion): Promise<void> {
  await db`
    insert into series_versions (automation_id, number, settings, steps, published_at)
    values (${version.automationId}, ${version.number}, ${db.json(version.settings as never)},
            ${db.json(version.steps as never)}, ${version.publishedAt})
  `;
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
