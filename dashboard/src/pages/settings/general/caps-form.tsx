import { useState } from 'react';
import { useMay } from '../../../api/may.ts';
import { SettingsBlock } from '../../../components/settings-block.tsx';
import { NumberField, numberOf, textOf } from '../number-field.tsx';
import { SettingsForm } from '../settings-form.tsx';
import type { SettingsPartProps } from '../settings-part.tsx';

/** How much one person gets at most. */
export function CapsForm({ settings: { limits }, save, isSaving, error }: SettingsPartProps) {
  const mayChange = useMay('editor');
  const [series, setSeries] = useState(textOf(limits.series_at_once));
  const [count, setCount] = useState(textOf(limits.emails?.count));
  const [days, setDays] = useState(textOf(limits.emails?.days));
  const emails = numberOf(count);
  return (
    <SettingsBlock
      title="Caps for each person"
      hint="Over all series and broadcasts of this side. What a series does at the cap, wait or skip, is its own rule."
    >
      <SettingsForm
        isSaving={isSaving}
        error={error}
        locked={mayChange ? null : 'Editors and owners change this.'}
        onSave={() =>
          save({
            limits: {
              series_at_once: numberOf(series),
              emails: emails === null ? null : { count: emails, days: numberOf(days) ?? 1 },
            },
          })
        }
      >
        <NumberField
          label="Series at once"
          hint="Empty: any number."
          min={1}
          max={1000}
          isRequired={false}
          value={series}
          onChange={setSeries}
        />
        <div className="grid gap-4 wide:grid-cols-2">
          <NumberField
            label="Emails"
            hint="Empty: any number."
            min={1}
            max={1000}
            isRequired={false}
            value={count}
            onChange={setCount}
          />
          <NumberField
            label="Within days"
            min={1}
            max={366}
            isRequired={count !== ''}
            value={days}
            onChange={setDays}
          />
        </div>
      </SettingsForm>
    </SettingsBlock>
  );
}
