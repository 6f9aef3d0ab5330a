import { useState } from 'react';
import { useMay } from '../../../api/may.ts';
import { SettingsBlock } from '../../../components/settings-block.tsx';
import { Field } from '../../../components/ui/field.tsx';
import { Textarea } from '../../../components/ui/textarea.tsx';
import { NumberField, numberOf } from '../number-field.tsx';
import { SettingsForm } from '../settings-form.tsx';
import type { SettingsPartProps } from '../settings-part.tsx';

const RATES = [
  ['widget_per_minute', 'Calls a minute of one widget key from one address'],
  ['widget_unknown_user_per_minute', 'Of those, about users that are not known'],
  ['enrollments_per_user_per_hour', 'Enrollments an hour of one user by a widget key'],
  ['secret_per_second', 'Calls a second of one secret key'],
] as const;

/** Who may call, and how often. */
export function RatesForm({ settings, save, isSaving, error }: SettingsPartProps) {
  const mayChange = useMay('owner');
  const [origins, setOrigins] = useState(settings.allowed_origins.join('\n'));
  const [rates, setRates] = useState(RATES.map(([name]) => String(settings.rate_limits[name])));
  return (
    <SettingsBlock title="Who may call">
      <SettingsForm
        isSaving={isSaving}
        error={error}
        locked={mayChange ? null : 'Only owners change this.'}
        onSave={() =>
          save({
            allowed_origins: origins.split(/\s+/).filter((origin) => origin !== ''),
            rate_limits: Object.fromEntries(
              RATES.map(([name], index) => [name, numberOf(rates[index] ?? '') ?? 0]),
            ),
          })
        }
      >
        <Field
          label="Allowed origins"
          hint="Whose pages may call with a widget key, one a line: https://app.tidewater.example. Empty: any."
        >
          {(ids) => (
            <Textarea
              {...ids}
              value={origins}
              onChange={(event) => setOrigins(event.target.value)}
            />
          )}
        </Field>
        <div className="grid gap-4 wide:grid-cols-2">
          {RATES.map(([name, label], index) => (
            <NumberField
              key={name}
              label={label}
              hint="0: no limit."
              max={1_000_000}
              value={rates[index] ?? ''}
              onChange={(value) => setRates(rates.with(index, value))}
            />
          ))}
        </div>
      </SettingsForm>
    </SettingsBlock>
  );
}
