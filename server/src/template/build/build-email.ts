import type { Fault } from '../../schedule/fault.ts';
import type { ContentNode } from '../content/node-rules.ts';
import { contentHtml } from '../content/write-html.ts';
import { compileEmail, type EmailContent } from '../email.ts';
import { sourceFaults, type EmailSource } from '../email-source.ts';
import { textTemplateOf } from '../plain-text.ts';
import { withSnippets } from '../snippet-tags.ts';
import { compileMjml } from './compile-mjml.ts';
import { framed } from './frame.ts';
import { withImageSizes } from './image-sizes.ts';
import { inlineCss } from './inline-css.ts';

/** An email in the form that is rendered for each person: Liquid over final HTML. */
export type BuiltEmail =
  | { readonly kind: 'built'; readonly content: EmailContent; readonly warnings: readonly Fault[] }
  | { readonly kind: 'faulty'; readonly faults: readonly Fault[] };

/** What stands for `{% render 'slug' %}`, with its own snippets put in already. */
export type SnippetBodies = ReadonlyMap<string, string>;

const NONE: SnippetBodies = new Map();

/**
 * Does once per published version what is too much for each email: MJML and rich text become HTML, the
 * frame goes around it, style sheets go to the elements, images get their sizes, the text is derived.
 *
 * The result only needs `compileEmail` and `renderEmail`. An HTML body without style sheet, snippet and
 * format is the same afterwards, byte for byte, but for the sizes of images.
 *
 * @param source whose `snippets` are all in the map
 */
export async function buildEmail(
  source: EmailSource,
  snippets: SnippetBodies = NONE,
): Promise<BuiltEmail> {
  const early = sourceFaults(source);
  if (early.length > 0) return { kind: 'faulty', faults: early };
  const field = bodyFieldOf(source);
  const body = await bodyHtml(source, snippets);
  if (body.faults.length > 0) return { kind: 'faulty', faults: body.faults };
  // A fault that comes with a snippet, or with tags that rich text spreads over nodes.
  const whole = compileEmail({ subject: 'x', html: body.html }).faults;
  if (whole.length > 0) {
    return { kind: 'faulty', faults: whole.map(({ message }) => ({ path: field, message })) };
  }
  const format = source.format ?? (source.content === undefined ? null : 'plain');
  const { purpose } = source;
  const page = format === null ? body.html : framed({ body: body.html, format, purpose });
  const hasSheet = field !== 'mjml' && /<style[\s>]/i.test(body.html);
  const { html: styled, warning } = hasSheet
    ? await inlineCss(page)
    : { html: page, warning: null };
  const html = withImageSizes(styled);
  const content: EmailContent = {
    subject: source.subject,
    html,
    text: source.text ?? textOf(html),
    preheader: source.preheader ?? null,
    strict: source.strict,
  };
  const faults = compileEmail(content).faults.map(({ path, message }) => ({
    path: path === 'html' ? field : path,
    message,
  }));
  if (faults.length > 0) return { kind: 'faulty', faults };
  const warnings = warning === null ? [] : [{ path: field, message: warning }];
  return { kind: 'built', content, warnings };
}

/** The field that an email has its body in. */
export function bodyFieldOf({ mjml, content }: EmailSource): 'html' | 'mjml' | 'content' {
  if (mjml !== undefined) return 'mjml';
  return content === undefined ? 'html' : 'content';
}

async function bodyHtml(
  { html, mjml, content }: EmailSource,
  snippets: SnippetBodies,
): Promise<{ html: string; faults: readonly Fault[] }> {
  const complete = (template: string): string =>
    withSnippets(template, (slug) => snippets.get(slug) ?? '');
  if (mjml !== undefined) return compileMjml(complete(mjml));
  // The document has been checked.
  if (content !== undefined) {
    return { html: complete(contentHtml(content as ContentNode)), faults: [] };
  }
  return { html: complete(html ?? ''), faults: [] };
}

/** Null where it has to be made from each rendered HTML. */
function textOf(html: string): string | null {
  const text = textTemplateOf(html);
  return text === null || text.trim() === '' ? null : text;
}
