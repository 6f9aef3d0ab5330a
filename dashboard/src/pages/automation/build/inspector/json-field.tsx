import { type ComponentProps, useEffect, useRef, useState } from 'react';
import { Textarea } from '../../../../components/ui/textarea.tsx';
import { isSame } from '../../draft/same.ts';

interface JsonFieldProps {
  readonly label: string;
  readonly value: unknown;
  /** Undefined where nothing stands there. Not called while it cannot be read. */
  readonly onChange: (value: unknown) => void;
  readonly control?: Pick<ComponentProps<'textarea'>, 'id' | 'aria-describedby' | 'disabled'>;
}

const written = (value: unknown): string =>
  value === undefined ? '' : JSON.stringify(value, null, 2);

/** JSON as text; the step gets it once it can be read. */
export function JsonField({ label, value, onChange, control }: JsonFieldProps) {
  const [text, setText] = useState(() => written(value));
  const own = useRef(value);
  useEffect(() => {
    // Undone, or changed elsewhere.
    if (!isSame(own.current, value)) setText(written(value));
    own.current = value;
  }, [value]);
  const fault = faultOf(text);
  return (
    <span className="grid gap-1">
      <Textarea
        aria-label={label}
        className="min-h-24 font-mono text-sm!"
        spellCheck={false}
        {...control}
        aria-invalid={fault !== null}
        value={text}
        onChange={({ target }) => {
          setText(target.value);
          if (faultOf(target.value) !== null) return;
          own.current = target.value.trim() === '' ? undefined : JSON.parse(target.value);
          onChange(own.current);
        }}
      />
      {fault !== null && (
        <span role="status" className="text-sm font-medium text-fault">
          Not JSON yet: {fault}
        </span>
      )}
    </span>
  );
}

function faultOf(text: string): string | null {
  if (text.trim() === '') return null;
  try {
    JSON.parse(text);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
