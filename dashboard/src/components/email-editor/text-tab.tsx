import { MergePicker } from '../merge-tags/merge-picker.tsx';
import { liquidOf } from '../merge-tags/merge-tag.ts';
import { useRef } from 'react';
import { Segmented } from '../ui/segmented.tsx';
import { Textarea } from '../ui/textarea.tsx';
import type { EmailFault } from './email-fields.ts';
import { Faults } from './faults.tsx';

interface TextTabProps {
  /** Null: made from the body. */
  readonly text: string | null;
  readonly onChange: (text: string | null) => void;
  /** As the server made it for the person of the preview. */
  readonly made: string | null;
  readonly faults: readonly EmailFault[];
  readonly isReadOnly: boolean;
}

/** What readers without HTML get: made from the body, or written by hand. */
export function TextTab({ text, onChange, made, faults, isReadOnly }: TextTabProps) {
  const area = useRef<HTMLTextAreaElement>(null);
  const isOwn = text !== null;
  return (
    <div className="grid gap-3" data-place="text">
      <div className="flex flex-wrap items-center justify-between gap-2">
        {isReadOnly ? (
          <p className="text-muted">{isOwn ? 'Written by hand.' : 'Made from the body.'}</p>
        ) : (
          <Segmented
            label="Plain text"
            value={isOwn ? 'own' : 'made'}
            onChange={(kind) => onChange(kind === 'own' ? (made ?? '') : null)}
            segments={[
              { value: 'made', label: 'Made from the body' },
              { value: 'own', label: 'Own text' },
            ]}
          />
        )}
        {isOwn && !isReadOnly && (
          <MergePicker
            into="plain text"
            onPick={(tag) => {
              const { selectionStart: from = text.length, selectionEnd: to = from } =
                area.current ?? {};
              onChange(text.slice(0, from) + liquidOf(tag) + text.slice(to));
              setTimeout(() => area.current?.focus());
            }}
          />
        )}
      </div>
      {isOwn ? (
        <Textarea
          ref={area}
          aria-label="Plain text"
          rows={18}
          readOnly={isReadOnly}
          className="font-mono text-sm!"
          value={text}
          onChange={(event) => onChange(event.target.value)}
        />
      ) : (
        <pre
          // Reached by Tab, so that the keyboard can scroll it.
          // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
          tabIndex={0}
          aria-label="Plain text made from the body"
          className="min-h-64 rounded-ui border bg-sunken p-4 font-mono text-sm break-words whitespace-pre-wrap"
        >
          {made ?? 'Nothing yet.'}
        </pre>
      )}
      <Faults faults={faults} at="text" />
    </div>
  );
}
