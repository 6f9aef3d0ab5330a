import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { authCall } from '../../api/sign-in.ts';
import { Button } from '../../components/ui/button.tsx';
import { Field, Input } from '../../components/ui/field.tsx';
import { FormError } from './form-error.tsx';
import { SignInFrame } from './sign-in-frame.tsx';

interface SecondStepProps {
  readonly onDone: () => void;
  readonly onBack: () => void;
}

/** The second factor: a code of the app, or one of the backup codes. */
export function SecondStep({ onDone, onBack }: SecondStepProps) {
  const [code, setCode] = useState('');
  const [isBackup, setIsBackup] = useState(false);
  const verify = useMutation({
    mutationFn: () =>
      authCall(isBackup ? '/two-factor/verify-backup-code' : '/two-factor/verify-totp', {
        code: code.trim(),
      }),
    onSuccess: onDone,
  });
  const change = (): void => {
    setIsBackup(!isBackup);
    setCode('');
    verify.reset();
  };
  return (
    <SignInFrame
      title="Second factor"
      hint={
        isBackup
          ? 'One of the codes you kept when you switched it on. Each works once.'
          : 'The six digits that your app shows for Milepost.'
      }
    >
      <form
        className="grid gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          verify.mutate();
        }}
      >
        <Field label={isBackup ? 'Backup code' : 'Code'}>
          {(ids) => (
            <Input
              {...ids}
              key={isBackup ? 'backup' : 'app'}
              required
              // The page has nothing else to do.
              // oxlint-disable-next-line jsx-a11y/no-autofocus
              autoFocus
              autoComplete="one-time-code"
              inputMode={isBackup ? 'text' : 'numeric'}
              value={code}
              onChange={(event) => setCode(event.target.value)}
            />
          )}
        </Field>
        <FormError error={verify.error} />
        <Button type="submit" look="primary" disabled={verify.isPending}>
          {verify.isPending ? 'Checking…' : 'Go on'}
        </Button>
      </form>
      <div className="flex justify-between">
        <Button look="bare" onClick={change}>
          {isBackup ? 'Use the app' : 'Use a backup code'}
        </Button>
        <Button look="bare" onClick={onBack}>
          Back
        </Button>
      </div>
    </SignInFrame>
  );
}
