import { useState } from 'react';
import { useMay } from '../../../api/may.ts';
import { SettingsBlock } from '../../../components/settings-block.tsx';
import { Checkbox } from '../../../components/ui/checkbox.tsx';
import { SettingsForm } from '../settings-form.tsx';
import type { SettingsPartProps } from '../settings-part.tsx';

/** What is followed of emails; lists and single emails may only say less. */
export function TrackingForm({ settings, save, isSaving, error }: SettingsPartProps) {
  const mayChange = useMay('editor');
  const [opens, setOpens] = useState(settings.tracking.opens);
  const [clicks, setClicks] = useState(settings.tracking.clicks);
  return (
    <SettingsBlock title="Tracking" hint="Lists and single emails may follow less, never more.">
      <SettingsForm
        isSaving={isSaving}
        error={error}
        locked={mayChange ? null : 'Editors and owners change this.'}
        onSave={() => save({ tracking: { opens, clicks } })}
      >
        <Checkbox
          label="Opens"
          hint="By a picture of one pixel. Machines that open mail are counted apart."
          checked={opens}
          onChange={(event) => setOpens(event.target.checked)}
        />
        <Checkbox
          label="Clicks"
          hint="Links lead through this server."
          checked={clicks}
          onChange={(event) => setClicks(event.target.checked)}
        />
      </SettingsForm>
    </SettingsBlock>
  );
}
