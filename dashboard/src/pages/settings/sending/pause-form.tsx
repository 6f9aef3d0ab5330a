import { useState } from 'react';
import { useMay } from '../../../api/may.ts';
import { SettingsBlock } from '../../../components/settings-block.tsx';
import { Checkbox } from '../../../components/ui/checkbox.tsx';
import { Field, Input } from '../../../components/ui/field.tsx';
import { NumberField } from '../number-field.tsx';
import { SettingsForm } from '../settings-form.tsx';
import type { SettingsPartProps } from '../settings-part.tsx';

/** When sending stops by itself, before a mailbox provider stops it. */
export function PauseForm({ settings, save, isSaving, error }: SettingsPartProps) {
  const mayChange = useMay('editor');
  const mayChangeUrl = useMay('owner');
  const { auto_pause: pause, soft_bounces: soft } = settings;
  const [enabled, setEnabled] = useState(pause.enabled);
  const [bounces, setBounces] = useState(String(pause.bounce_percent));
  const [complaints, setComplaints] = useState(String(pause.complaint_percent));
  const [minSends, setMinSends] = useState(String(pause.min_sends));
  const [softCount, setSoftCount] = useState(String(soft.count));
  const [softDays, setSoftDays] = useState(String(soft.days));
  const [alerts, setAlerts] = useState(settings.alerts_url ?? '');
  return (
    <SettingsBlock
      title="Pausing by itself"
      hint="Mailbox providers act at 0.3% complaints, Amazon SES at 5% bounces. Stop before they do."
    >
      <SettingsForm
        isSaving={isSaving}
        error={error}
        locked={mayChange ? null : 'Editors and owners change this.'}
        onSave={() =>
          save({
            auto_pause: {
              enabled,
              bounce_percent: Number(bounces),
              complaint_percent: Number(complaints),
              min_sends: Number(minSends),
            },
            soft_bounces: { count: Number(softCount), days: Number(softDays) },
            ...(mayChangeUrl ? { alerts_url: alerts || null } : {}),
          })
        }
      >
        <Checkbox
          label="Pause this side when bounces or complaints pass a share of the last 7 days"
          checked={enabled}
          onChange={(event) => setEnabled(event.target.checked)}
        />
        <div className="grid gap-4 wide:grid-cols-3">
          <NumberField
            label="Hard bounces, %"
            step={0.01}
            max={100}
            value={bounces}
            onChange={setBounces}
          />
          <NumberField
            label="Complaints, %"
            step={0.01}
            max={100}
            value={complaints}
            onChange={setComplaints}
          />
          <NumberField
            label="Of at least so many emails"
            min={1}
            value={minSends}
            onChange={setMinSends}
          />
        </div>
        <div className="grid gap-4 wide:grid-cols-3">
          <NumberField
            label="Soft bounces in a row"
            hint="Then the address is suppressed."
            min={1}
            value={softCount}
            onChange={setSoftCount}
          />
          <NumberField label="Over at least days" min={0} value={softDays} onChange={setSoftDays} />
        </div>
        <Field label="Alerts" hint="Called, signed as webhooks are, when sending was paused.">
          {(ids) => (
            <Input
              {...ids}
              type="url"
              disabled={!mayChangeUrl}
              placeholder="https://"
              value={alerts}
              onChange={(event) => setAlerts(event.target.value)}
            />
          )}
        </Field>
      </SettingsForm>
    </SettingsBlock>
  );
}
