import type { Db } from '../../platform/db.ts';
import type { PageAfter } from '../../platform/page.ts';
import type { Audience } from '../audience.ts';
import type { Broadcast, BroadcastState } from '../broadcast.ts';
import type { Schedule } from '../schedule.ts';

interface BroadcastRef {
  readonly workspaceId: string;
  readonly id: string;
}

const columns = (db: Db) => db`
  a.id, a.workspace_id as "workspaceId", a.name, b.state, a.draft, a.version,
  a.created_at as "createdAt", a.updated_at as "updatedAt", b.audience, b.schedule,
  b.due_at as "dueAt", b.started_at as "startedAt", b.snapshot_at as "snapshotAt",
  b.finished_at as "finishedAt"`;

/** Adds what is a broadcast's own to an automation of that type. */
export async function insertBroadcast(db: Db, { workspaceId, id }: BroadcastRef): Promise<void> {
  await db`insert into broadcasts (automation_id, workspace_id) values (${id}, ${workspaceId})`;
}

/** One broadcast of a workspace side. Index: automations_pkey. */
export async function findBroadcast(
  db: Db,
  { workspaceId, id }: BroadcastRef,
): Promise<Broadcast | null> {
  const rows = await db<Broadcast[]>`
    select ${columns(db)}
      from automations a
      join broadcasts b on b.automation_id = a.id
     where a.workspace_id = ${workspaceId} and a.id = ${id} and a.type = 'broadcast'
  `;
  return rows[0] ?? null;
}

/**
 * The same, locked until the transaction ends. The caller has seen to it that no worker is in the
 * middle of anything (`holdWorkers`), for a worker locks the broadcast first.
 *
 * Locks: the automation, then the broadcast.
 */
export async function lockBroadcast(
  db: Db,
  { workspaceId, id }: BroadcastRef,
): Promise<Broadcast | null> {
  const rows = await db<Broadcast[]>`
    select ${columns(db)}
      from automations a
      join broadcasts b on b.automation_id = a.id
     where a.workspace_id = ${workspaceId} and a.id = ${id} and a.type = 'broadcast'
       for no key update of a, b
  `;
  return rows[0] ?? null;
}

/** A page of the broadcasts of a side, youngest first. Index: automations_by_age. */
export async function listBroadcasts(
  db: Db,
  {
    workspaceId,
    state,
    after,
    limit,
  }: {
    workspaceId: string;
    state: BroadcastState | null;
    after: PageAfter | null;
    limit: number;
  },
): Promise<Broadcast[]> {
  return db<Broadcast[]>`
    select ${columns(db)}
      from automations a
      join broadcasts b on b.automation_id = a.id
     where a.workspace_id = ${workspaceId} and a.type = 'broadcast'
       and (${state}::text is null or b.state = ${state})
       and (${after?.at ?? null}::timestamptz is null
            or (a.created_at, a.id) < (${after?.at ?? null}::timestamptz, ${after?.id ?? null}::uuid))
     order by a.created_at desc, a.id desc
     limit ${limit}
  `;
}

/** Writes when and to whom a broadcast goes. The caller has locked it. */
export async function setSchedule(
  db: Db,
  {
    id,
    audience,
    schedule,
    dueAt,
  }: { id: string; audience: Audience; schedule: Schedule; dueAt: Date },
): Promise<void> {
  await db`
    update broadcasts b
       set state = 'scheduled', audience = ${db.json(audience as never)},
           schedule = ${db.json(schedule)}, due_at = ${dueAt},
           look_at = case when w.side = 'live' then ${dueAt} else db_now() end
      from workspaces w
     where b.automation_id = ${id} and w.id = b.workspace_id
  `;
}

/**
 * Writes another state of a broadcast that the caller has locked. One that is active again is looked
 * at once; one that is over, never.
 */
export async function setState(
  db: Db,
  { id, state, now }: { id: string; state: BroadcastState; now: Date },
): Promise<void> {
  await db`
    update broadcasts b
       set state = ${state},
           look_at = case when ${state}::text in ('scheduled', 'sending') then db_now() end,
           due_at = case when ${state}::text in ('scheduled', 'sending', 'paused') then b.due_at end,
           finished_at = case when ${state}::text in ('sent', 'cancelled') then ${now}::timestamptz end
     where b.automation_id = ${id}
  `;
}

/** Writes that a broadcast is over, by the clock of its side. The caller holds workers away. */
export async function completeBroadcast(db: Db, { workspaceId, id }: BroadcastRef): Promise<void> {
  await db`
    update broadcasts b
       set state = 'sent', look_at = null, due_at = null, finished_at = coalesce(w.clock_now, db_now())
      from workspaces w
     where b.automation_id = ${id} and b.workspace_id = ${workspaceId} and w.id = b.workspace_id
  `;
}

/** What is asked of a list before somebody is mailed by it. */
export interface ListFacts {
  readonly isArchived: boolean;
}

/** A list of this side; null where it has none of that id. Index: lists_pkey. */
export async function findList(
  db: Db,
  { workspaceId, id }: { workspaceId: string; id: string },
): Promise<ListFacts | null> {
  const rows = await db<ListFacts[]>`
    select archived_at is not null as "isArchived"
      from lists
     where workspace_id = ${workspaceId} and id = ${id}
  `;
  return rows[0] ?? null;
}
