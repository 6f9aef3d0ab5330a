import { Input, Select } from '../../../../components/ui/field.tsx';
import { numberIn, recordOf, textOf, useEditedStep } from './edited-step.ts';
import { StepField } from './step-field.tsx';

const UNITS = [
  ['minutes', 'minutes'],
  ['hours', 'hours'],
  ['days', 'days'],
  ['weeks', 'weeks'],
  ['business_days', 'business days'],
] as const;

interface DelayFieldProps {
  readonly label: string;
  readonly path: string;
  readonly hint?: string;
  /** No delay at all may be left out. */
  readonly isOptional?: boolean;
}

/** How long: a number and its unit. */
export function DelayField({ label, path, hint, isOptional = false }: DelayFieldProps) {
  const { step, change } = useEditedStep();
  const delay = recordOf(step[path]);
  const amount = delay['amount'];
  const unit = textOf(delay['unit']) || 'days';
  const put = (next: { amount?: number | null; unit?: string }): void => {
    const merged = { amount: amount ?? null, unit, ...next };
    change({ [path]: isOptional && merged.amount === null ? undefined : merged });
  };
  return (
    <StepField label={label} path={path} {...(hint === undefined ? {} : { hint })}>
      {(control) => (
        <span className="grid grid-cols-[6rem_1fr] gap-2">
          <Input
            {...control}
            type="number"
            min={0}
            inputMode="numeric"
            placeholder={isOptional ? 'none' : ''}
            value={typeof amount === 'number' ? amount : ''}
            onChange={({ target }) => put({ amount: numberIn(target.value) })}
          />
          <Select
            aria-label={`${label}: unit`}
            disabled={control.disabled}
            value={unit}
            onChange={({ target }) => put({ unit: target.value })}
          >
            {UNITS.map(([value, name]) => (
              <option key={value} value={value}>
                {name}
              </option>
            ))}
          </Select>
        </span>
      )}
    </StepField>
  );
}
