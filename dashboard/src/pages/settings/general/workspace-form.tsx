import { useState } from 'react';
import { useMay } from '../../../api/may.ts';
import { isZone } from '../../../app/time.ts';
import { SettingsBlock } from '../../../components/settings-block.tsx';
import { Field, Input } from '../../../components/ui/field.tsx';
import { SettingsForm } from '../settings-form.tsx';
import type { SettingsPartProps } from '../settings-part.tsx';

const ZONES = Intl.supportedValuesOf('timeZone');

export function WorkspaceForm({ settings, save, isSaving, error }: SettingsPartProps) {
  const mayChange = useMay('editor');
  const [name, setName] = useState(settings.name);
  const [timezone, setTimezone] = useState(settings.timezone);
  const [from, setFrom] = useState(settings.from ?? '');
  const [replyTo, setReplyTo] = useState(settings.reply_to ?? '');
  return (
    <SettingsBlock title="Workspace">
      <SettingsForm
        isSaving={isSaving}
        error={error}
        locked={mayChange ? null : 'Editors and owners change this.'}
        onSave={() => save({ name, timezone, from: from || null, reply_to: replyTo || null })}
      >
        <Field label="Name">
          {(ids) => (
            <Input
              {...ids}
              required
              maxLength={200}
              value={name}
              onChange={(event) => setName(event.target.value)}
            />
          )}
        </Field>
        <Field
          label="Time zone"
          hint={
            isZone(timezone)
              ? 'For people whose own zone is not known, and for series that name none.'
              : 'No zone of this name is known. Choose one, such as Europe/Berlin.'
          }
        >
          {(ids) => (
            <>
              <Input
                {...ids}
                required
                list="zones"
                value={timezone}
                onChange={(event) => setTimezone(event.target.value)}
              />
              <datalist id="zones">
                {ZONES.map((zone) => (
                  <option key={zone} value={zone}>
                    {zone}
                  </option>
                ))}
              </datalist>
            </>
          )}
        </Field>
        <Field
          label="From"
          hint="Of emails that name no sender: Name <address>. Empty: the server's own."
        >
          {(ids) => (
            <Input
              {...ids}
              value={from}
              onChange={(event) => setFrom(event.target.value)}
              placeholder="Tidewater <hello@tidewater.example>"
            />
          )}
        </Field>
        <Field label="Reply to" hint="Empty: answers go to the sender.">
          {(ids) => (
            <Input {...ids} value={replyTo} onChange={(event) => setReplyTo(event.target.value)} />
          )}
        </Field>
      </SettingsForm>
    </SettingsBlock>
  );
}
