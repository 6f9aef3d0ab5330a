import { useState } from 'react';
import { Input } from '../ui/field.tsx';
import type { ValueProps } from './value-props.ts';

/** The number that a text is; null where it is none. */
export function numberOf(text: string): number | null {
  const plain = text.trim();
  const number = Number(plain);
  return plain !== '' && Number.isFinite(number) ? number : null;
}

interface NumberValueProps extends ValueProps {
  /** With it, only whole numbers from it on. */
  readonly min?: number;
}

/** A number. What is none is not passed on, and gone when the field is left. */
export function NumberValue({ label, value, onChange, disabled, hasFault, min }: NumberValueProps) {
  const [typed, setTyped] = useState<string | null>(null);
  const read = (text: string): number | null => {
    const number = numberOf(text);
    const isRight = number === null || min === undefined || (number >= min && number % 1 === 0);
    return isRight ? number : null;
  };
  const meant = typed === null ? null : read(typed);
  const isWrong = typed !== null && meant === null;
  const known = typeof value === 'number' ? String(value) : '';
  return (
    <Input
      aria-label={label}
      aria-invalid={hasFault || isWrong || undefined}
      inputMode="decimal"
      autoComplete="off"
      className="w-24!"
      disabled={disabled}
      value={typed !== null && (isWrong || meant === value) ? typed : known}
      onChange={(event) => {
        setTyped(event.target.value);
        const next = read(event.target.value);
        if (next !== null) onChange(next);
      }}
      onBlur={() => setTyped(null)}
    />
  );
}
