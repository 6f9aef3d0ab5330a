import type { Db } from '../../platform/db.ts';
import type { PageAfter } from '../../platform/page.ts';
import type { Import, ImportCounts, ImportState, LineFault } from '../import.ts';

/** A row as it is read: the counts beside each other. */
type Row = Omit<Import, 'counts'> & ImportCounts;

const importOf = ({ handled, created, changed, unchanged, bad, warned, ...row }: Row): Import => ({
  ...row,
  counts: { handled, created, changed, unchanged, bad, warned },
});

/** Orders those who begin an import on one side. Any number, but always this. */
const SIDE_LOCK = 4_400_022;

/** How many imports of a side have not ended. Locks: other beginners of this side. */
export async function countUnfinished(
  tx: Db,
  { workspaceId }: { workspaceId: string },
): Promise<number> {
  await tx`select pg_advisory_xact_lock(${SIDE_LOCK}::int, hashtext(${workspaceId}::text))`;
  const rows = await tx<{ count: number }[]>`
    select count(*)::int as count
      from imports
     where workspace_id = ${workspaceId} and state in ('receiving', 'running', 'paused', 'failed')
  `;
  return rows[0]?.count ?? 0;
}

/** Writes an import whose file is coming. */
export async function insertImport(
  tx: Db,
  one: Pick<Import, 'id' | 'workspaceId' | 'kind' | 'format' | 'source' | 'options' | 'mapping'>,
): Promise<Date> {
  const rows = await tx<{ at: Date }[]>`
    insert into imports (id, workspace_id, kind, format, source, options, mapping, state, created_at)
    values (${one.id}, ${one.workspaceId}, ${one.kind}, ${one.format}, ${one.source},
            ${JSON.stringify(one.options)}::text::jsonb, ${JSON.stringify(one.mapping)}::text::jsonb,
            'receiving', db_now())
    returning created_at as at
  `;
  const [row] = rows;
  if (row === undefined) throw new Error('an import was not written');
  return row.at;
}

/** Keeps pieces of a file. */
export async function insertChunks(
  db: Db,
  {
    importId,
    chunks,
  }: {
    importId: string;
    chunks: readonly { position: number; firstLine: number; content: string }[];
  },
): Promise<void> {
  await db`
    insert into import_chunks (import_id, position, first_line, content)
    select ${importId}, * from unnest(
      ${chunks.map(({ position }) => position)}::integer[],
      ${chunks.map(({ firstLine }) => firstLine)}::integer[],
      ${chunks.map(({ content }) => content)}::text[])
  `;
}

/** The whole file has come. */
export async function startImport(
  tx: Db,
  {
    id,
    columns,
    options,
    bytes,
    lineCount,
  }: Pick<Import, 'id' | 'columns' | 'options' | 'bytes' | 'lineCount'>,
): Promise<void> {
  await tx`
    update imports
       set state = 'running', columns = ${JSON.stringify(columns)}::text::jsonb,
           options = ${JSON.stringify(options)}::text::jsonb, bytes = ${bytes},
           line_count = ${lineCount}
     where id = ${id}
  `;
}

/** Deletes an import whose file never came whole, and the pieces of it. */
export async function deleteImport(db: Db, { id }: { id: string }): Promise<void> {
  await db`delete from imports where id = ${id} and state = 'receiving'`;
}

/** An import of a side. Index: imports_pkey. */
export async function findImport(
  db: Db,
  { workspaceId, id }: { workspaceId: string; id: string },
): Promise<Import | null> {
  const rows = await db<Row[]>`
    select id, workspace_id as "workspaceId", kind, format, source, options, columns, mapping, state,
           bytes, line_count as "lineCount", next_position as "nextPosition", revision,
           handled_count as handled, created_count as created, changed_count as changed,
           unchanged_count as unchanged, bad_count as bad, warned_count as warned, fault,
           created_at as "createdAt", worked_at as "workedAt", ended_at as "endedAt"
      from imports
     where id = ${id} and workspace_id = ${workspaceId}
  `;
  return rows[0] === undefined ? null : importOf(rows[0]);
}

