import { TypeGuards } from 'liquidjs';
import type { Fault } from '../schedule/fault.ts';
import { tokensOf } from './plain-text.ts';

/** What names a template or a snippet within its workspace. */
export const SLUG = /^[a-z0-9][a-z0-9_-]{0,63}$/;

const ARGUMENT = /^\s*(?:'([^']*)'|"([^"]*)")\s*$/;

/** A `{% render 'slug' %}` of a template. */
interface SnippetTag {
  /** Null when the tag does not say one slug in quotes. */
  readonly slug: string | null;
  readonly begin: number;
  readonly end: number;
  readonly line: number;
  readonly column: number;
}

/** The slugs of the snippets that a template uses, each once. Empty for one that does not parse. */
export function snippetsIn(template: string): string[] {
  const slugs = tagsIn(template).map(({ slug }) => slug);
  return [...new Set(slugs.filter((slug) => slug !== null))];
}

/** Every `render` tag that does not name one snippet and nothing else. */
export function snippetFaults(template: string, path: string): Fault[] {
  return tagsIn(template)
    .filter(({ slug }) => slug === null)
    .map(({ line, column }) => {
      const message = "render must name one snippet: {% render 'slug' %}";
      return { path, message: `line ${line}, column ${column}: ${message}` };
    });
}

/** A template with its snippets put in. @param bodyOf what stands for a slug */
export function withSnippets(template: string, bodyOf: (slug: string) => string): string {
  let out = '';
  let at = 0;
  for (const { slug, begin, end } of tagsIn(template)) {
    if (slug === null) continue;
    out += template.slice(at, begin) + bodyOf(slug);
    at = end;
  }
  return out + template.slice(at);
}

/** A template with white space where its snippets were, so that lines and columns stay. */
export function withoutSnippets(template: string): string {
  let out = '';
  let at = 0;
  for (const { begin, end } of tagsIn(template)) {
    out += template.slice(at, begin) + template.slice(begin, end).replaceAll(/[^\n]/g, ' ');
    at = end;
  }
  return out + template.slice(at);
}

function tagsIn(template: string): SnippetTag[] {
  if (!/\{%-?\s*render\b/.test(template)) return [];
  try {
    return tokensOf(template).flatMap((token) => {
      if (!TypeGuards.isTagToken(token) || token.name !== 'render') return [];
      const [line = 1, column = 1] = token.getPosition();
      const [, single, double] = ARGUMENT.exec(token.args) ?? [];
      const slug = single ?? double ?? '';
      return [
        { slug: SLUG.test(slug) ? slug : null, begin: token.begin, end: token.end, line, column },
      ];
    });
  } catch {
    // It does not parse, which is said where it is parsed.
    return [];
  }
}
