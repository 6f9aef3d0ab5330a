import { getSchema } from '@tiptap/core';
import { Node } from '@tiptap/pm/model';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { documentFaults } from '../../../../../server/src/template/content/document-faults.ts';
import type { ContentNode } from '../email-fields.ts';
import { contentOf, editorDocOf } from './content.ts';
import { richExtensions } from './extensions.ts';

const schema = getSchema(richExtensions(''));
const ranked = Object.keys(schema.marks);

/** Through the editor's own document and back. */
function throughEditor(content: ContentNode): ContentNode {
  const doc = Node.fromJSON(schema, editorDocOf(content));
  doc.check();
  return contentOf(doc.toJSON());
}

const words = fc.stringMatching(/^[A-Za-zäß '.!]{1,12}$/).filter((text) => text !== '');
const address = fc.constantFrom(
  'https://example.com/a?b=c',
  'mailto:a@example.com',
  '{{ user.traits.url }}',
);
const align = fc.option(fc.constantFrom('left', 'center', 'right'), { nil: undefined });
const attrsOf = (attrs: Record<string, unknown>): { attrs?: Record<string, unknown> } => {
  const given = Object.entries(attrs).filter(([, value]) => value !== undefined);
  return given.length === 0 ? {} : { attrs: Object.fromEntries(given) };
};

/** In the order that the editor keeps marks in. */
const MARKS = ['link', 'bold', 'code', 'italic', 'strike', 'underline'];
const marks = fc
  .tuple(fc.subarray(MARKS), address)
  .map(([names, href]) =>
    names
      .toSorted((one, other) => ranked.indexOf(one) - ranked.indexOf(other))
      .map((type) => (type === 'link' ? { type, attrs: { href } } : { type })),
  );
const marked = (node: ContentNode, own: ContentNode['marks']): ContentNode =>
  own === undefined || own.length === 0 ? node : { ...node, marks: own };
const text = fc.tuple(words, marks).map(([said, own]) => marked({ type: 'text', text: said }, own));
const mergeTag = fc
  .tuple(
    fc.constantFrom('user.name', 'user.traits.plan', 'event.items.0.na-me'),
    fc.option(words, { nil: undefined }),
    marks,
  )
  .map(([name, fallback, own]) =>
    marked({ type: 'mergeTag', ...attrsOf({ name, fallback }) }, own),
  );
/** Neighbours that look alike are one text to the editor. */
const apart = (nodes: readonly ContentNode[]): ContentNode[] =>
  nodes.filter(
    (node, index) => index === 0 || node.type !== 'text' || nodes[index - 1]?.type !== 'text',
  );
const inline = fc
  .array(fc.oneof(text, mergeTag, fc.constant<ContentNode>({ type: 'hardBreak' })), {
    maxLength: 5,
  })
  .map(apart);
const holding = (node: ContentNode, content: readonly ContentNode[]): ContentNode =>
  content.length === 0 ? node : { ...node, content };

const { block } = fc.letrec<{ block: ContentNode }>((tie) => {
  const blocks = fc.array(tie('block'), { minLength: 1, maxLength: 3 });
  const items = fc.array(
    blocks.map((content): ContentNode => ({ type: 'listItem', content })),
    { minLength: 1, maxLength: 3 },
  );
  return {
    block: fc.oneof(
      { maxDepth: 3, depthSize: 'small' },
      fc
        .tuple(inline, align)
        .map(([content, textAlign]) =>
          holding({ type: 'paragraph', ...attrsOf({ textAlign }) }, content),
        ),
      fc
        .tuple(inline, align, fc.integer({ min: 1, max: 6 }))
        .map(([content, textAlign, level]) =>
          holding({ type: 'heading', ...attrsOf({ textAlign, level }) }, content),
        ),
      fc.tuple(words, marks).map(([said, own]): ContentNode => ({
        type: 'codeBlock',
        content: [marked({ type: 'text', text: said }, own)],
      })),
      fc
        .record({
          src: address,
          alt: fc.option(words, { nil: undefined }),
          width: fc.option(fc.integer({ min: 1, max: 5000 }), { nil: undefined }),
          height: fc.option(fc.integer({ min: 1, max: 5000 }), { nil: undefined }),
          href: fc.option(address, { nil: undefined }),
          align,
        })
        .map((attrs) => ({ type: 'image', ...attrsOf(attrs) })),
      fc
        .record({ text: words, href: address, align })
        .map((attrs) => ({ type: 'button', ...attrsOf(attrs) })),
      fc.constantFrom<ContentNode>({ type: 'divider' }, { type: 'horizontalRule' }),
      fc.constant<ContentNode>({
        type: 'html',
        attrs: { html: '<p align="left">{{ user.name }}</p>' },
      }),
      items.map((content): ContentNode => ({ type: 'bulletList', content })),
      fc.tuple(items, fc.integer({ min: 2, max: 9 })).map(([content, start]): ContentNode => ({
        type: 'orderedList',
        attrs: { start },
        content,
      })),
      blocks.map((content): ContentNode => ({ type: 'blockquote', content })),
    ),
  };
});
const columns = fc
  .array(
    fc
      .array(block, { minLength: 1, maxLength: 2 })
      .map((content): ContentNode => ({ type: 'column', content })),
    { minLength: 1, maxLength: 4 },
  )
  .map((content): ContentNode => ({ type: 'columns', content }));
const anyDoc = fc
  .array(fc.oneof({ weight: 5, arbitrary: block }, { weight: 1, arbitrary: columns }), {
    minLength: 1,
    maxLength: 5,
  })
  .map((content): ContentNode => ({ type: 'doc', content }));

test('whatever rich text the server takes comes out of the editor as it went in', () => {
  fc.assert(
    fc.property(anyDoc, (content) => {
      expect(documentFaults(content, 'content')).toEqual([]);
      const through = throughEditor(content);
      expect(through).toEqual(content);
      expect(documentFaults(through, 'content')).toEqual([]);
    }),
    { numRuns: 300 },
  );
});

test('what is empty gets a paragraph to write in, and the server takes that too', () => {
  const content: ContentNode = {
    type: 'doc',
    content: [
      { type: 'blockquote' },
      { type: 'bulletList', content: [] },
      { type: 'orderedList', content: [{ type: 'listItem' }] },
      { type: 'columns', content: [{ type: 'column' }] },
    ],
  };
  const through = throughEditor(content);
  const paragraph = { type: 'paragraph' };
  expect(through.content).toEqual([
    { type: 'blockquote', content: [paragraph] },
    { type: 'orderedList', content: [{ type: 'listItem', content: [paragraph] }] },
    { type: 'columns', content: [{ type: 'column', content: [paragraph] }] },
  ]);
  expect(documentFaults(through, 'content')).toEqual([]);
  expect(throughEditor(through)).toEqual(through);
});

test('what an editor adds for itself does not reach the server', () => {
  const link = { type: 'link', attrs: { href: 'https://a.example', target: '_blank', rel: 'x' } };
  const paragraph = { type: 'paragraph', attrs: { textAlign: null, class: 'x' } };
  const content = [{ type: 'text', text: 'a', marks: [link] }];
  expect(contentOf({ type: 'doc', content: [{ ...paragraph, content }] })).toEqual({
    type: 'doc',
    content: [
      {
        type: 'paragraph',
        content: [
          {
            type: 'text',
            text: 'a',
            marks: [{ type: 'link', attrs: { href: 'https://a.example' } }],
          },
        ],
      },
    ],
  });
});
