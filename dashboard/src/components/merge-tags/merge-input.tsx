import { useRef } from 'react';
import { Input } from '../ui/field.tsx';
import { MergePicker } from './merge-picker.tsx';
import { liquidOf } from './merge-tag.ts';

interface MergeInputProps {
  readonly id?: string;
  readonly 'aria-describedby'?: string | undefined;
  readonly 'aria-label'?: string;
  readonly 'aria-invalid'?: boolean | undefined;
  readonly value: string;
  readonly onChange: (value: string) => void;
  /** What the field is, for the name of the button beside it. */
  readonly into: string;
  readonly placeholder?: string;
  readonly disabled?: boolean;
}

/** A line of text that values can be merged into, at the cursor. */
export function MergeInput({ value, onChange, into, disabled = false, ...rest }: MergeInputProps) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <span className="relative flex">
      <Input
        ref={input}
        value={value}
        disabled={disabled}
        onChange={(event) => onChange(event.target.value)}
        className="pr-10!"
        {...rest}
      />
      <MergePicker
        into={into}
        disabled={disabled}
        className="absolute inset-y-0 right-0"
        onPick={(tag) => {
          const from = input.current?.selectionStart ?? value.length;
          const to = input.current?.selectionEnd ?? from;
          const said = liquidOf(tag);
          onChange(value.slice(0, from) + said + value.slice(to));
          // After the popover has given the focus back to its button.
          setTimeout(() => {
            input.current?.focus();
            input.current?.setSelectionRange(from + said.length, from + said.length);
          });
        }}
      />
    </span>
  );
}
