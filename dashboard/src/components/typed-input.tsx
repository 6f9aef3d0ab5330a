import { useEffect, useState } from 'react';
import { useSettled } from './filter-builder/use-filter-count.ts';
import { Input } from './ui/field.tsx';

interface TypedInputProps {
  readonly label: string;
  /** What stands in it while it is empty; the label, if left out. */
  readonly placeholder?: string;
  readonly value: string;
  readonly onChange: (text: string) => void;
  /** Leaves room for an icon at its left. */
  readonly hasIcon?: boolean;
}

/** A field for searching: says what was typed once typing has stopped. */
export function TypedInput({
  label,
  placeholder = label,
  value,
  onChange,
  hasIcon = false,
}: TypedInputProps) {
  const [text, setText] = useState(value);
  const settled = useSettled(text);
  useEffect(() => {
    if (settled.trim() !== value) onChange(settled.trim());
    // Only what was typed says something; `value` follows it.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [settled]);
  return (
    <Input
      type="search"
      aria-label={label}
      placeholder={placeholder}
      className={hasIcon ? 'pl-8' : ''}
      value={text}
      onChange={(event) => setText(event.target.value)}
    />
  );
}
