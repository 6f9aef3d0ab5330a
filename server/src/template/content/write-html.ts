import { escapeHtml, escapeTemplate } from '../escape-template.ts';
import { buttonHtml } from './button.ts';
import type { ContentMark, ContentNode } from './node-rules.ts';

/** How wide an email is, in pixels: what every client shows without scrolling. */
export const EMAIL_WIDTH = 600;

const MONOSPACE = "font-family:SFMono-Regular,Menlo,Consolas,'Liberation Mono',monospace";
const HEADING_PIXELS = [28, 22, 18, 16, 15, 14] as const;

/**
 * The HTML of rich text, a Liquid template: tables where clients need them, every style in its place.
 *
 * @param doc one that `documentFaults` found nothing wrong with
 */
export function contentHtml(doc: ContentNode): string {
  return blocksOf(doc);
}

const blocksOf = ({ content = [] }: ContentNode): string => content.map(blockOf).join('\n');

const WRITERS: Readonly<Record<string, (node: ContentNode) => string>> = {
  paragraph: (node) =>
    `<p style="margin:0 0 16px${alignOf(node, 'textAlign')}">${inlineOf(node) || '&nbsp;'}</p>`,
  heading: headingOf,
  bulletList: (node) => `<ul style="margin:0 0 16px;padding:0 0 0 24px">${itemsOf(node)}</ul>`,
  orderedList: (node) => {
    const start = node.attrs?.['start'];
    const from = typeof start === 'number' && start !== 1 ? ` start="${start}"` : '';
    return `<ol${from} style="margin:0 0 16px;padding:0 0 0 24px">${itemsOf(node)}</ol>`;
  },
  blockquote: (node) =>
    '<blockquote class="mp-quote" style="margin:0 0 16px;padding:0 0 0 16px;' +
    `border-left:3px solid #d0d5dd">${blocksOf(node)}</blockquote>`,
  codeBlock: (node) =>
    `<pre class="mp-code" style="margin:0 0 16px;padding:12px;background:#f2f4f7;${MONOSPACE};` +
    `font-size:14px;line-height:1.5;white-space:pre-wrap">${inlineOf(node)}</pre>`,
  image: imageOf,
  button: (node) =>
    buttonHtml({
      text: textOf(node, 'text'),
      href: textOf(node, 'href'),
      align: wordOf(node, 'align'),
    }),
  divider: dividerOf,
  horizontalRule: dividerOf,
  html: (node) => textOf(node, 'html'),
  columns: columnsOf,
};

function blockOf(node: ContentNode): string {
  const write = WRITERS[node.type];
  if (write === undefined) throw new Error(`rich text has the unknown node ${node.type}`);
  return write(node);
}

function headingOf(node: ContentNode): string {
  const level = Number(node.attrs?.['level'] ?? 1);
  const size = HEADING_PIXELS[level - 1] ?? 16;
  const style = `margin:0 0 12px;font-size:${size}px;line-height:1.3;font-weight:bold`;
  return `<h${level} style="${style}${alignOf(node, 'textAlign')}">${inlineOf(node)}</h${level}>`;
}

const itemsOf = ({ content = [] }: ContentNode): string =>
  content.map((item) => `<li style="margin:0 0 4px">${itemOf(item)}</li>`).join('');

/** A list item of one paragraph needs no paragraph around it. */
function itemOf(item: ContentNode): string {
  const [first, ...rest] = item.content ?? [];
  if (first?.type !== 'paragraph') return blocksOf(item);
  return [inlineOf(first), ...rest.map(blockOf)].join('\n');
}

function dividerOf(): string {
  return (
    '<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0">' +
    '<tr><td style="padding:8px 0 24px"><div class="mp-rule" style="border-top:1px solid #d0d5dd;' +
    'font-size:1px;line-height:1px">&nbsp;</div></td></tr></table>'
  );
}

