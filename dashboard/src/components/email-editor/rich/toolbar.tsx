import type { Editor } from '@tiptap/react';
import clsx from 'clsx';
import AlignCenter from 'lucide-react/icons/align-center';
import AlignRight from 'lucide-react/icons/align-right';
import Bold from 'lucide-react/icons/bold';
import Code from 'lucide-react/icons/code';
import CodeXml from 'lucide-react/icons/code-xml';
import Columns2 from 'lucide-react/icons/columns-2';
import ImageIcon from 'lucide-react/icons/image';
import Italic from 'lucide-react/icons/italic';
import Link from 'lucide-react/icons/link';
import List from 'lucide-react/icons/list';
import ListOrdered from 'lucide-react/icons/list-ordered';
import Minus from 'lucide-react/icons/minus';
import MousePointerClick from 'lucide-react/icons/mouse-pointer-click';
import Quote from 'lucide-react/icons/quote';
import Redo from 'lucide-react/icons/redo-2';
import Strikethrough from 'lucide-react/icons/strikethrough';
import Underline from 'lucide-react/icons/underline';
import Undo from 'lucide-react/icons/undo-2';
import { Toolbar as Primitive } from 'radix-ui';
import type { ReactNode } from 'react';
import { MergePicker } from '../../merge-tags/merge-picker.tsx';
import { insertNode } from './insert.ts';
import type { PanelKind } from './panel.ts';
import type { ToolState } from './tool-state.ts';

interface ToolbarProps {
  readonly editor: Editor;
  readonly state: ToolState;
  readonly onPanel: (kind: PanelKind) => void;
}

const isMac = typeof navigator !== 'undefined' && /Mac|iPhone|iPad/.test(navigator.platform);
const keys = (text: string): string => text.replace('Mod', isMac ? '⌘' : 'Ctrl');

/** What can be done with the text; arrow keys move along it, Tab goes on to the text. */
export function Toolbar({ editor, state, onPanel }: ToolbarProps) {
  const run = () => editor.chain().focus();
  return (
    <Primitive.Root
      aria-label="Text"
      className="flex flex-wrap items-center gap-x-0.5 gap-y-1 border-b bg-panel p-1"
    >
      <BlockKind editor={editor} state={state} />
      <Line />
      <Marks editor={editor} state={state} />
      <Tool name="Link" keys="Mod+K" isOn={state.link} onUse={() => onPanel('link')}>
        <Link size={15} aria-hidden />
      </Tool>
      <Line />
      <Tool
        name="List"
        keys="Mod+Shift+8"
        isOn={state.bulletList}
        onUse={() => run().toggleBulletList().run()}
      >
        <List size={15} aria-hidden />
      </Tool>
      <Tool
        name="Numbered list"
        keys="Mod+Shift+7"
        isOn={state.orderedList}
        onUse={() => run().toggleOrderedList().run()}
      >
        <ListOrdered size={15} aria-hidden />
      </Tool>
      <Tool
        name="Quote"
        keys="Mod+Shift+B"
        isOn={state.blockquote}
        onUse={() => run().toggleBlockquote().run()}
      >
        <Quote size={15} aria-hidden />
      </Tool>
      <Alignment editor={editor} state={state} />
      <Line />
      <MergePicker
        into="text"
        className="size-9! wide:size-7!"
        onPick={({ name, fallback }) => {
          const attrs = { name, ...(fallback === '' ? {} : { fallback }) };
          // After the popover has given the focus back.
          setTimeout(() => insertNode(editor, { type: 'mergeTag', attrs }));
        }}
      />
      <Tool name="Button" onUse={() => onPanel('button')}>
        <MousePointerClick size={15} aria-hidden />
      </Tool>
      <Tool name="Image" onUse={() => onPanel('image')}>
        <ImageIcon size={15} aria-hidden />
      </Tool>
      <Tool name="Divider" onUse={() => insertNode(editor, { type: 'divider' })}>
        <Minus size={15} aria-hidden />
      </Tool>
      <Tool name="Two columns" isOff={!state.mayColumns} onUse={() => insertColumns(editor)}>
        <Columns2 size={15} aria-hidden />
      </Tool>
      <Tool name="HTML block" onUse={() => onPanel('html')}>
        <CodeXml size={15} aria-hidden />
      </Tool>
      <span className="ml-auto flex">
        <Tool name="Undo" keys="Mod+Z" isOff={!state.mayUndo} onUse={() => run().undo().run()}>
          <Undo size={15} aria-hidden />
        </Tool>
        <Tool
          name="Redo"
          keys="Mod+Shift+Z"
          isOff={!state.mayRedo}
          onUse={() => run().redo().run()}
        >
          <Redo size={15} aria-hidden />
        </Tool>
      </span>
    </Primitive.Root>
  );
}

