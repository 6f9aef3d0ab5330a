import { NodeSelection } from '@tiptap/pm/state';
import type { Editor } from '@tiptap/react';

interface NewNode {
  readonly type: string;
  readonly attrs?: Readonly<Record<string, unknown>>;
  readonly content?: readonly NewNode[];
}

/** Puts something in at the cursor; after what is chosen as a whole, never in its place. */
export function insertNode(editor: Editor, node: NewNode): void {
  const { selection } = editor.state;
  const chain = editor.chain().focus();
  const content = { ...node, attrs: { ...node.attrs } } as Parameters<
    typeof chain.insertContent
  >[0];
  if (selection instanceof NodeSelection) chain.insertContentAt(selection.to, content).run();
  else chain.insertContent(content).run();
  moveOn(editor);
}

/** The cursor goes to the text after a picture or button, for what is typed next would replace it. */
function moveOn(editor: Editor): void {
  const { selection, doc } = editor.state;
  if (!(selection instanceof NodeSelection) || !selection.node.isBlock) return;
  const { to } = selection;
  const chain = editor.chain();
  if (doc.resolve(to).nodeAfter?.isTextblock !== true) {
    chain.insertContentAt(to, { type: 'paragraph' });
  }
  chain.setTextSelection(to + 1).run();
}
