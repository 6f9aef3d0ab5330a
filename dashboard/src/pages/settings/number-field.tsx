import type { ReactNode } from 'react';
import { Field, Input } from '../../components/ui/field.tsx';

interface NumberFieldProps {
  readonly label: string;
  readonly hint?: ReactNode;
  /** As it is typed; empty where that means none. */
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly min?: number;
  readonly max?: number;
  readonly step?: number;
  readonly isRequired?: boolean;
}

/** A number, typed. */
export function NumberField(props: NumberFieldProps) {
  const { label, hint, value, onChange, min = 0, max, step = 1, isRequired = true } = props;
  return (
    <Field label={label} {...(hint === undefined ? {} : { hint })}>
      {(ids) => (
        <Input
          {...ids}
          type="number"
          inputMode="decimal"
          className="max-w-32"
          min={min}
          {...(max === undefined ? {} : { max })}
          step={step}
          required={isRequired}
          value={value}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </Field>
  );
}

/** A typed number; null for an empty field. */
export const numberOf = (text: string): number | null => (text.trim() === '' ? null : Number(text));

export const textOf = (number: number | null | undefined): string =>
  number === null || number === undefined ? '' : String(number);
