import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { html } from '@codemirror/lang-html';
import {
  bracketMatching,
  foldGutter,
  HighlightStyle,
  indentOnInput,
  syntaxHighlighting,
} from '@codemirror/language';
import { Compartment, EditorState, StateEffect, StateField } from '@codemirror/state';
import {
  Decoration,
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightSpecialChars,
  keymap,
  lineNumbers,
} from '@codemirror/view';
import { tags } from '@lezer/highlight';
import { type Ref, useEffect, useImperativeHandle, useRef } from 'react';
import { styleNonce } from '../../../app/nonce.ts';
import { useLatest } from '../use-latest.ts';

export interface CodeHandle {
  /** Writes at the cursor, in place of what is selected. */
  readonly insert: (text: string) => void;
  readonly goTo: (line: number) => void;
}

interface CodeEditorProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  /** Lines that something is wrong with, from 1. */
  readonly faultLines: readonly number[];
  readonly isReadOnly: boolean;
  readonly ref?: Ref<CodeHandle>;
}

const markLines = StateEffect.define<readonly number[]>();
const faultLine = Decoration.line({ class: 'cm-fault-line' });
const faultMarks = StateField.define({
  create: () => Decoration.none,
  update(marks, transaction) {
    const mapped = marks.map(transaction.changes);
    const effect = transaction.effects.find((one) => one.is(markLines));
    if (effect === undefined) return mapped;
    const { doc } = transaction.state;
    const lines = [...new Set(effect.value)]
      .filter((line) => line >= 1 && line <= doc.lines)
      .toSorted((one, other) => one - other);
    return Decoration.set(lines.map((line) => faultLine.range(doc.line(line).from)));
  },
  provide: (field) => EditorView.decorations.from(field),
});

const theme = EditorView.theme({
  '&': { backgroundColor: 'var(--panel)', color: 'var(--ink)', fontSize: '0.8125rem' },
  '&.cm-focused': { outline: '2px solid var(--accent)', outlineOffset: '-1px' },
  '.cm-scroller': { fontFamily: 'var(--font-mono)', lineHeight: '1.55' },
  '.cm-content, .cm-gutter': { minHeight: '20rem' },
  '.cm-content': { caretColor: 'var(--ink)', padding: '0.5rem 0' },
  '.cm-cursor': { borderLeftColor: 'var(--ink)' },
  '.cm-gutters': {
    backgroundColor: 'var(--panel)',
    color: 'var(--muted)',
    borderRight: '1px solid var(--line)',
  },
  '.cm-activeLine, .cm-activeLineGutter': { backgroundColor: 'var(--sunken)' },
  '.cm-fault-line': {
    backgroundColor: 'var(--fault-wash)',
    boxShadow: 'inset 3px 0 0 var(--fault)',
  },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground':
    { backgroundColor: 'var(--accent-wash)' },
});

/** One accent, and weight: enough to see tags, values and remarks apart. */
const highlight = HighlightStyle.define([
  { tag: [tags.tagName, tags.angleBracket], color: 'var(--accent)' },
  { tag: tags.attributeName, color: 'var(--ink)', fontWeight: '600' },
  { tag: tags.attributeValue, color: 'var(--muted)' },
  { tag: [tags.comment, tags.documentMeta], color: 'var(--muted)', fontStyle: 'italic' },
  { tag: [tags.keyword, tags.propertyName], color: 'var(--accent)' },
]);

/** Source of HTML or MJML. Tab moves on, as everywhere on the page. */
export function CodeEditor(props: CodeEditorProps) {
  const { label, value, onChange, faultLines, isReadOnly, ref } = props;
  const box = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(null);
  const writable = useRef(new Compartment());
  const latest = useLatest(onChange);
  const first = useRef({ value, label });
  useEffect(() => {
    if (box.current === null) return undefined;
    const made = new EditorView({
      parent: box.current,
      state: EditorState.create({
        doc: first.current.value,
        extensions: extensionsOf(first.current.label, {
          writable: writable.current,
          onChange: (text) => latest.current(text),
        }),
      }),
    });
    view.current = made;
    return () => made.destroy();
  }, [latest]);
  useEffect(() => {
    const now = view.current;
    if (now === null || now.state.doc.toString() === value) return;
    now.dispatch({ changes: { from: 0, to: now.state.doc.length, insert: value } });
  }, [value]);
  useEffect(() => {
    const extension = [EditorState.readOnly.of(isReadOnly), EditorView.editable.of(!isReadOnly)];
    view.current?.dispatch({ effects: writable.current.reconfigure(extension) });
  }, [isReadOnly]);
  const lines = faultLines.join(',');
  useEffect(() => {
    const marked = lines === '' ? [] : lines.split(',').map(Number);
    view.current?.dispatch({ effects: markLines.of(marked) });
  }, [lines]);
  useImperativeHandle(ref, () => handleOf(view), []);
  return <div ref={box} className="overflow-clip rounded-ui border border-edge" />;
}

function extensionsOf(
  label: string,
  { writable, onChange }: { writable: Compartment; onChange: (text: string) => void },
) {
  return [
    EditorView.cspNonce.of(styleNonce),
    lineNumbers(),
    foldGutter(),
    history(),
    drawSelection(),
    highlightSpecialChars(),
    highlightActiveLine(),
    indentOnInput(),
    bracketMatching(),
    html({ matchClosingTags: true, autoCloseTags: true }),
    syntaxHighlighting(highlight),
    theme,
    faultMarks,
    EditorView.lineWrapping,
    keymap.of([...defaultKeymap, ...historyKeymap]),
    EditorView.contentAttributes.of({ 'aria-label': label }),
    writable.of([]),
    EditorView.updateListener.of((update) => {
      if (update.docChanged) onChange(update.state.doc.toString());
    }),
  ];
}

function handleOf(view: { readonly current: EditorView | null }): CodeHandle {
  return {
    insert: (text) => {
      const now = view.current;
      if (now === null) return;
      now.dispatch(now.state.replaceSelection(text));
      now.focus();
    },
    goTo: (line) => {
      const now = view.current;
      if (now === null || line > now.state.doc.lines) return;
      const { from } = now.state.doc.line(line);
      now.dispatch({ selection: { anchor: from }, scrollIntoView: true });
      now.focus();
    },
  };
}
