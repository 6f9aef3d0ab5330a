import type { ReactNode } from 'react';
import { Button } from '../../components/ui/button.tsx';
import { FormError } from '../sign-in/form-error.tsx';

interface SettingsFormProps {
  readonly children: ReactNode;
  readonly onSave: () => void;
  readonly isSaving: boolean;
  readonly error: Error | null;
  /** Why it cannot be changed; null where it can. */
  readonly locked: string | null;
}

/** Fields that are saved together. */
export function SettingsForm({ children, onSave, isSaving, error, locked }: SettingsFormProps) {
  return (
    <form
      className="grid max-w-xl gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        onSave();
      }}
    >
      <fieldset disabled={locked !== null} className="grid min-w-0 gap-4 disabled:opacity-70">
        {children}
      </fieldset>
      <FormError error={error} />
      {locked === null ? (
        <Button type="submit" look="primary" className="justify-self-start" disabled={isSaving}>
          {isSaving ? 'Saving…' : 'Save'}
        </Button>
      ) : (
        <p className="text-sm text-muted">{locked}</p>
      )}
    </form>
  );
}
