import { useRef } from 'react';
import { MergePicker } from '../../merge-tags/merge-picker.tsx';
import { liquidOf } from '../../merge-tags/merge-tag.ts';
import type { EmailFault } from '../email-fields.ts';
import { CodeEditor, type CodeHandle } from './code-editor.tsx';
import { placedOf } from './fault-lines.ts';

interface CodeTabProps {
  readonly language: 'HTML' | 'MJML';
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly faults: readonly EmailFault[];
  readonly isReadOnly: boolean;
}

/** The source of an email, with what is wrong with it under it. */
export function CodeTab({ language, value, onChange, faults, isReadOnly }: CodeTabProps) {
  const code = useRef<CodeHandle>(null);
  const placed = placedOf(faults);
  const lines = placed.flatMap(({ line }) => (line === null ? [] : [line]));
  return (
    <div className="grid gap-2">
      {!isReadOnly && (
        <div className="flex items-center justify-between gap-2">
          <p className="text-sm text-muted">
            {language === 'MJML'
              ? 'A whole MJML document; Liquid stands in texts and in mj-raw.'
              : 'A document or a piece of one; Liquid merges values.'}
          </p>
          <MergePicker into={language} onPick={(tag) => insertLater(code, liquidOf(tag))} />
        </div>
      )}
      <CodeEditor
        ref={code}
        label={`${language} of the body`}
        value={value}
        onChange={onChange}
        faultLines={lines}
        isReadOnly={isReadOnly}
      />
      {placed.length > 0 && (
        <ul aria-label={`Faults in the ${language}`} className="grid gap-1 text-sm text-fault">
          {placed.map(({ message, line }) => (
            <li key={message}>
              {line === null ? (
                message
              ) : (
                <button
                  type="button"
                  className="min-h-6 text-left underline underline-offset-2"
                  onClick={() => code.current?.goTo(line)}
                >
                  {message}
                </button>
              )}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

/** After the popover has given the focus back to its button. */
function insertLater(code: { readonly current: CodeHandle | null }, text: string): void {
  setTimeout(() => code.current?.insert(text));
}
