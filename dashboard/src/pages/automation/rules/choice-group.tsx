import { type ReactNode, useId } from 'react';

interface Choice<Value extends string> {
  readonly value: Value;
  readonly label: string;
  readonly hint?: ReactNode;
}

interface ChoiceGroupProps<Value extends string> {
  readonly legend: string;
  readonly value: string;
  readonly choices: readonly Choice<Value>[];
  readonly onChange: (value: Value) => void;
  readonly disabled: boolean;
}

/** One of a few that need a line each to be understood. */
export function ChoiceGroup<Value extends string>(props: ChoiceGroupProps<Value>) {
  const { legend, value, choices, onChange, disabled } = props;
  const name = useId();
  return (
    <fieldset disabled={disabled} className="grid min-w-0 gap-2">
      <legend className="mb-1.5 text-sm font-medium">{legend}</legend>
      {choices.map(({ value: own, label, hint }) => (
        <label key={own} className="flex min-h-6 items-start gap-2">
          <input
            type="radio"
            name={name}
            value={own}
            checked={own === value}
            onChange={() => onChange(own)}
            className="mt-0.5 size-4 shrink-0 accent-(--accent-solid)"
          />
          <span className="min-w-0">
            {label}
            {hint !== undefined && <span className="block text-sm text-muted">{hint}</span>}
          </span>
        </label>
      ))}
    </fieldset>
  );
}
