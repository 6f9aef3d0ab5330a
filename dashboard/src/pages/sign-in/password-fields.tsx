import { Field, Input } from '../../components/ui/field.tsx';

/** As the server has it. */
const PASSWORD_LENGTH_MIN = 10;

interface NewPasswordProps {
  readonly label?: string;
  readonly value: string;
  readonly onChange: (password: string) => void;
}

/** A password that is chosen now. */
export function NewPassword({ label = 'Password', value, onChange }: NewPasswordProps) {
  return (
    <Field label={label} hint={`At least ${PASSWORD_LENGTH_MIN} characters.`}>
      {(ids) => (
        <Input
          {...ids}
          type="password"
          autoComplete="new-password"
          required
          minLength={PASSWORD_LENGTH_MIN}
          maxLength={128}
          value={value}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </Field>
  );
}
