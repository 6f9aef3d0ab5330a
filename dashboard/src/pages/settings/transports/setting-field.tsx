import { Field, Input, Select } from '../../../components/ui/field.tsx';
import type { TransportKind } from './transports-section.tsx';

interface SettingFieldProps {
  readonly setting: TransportKind['settings'][number];
  /** A secret that is there already: it stays when nothing is typed. */
  readonly isStored: boolean;
  readonly value: string;
  readonly onChange: (value: string) => void;
}

/** One thing that a kind of transport has to be told. */
export function SettingField({ setting, isStored, value, onChange }: SettingFieldProps) {
  const { label, help, choices, fallback, is_secret: isSecret, is_required: isRequired } = setting;
  return (
    <Field label={isRequired ? label : `${label} (optional)`} hint={help}>
      {(ids) =>
        choices === null ? (
          <Input
            {...ids}
            type={isSecret ? 'password' : 'text'}
            autoComplete="off"
            spellCheck={false}
            required={isRequired && !isStored && fallback === null}
            placeholder={isStored ? 'Set, and not shown. Type to replace it.' : (fallback ?? '')}
            value={value}
            onChange={(event) => onChange(event.target.value)}
          />
        ) : (
          <Select
            {...ids}
            value={value === '' ? (fallback ?? '') : value}
            onChange={(event) => onChange(event.target.value)}
          >
            {choices.map((choice) => (
              <option key={choice}>{choice}</option>
            ))}
          </Select>
        )
      }
    </Field>
  );
}