/** Imports of a side, the youngest first. Index: imports_by_age. */
export async function listImports(
  db: Db,
  { workspaceId, after, limit }: { workspaceId: string; after: PageAfter | null; limit: number },
): Promise<Import[]> {
  const rows = await db<Row[]>`
    select id, workspace_id as "workspaceId", kind, format, source, options, columns, mapping, state,
           bytes, line_count as "lineCount", next_position as "nextPosition", revision,
           handled_count as handled, created_count as created, changed_count as changed,
           unchanged_count as unchanged, bad_count as bad, warned_count as warned, fault,
           created_at as "createdAt", worked_at as "workedAt", ended_at as "endedAt"
      from imports
     where workspace_id = ${workspaceId}
       ${after === null ? db`` : db`and (created_at, id) < (${after.at}, ${after.id}::uuid)`}
     order by created_at desc, id desc
     limit ${limit}
  `;
  return rows.map(importOf);
}

/**
 * The running import that has waited longest, unless another worker has it. Across workspaces.
 *
 * Locks: the import, until the transaction ends. Index: imports_running.
 */
export async function claimImport(tx: Db): Promise<Import | null> {
  const rows = await tx<Row[]>`
    select id, workspace_id as "workspaceId", kind, format, source, options, columns, mapping, state,
           bytes, line_count as "lineCount", next_position as "nextPosition", revision,
           handled_count as handled, created_count as created, changed_count as changed,
           unchanged_count as unchanged, bad_count as bad, warned_count as warned, fault,
           created_at as "createdAt", worked_at as "workedAt", ended_at as "endedAt"
      from imports
     where state = 'running'
     order by worked_at nulls first, id
     limit 1
       for update skip locked
  `;
  return rows[0] === undefined ? null : importOf(rows[0]);
}

/** A piece of a file; null where there is none, which is its end. */
export async function findChunk(
  db: Db,
  { importId, position }: { importId: string; position: number },
): Promise<{ firstLine: number; content: string } | null> {
  const rows = await db<{ firstLine: number; content: string }[]>`
    select first_line as "firstLine", content
      from import_chunks
     where import_id = ${importId} and position = ${position}
  `;
  return rows[0] ?? null;
}

/** Moves on behind a piece, with what became of it; the piece goes. The import is locked. */
export async function settleChunk(
  tx: Db,
  { id, position, counts }: { id: string; position: number; counts: ImportCounts },
): Promise<void> {
  await tx`delete from import_chunks where import_id = ${id} and position = ${position}`;
  await tx`
    update imports
       set next_position = ${position + 1}, handled_count = handled_count + ${counts.handled},
           created_count = created_count + ${counts.created},
           changed_count = changed_count + ${counts.changed},
           unchanged_count = unchanged_count + ${counts.unchanged},
           bad_count = bad_count + ${counts.bad}, warned_count = warned_count + ${counts.warned},
           failures = 0, worked_at = db_now()
     where id = ${id}
  `;
}

/** Keeps what is wrong with lines, as long as there are fewer than `max` of the import. */
export async function insertFaults(
  tx: Db,
  { id, faults, room }: { id: string; faults: readonly LineFault[]; room: number },
): Promise<void> {
  const kept = faults.slice(0, Math.max(room, 0));
  if (kept.length === 0) return;
  await tx`
    insert into import_faults (import_id, line, is_warning, field, reason)
    select ${id}, * from unnest(
      ${kept.map(({ line }) => line)}::integer[],
      ${kept.map(({ isWarning }) => String(isWarning))}::boolean[],
      ${kept.map(({ field }) => field)}::text[],
      ${kept.map(({ reason }) => reason)}::text[])
        on conflict do nothing
  `;
}

