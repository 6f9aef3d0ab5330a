import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useMay } from '../../../api/may.ts';
import { SettingsBlock } from '../../../components/settings-block.tsx';
import { Checkbox } from '../../../components/ui/checkbox.tsx';
import { SettingsForm } from '../settings-form.tsx';
import type { SettingsPartProps } from '../settings-part.tsx';

export function VerificationForm({ settings, save, isSaving, error }: SettingsPartProps) {
  const mayChange = useMay('owner');
  const [enabled, setEnabled] = useState(settings.identity_verification.enabled);
  const [requireExp, setRequireExp] = useState(settings.identity_verification.require_exp);
  return (
    <SettingsBlock
      title="Identity verification"
      hint={
        <>
          With it, a widget key alone cannot act as anybody: each call brings a token that your
          server signed with an{' '}
          <Link
            to="/dashboard/settings/$section"
            params={{ section: 'keys' }}
            className="text-accent underline"
          >
            identity secret
          </Link>
          .
        </>
      }
    >
      <SettingsForm
        isSaving={isSaving}
        error={error}
        locked={mayChange ? null : 'Only owners change this.'}
        onSave={() => save({ identity_verification: { enabled, require_exp: requireExp } })}
      >
        <Checkbox
          label="Require a token with calls of widget keys"
          hint="Switch it on once your pages send tokens: calls without one are refused from then on."
          checked={enabled}
          onChange={(event) => setEnabled(event.target.checked)}
        />
        <Checkbox
          label="Tokens must expire"
          hint="Refuses tokens without an exp claim."
          checked={requireExp}
          onChange={(event) => setRequireExp(event.target.checked)}
        />
      </SettingsForm>
    </SettingsBlock>
  );
}
