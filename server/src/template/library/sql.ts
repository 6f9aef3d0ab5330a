import type { Db } from '../../platform/db.ts';
import type { PageAfter } from '../../platform/page.ts';
import type { StoredBody, StoredTemplate, TemplateKind, TemplateVersion } from './template.ts';

/** Adds a template with its first version. @returns false when the slug is taken */
export async function insertTemplate(
  db: Db,
  template: StoredTemplate,
  body: StoredBody,
): Promise<boolean> {
  const { count } = await db`
    with added as (
      insert into templates
        (workspace_id, id, kind, slug, name, version, created_at, updated_at)
      values (${template.workspaceId}, ${template.id}, ${template.kind}, ${template.slug},
              ${template.name}, 1, ${template.createdAt}, ${template.createdAt})
          on conflict on constraint templates_slug_once do nothing
      returning workspace_id, id
    )
    insert into template_versions (workspace_id, template_id, number, body, created_at)
    select workspace_id, id, 1, ${db.json(body as never)}, ${template.createdAt} from added
  `;
  return count === 1;
}

/** Adds the next version of a template. @returns null when there is no such template, or it is archived */
export async function insertTemplateVersion(
  db: Db,
  { workspaceId, id, body, now }: { workspaceId: string; id: string; body: StoredBody; now: Date },
): Promise<StoredTemplate | null> {
  const rows = await db<StoredTemplate[]>`
    with changed as (
      update templates set version = version + 1, updated_at = ${now}
       where workspace_id = ${workspaceId} and id = ${id} and archived_at is null
      returning *
    ), added as (
      insert into template_versions (workspace_id, template_id, number, body, created_at)
      select workspace_id, id, version, ${db.json(body as never)}, ${now} from changed
    )
    select id, workspace_id as "workspaceId", kind, slug, name, version,
           created_at as "createdAt", updated_at as "updatedAt", archived_at as "archivedAt"
      from changed
  `;
  return rows[0] ?? null;
}

/** One template of a workspace side. */
export async function findTemplate(
  db: Db,
  { workspaceId, id }: { workspaceId: string; id: string },
): Promise<StoredTemplate | null> {
  const rows = await db<StoredTemplate[]>`
    select id, workspace_id as "workspaceId", kind, slug, name, version,
           created_at as "createdAt", updated_at as "updatedAt", archived_at as "archivedAt"
      from templates
     where workspace_id = ${workspaceId} and id = ${id}
  `;
  return rows[0] ?? null;
}

/** The snippets of some slugs. Index: templates_slug_once. */
export async function findSnippets(
  db: Db,
  { workspaceId, slugs }: { workspaceId: string; slugs: readonly string[] },
): Promise<StoredTemplate[]> {
  return db<StoredTemplate[]>`
    select id, workspace_id as "workspaceId", kind, slug, name, version,
           created_at as "createdAt", updated_at as "updatedAt", archived_at as "archivedAt"
      from templates
     where workspace_id = ${workspaceId} and slug = any(${[...slugs]}::text[])
       and kind = 'snippet'
  `;
}

/** A page of templates, youngest first. Index: templates_by_age. */
export async function listTemplates(
  db: Db,
  {
    workspaceId,
    kind,
    withArchived,
    after,
    limit,
  }: {
    workspaceId: string;
    kind: TemplateKind | null;
    withArchived: boolean;
    after: PageAfter | null;
    limit: number;
  },
): Promise<StoredTemplate[]> {
  return db<StoredTemplate[]>`
    select id, workspace_id as "workspaceId", kind, slug, name, version,
           created_at as "createdAt", updated_at as "updatedAt", archived_at as "archivedAt"
      from templates
     where workspace_id = ${workspaceId}
       and (${kind}::text is null or kind = ${kind})
       and (${withArchived} or archived_at is null)
       and (${after?.at ?? null}::timestamptz is null
            or (created_at, id) < (${after?.at ?? null}::timestamptz, ${after?.id ?? null}::uuid))
     order by created_at desc, id desc
     limit ${limit}
  `;
}

