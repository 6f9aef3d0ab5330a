import { liquidOf } from '../../merge-tags/merge-tag.ts';
import type { ContentNode } from '../email-fields.ts';

const escape = (text: string): string =>
  // What stands in Liquid is code, and stays as it is.
  text
    .split(/(\{\{[^]*?\}\}|\{%[^]*?%\})/)
    .map((part, index) =>
      index % 2 === 1
        ? part
        : part
            .replaceAll('&', '&amp;')
            .replaceAll('<', '&lt;')
            .replaceAll('>', '&gt;')
            .replaceAll('"', '&quot;'),
    )
    .join('');

const textIn = (attrs: ContentNode['attrs'], name: string): string => {
  const value = attrs?.[name];
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
};
const attribute = (name: string, value: string): string =>
  value === '' ? '' : ` ${name}="${escape(value)}"`;
const aligned = ({ attrs }: ContentNode): string => {
  const align = textIn(attrs, 'textAlign');
  return align === '' ? '' : ` style="text-align:${align}"`;
};

const MARKS: Readonly<Record<string, string>> = {
  bold: 'strong',
  italic: 'em',
  underline: 'u',
  strike: 's',
  code: 'code',
};

function wordsOf(node: ContentNode): string {
  const words =
    node.type === 'hardBreak'
      ? '<br>'
      : node.type === 'mergeTag'
        ? liquidOf({ name: textIn(node.attrs, 'name'), fallback: textIn(node.attrs, 'fallback') })
        : escape(node.text ?? '');
  return (node.marks ?? []).reduceRight((inner, { type, attrs }) => {
    const tag = MARKS[type];
    if (tag !== undefined) return `<${tag}>${inner}</${tag}>`;
    return `<a${attribute('href', textIn(attrs, 'href'))}>${inner}</a>`;
  }, words);
}

const inlineOf = ({ content = [] }: ContentNode): string => content.map(wordsOf).join('');
const blocksOf = ({ content = [] }: ContentNode): string => content.map(htmlOf).join('\n');

function listOf(node: ContentNode, tag: 'ul' | 'ol'): string {
  const start = attribute('start', textIn(node.attrs, 'start'));
  const items = (node.content ?? []).map((item) => {
    const [only, more] = item.content ?? [];
    const isShort = only?.type === 'paragraph' && more === undefined;
    return `  <li>${isShort ? inlineOf(only) : blocksOf(item)}</li>`;
  });
  return `<${tag}${start}>\n${items.join('\n')}\n</${tag}>`;
}

function imageOf({ attrs }: ContentNode): string {
  const own = ['src', 'alt', 'width', 'height'].map((name) => attribute(name, textIn(attrs, name)));
  const image = `<img${own[0]} alt="${escape(textIn(attrs, 'alt'))}"${own[2]}${own[3]}>`;
  const href = textIn(attrs, 'href');
  const linked = href === '' ? image : `<a${attribute('href', href)}>${image}</a>`;
  const align = textIn(attrs, 'align');
  return align === '' ? `<p>${linked}</p>` : `<p style="text-align:${align}">${linked}</p>`;
}

/** A block of rich text as plain HTML that can be read and changed by hand. */
function htmlOf(node: ContentNode): string {
  const { attrs } = node;
  switch (node.type) {
    case 'paragraph':
      return `<p${aligned(node)}>${inlineOf(node) || '&nbsp;'}</p>`;
    case 'heading': {
      const level = textIn(attrs, 'level') || '1';
      return `<h${level}${aligned(node)}>${inlineOf(node)}</h${level}>`;
    }
    case 'bulletList':
      return listOf(node, 'ul');
    case 'orderedList':
      return listOf(node, 'ol');
    case 'blockquote':
      return `<blockquote>\n${blocksOf(node)}\n</blockquote>`;
    case 'codeBlock':
      return `<pre>${inlineOf(node)}</pre>`;
    case 'image':
      return imageOf(node);
    case 'button': {
      const href = attribute('href', textIn(attrs, 'href'));
      const align = textIn(attrs, 'align');
      const style = align === '' ? '' : ` style="text-align:${align}"`;
      return `<p${style}><a class="button"${href}>${escape(textIn(attrs, 'text'))}</a></p>`;
    }
    case 'html':
      return textIn(attrs, 'html');
    case 'columns':
    case 'column':
      return blocksOf(node);
    default:
      return '<hr>';
  }
}

/** Rich text as HTML: the words, links and pictures; columns stand one below the other. */
export const htmlOfContent = (doc: ContentNode): string => blocksOf(doc);

/** One component of MJML for each run of text, button, picture and line. */
function mjmlOfBlocks(nodes: readonly ContentNode[]): string {
  const parts: string[] = [];
  let words: string[] = [];
  const flush = (): void => {
    if (words.length > 0) parts.push(`<mj-text>\n${words.join('\n')}\n</mj-text>`);
    words = [];
  };
  for (const node of nodes) {
    const own = componentOf(node);
    if (own === null) words.push(htmlOf(node));
    else {
      flush();
      parts.push(own);
    }
  }
  flush();
  return parts.join('\n');
}

function componentOf({ type, attrs }: ContentNode): string | null {
  const own = (names: readonly string[]): string =>
    names.map((name) => attribute(name, textIn(attrs, name))).join('');
  switch (type) {
    case 'button':
      return `<mj-button${own(['href', 'align'])}>${escape(textIn(attrs, 'text'))}</mj-button>`;
    case 'image': {
      const width = textIn(attrs, 'width');
      const wide = width === '' ? '' : ` width="${width}px"`;
      return `<mj-image${own(['src', 'alt', 'href', 'align'])}${wide} />`;
    }
    case 'divider':
    case 'horizontalRule':
      return '<mj-divider border-width="1px" border-color="#d0d5dd" />';
    case 'html':
      return `<mj-raw>${textIn(attrs, 'html')}</mj-raw>`;
    default:
      return null;
  }
}

const sectionOf = (columns: readonly string[]): string =>
  `<mj-section>\n${columns.map((one) => `<mj-column>\n${one}\n</mj-column>`).join('\n')}\n</mj-section>`;

const documentOf = (sections: string): string =>
  `<mjml>\n<mj-body>\n${sections}\n</mj-body>\n</mjml>\n`;

/** Rich text as an MJML document; columns stay side by side. */
export function mjmlOfContent({ content = [] }: ContentNode): string {
  const sections: string[] = [];
  let run: ContentNode[] = [];
  const flush = (): void => {
    if (run.length > 0) sections.push(sectionOf([mjmlOfBlocks(run)]));
    run = [];
  };
  for (const node of content) {
    if (node.type === 'columns') {
      flush();
      const columns = (node.content ?? []).map((column) => mjmlOfBlocks(column.content ?? []));
      sections.push(sectionOf(columns));
    } else run.push(node);
  }
  flush();
  return documentOf(sections.join('\n') || sectionOf(['<mj-text></mj-text>']));
}

/** Any HTML as the text of an MJML document. */
export const mjmlOfHtml = (html: string): string =>
  documentOf(sectionOf([`<mj-text>\n${bodyOf(html)}\n</mj-text>`]));

/** What stands in the body of a document; all of a piece of one. */
export const bodyOf = (html: string): string =>
  (/<body[^>]*>([^]*?)<\/body>/i.exec(html)?.[1] ?? html).trim();
