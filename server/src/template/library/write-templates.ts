import { inTransaction, type Pool } from '../../platform/db.ts';
import { uuidv7 } from '../../platform/ids.ts';
import type { Fault } from '../../schedule/fault.ts';
import { buildEmail } from '../build/build-email.ts';
import { slugTaken, templateArchived, templateInvalid, templateNotFound } from './errors.ts';
import { templateVersionNotFound } from './errors.ts';
import { resolveSnippets, snippetFaultsOf } from './resolve.ts';
import * as sql from './sql.ts';
import { bodyOf, nameFaults, newTemplateOf } from './template.ts';
import type { StoredBody, StoredTemplate, TemplateVersion } from './template.ts';

/** Which template of which workspace side. */
export interface TemplateRef {
  readonly workspaceId: string;
  readonly id: string;
}

/** A template with one of its versions. */
export interface TemplateWithBody {
  readonly template: StoredTemplate;
  readonly version: TemplateVersion;
}

/**
 * Adds a template or a snippet with its first version.
 *
 * @throws `template.invalid` with every fault and its path, `template.slug_taken`
 */
export async function createTemplate(
  db: Pool,
  { workspaceId, input, now }: { workspaceId: string; input: unknown; now: Date },
): Promise<TemplateWithBody> {
  const read = newTemplateOf(input);
  if ('faults' in read) throw templateInvalid(read.faults);
  const { body, ...said } = read.template;
  refuse(await faultsOfBuilding(db, { workspaceId, body, slug: said.slug }));
  const dates = { createdAt: now, updatedAt: now, archivedAt: null };
  const template = { ...said, id: uuidv7(now), workspaceId, version: 1, ...dates };
  if (!(await inTransaction(db, (tx) => sql.insertTemplate(tx, template, body))))
    throw slugTaken(said.slug);
  return { template, version: { number: 1, body, createdAt: now } };
}

/**
 * Adds the next version. What is published stays on the version that it was published with.
 *
 * @throws `template.not_found`, `template.archived`, `template.invalid`
 */
export async function addTemplateVersion(
  db: Pool,
  ref: TemplateRef,
  { input, now }: { input: unknown; now: Date },
): Promise<TemplateWithBody> {
  const found = await readTemplate(db, ref);
  if (found.archivedAt !== null) throw templateArchived();
  const read = bodyOf(input, found.kind);
  if ('faults' in read) throw templateInvalid(read.faults);
  const { body } = read;
  refuse(await faultsOfBuilding(db, { workspaceId: ref.workspaceId, body, slug: found.slug }));
  const template = await inTransaction(db, (tx) =>
    sql.insertTemplateVersion(tx, { ...ref, body, now }),
  );
  if (template === null) throw templateArchived();
  return { template, version: { number: template.version, body, createdAt: now } };
}

/** @throws `template.not_found` */
export async function readTemplate(db: Pool, ref: TemplateRef): Promise<StoredTemplate> {
  const found = await sql.findTemplate(db, ref);
  if (found === null) throw templateNotFound();
  return found;
}

/**
 * A template with one version, the newest when none is named.
 *
 * @throws `template.not_found`, `template.version_not_found`
 */
export async function readTemplateVersion(
  db: Pool,
  ref: TemplateRef & { readonly number?: number },
): Promise<TemplateWithBody> {
  const template = await readTemplate(db, ref);
  const number = ref.number ?? template.version;
  const version = await sql.findTemplateVersion(db, { ...ref, number });
  if (version === null) throw templateVersionNotFound();
  return { template, version };
}

/** @throws `template.invalid`, `template.not_found` */
export async function renameTemplate(
  db: Pool,
  ref: TemplateRef,
  { name, now }: { name: unknown; now: Date },
): Promise<StoredTemplate> {
  refuse(nameFaults(name));
  const renamed = await inTransaction(db, (tx) =>
    sql.renameTemplate(tx, { ...ref, name: name as string, now }),
  );
  if (renamed === null) throw templateNotFound();
  return renamed;
}

/**
 * Archives a template: no email can be published with it any more, and those that are go on.
 *
 * @throws `template.not_found`
 */
export async function archiveTemplate(
  db: Pool,
  ref: TemplateRef,
  now: Date,
): Promise<StoredTemplate> {
  const archived = await inTransaction(db, (tx) => sql.archiveTemplate(tx, { ...ref, now }));
  if (archived === null) throw templateNotFound();
  return archived;
}

/** Builds a body as an email would, so that nothing wrong is kept. */
async function faultsOfBuilding(
  db: Pool,
  { workspaceId, body, slug }: { workspaceId: string; body: StoredBody; slug: string },
): Promise<Fault[]> {
  const field = body.mjml !== undefined ? 'mjml' : body.html !== undefined ? 'html' : 'content';
  const snippets = await resolveSnippets(db, { workspaceId, body });
  const faults = snippetFaultsOf(field, snippets);
  if (snippets.used.some((used) => used.slug === slug)) {
    faults.push({ path: field, message: 'puts itself in, directly or through another snippet' });
  }
  if (faults.length > 0) return faults;
  const source = { ...body, subject: 'x', purpose: 'marketing', strict: false } as const;
  const built = await buildEmail(source, snippets.bodies);
  return built.kind === 'faulty' ? [...built.faults] : [];
}

function refuse(faults: readonly Fault[]): void {
  if (faults.length > 0) throw templateInvalid(faults);
}