/** One version of a template. Index: template_versions_pkey. */
export async function findTemplateVersion(
  db: Db,
  { workspaceId, id, number }: { workspaceId: string; id: string; number: number },
): Promise<TemplateVersion | null> {
  const rows = await db<TemplateVersion[]>`
    select number, body, created_at as "createdAt"
      from template_versions
     where workspace_id = ${workspaceId} and template_id = ${id} and number = ${number}
  `;
  return rows[0] ?? null;
}

/** The versions of a template, youngest first, without what they say. Index: template_versions_pkey. */
export async function listTemplateVersions(
  db: Db,
  {
    workspaceId,
    id,
    before,
    limit,
  }: { workspaceId: string; id: string; before: number | null; limit: number },
): Promise<Pick<TemplateVersion, 'number' | 'createdAt'>[]> {
  return db<Pick<TemplateVersion, 'number' | 'createdAt'>[]>`
    select number, created_at as "createdAt"
      from template_versions
     where workspace_id = ${workspaceId} and template_id = ${id}
       and (${before}::int is null or number < ${before}::int)
     order by number desc
     limit ${limit}
  `;
}

/** Changes a template's name. @returns null when there is none */
export async function renameTemplate(
  db: Db,
  { workspaceId, id, name, now }: { workspaceId: string; id: string; name: string; now: Date },
): Promise<StoredTemplate | null> {
  const rows = await db<StoredTemplate[]>`
    update templates set name = ${name}, updated_at = ${now}
     where workspace_id = ${workspaceId} and id = ${id}
    returning id, workspace_id as "workspaceId", kind, slug, name, version,
              created_at as "createdAt", updated_at as "updatedAt", archived_at as "archivedAt"
  `;
  return rows[0] ?? null;
}

/** Archives a template, once. What is published goes on using it. @returns null when there is none */
export async function archiveTemplate(
  db: Db,
  { workspaceId, id, now }: { workspaceId: string; id: string; now: Date },
): Promise<StoredTemplate | null> {
  const rows = await db<StoredTemplate[]>`
    update templates
       set archived_at = coalesce(archived_at, ${now}),
           updated_at = case when archived_at is null then ${now} else updated_at end
     where workspace_id = ${workspaceId} and id = ${id}
    returning id, workspace_id as "workspaceId", kind, slug, name, version,
              created_at as "createdAt", updated_at as "updatedAt", archived_at as "archivedAt"
  `;
  return rows[0] ?? null;
}

/** An email of a published version that has a template or snippet in it. */
export interface TemplateUse {
  readonly automationId: string;
  readonly name: string;
  readonly type: 'series' | 'broadcast';
  readonly status: string;
  readonly automationVersion: number;
  readonly stepId: string;
  /** The version of the template. */
  readonly number: number;
}

/** The emails that use a template, newest automations first. Index: template_uses_pkey. */
export async function listUses(
  db: Db,
  { workspaceId, id, limit }: { workspaceId: string; id: string; limit: number },
): Promise<TemplateUse[]> {
  return db<TemplateUse[]>`
    select u.automation_id as "automationId", a.name, a.type, a.status,
           u.automation_version as "automationVersion", u.step_id as "stepId", u.number
      from template_uses u
      join automations a on a.id = u.automation_id and a.workspace_id = u.workspace_id
     where u.workspace_id = ${workspaceId} and u.template_id = ${id}
     order by u.automation_id desc, u.automation_version desc, u.step_id
     limit ${limit}
  `;
}

/** Writes down which templates the emails of a version use; what is known of a step already stays. */
export async function insertUses(
  db: Db,
  {
    workspaceId,
    automationId,
    automationVersion,
    uses,
  }: {
    workspaceId: string;
    automationId: string;
    automationVersion: number;
    uses: readonly { stepId: string; templateId: string; number: number }[];
  },
): Promise<void> {
  if (uses.length === 0) return;
  await db`
    insert into template_uses
      (workspace_id, template_id, automation_id, automation_version, step_id, number)
    select ${workspaceId}, u.template_id, ${automationId}, ${automationVersion}, u.step_id, u.number
      from unnest(
        ${uses.map(({ templateId }) => templateId)}::uuid[],
        ${uses.map(({ stepId }) => stepId)}::text[],
        ${uses.map(({ number }) => number)}::int[]
      ) as u (template_id, step_id, number)
    on conflict (workspace_id, template_id, automation_id, automation_version, step_id)
    do update set number = excluded.number
  `;
}
