import { generateJSON } from '@tiptap/core';
import { EVERY_TAG, tagOfMatch } from '../../merge-tags/merge-tag.ts';
import type { ContentNode } from '../email-fields.ts';
import { contentOf, EMPTY_DOC } from '../rich/content.ts';
import { richExtensions } from '../rich/extensions.ts';
import { unstyled } from '../../unstyled.ts';
import { bodyOf } from './write-markup.ts';

/** Liquid without a place in rich text would be taken apart by an HTML parser: noncharacters stand for it. */
const HIDDEN = /\uFDD0(\d+)\uFDD1/g;

/**
 * HTML as rich text: headings, paragraphs, lists, links, pictures, buttons; styles and tables of layout
 * are lost. Runs in a browser.
 */
export function contentOfHtml(html: string): ContentNode {
  const liquid: string[] = [];
  const safe = unstyled(bodyOf(html)).replaceAll(/\{\{[^]*?\}\}|\{%[^]*?%\}/g, (found) => {
    liquid.push(found);
    return `\uFDD0${liquid.length - 1}\uFDD1`;
  });
  const page = new DOMParser().parseFromString(safe, 'text/html');
  for (const gone of page.querySelectorAll('style, script, head, title')) gone.remove();
  for (const link of page.querySelectorAll('a')) prepareLink(page, link);
  const json = generateJSON(page.body.innerHTML, richExtensions(''));
  const shown = (text: string): string =>
    text.replaceAll(HIDDEN, (_, index: string) => liquid[Number(index)] ?? '');
  const content = withTags(contentOf(json), shown);
  return (content.content ?? []).length === 0 ? EMPTY_DOC : content;
}

/** MJML as rich text: its texts, buttons, pictures and lines, one below the other. */
export function contentOfMjml(mjml: string): ContentNode {
  return contentOfHtml(htmlOfMjml(mjml));
}

/** The words of an MJML document as plain HTML, without its layout. */
export function htmlOfMjml(mjml: string): string {
  const body = /<mj-body[^>]*>([^]*?)<\/mj-body>/i.exec(mjml)?.[1] ?? mjml;
  const parts = body.matchAll(
    /<mj-(text|button|image|divider|raw)\b([^>]*?)(?:\/>|>([^]*?)<\/mj-\1>)/gi,
  );
  return [...parts]
    .map(([, kind = '', attributes = '', inner = '']) => {
      const said = (name: string): string =>
        new RegExp(`\\b${name}="([^"]*)"`, 'i').exec(attributes)?.[1] ?? '';
      const words = inner.trim();
      switch (kind.toLowerCase()) {
        case 'button':
          return `<p><a class="button" href="${said('href')}">${words}</a></p>`;
        case 'image': {
          const image = `<img src="${said('src')}" alt="${said('alt')}">`;
          return said('href') === '' ? image : `<a href="${said('href')}">${image}</a>`;
        }
        case 'divider':
          return '<hr>';
        default:
          return words.startsWith('<') || kind === 'raw' ? words : `<p>${words}</p>`;
      }
    })
    .join('\n');
}

/** A link that looks like a button becomes one; a linked picture keeps where it leads. */
function prepareLink(page: Document, link: HTMLAnchorElement): void {
  const href = link.getAttribute('href') ?? '';
  const only = link.children.length === 1 ? link.children[0] : undefined;
  if (only?.tagName === 'IMG' && link.textContent?.trim() === '') {
    only.setAttribute('data-href', href);
    link.replaceWith(only);
    return;
  }
  if (!/\b(?:button|btn|mp-button)\b/i.test(link.className)) return;
  const button = page.createElement('div');
  button.dataset['button'] = '';
  button.dataset['text'] = link.textContent?.trim() ?? '';
  button.dataset['href'] = href;
  const { parentElement: around } = link;
  const isAlone = around?.textContent?.trim() === link.textContent?.trim();
  (around?.tagName === 'P' && isAlone ? around : link).replaceWith(button);
}

/** Puts Liquid back in its place; merge tags among the words become chips. */
function withTags(node: ContentNode, shown: (text: string) => string): ContentNode {
  const attrs = node.attrs === undefined || node.attrs === null ? null : textsIn(node.attrs, shown);
  const marks = node.marks?.map((mark) => ({
    ...mark,
    ...(mark.attrs ? { attrs: textsIn(mark.attrs, shown) } : {}),
  }));
  return {
    ...node,
    ...(attrs === null ? {} : { attrs }),
    ...(marks === undefined ? {} : { marks }),
    ...(node.content === undefined
      ? {}
      : {
          content: node.content.flatMap((child) => {
            const next = withTags(child, shown);
            const mayChip = node.type !== 'codeBlock' && next.text !== undefined;
            return mayChip ? chipsOf(next, shown) : [shownText(next, shown)];
          }),
        }),
  };
}

const textsIn = (attrs: Readonly<Record<string, unknown>>, shown: (text: string) => string) =>
  Object.fromEntries(
    Object.entries(attrs).map(([name, value]) => [
      name,
      typeof value === 'string' ? shown(value) : value,
    ]),
  );

const shownText = (node: ContentNode, shown: (text: string) => string): ContentNode =>
  node.text === undefined ? node : { ...node, text: shown(node.text) };

function chipsOf(node: ContentNode, shown: (text: string) => string): ContentNode[] {
  const text = shown(node.text ?? '');
  const marks = node.marks === undefined ? {} : { marks: node.marks };
  const nodes: ContentNode[] = [];
  let from = 0;
  for (const match of text.matchAll(EVERY_TAG)) {
    if (match.index > from)
      nodes.push({ type: 'text', text: text.slice(from, match.index), ...marks });
    const { name, fallback } = tagOfMatch(match);
    const attrs = { name, ...(fallback === '' ? {} : { fallback }) };
    nodes.push({ type: 'mergeTag', attrs, ...marks });
    from = match.index + match[0].length;
  }
  if (from < text.length) nodes.push({ type: 'text', text: text.slice(from), ...marks });
  return nodes;
}
