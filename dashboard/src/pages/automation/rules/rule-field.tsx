import type { ReactNode } from 'react';
import { Field, Input, Select } from '../../../components/ui/field.tsx';
import type { Span } from './settings.ts';
import { isOf, said, useRules, useSettingFaults } from './use-rules.ts';

interface Control {
  readonly id: string;
  readonly 'aria-describedby': string | undefined;
  readonly 'aria-invalid': true | undefined;
  readonly disabled: boolean;
}

interface RuleFieldProps {
  readonly label: string;
  /** The member of the settings whose faults are told here: `goal/within`. */
  readonly path: string;
  readonly hint?: ReactNode;
  readonly children: (control: Control) => ReactNode;
}

/** A field of the settings, with what the server says against it. */
export function RuleField({ label, path, hint, children }: RuleFieldProps) {
  const { mayEdit } = useRules();
  const isWrong = useSettingFaults().some((fault) => isOf(fault, path));
  const below = isWrong ? (
    <>
      <RuleFaults path={path} />
      {hint}
    </>
  ) : (
    hint
  );
  return (
    <Field label={label} {...(below === undefined ? {} : { hint: below })}>
      {(ids) =>
        children({ ...ids, 'aria-invalid': isWrong ? true : undefined, disabled: !mayEdit })
      }
    </Field>
  );
}

interface RuleFaultsProps {
  readonly path: string;
  /** Only what is about the member itself, not about what is in it. */
  readonly isOwn?: boolean;
}

/** What the server says against a member of the settings. */
export function RuleFaults({ path, isOwn = false }: RuleFaultsProps) {
  const faults = useSettingFaults();
  return faults
    .filter((fault) => (isOwn ? fault.path === path : isOf(fault, path)))
    .map(({ path: at, message }) => (
      <span key={`${at} ${message}`} className="block text-sm font-medium text-fault">
        {said(message)}
      </span>
    ));
}

const UNITS = {
  minutes: 'minutes',
  hours: 'hours',
  days: 'days',
  weeks: 'weeks',
  business_days: 'business days',
} as const;
const ALL_UNITS = Object.keys(UNITS) as (keyof typeof UNITS)[];

interface SpanFieldProps {
  readonly label: string;
  readonly path: string;
  /** Null for none. */
  readonly value: Span | null;
  readonly onChange: (span: Span | null) => void;
  readonly hint?: ReactNode;
  /** What an empty field means. */
  readonly none?: string;
  readonly units?: readonly (keyof typeof UNITS)[];
}

/** How long: a number and its unit. Empty is none. */
export function SpanField(props: SpanFieldProps) {
  const { label, path, value, onChange, hint, none, units = ALL_UNITS } = props;
  const unit = value?.unit || (units.includes('days') ? 'days' : (units[0] ?? 'days'));
  return (
    <RuleField label={label} path={path} {...(hint === undefined ? {} : { hint })}>
      {(control) => (
        <span className="grid max-w-72 grid-cols-[6rem_1fr] gap-2">
          <Input
            {...control}
            type="number"
            min={0}
            inputMode="numeric"
            placeholder={none ?? ''}
            value={value?.amount ?? ''}
            onChange={({ target }) => {
              const amount = target.value === '' ? null : Number(target.value);
              onChange(amount === null && none !== undefined ? null : { amount, unit });
            }}
          />
          <Select
            aria-label={`${label}: unit`}
            disabled={control.disabled || value === null}
            value={unit}
            onChange={({ target }) =>
              onChange({ amount: value?.amount ?? null, unit: target.value })
            }
          >
            {units.map((name) => (
              <option key={name} value={name}>
                {UNITS[name]}
              </option>
            ))}
          </Select>
        </span>
      )}
    </RuleField>
  );
}

interface NumberFieldProps {
  readonly label: string;
  readonly path: string;
  readonly value: number | null;
  readonly onChange: (value: number | null) => void;
  readonly min?: number;
  readonly max: number;
  readonly hint?: ReactNode;
  readonly none?: string;
}

/** A whole number; empty is none. */
export function NumberField(props: NumberFieldProps) {
  const { label, path, value, onChange, min = 0, max, hint, none } = props;
  return (
    <RuleField label={label} path={path} {...(hint === undefined ? {} : { hint })}>
      {(control) => (
        <Input
          {...control}
          type="number"
          min={min}
          max={max}
          inputMode="numeric"
          className="max-w-32"
          placeholder={none ?? ''}
          value={value ?? ''}
          onChange={({ target }) => onChange(target.value === '' ? null : Number(target.value))}
        />
      )}
    </RuleField>
  );
}
