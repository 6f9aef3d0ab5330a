import type { ReactNode } from 'react';
import { Chips } from '../ui/chips.tsx';
import { Input, Select } from '../ui/field.tsx';
import { DateValue } from './date-value.tsx';
import { EntryValue } from './entry-value.tsx';
import { recordOf, textOrNothing } from './filter.ts';
import { NumberValue, numberOf } from './number-value.tsx';
import type { ValueShape } from './operators.ts';
import type { ValueProps } from './value-props.ts';

/** What is filled in beside an operator. */
export function ValueEditor({ shape, ...props }: ValueProps & { readonly shape: ValueShape }) {
  const { label, value, onChange, disabled, hasFault, example } = props;
  switch (shape) {
    case 'nothing':
      return null;
    case 'text':
      return (
        <Input
          aria-label={label}
          aria-invalid={hasFault || undefined}
          className="wide:w-56"
          disabled={disabled}
          placeholder={exampleWords(example)}
          value={typeof value === 'string' ? value : ''}
          onChange={(event) => onChange(textOrNothing(event.target.value))}
        />
      );
    case 'texts':
      return <TextsValue {...props} />;
    case 'number':
      return <NumberValue {...props} />;
    case 'size':
      return <SizeValue {...props} />;
    case 'numbers':
      return <NumbersValue {...props} />;
    case 'two numbers':
      return <PairValue {...props} One={NumberValue} />;
    case 'two dates':
      return <PairValue {...props} One={DateValue} />;
    case 'yes or no':
      return (
        <Select
          aria-label={label}
          className="wide:w-24"
          disabled={disabled}
          value={value === false ? 'no' : 'yes'}
          onChange={(event) => onChange(event.target.value === 'yes')}
        >
          <option value="yes">yes</option>
          <option value="no">no</option>
        </Select>
      );
    case 'date':
      return <DateValue {...props} />;
    case 'day':
      return <DateValue {...props} isDay />;
    case 'duration':
      return <DurationValue {...props} />;
    case 'entry':
    case 'entries':
      return <EntryValue {...props} isMany={shape === 'entries'} />;
  }
}

/** A value that somebody has is not mistaken for one that is filled in. */
const exampleWords = (example: ValueProps['example']): string | undefined =>
  example ? `such as ${example}` : undefined;

function SizeValue(props: ValueProps) {
  return (
    <span className="flex items-center gap-2">
      <NumberValue {...props} min={0} />
      <span className="text-muted">{props.value === 1 ? 'entry' : 'entries'}</span>
    </span>
  );
}

const textsOf = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.map(String) : [];

function TextsValue({ label, value, onChange, disabled, example }: ValueProps) {
  return (
    <Chips
      label={label}
      values={textsOf(value)}
      onChange={onChange}
      disabled={disabled}
      placeholder={exampleWords(example)}
    />
  );
}

function NumbersValue({ label, value, onChange, disabled }: ValueProps) {
  return (
    <Chips
      label={label}
      values={textsOf(value)}
      onChange={(texts) => onChange(texts.map(Number))}
      disabled={disabled}
      isValue={(text) => text.split(',').every((part) => numberOf(part) !== null)}
    />
  );
}

interface PairProps extends ValueProps {
  readonly One: (props: ValueProps) => ReactNode;
}

function PairValue({ One, label, value, onChange, ...rest }: PairProps) {
  const pair: readonly unknown[] = Array.isArray(value) ? value : [];
  const [first, second] = pair;
  return (
    <span className="flex flex-wrap items-center gap-2">
      <One
        {...rest}
        label={`${label}, from`}
        value={first}
        onChange={(v) => onChange([v, second])}
      />
      <span className="text-muted">and</span>
      <One {...rest} label={`${label}, to`} value={second} onChange={(v) => onChange([first, v])} />
    </span>
  );
}

const UNITS = ['minutes', 'hours', 'days', 'weeks'] as const;

/** `{"amount":3,"unit":"days"}` */
export function DurationValue({ label, value, onChange, ...rest }: ValueProps) {
  const { amount, unit } = recordOf(value);
  return (
    <span className="flex items-center gap-2">
      <NumberValue
        {...rest}
        label={`${label}, how many`}
        min={1}
        value={amount}
        onChange={(next) => onChange({ ...recordOf(value), amount: next })}
      />
      <Select
        aria-label={`${label}, unit`}
        className="w-auto!"
        disabled={rest.disabled}
        value={String(unit)}
        onChange={(event) => onChange({ ...recordOf(value), unit: event.target.value })}
      >
        {UNITS.map((known) => (
          <option key={known}>{known}</option>
        ))}
      </Select>
    </span>
  );
}
