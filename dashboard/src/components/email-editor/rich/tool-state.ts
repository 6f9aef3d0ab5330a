import type { Editor } from '@tiptap/react';

/** What holds where the cursor is. */
export interface ToolState {
  readonly bold: boolean;
  readonly italic: boolean;
  readonly underline: boolean;
  readonly strike: boolean;
  readonly code: boolean;
  readonly link: boolean;
  readonly bulletList: boolean;
  readonly orderedList: boolean;
  readonly blockquote: boolean;
  readonly align: string;
  /** `paragraph`, `code`, or the level of a heading. */
  readonly block: string;
  readonly mayUndo: boolean;
  readonly mayRedo: boolean;
  readonly mayColumns: boolean;
}

export function toolStateOf(editor: Editor): ToolState {
  const is = (name: string): boolean => editor.isActive(name);
  const attrs = is('heading') ? editor.getAttributes('heading') : editor.getAttributes('paragraph');
  const { $from } = editor.state.selection;
  return {
    bold: is('bold'),
    italic: is('italic'),
    underline: is('underline'),
    strike: is('strike'),
    code: is('code'),
    link: is('link'),
    bulletList: is('bulletList'),
    orderedList: is('orderedList'),
    blockquote: is('blockquote'),
    align: typeof attrs['textAlign'] === 'string' ? attrs['textAlign'] : '',
    block: is('heading') ? String(attrs['level']) : is('codeBlock') ? 'code' : 'paragraph',
    mayUndo: editor.can().undo(),
    mayRedo: editor.can().redo(),
    mayColumns: $from.depth <= 1,
  };
}
