import { textFault } from './text-fault.ts';
import { recordOf, isAbsent, type Fault } from '../../schedule/fault.ts';
import { bodyFaults, EMAIL_FORMATS, type EmailBody, type EmailFormat } from '../email-source.ts';
import { emailFaults } from '../email.ts';
import { SLUG, snippetsIn, withoutSnippets } from '../snippet-tags.ts';

export const TEMPLATE_KINDS = ['template', 'snippet'] as const;

/** A body that emails use whole, or a piece that bodies put in with `{% render 'slug' %}`. */
export type TemplateKind = (typeof TEMPLATE_KINDS)[number];

/** A template or a snippet; what it says is in its versions. */
export interface StoredTemplate {
  readonly id: string;
  readonly workspaceId: string;
  readonly kind: TemplateKind;
  readonly slug: string;
  readonly name: string;
  /** The newest version. */
  readonly version: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly archivedAt: Date | null;
}

/** What one version says: one body, and for a template the frame that it is meant for. */
export interface StoredBody extends EmailBody {
  readonly format?: EmailFormat;
}

/** A version of a template; it never changes. */
export interface TemplateVersion {
  readonly number: number;
  readonly body: StoredBody;
  readonly createdAt: Date;
}

export const NAME_LENGTH_MAX = 200;
export const BODY_LENGTH_MAX = 500_000;
const BODIES = ['html', 'mjml', 'content'] as const;

/** What creates a template. */
export interface NewTemplate {
  readonly kind: TemplateKind;
  readonly slug: string;
  readonly name: string;
  readonly body: StoredBody;
}

/** Reads what creates a template or a snippet; every fault of it instead, where it has any. */
export function newTemplateOf(input: unknown): { faults: Fault[] } | { template: NewTemplate } {
  const fields = recordOf(input) ?? {};
  const { kind, name } = fields;
  const faults: Fault[] = [];
  const isKind = TEMPLATE_KINDS.some((known) => known === kind);
  if (!isKind)
    faults.push({ path: 'kind', message: `must be one of ${TEMPLATE_KINDS.join(', ')}` });
  faults.push(...nameFaults(name));
  const slug = isAbsent(fields['slug'])
    ? slugOf(typeof name === 'string' ? name : '')
    : fields['slug'];
  if (typeof slug !== 'string' || !SLUG.test(slug)) {
    const message = 'must be 1 to 64 small letters, digits, hyphens and underscores';
    faults.push({ path: 'slug', message });
  }
  const read = bodyOf(fields, kind === 'snippet' ? 'snippet' : 'template');
  if ('faults' in read) return { faults: [...faults, ...read.faults] };
  if (faults.length > 0) return { faults };
  const checked = { kind: kind as TemplateKind, slug: slug as string, name: name as string };
  return { template: { ...checked, body: read.body } };
}

/** Reads the body of a version; every fault of it instead, where it has any. */
export function bodyOf(
  input: unknown,
  kind: TemplateKind,
): { faults: Fault[] } | { body: StoredBody } {
  const fields = recordOf(input) ?? {};
  const present = BODIES.filter((field) => !isAbsent(fields[field]));
  const [field, ...others] = present;
  if (field === undefined)
    return { faults: [{ path: 'html', message: 'must be there, or mjml, or content' }] };
  const faults: Fault[] = others.map((path) => ({
    path,
    message: `must not be there beside ${field}: a template has one body`,
  }));
  if (field !== 'content') {
    const fault = textFault(fields[field], field, BODY_LENGTH_MAX);
    if (fault !== null) faults.push(fault);
  }
  const { format } = fields;
  if (!isAbsent(format) && !EMAIL_FORMATS.some((known) => known === format)) {
    faults.push({ path: 'format', message: `must be one of ${EMAIL_FORMATS.join(', ')}` });
  }
  if (kind === 'snippet') {
    if (field === 'mjml')
      faults.push({ path: 'mjml', message: 'must not be there: a snippet is HTML or rich text' });
    if (!isAbsent(format))
      faults.push({ path: 'format', message: 'must not be there: a snippet has no frame' });
  }
  if (faults.length > 0) return { faults };
  const body = {
    [field]: fields[field],
    ...(isAbsent(format) ? {} : { format: format as EmailFormat }),
  } as StoredBody;
  const inner = [...htmlFaults(body.html), ...bodyFaults(body)];
  return inner.length > 0 ? { faults: inner } : { body };
}

export function nameFaults(name: unknown): Fault[] {
  const fault = textFault(name, 'name', NAME_LENGTH_MAX);
  return fault === null ? [] : [fault];
}

/** The snippets that a body puts in, each once. */
export function snippetsOfBody({ html, mjml, content }: EmailBody): string[] {
  const texts = [html, mjml].filter((text) => text !== undefined);
  if (content !== undefined) texts.push(...textsIn(content));
  return [...new Set(texts.flatMap(snippetsIn))];
}

function textsIn(json: unknown): string[] {
  if (typeof json === 'string') return json.includes('{%') ? [json] : [];
  if (typeof json !== 'object' || json === null) return [];
  return Object.values(json).flatMap(textsIn);
}

const htmlFaults = (html: string | undefined): Fault[] =>
  html === undefined ? [] : [...emailFaults({ subject: 'x', html: withoutSnippets(html) })];

const slugOf = (name: string): string =>
  name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 64);
