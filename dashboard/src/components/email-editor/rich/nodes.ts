import { InputRule, mergeAttributes, Node, nodePasteRule } from '@tiptap/core';
import {
  EVERY_TAG,
  liquidOf,
  shortNameOf,
  tagOfMatch,
  TYPED_TAG,
  type MergeTag,
} from '../../merge-tags/merge-tag.ts';

/** An attribute that stands in the DOM as `data-…`, so that it survives copying and pasting. */
const held = (name: string, fallback: unknown = null) => ({
  default: fallback,
  parseHTML: (element: HTMLElement) => element.getAttribute(`data-${name}`) ?? fallback,
  renderHTML: (attrs: Record<string, unknown>) =>
    attrs[name] === null || attrs[name] === '' ? {} : { [`data-${name}`]: attrs[name] },
});

function textIn(attrs: Readonly<Record<string, unknown>>, name: string): string {
  const value = attrs[name];
  return typeof value === 'string' ? value : '';
}

const tagIn = (attrs: Readonly<Record<string, unknown>>): MergeTag => ({
  name: textIn(attrs, 'name'),
  fallback: textIn(attrs, 'fallback'),
});

/** A value of the person, as a chip in the line. Typed or pasted `{{ user.plan }}` becomes one. */
export const MergeTagNode = Node.create({
  name: 'mergeTag',
  group: 'inline',
  inline: true,
  atom: true,
  selectable: true,
  addAttributes: () => ({ name: held('name', ''), fallback: held('fallback') }),
  parseHTML: () => [{ tag: 'span[data-merge-tag]' }],
  renderHTML({ node, HTMLAttributes }) {
    const { name, fallback } = tagIn(node.attrs);
    const chip = { 'data-merge-tag': '', class: 'merge-tag', title: liquidOf({ name, fallback }) };
    const words = fallback === '' ? '' : ` or “${fallback}”`;
    return ['span', mergeAttributes(HTMLAttributes, chip), `${shortNameOf(name)}${words}`];
  },
  renderText: ({ node }) => liquidOf(tagIn(node.attrs)),
  addInputRules() {
    return [
      new InputRule({
        find: TYPED_TAG,
        handler: ({ state, range, match }) => {
          const marks = state.doc.resolve(range.from).marks();
          const chip = this.type.create({ ...tagOfMatch(match) }, null, marks);
          state.tr.replaceWith(range.from, range.to, chip);
        },
      }),
    ];
  },
  addPasteRules() {
    return [
      nodePasteRule({
        find: EVERY_TAG,
        type: this.type,
        getAttributes: (match) => ({ ...tagOfMatch(match) }),
      }),
    ];
  },
});

/** A link that looks like a button. */
export const ButtonNode = Node.create({
  name: 'button',
  group: 'block',
  atom: true,
  draggable: true,
  addAttributes: () => ({ text: held('text', ''), href: held('href', ''), align: held('align') }),
  parseHTML: () => [{ tag: 'div[data-button]' }],
  renderHTML({ node, HTMLAttributes }) {
    const text = textIn(node.attrs, 'text');
    return [
      'div',
      mergeAttributes(HTMLAttributes, { 'data-button': '' }),
      ['span', { class: 'mail-button' }, text === '' ? 'Button' : text],
    ];
  },
});

/** A line across; `horizontalRule` is the same under another name. */
export const DividerNode = Node.create({
  name: 'divider',
  group: 'block',
  atom: true,
  parseHTML: () => [{ tag: 'hr[data-divider]', priority: 60 }],
  renderHTML: () => ['hr', { 'data-divider': '' }],
});

/** HTML that goes in as it is. */
export const HtmlNode = Node.create({
  name: 'html',
  group: 'block',
  atom: true,
  draggable: true,
  addAttributes: () => ({ html: held('html', '') }),
  parseHTML: () => [{ tag: 'div[data-raw]' }],
  renderHTML({ node, HTMLAttributes }) {
    const html = textIn(node.attrs, 'html');
    return [
      'div',
      mergeAttributes(HTMLAttributes, { 'data-raw': '' }),
      ['span', { class: 'mail-raw-name' }, 'HTML'],
      ['code', {}, html.slice(0, 200)],
    ];
  },
});

/** Side by side; one below the other on a phone. */
export const ColumnsNode = Node.create({
  name: 'columns',
  content: 'column{1,4}',
  isolating: true,
  parseHTML: () => [{ tag: 'div[data-columns]' }],
  renderHTML: () => ['div', { 'data-columns': '' }, 0],
});

export const ColumnNode = Node.create({
  name: 'column',
  content: 'block+',
  isolating: true,
  parseHTML: () => [{ tag: 'div[data-column]' }],
  renderHTML: () => ['div', { 'data-column': '' }, 0],
});
