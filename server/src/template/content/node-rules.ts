/** A node of rich text: what TipTap and ProseMirror call a node, as JSON. */
export interface ContentNode {
  readonly type: string;
  readonly attrs?: Readonly<Record<string, unknown>> | null;
  readonly content?: readonly ContentNode[];
  readonly text?: string;
  readonly marks?: readonly ContentMark[];
}

/** What a text looks like or leads to. */
export interface ContentMark {
  readonly type: string;
  readonly attrs?: Readonly<Record<string, unknown>> | null;
}

/** What an attribute may be. Every one may be left out or null, but for those `required`. */
export interface AttributeRule {
  readonly is:
    | 'address'
    | 'template'
    | 'html'
    | 'text'
    | 'size'
    | 'level'
    | 'start'
    | 'name'
    | 'align';
  readonly required?: true;
}

interface NodeRule {
  /** The nodes that may stand in it. */
  readonly holds: readonly string[];
  readonly attrs: Readonly<Record<string, AttributeRule>>;
  /** At least and at most so many nodes; any number when left out. */
  readonly count?: readonly [min: number, max: number];
}

const INLINE = ['text', 'hardBreak', 'mergeTag'];
const BLOCKS = [
  'paragraph',
  'heading',
  'bulletList',
  'orderedList',
  'blockquote',
  'codeBlock',
  'image',
  'button',
  'divider',
  'horizontalRule',
  'html',
];
const ALIGN = { textAlign: { is: 'align' } } as const;

/** Every node there is, by type. */
export const NODE_RULES: Readonly<Record<string, NodeRule>> = {
  doc: { holds: [...BLOCKS, 'columns'], attrs: {} },
  paragraph: { holds: INLINE, attrs: ALIGN },
  heading: { holds: INLINE, attrs: { ...ALIGN, level: { is: 'level', required: true } } },
  bulletList: { holds: ['listItem'], attrs: {} },
  orderedList: { holds: ['listItem'], attrs: { start: { is: 'start' } } },
  listItem: { holds: BLOCKS, attrs: {} },
  blockquote: { holds: BLOCKS, attrs: {} },
  codeBlock: { holds: ['text'], attrs: {} },
  image: {
    holds: [],
    attrs: {
      src: { is: 'address', required: true },
      alt: { is: 'template' },
      width: { is: 'size' },
      height: { is: 'size' },
      href: { is: 'address' },
      align: { is: 'align' },
    },
  },
  button: {
    holds: [],
    attrs: {
      text: { is: 'template', required: true },
      href: { is: 'address', required: true },
      align: { is: 'align' },
    },
  },
  divider: { holds: [], attrs: {} },
  horizontalRule: { holds: [], attrs: {} },
  html: { holds: [], attrs: { html: { is: 'html', required: true } } },
  columns: { holds: ['column'], attrs: {}, count: [1, 4] },
  column: { holds: BLOCKS, attrs: {} },
  text: { holds: [], attrs: {} },
  hardBreak: { holds: [], attrs: {} },
  mergeTag: {
    holds: [],
    attrs: { name: { is: 'name', required: true }, fallback: { is: 'text' } },
  },
};

/** Every mark there is, by type. */
export const MARK_RULES: Readonly<Record<string, Readonly<Record<string, AttributeRule>>>> = {
  bold: {},
  italic: {},
  underline: {},
  strike: {},
  code: {},
  link: { href: { is: 'address', required: true } },
};

export const ALIGNMENTS = ['left', 'center', 'right'] as const;

/** A path such as `user.plan` or `event.items.0.name`. */
export const MERGE_NAME = /^[A-Za-z_][\w-]*(?:\.[\w-]+){0,9}$/;
