import { refusalOf, type Db } from '../../platform/db.ts';
import type { PageAfter } from '../../platform/page.ts';
import type { Automation, AutomationStatus } from '../series.ts';

/** The file that a series is kept in, and how both were when it was last applied. */
export interface SeriesSource {
  readonly automationId: string;
  readonly workspaceId: string;
  /** The name of the file without its ending: unique on its side. */
  readonly slug: string;
  /** As whoever applied it said. */
  readonly path: string;
  /** See `fingerprintOf`. */
  readonly fingerprint: string;
  readonly status: AutomationStatus;
  readonly appliedAt: Date;
}

/** Which files series are kept in; those of none are left out. Index: series_sources_pkey. */
export async function sourcesOf(
  db: Db,
  { workspaceId, ids }: { workspaceId: string; ids: readonly string[] },
): Promise<SeriesSource[]> {
  return db<SeriesSource[]>`
    select automation_id as "automationId", workspace_id as "workspaceId", slug, path, fingerprint,
           status, applied_at as "appliedAt"
      from series_sources
     where workspace_id = ${workspaceId} and automation_id = any(${ids as string[]}::uuid[])
     limit ${ids.length}
  `;
}

/** The series that a file is kept in, by the file's slug. Index: series_sources_slug. */
export async function sourceBySlug(
  db: Db,
  { workspaceId, slug }: { workspaceId: string; slug: string },
): Promise<SeriesSource | null> {
  const rows = await db<SeriesSource[]>`
    select automation_id as "automationId", workspace_id as "workspaceId", slug, path, fingerprint,
           status, applied_at as "appliedAt"
      from series_sources
     where workspace_id = ${workspaceId} and slug = ${slug}
  `;
  return rows[0] ?? null;
}

/**
 * Writes down which file a series is kept in now.
 *
 * @returns false when another series of the side has that slug; a transaction is at its end then
 */
export async function putSource(db: Db, source: SeriesSource): Promise<boolean> {
  try {
    return await upsertSource(db, source);
  } catch (error) {
    // Somebody else's, committed since this statement looked.
    if (refusalOf(error)?.constraint === 'series_sources_slug') return false;
    throw error;
  }
}

async function upsertSource(db: Db, source: SeriesSource): Promise<boolean> {
  const rows = await db`
    insert into series_sources as s
           (automation_id, workspace_id, slug, path, fingerprint, status, applied_at)
    select ${source.automationId}, ${source.workspaceId}, ${source.slug}, ${source.path},
           ${source.fingerprint}, ${source.status}, ${source.appliedAt}
     where not exists (
       select 1 from series_sources
        where workspace_id = ${source.workspaceId} and slug = ${source.slug}
          and automation_id <> ${source.automationId})
        on conflict (automation_id) do update
       set slug = excluded.slug, path = excluded.path, fingerprint = excluded.fingerprint,
           status = excluded.status, applied_at = excluded.applied_at
     where s.workspace_id = excluded.workspace_id
    returning automation_id
  `;
  return rows.length === 1;
}

/** Forgets which file a series is kept in. @returns what was known; null where no file has that slug */
export async function deleteSource(
  db: Db,
  { workspaceId, slug }: { workspaceId: string; slug: string },
): Promise<SeriesSource | null> {
  const rows = await db<SeriesSource[]>`
    delete from series_sources
     where workspace_id = ${workspaceId} and slug = ${slug}
    returning automation_id as "automationId", workspace_id as "workspaceId", slug, path, fingerprint,
              status, applied_at as "appliedAt"
  `;
  return rows[0] ?? null;
}

/** A page of the series of a side, the oldest first, archived ones too. Index: automations_by_age. */
export async function listForCode(
  db: Db,
  { workspaceId, after, limit }: { workspaceId: string; after: PageAfter | null; limit: number },
): Promise<Automation[]> {
  return db<Automation[]>`
    select id, workspace_id as "workspaceId", type, name, status, draft, version,
           created_at as "createdAt", updated_at as "updatedAt"
      from automations
     where workspace_id = ${workspaceId} and type = 'series'
       and (${after?.at ?? null}::timestamptz is null
            or (created_at, id) > (${after?.at ?? null}::timestamptz, ${after?.id ?? null}::uuid))
     order by created_at, id
     limit ${limit}
  `;
}
