import type { ReactNode } from 'react';
import { Field, Input, Select } from '../../../../components/ui/field.tsx';
import { type FormFault, type Span, type Unit, UNITS } from './form.ts';

interface FormFieldProps {
  readonly label: string;
  readonly path: string;
  readonly faults: readonly FormFault[];
  readonly hint?: ReactNode;
  readonly children: (control: {
    id: string;
    'aria-describedby': string | undefined;
    'aria-invalid': true | undefined;
  }) => ReactNode;
}

/** A field of the form, with what is wrong with it. */
export function FormField({ label, path, faults, hint, children }: FormFieldProps) {
  const isWrong = faults.some((fault) => fault.path === path);
  const below = isWrong ? <Faults faults={faults} path={path} /> : hint;
  return (
    <Field label={label} {...(below === undefined ? {} : { hint: below })}>
      {(ids) => children({ ...ids, 'aria-invalid': isWrong ? true : undefined })}
    </Field>
  );
}

/** What is wrong at a field. */
export function Faults({ faults, path }: Pick<FormFieldProps, 'faults' | 'path'>) {
  return faults
    .filter((fault) => fault.path === path)
    .map(({ message }) => (
      <span key={message} className="block text-sm font-medium text-fault">
        {message}
      </span>
    ));
}

interface NumberInputProps extends Omit<FormFieldProps, 'children'> {
  readonly value: number | null;
  readonly min?: number;
  readonly max: number;
  readonly onChange: (value: number | null) => void;
}

export function NumberInput({ value, min = 1, max, onChange, ...field }: NumberInputProps) {
  return (
    <FormField {...field}>
      {(control) => (
        <Input
          {...control}
          type="number"
          inputMode="numeric"
          min={min}
          max={max}
          value={value ?? ''}
          onChange={({ target }) => onChange(target.value === '' ? null : Number(target.value))}
        />
      )}
    </FormField>
  );
}

const UNIT_WORDS: Readonly<Record<Unit, string>> = {
  minutes: 'minutes',
  hours: 'hours',
  days: 'days',
  weeks: 'weeks',
  business_days: 'business days',
};

interface SpanInputProps extends Omit<FormFieldProps, 'children'> {
  readonly value: Span;
  readonly none?: string;
  readonly onChange: (span: Span) => void;
}

export function SpanInput({ value, none = '', onChange, ...field }: SpanInputProps) {
  return (
    <FormField {...field}>
      {(control) => (
        <span className="grid grid-cols-[5rem_1fr] gap-1.5">
          <Input
            {...control}
            type="number"
            inputMode="numeric"
            min={0}
            placeholder={none}
            value={value.amount ?? ''}
            onChange={({ target }) =>
              onChange({ ...value, amount: target.value === '' ? null : Number(target.value) })
            }
          />
          <Select
            aria-label={`${field.label}: unit`}
            value={value.unit}
            onChange={({ target }) => onChange({ ...value, unit: target.value as Unit })}
          >
            {UNITS.map((unit) => (
              <option key={unit} value={unit}>
                {UNIT_WORDS[unit]}
              </option>
            ))}
          </Select>
        </span>
      )}
    </FormField>
  );
}
