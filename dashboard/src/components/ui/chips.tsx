import X from 'lucide-react/icons/x';
import { type KeyboardEvent, useId, useState } from 'react';

interface ChipsProps {
  readonly label: string;
  readonly values: readonly string[];
  readonly onChange: (values: readonly string[]) => void;
  readonly disabled?: boolean;
  readonly placeholder?: string | undefined;
  /** Whether a text may be one of the values. */
  readonly isValue?: (text: string) => boolean;
}

/** Several values in one field: Enter or a comma adds what was typed, Backspace takes the last out. */
export function Chips(props: ChipsProps) {
  const { label, values, onChange, disabled = false, placeholder, isValue = () => true } = props;
  const [text, setText] = useState('');
  const id = useId();
  const isWrong = text !== '' && !isValue(text.trim());
  const add = (typed: string): void => {
    const next = typed
      .split(/[,\n\t]/)
      .map((part) => part.trim())
      .filter((part) => part !== '' && isValue(part) && !values.includes(part));
    if (next.length > 0) onChange([...values, ...new Set(next)]);
    setText('');
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if ((event.key === 'Enter' || event.key === ',') && text.trim() !== '') {
      event.preventDefault();
      if (!isWrong) add(text);
    } else if (event.key === 'Backspace' && text === '' && values.length > 0) {
      onChange(values.slice(0, -1));
    }
  };
  return (
    <div className="flex min-h-10 min-w-56 flex-1 flex-wrap items-center gap-1 rounded-ui border border-edge bg-panel px-1.5 py-1 wide:min-h-8 wide:py-0.5">
      {values.map((value) => (
        <span
          key={value}
          className="inline-flex max-w-full items-center gap-0.5 rounded-ui bg-sunken pl-1.5"
        >
          <span className="min-w-0 truncate">{value === '' ? '“”' : value}</span>
          <button
            type="button"
            disabled={disabled}
            aria-label={`Take ${value} out`}
            className="grid size-6 shrink-0 place-items-center rounded-ui text-muted enabled:hover:text-ink"
            onClick={() => onChange(values.filter((one) => one !== value))}
          >
            <X size={12} aria-hidden />
          </button>
        </span>
      ))}
      <input
        aria-label={label}
        aria-describedby={`${id}how`}
        aria-invalid={isWrong || undefined}
        disabled={disabled}
        value={text}
        placeholder={values.length === 0 ? (placeholder ?? 'Type, then Enter') : ''}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={onKeyDown}
        onBlur={() => !isWrong && add(text)}
        onPaste={(event) => {
          const pasted = event.clipboardData.getData('text');
          if (!/[,\n\t]/.test(pasted)) return;
          event.preventDefault();
          add(pasted);
        }}
        className="h-7 min-w-24 flex-1 bg-transparent px-1 text-[1rem] outline-offset-0 aria-invalid:text-fault wide:text-base"
      />
      <span id={`${id}how`} className="sr-only">
        Enter adds a value, Backspace takes the last out
      </span>
    </div>
  );
}
