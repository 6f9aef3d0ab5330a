import { type BodyKind, type ContentNode, type EmailSaid, bodyKindOf } from '../email-fields.ts';
import { EMPTY_DOC, isEmptyDoc } from '../rich/content.ts';
import { contentOfHtml, contentOfMjml, htmlOfMjml } from './read-markup.ts';
import { bodyOf, htmlOfContent, mjmlOfContent, mjmlOfHtml } from './write-markup.ts';

const NEW_MJML = mjmlOfHtml('<p>Hello</p>');

/** Whether there is anything in the body that another kind would have to carry over. */
export function isBodyEmpty(said: EmailSaid): boolean {
  const kind = bodyKindOf(said);
  if (kind === null) return true;
  if (kind === 'content') return isEmptyDoc(said.content as ContentNode);
  if (kind === 'mjml' && said.mjml === NEW_MJML) return true;
  return said[kind] === '';
}

/** What a body would lose on its way to another kind, in a sentence; null when nothing. */
export function lossOf(said: EmailSaid, to: BodyKind): string | null {
  const from = bodyKindOf(said);
  if (from === null || from === to || isBodyEmpty(said)) return null;
  if (from === 'template_id') return 'The email no longer follows the template.';
  if (to === 'template_id') return 'What is written here goes away.';
  switch (from) {
    case 'content':
      return lossOfContent(said, to);
    case 'html':
      return to === 'mjml' ? lossOfHead(said.html ?? '') : lossOfHtml(said.html ?? '');
    default:
      return 'Words, links, buttons and pictures stay; columns, colours and sizes are lost.';
  }
}

function lossOfContent({ content, format }: EmailSaid, to: BodyKind): string | null {
  const text = JSON.stringify(content);
  const has = (type: string): boolean => text.includes(`"type":"${type}"`);
  if (to === 'mjml') {
    const brings = 'an MJML document brings its own frame';
    return format ? `The ${format} format goes away: ${brings}.` : null;
  }
  if (has('columns')) return 'Columns come one below the other, and buttons become links.';
  return has('button') ? 'Buttons become links.' : null;
}

const LAYOUT =
  /<(?:table|style|div|span|center|font|section|svg|video|form)\b|\s(?:style|class|bgcolor)\s*=/i;

const lossOfHtml = (html: string): string | null =>
  LAYOUT.test(html) || /\{%/.test(html)
    ? 'Words, lists, links and pictures stay; layout, colours and styles are lost.'
    : null;

const lossOfHead = (html: string): string | null =>
  /<(?:head|style)\b/i.test(html) ? 'What stands in the head, such as styles, is lost.' : null;

/** The body as another kind says it; of `template_id` there is none before one is chosen. */
export function bodyAs(
  said: EmailSaid,
  to: Exclude<BodyKind, 'template_id'>,
): string | ContentNode {
  const from = isBodyEmpty(said) ? null : bodyKindOf(said);
  const content = said.content as ContentNode;
  const html = said.html ?? '';
  const mjml = said.mjml ?? '';
  switch (to) {
    case 'content':
      if (from === 'html') return contentOfHtml(html);
      return from === 'mjml' ? contentOfMjml(mjml) : from === 'content' ? content : EMPTY_DOC;
    case 'html':
      if (from === 'content') return htmlOfContent(content);
      return from === 'mjml' ? htmlOfMjml(mjml) : html;
    default:
      if (from === 'content') return mjmlOfContent(content);
      return from === 'html' ? mjmlOfHtml(bodyOf(html)) : mjml || NEW_MJML;
  }
}