function imageOf(node: ContentNode): string {
  const { width, height } = node.attrs ?? {};
  const isNumber = typeof width === 'number';
  const shown = isNumber ? Math.min(width, EMAIL_WIDTH) : null;
  const tall =
    isNumber && typeof height === 'number' ? Math.round((height * (shown ?? width)) / width) : null;
  const size =
    (shown === null ? '' : ` width="${shown}"`) + (tall === null ? '' : ` height="${tall}"`);
  const style = `display:block;border:0;max-width:100%;height:auto${isNumber ? `;width:${shown}px` : ''}`;
  const address = escapeTemplate(textOf(node, 'src'));
  const image =
    `<img src="${address}" alt="${escapeTemplate(textOf(node, 'alt'))}"${size} ` +
    `style="${style}">`;
  const href = textOf(node, 'href');
  const linked = href === '' ? image : `<a href="${escapeTemplate(href)}">${image}</a>`;
  const align = wordOf(node, 'align') ?? 'left';
  return (
    '<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0">' +
    `<tr><td align="${align}" style="padding:0 0 16px">${linked}</td></tr></table>`
  );
}

/** Side by side where there is room, one below the other on a phone. */
function columnsOf({ content = [] }: ContentNode): string {
  const width = Math.floor(100 / Math.max(content.length, 1));
  const cells = content
    .map(
      (column, index) =>
        `<td class="mp-column" width="${width}%" valign="top" ` +
        `style="padding:0 ${index === content.length - 1 ? 0 : 16}px 0 0">${blocksOf(column)}</td>`,
    )
    .join('');
  return (
    '<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0">' +
    `<tr>${cells}</tr></table>`
  );
}

const inlineOf = ({ content = [] }: ContentNode): string => content.map(wordsOf).join('');

function wordsOf(node: ContentNode): string {
  if (node.type === 'hardBreak') return '<br>';
  const words = node.type === 'mergeTag' ? mergeTag(node) : escapeTemplate(node.text ?? '');
  return (node.marks ?? []).reduceRight(marked, words);
}

const TAGS: Readonly<Record<string, string>> = {
  bold: 'strong',
  italic: 'em',
  underline: 'u',
  strike: 's',
};

function marked(words: string, { type, attrs }: ContentMark): string {
  const tag = TAGS[type];
  if (tag !== undefined) return `<${tag}>${words}</${tag}>`;
  if (type === 'code') return `<code style="${MONOSPACE};font-size:14px">${words}</code>`;
  return `<a href="${escapeTemplate(stringIn(attrs, 'href'))}">${words}</a>`;
}

/** `user.plan` with its fallback, as Liquid. */
function mergeTag({ attrs }: ContentNode): string {
  const [first = '', ...names] = stringIn(attrs, 'name').split('.');
  const value = `${first}${names.map(memberOf).join('')}`;
  const fallback = stringIn(attrs, 'fallback');
  if (fallback === '') return `{{ ${value} }}`;
  const quote = fallback.includes("'") ? '"' : "'";
  const text = fallback.replaceAll('\\', '\\\\');
  return `{{ ${value} | default: ${quote}${text}${quote} }}`;
}

/** Liquid would take a name with a hyphen apart. */
function memberOf(name: string): string {
  if (/^\d+$/.test(name)) return `[${name}]`;
  return /^[A-Za-z_]\w*$/.test(name) ? `.${name}` : `["${name}"]`;
}

const textOf = ({ attrs }: ContentNode, name: string): string => stringIn(attrs, name);

function stringIn(attrs: ContentNode['attrs'], name: string): string {
  const value = attrs?.[name];
  return typeof value === 'string' ? value : '';
}

const wordOf = (node: ContentNode, name: string): string | null => {
  const value = textOf(node, name);
  return value === '' ? null : escapeHtml(value);
};

function alignOf(node: ContentNode, name: string): string {
  const align = wordOf(node, name);
  return align === null ? '' : `;text-align:${align}`;
}
