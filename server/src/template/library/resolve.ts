import type { Db } from '../../platform/db.ts';
import { quoted, type Fault } from '../../schedule/fault.ts';
import type { ContentNode } from '../content/node-rules.ts';
import { contentHtml } from '../content/write-html.ts';
import { withSnippets } from '../snippet-tags.ts';
import { findSnippets, findTemplate, findTemplateVersion } from './sql.ts';
import { BODY_LENGTH_MAX, snippetsOfBody, type StoredBody } from './template.ts';

/** Snippets in snippets in snippets: more is a mistake. */
const NESTING_MAX = 5;
const SNIPPETS_MAX = 100;

/** The version of a template that an email uses, or why it cannot use it. */
export type ResolvedTemplate =
  | { readonly kind: 'found'; readonly number: number; readonly body: StoredBody }
  | { readonly kind: 'refused'; readonly field: string; readonly message: string };

/**
 * What a step's `template_id` and `template_version` mean now.
 *
 * @param number null for the newest
 * @param isPublished an archived one is fine then
 */
export async function resolveTemplate(
  db: Db,
  ref: { workspaceId: string; id: string; number: number | null; isPublished?: boolean },
): Promise<ResolvedTemplate> {
  const refused = (field: string, message: string): ResolvedTemplate => ({
    kind: 'refused',
    field,
    message,
  });
  const template = await findTemplate(db, { ...ref, id: ref.id.toLowerCase() });
  if (template === null) return refused('template_id', 'names no template of this workspace');
  if (template.kind === 'snippet') return refused('template_id', 'names a snippet, not a template');
  if (template.archivedAt !== null && ref.isPublished !== true) {
    return refused('template_id', 'names a template that is archived');
  }
  const number = ref.number ?? template.version;
  const version = await findTemplateVersion(db, { ...ref, id: template.id, number });
  if (version === null) return refused('template_version', `there is no version ${number}`);
  return { kind: 'found', number, body: version.body };
}

/** The snippets of one body, ready to be put in. */
export interface ResolvedSnippets {
  /** What stands for each slug that the body names, with further snippets put in. */
  readonly bodies: ReadonlyMap<string, string>;
  /** Every snippet that takes part, at any depth. */
  readonly used: readonly { slug: string; templateId: string; number: number }[];
  /** Missing, archived or cyclic ones; without a path. */
  readonly faults: readonly string[];
}

interface Loaded {
  readonly html: string;
  readonly slugs: readonly string[];
}

/**
 * Looks up the snippets that a body names, and those that they name.
 *
 * @param pinned versions by slug that are taken whatever is newer, archived ones too
 */
export async function resolveSnippets(
  db: Db,
  {
    workspaceId,
    body,
    pinned = {},
  }: {
    workspaceId: string;
    body: Parameters<typeof snippetsOfBody>[0];
    pinned?: Readonly<Record<string, number>>;
  },
): Promise<ResolvedSnippets> {
  const first = snippetsOfBody(body);
  const loaded = new Map<string, Loaded>();
  const used: { slug: string; templateId: string; number: number }[] = [];
  const faults: string[] = [];
  let open = first;
  while (open.length > 0 && loaded.size + faults.length <= SNIPPETS_MAX) {
    const found = await findSnippets(db, { workspaceId, slugs: open });
    const next: string[] = [];
    for (const slug of open) {
      const snippet = found.find((one) => one.slug === slug);
      const isPinned = Object.hasOwn(pinned, slug);
      const number = isPinned ? pinned[slug] : snippet?.version;
      const version =
        snippet === undefined || number === undefined
          ? null
          : await findTemplateVersion(db, { workspaceId, id: snippet.id, number });
      if (snippet === undefined || version === null) {
        faults.push(`there is no snippet ${quoted(slug)}`);
      } else if (snippet.archivedAt !== null && !isPinned) {
        faults.push(`the snippet ${quoted(slug)} is archived`);
      } else {
        used.push({ slug, templateId: snippet.id, number: version.number });
        const slugs = snippetsOfBody(version.body);
        loaded.set(slug, { html: htmlOf(version.body), slugs });
        next.push(...slugs);
      }
    }
    open = [...new Set(next)].filter((slug) => !loaded.has(slug));
    if (faults.length > 0) break;
  }
  if (open.length > 0 && faults.length === 0) faults.push(`it uses over ${SNIPPETS_MAX} snippets`);
  const expansion = expanded(first, loaded);
  return { bodies: expansion.bodies, used, faults: [...faults, ...expansion.faults] };
}

const htmlOf = ({ html, content }: StoredBody): string =>
  content === undefined ? (html ?? '') : contentHtml(content as ContentNode);

function expanded(
  slugs: readonly string[],
  loaded: ReadonlyMap<string, Loaded>,
): { bodies: Map<string, string>; faults: string[] } {
  const done = new Map<string, string>();
  const faults: string[] = [];
  const expand = (slug: string, path: readonly string[]): string => {
    const known = done.get(slug);
    const snippet = loaded.get(slug);
    if (known !== undefined || snippet === undefined) return known ?? '';
    const way = [...path, slug];
    if (path.includes(slug)) {
      faults.push(`snippets put each other in without end: ${way.join(' → ')}`);
      return '';
    }
    if (way.length > NESTING_MAX) {
      faults.push(`snippets nest deeper than ${NESTING_MAX}: ${way.join(' → ')}`);
      return '';
    }
    const inner = new Map(snippet.slugs.map((one) => [one, expand(one, way)]));
    const html = withSnippets(snippet.html, (one) => inner.get(one) ?? '');
    if (html.length > BODY_LENGTH_MAX) {
      faults.push(`the snippet ${quoted(slug)} is longer than ${BODY_LENGTH_MAX} characters`);
      return '';
    }
    done.set(slug, html);
    return html;
  };
  const bodies = new Map(slugs.map((slug) => [slug, expand(slug, [])]));
  return { bodies, faults: [...new Set(faults)] };
}

/** What is wrong with the snippets of a body, as faults of the field that holds it. */
export const snippetFaultsOf = (path: string, { faults }: ResolvedSnippets): Fault[] =>
  faults.map((message) => ({ path, message }));
