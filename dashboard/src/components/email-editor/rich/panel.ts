import { NodeSelection } from '@tiptap/pm/state';
import type { Editor } from '@tiptap/react';

/** What has fields of its own. */
export type PanelKind = 'link' | 'image' | 'button' | 'html' | 'mergeTag';

const WITH_PANEL: readonly string[] = ['image', 'button', 'html', 'mergeTag'];

/** The node that is chosen as a whole, if it has fields. */
export function chosenOf(
  editor: Editor,
): { kind: PanelKind; attrs: Record<string, unknown> } | null {
  const { selection } = editor.state;
  if (!(selection instanceof NodeSelection)) return null;
  const { type, attrs } = selection.node;
  return WITH_PANEL.includes(type.name) ? { kind: type.name as PanelKind, attrs } : null;
}
