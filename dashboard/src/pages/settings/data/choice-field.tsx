import { Field, Select } from '../../../components/ui/field.tsx';

interface ChoiceFieldProps<Value extends string> {
  readonly label: string;
  /** Each with the words for it. */
  readonly choices: readonly (readonly [Value, string])[];
  readonly value: Value;
  readonly onChange: (value: Value) => void;
}

/** One of several. */
export function ChoiceField<Value extends string>({
  label,
  choices,
  value,
  onChange,
}: ChoiceFieldProps<Value>) {
  return (
    <Field label={label}>
      {(ids) => (
        <Select {...ids} value={value} onChange={(event) => onChange(event.target.value as Value)}>
          {choices.map(([one, word]) => (
            <option key={one} value={one}>
              {word}
            </option>
          ))}
        </Select>
      )}
    </Field>
  );
}