/** A stretch of the report, by line. Index: import_faults_pkey. */
export async function listFaults(
  db: Db,
  { id, afterLine, limit }: { id: string; afterLine: number; limit: number },
): Promise<LineFault[]> {
  return db<LineFault[]>`
    select line, is_warning as "isWarning", field, reason
      from import_faults
     where import_id = ${id} and line > ${afterLine}
     order by line, field, reason
     limit ${limit}
  `;
}

/** Ends an import, or holds it; an end takes the pieces with it. */
export async function setState(
  tx: Db,
  { id, state, fault = null }: { id: string; state: ImportState; fault?: string | null },
): Promise<void> {
  const hasEnded = state === 'done' || state === 'cancelled';
  await tx`
    update imports
       set state = ${state}, fault = ${fault}, failures = 0,
           ended_at = case when ${String(hasEnded)}::boolean then db_now() end
     where id = ${id}
  `;
  if (hasEnded) await tx`delete from import_chunks where import_id = ${id}`;
}

/** The same import, locked for a change. */
export async function lockImport(
  tx: Db,
  { workspaceId, id }: { workspaceId: string; id: string },
): Promise<Import | null> {
  await tx`select 1 from imports where id = ${id} and workspace_id = ${workspaceId} for update`;
  return findImport(tx, { workspaceId, id });
}

/** A piece could not be worked: tried again a few times, then the import has failed. */
export async function noteFailure(
  db: Db,
  { id, failuresMax, fault }: { id: string; failuresMax: number; fault: string },
): Promise<void> {
  await db`
    update imports
       set failures = failures + 1, worked_at = db_now(),
           state = case when failures + 1 >= ${failuresMax} then 'failed' else state end,
           fault = case when failures + 1 >= ${failuresMax} then ${fault}::text else fault end
     where id = ${id} and state = 'running'
  `;
}

/** Deletes files that stopped coming, and reports that nobody needs any more. Across workspaces. */
export async function deleteOldImports(
  db: Db,
  {
    receivingHours,
    endedDays,
    limit,
  }: { receivingHours: number; endedDays: number; limit: number },
): Promise<number> {
  const rows = await db`
    delete from imports
     where id in (
       select id from imports
        where (state = 'receiving'
               and created_at < db_now() - ${receivingHours}::integer * interval '1 hour')
           or ended_at < db_now() - ${endedDays}::integer * interval '1 day'
        limit ${limit}
          for update skip locked)
    returning 1
  `;
  return rows.length;
}

/** Imports of a side whose pieces are still kept. Locks: those, so that no piece is worked meanwhile. */
export async function lockUnfinished(
  tx: Db,
  { workspaceId }: { workspaceId: string },
): Promise<Import[]> {
  const rows = await tx<Row[]>`
    select id, workspace_id as "workspaceId", kind, format, source, options, columns, mapping, state,
           bytes, line_count as "lineCount", next_position as "nextPosition", revision,
           handled_count as handled, created_count as created, changed_count as changed,
           unchanged_count as unchanged, bad_count as bad, warned_count as warned, fault,
           created_at as "createdAt", worked_at as "workedAt", ended_at as "endedAt"
      from imports
     where workspace_id = ${workspaceId} and state in ('receiving', 'running', 'paused', 'failed')
     order by id
       for update
  `;
  return rows.map(importOf);
}

/** Pieces of an import that wait, by position, after one of them. */
export async function chunksAfter(
  db: Db,
  { importId, after, limit }: { importId: string; after: number; limit: number },
): Promise<{ position: number; firstLine: number; content: string }[]> {
  return db<{ position: number; firstLine: number; content: string }[]>`
    select position, first_line as "firstLine", content
      from import_chunks
     where import_id = ${importId} and position > ${after}
     order by position
     limit ${limit}
  `;
}

/** Writes a piece anew, without somebody who was erased. */
export async function rewriteChunk(
  tx: Db,
  { importId, position, content }: { importId: string; position: number; content: string },
): Promise<void> {
  await tx`
    update import_chunks set content = ${content}
     where import_id = ${importId} and position = ${position}
  `;
  await tx`update imports set revision = revision + 1 where id = ${importId}`;
}
