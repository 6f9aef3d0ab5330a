import type { AnyExtension } from '@tiptap/core';
import { Image } from '@tiptap/extension-image';
import { TextAlign } from '@tiptap/extension-text-align';
import { Placeholder } from '@tiptap/extensions';
import { StarterKit } from '@tiptap/starter-kit';
import {
  ButtonNode,
  ColumnNode,
  ColumnsNode,
  DividerNode,
  HtmlNode,
  MergeTagNode,
} from './nodes.ts';

/** Where the server's rules are wider than those that the kit comes with. */
const WIDER: Readonly<Record<string, object>> = {
  doc: { content: '(block | columns)+' },
  blockquote: { content: 'block+' },
  listItem: { content: 'block+' },
  codeBlock: { marks: '_' },
  code: { excludes: '' },
};

const Kit = StarterKit.extend({
  addExtensions() {
    const parts: AnyExtension[] = this.parent?.() ?? [];
    return parts.map((part) => {
      const wider = WIDER[part.name];
      return wider === undefined ? part : part.extend(wider);
    });
  },
});

/** Addresses that run something are shown as text; the server refuses them. */
const RUNS = /^\s*(?:javascript|vbscript|data|file):/i;

const NUMBER = (name: string) => ({
  default: null,
  parseHTML: (element: HTMLElement) => {
    const value = Number(element.getAttribute(name));
    return Number.isInteger(value) && value > 0 && value <= 5000 ? value : null;
  },
});
const OWN = (name: string) => ({
  default: null,
  parseHTML: (element: HTMLElement) => element.getAttribute(`data-${name}`),
  renderHTML: (attrs: Record<string, unknown>) =>
    attrs[name] === null ? {} : { [`data-${name}`]: attrs[name] },
});

const MailImage = Image.extend({
  addAttributes: () => ({
    src: { default: null },
    alt: { default: null },
    width: NUMBER('width'),
    height: NUMBER('height'),
    href: OWN('href'),
    align: OWN('align'),
  }),
});

/** What the editor knows: the nodes and marks of the server's rich text, and no others. */
export const richExtensions = (placeholder: string): AnyExtension[] => [
  Kit.configure({
    // It would write a paragraph below every picture that ends an email.
    trailingNode: false,
    link: {
      openOnClick: false,
      autolink: true,
      HTMLAttributes: { target: null, rel: null, class: null },
      isAllowedUri: (url) => !RUNS.test(url),
    },
  }),
  TextAlign.configure({
    types: ['paragraph', 'heading'],
    alignments: ['left', 'center', 'right'],
  }),
  MailImage,
  MergeTagNode,
  ButtonNode,
  DividerNode,
  HtmlNode,
  ColumnsNode,
  ColumnNode,
  Placeholder.configure({ placeholder }),
];
