import { NodeSelection } from '@tiptap/pm/state';
import { type Editor, EditorContent, useEditor, useEditorState } from '@tiptap/react';
import { useEffect, useRef, useState } from 'react';
import type { ContentNode } from '../email-fields.ts';
import { useLatest } from '../use-latest.ts';
import { contentOf, editorDocOf } from './content.ts';
import { richExtensions } from './extensions.ts';
import { insertNode } from './insert.ts';
import { NodePanel } from './node-panel.tsx';
import { chosenOf, type PanelKind } from './panel.ts';
import './rich.css';
import { Toolbar } from './toolbar.tsx';
import { toolStateOf } from './tool-state.ts';

interface RichTextProps {
  readonly content: ContentNode;
  readonly onChange: (content: ContentNode) => void;
  readonly isReadOnly: boolean;
}

const PLACEHOLDER = 'Write your email. {{ merges a value, Ctrl or ⌘ K sets a link.';

/** Text with a toolbar, kept as the server keeps it. */
export function RichText({ content, onChange, isReadOnly }: RichTextProps) {
  const [panel, setPanel] = useState<PanelKind | null>(null);
  const box = useRef<HTMLDivElement>(null);
  // What came out last: a value that comes back in unchanged is not written into the text again.
  const told = useRef<string>(JSON.stringify(content));
  const latest = useLatest(onChange);
  const editor = useEditor({
    extensions: richExtensions(PLACEHOLDER),
    content: editorDocOf(content),
    editable: !isReadOnly,
    // The page's policy refuses style elements; rich.css has what it needs.
    injectCSS: false,
    editorProps: {
      attributes: { 'aria-label': 'Body', 'aria-multiline': 'true', role: 'textbox' },
      handleKeyDown: ({ state }, event) => {
        if (event.key.toLowerCase() === 'k' && (event.metaKey || event.ctrlKey)) {
          event.preventDefault();
          setPanel('link');
          return true;
        }
        const field = box.current?.querySelector<HTMLElement>('form input, form textarea');
        if (event.key !== 'Enter' || !(state.selection instanceof NodeSelection) || !field)
          return false;
        event.preventDefault();
        field.focus();
        return true;
      },
    },
    onUpdate: ({ editor: one }) => {
      const next = contentOf(one.getJSON());
      told.current = JSON.stringify(next);
      latest.current(next);
    },
  });
  useEffect(() => {
    const given = JSON.stringify(content);
    if (given === told.current) return;
    told.current = given;
    editor.commands.setContent(editorDocOf(content), { emitUpdate: false });
  }, [content, editor]);
  useEffect(() => editor.setEditable(!isReadOnly, false), [editor, isReadOnly]);
  const tools = useEditorState({ editor, selector: ({ editor: one }) => toolStateOf(one) });
  const chosen = useEditorState({ editor, selector: ({ editor: one }) => chosenOf(one) });

  return (
    <div ref={box} className="rich @container overflow-clip rounded-ui border border-edge bg-panel">
      {!isReadOnly && (
        <>
          <div className="sticky top-0 z-[1]">
            <Toolbar editor={editor} state={tools} onPanel={setPanel} />
          </div>
          <Panels editor={editor} panel={panel} chosen={chosen} onPanel={setPanel} />
        </>
      )}
      <EditorContent editor={editor} />
      {!isReadOnly && <WriteBelow editor={editor} />}
    </div>
  );
}

interface PanelsProps {
  readonly editor: Editor;
  readonly panel: PanelKind | null;
  readonly chosen: ReturnType<typeof chosenOf>;
  readonly onPanel: (kind: PanelKind | null) => void;
}

/** What is being put in, or the fields of what is chosen. */
function Panels({ editor, panel, chosen, onPanel }: PanelsProps) {
  const close = (): void => {
    onPanel(null);
    editor.commands.focus();
  };
  if (panel === 'link') {
    const isLink = editor.isActive('link');
    const link = (): ReturnType<Editor['chain']> => editor.chain().focus().extendMarkRange('link');
    return (
      <NodePanel
        key="link"
        kind="link"
        takesFocus
        attrs={isLink ? editor.getAttributes('link') : null}
        onClose={close}
        onApply={({ href }) => {
          setLink(editor, String(href));
          onPanel(null);
        }}
        {...(isLink
          ? {
              onRemove: () => {
                link().unsetLink().run();
                onPanel(null);
              },
            }
          : {})}
      />
    );
  }
  if (panel !== null) {
    return (
      <NodePanel
        key={`new ${panel}`}
        kind={panel}
        takesFocus
        attrs={null}
        onClose={close}
        onApply={(attrs) => {
          insertNode(editor, { type: panel, attrs });
          onPanel(null);
        }}
      />
    );
  }
  if (chosen === null) return null;
  const { from } = editor.state.selection;
  return (
    <NodePanel
      key={`${chosen.kind} ${from}`}
      kind={chosen.kind}
      takesFocus={false}
      attrs={chosen.attrs}
      onClose={() => editor.chain().focus().setTextSelection(from).run()}
      onApply={(attrs) => {
        editor.chain().updateAttributes(chosen.kind, attrs).setNodeSelection(from).focus().run();
      }}
      onRemove={() => editor.chain().focus().deleteSelection().run()}
    />
  );
}

/** On the chosen words; without any, the address itself is written. */
function setLink(editor: Editor, href: string): void {
  const isBare = editor.state.selection.empty && !editor.isActive('link');
  const chain = editor.chain().focus();
  if (isBare) {
    const mark = { type: 'link', attrs: { href } };
    chain
      .insertContent({ type: 'text', text: href, marks: [mark] })
      .unsetMark('link')
      .run();
  } else {
    chain.extendMarkRange('link').setLink({ href }).run();
  }
}

/** Below a picture or button at the end there would be no place for the cursor. */
function WriteBelow({ editor }: { readonly editor: Editor }) {
  const isNeeded = useEditorState({
    editor,
    selector: ({ editor: { state } }) => state.doc.lastChild?.isTextblock !== true,
  });
  if (!isNeeded) return null;
  return (
    <button
      type="button"
      className="h-9 w-full px-5 text-left text-sm text-muted hover:text-ink"
      onClick={() => {
        const { size } = editor.state.doc.content;
        editor.chain().insertContentAt(size, { type: 'paragraph' }).focus('end').run();
      }}
    >
      Write below
    </button>
  );
}