function Marks({ editor, state }: Pick<ToolbarProps, 'editor' | 'state'>) {
  const run = () => editor.chain().focus();
  return (
    <>
      <Tool name="Bold" keys="Mod+B" isOn={state.bold} onUse={() => run().toggleBold().run()}>
        <Bold size={15} aria-hidden />
      </Tool>
      <Tool name="Italic" keys="Mod+I" isOn={state.italic} onUse={() => run().toggleItalic().run()}>
        <Italic size={15} aria-hidden />
      </Tool>
      <Tool
        name="Underline"
        keys="Mod+U"
        isOn={state.underline}
        onUse={() => run().toggleUnderline().run()}
      >
        <Underline size={15} aria-hidden />
      </Tool>
      <Tool
        name="Strike"
        keys="Mod+Shift+S"
        isOn={state.strike}
        onUse={() => run().toggleStrike().run()}
      >
        <Strikethrough size={15} aria-hidden />
      </Tool>
      <Tool name="Code" keys="Mod+E" isOn={state.code} onUse={() => run().toggleCode().run()}>
        <Code size={15} aria-hidden />
      </Tool>
    </>
  );
}

function insertColumns(editor: Editor): void {
  const column = { type: 'column', content: [{ type: 'paragraph' }] };
  insertNode(editor, { type: 'columns', content: [column, column] });
}

function Alignment({ editor, state }: Pick<ToolbarProps, 'editor' | 'state'>) {
  const kinds = [
    ['center', 'Centre', AlignCenter],
    ['right', 'Align right', AlignRight],
  ] as const;
  return kinds.map(([align, name, Icon]) => (
    <Tool
      key={align}
      name={name}
      isOn={state.align === align}
      onUse={() => {
        const chain = editor.chain().focus();
        (state.align === align ? chain.unsetTextAlign() : chain.setTextAlign(align)).run();
      }}
    >
      <Icon size={15} aria-hidden />
    </Tool>
  ));
}

/** Paragraph, heading or code. */
function BlockKind({ editor, state }: Pick<ToolbarProps, 'editor' | 'state'>) {
  return (
    <select
      aria-label="Kind of text"
      value={state.block}
      onChange={({ target: { value } }) => {
        const chain = editor.chain().focus();
        if (value === 'code') chain.setCodeBlock().run();
        else if (value === 'paragraph') chain.setParagraph().run();
        else chain.setHeading({ level: Number(value) as 1 | 2 | 3 }).run();
      }}
      className="h-9 rounded-ui border border-transparent bg-panel px-1.5 hover:bg-sunken wide:h-7"
    >
      <option value="paragraph">Text</option>
      {[1, 2, 3, 4, 5, 6].map((level) => (
        <option key={level} value={String(level)} hidden={level > 3 && state.block !== `${level}`}>
          Heading {level}
        </option>
      ))}
      <option value="code">Code</option>
    </select>
  );
}

interface ToolProps {
  readonly name: string;
  readonly keys?: string;
  /** Undefined: it does something, and is not on or off. */
  readonly isOn?: boolean;
  readonly isOff?: boolean;
  readonly onUse: () => void;
  readonly children: ReactNode;
}

function Tool({ name, keys: combination, isOn, isOff = false, onUse, children }: ToolProps) {
  return (
    <Primitive.Button
      aria-label={name}
      {...(isOn === undefined ? {} : { 'aria-pressed': isOn })}
      title={combination === undefined ? name : `${name} (${keys(combination)})`}
      disabled={isOff}
      // The selection in the text stays where it is.
      onMouseDown={(event) => event.preventDefault()}
      onClick={onUse}
      className={clsx(
        'inline-flex size-9 items-center justify-center rounded-ui enabled:hover:bg-sunken wide:size-7',
        'disabled:opacity-40',
        isOn === true && 'bg-ink! text-paper',
      )}
    >
      {children}
    </Primitive.Button>
  );
}

const Line = () => <Primitive.Separator className="mx-1 h-5 w-px bg-line" />;
