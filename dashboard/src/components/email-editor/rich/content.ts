import type { JSONContent } from '@tiptap/core';
import type { ContentNode } from '../email-fields.ts';

/** What the server knows of each node and mark; an editor's own attributes go no further. */
const NODE_ATTRS: Readonly<Record<string, readonly string[]>> = {
  paragraph: ['textAlign'],
  heading: ['textAlign', 'level'],
  orderedList: ['start'],
  image: ['src', 'alt', 'width', 'height', 'href', 'align'],
  button: ['text', 'href', 'align'],
  html: ['html'],
  mergeTag: ['name', 'fallback'],
};
const MARK_ATTRS: Readonly<Record<string, readonly string[]>> = { link: ['href'] };

/** Nodes that the editor shows with at least one paragraph in them. */
const WITH_BLOCKS = new Set(['doc', 'blockquote', 'listItem', 'column']);
const WITH_ITEMS = new Set(['bulletList', 'orderedList']);

export const EMPTY_DOC: ContentNode = { type: 'doc', content: [{ type: 'paragraph' }] };

/** Rich text as the server has it, for the editor: what is empty gets a paragraph to write in. */
export function editorDocOf(node: ContentNode): JSONContent {
  return filled(node) as JSONContent;
}

function filled(node: ContentNode): ContentNode {
  if (node.content === undefined && !WITH_BLOCKS.has(node.type)) return node;
  const content = (node.content ?? [])
    // A list without items shows nothing, and could not be written in.
    .filter((child) => !WITH_ITEMS.has(child.type) || (child.content ?? []).length > 0)
    .map(filled);
  const isBare = content.length === 0 && WITH_BLOCKS.has(node.type);
  return { ...node, content: isBare ? [{ type: 'paragraph' }] : content };
}

/** What the editor holds, as the server takes it: its nodes, its marks, its attributes and no others. */
export function contentOf(doc: JSONContent): ContentNode {
  const { type = '', text, content, marks } = doc;
  const attrs = kept(doc.attrs, NODE_ATTRS[type] ?? []);
  if (attrs?.['start'] === 1) delete attrs['start'];
  if (attrs?.['fallback'] === '') delete attrs['fallback'];
  return {
    type,
    ...(attrs === null || Object.keys(attrs).length === 0 ? {} : { attrs }),
    ...(text === undefined ? {} : { text }),
    ...(marks === undefined || marks.length === 0 ? {} : { marks: marks.map(markOf) }),
    ...(content === undefined || content.length === 0 ? {} : { content: content.map(contentOf) }),
  };
}

function markOf({ type, attrs }: { type: string; attrs?: Record<string, unknown> }) {
  const own = kept(attrs, MARK_ATTRS[type] ?? []);
  return { type, ...(own === null || Object.keys(own).length === 0 ? {} : { attrs: own }) };
}

function kept(
  attrs: Record<string, unknown> | undefined,
  names: readonly string[],
): Record<string, unknown> | null {
  if (attrs === undefined) return null;
  const own = names.filter((name) => attrs[name] !== undefined && attrs[name] !== null);
  return Object.fromEntries(own.map((name) => [name, attrs[name]]));
}

/** Whether nobody has written anything yet. */
export function isEmptyDoc(doc: ContentNode): boolean {
  const { content = [] } = doc;
  return content.length === 0 || (content.length === 1 && isBareParagraph(content[0]));
}

const isBareParagraph = (node: ContentNode | undefined): boolean =>
  node?.type === 'paragraph' && (node.content ?? []).length === 0;
