import { createClient } from '@milepost/sdk';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { Button } from '../../components/ui/button.tsx';
import { Notice } from '../../components/ui/notice.tsx';
import { FormError } from './form-error.tsx';
import { tokenInAddress } from './one-time-token.ts';
import { NewPassword } from './password-fields.tsx';
import { SignInFrame } from './sign-in-frame.tsx';

/** Choosing a new password by the link that an administrator made. */
export function ResetPasswordPage() {
  const [token] = useState(tokenInAddress);
  const [password, setPassword] = useState('');
  const reset = useMutation({
    mutationFn: () =>
      createClient({ baseUrl: '' }).call('POST /password/reset', { body: { token, password } }),
  });
  if (token === '') {
    return (
      <SignInFrame title="New password">
        <Notice title="This link is not whole">
          <p className="text-muted">
            Open it once more as you got it, or ask an administrator of the server for another.
          </p>
        </Notice>
      </SignInFrame>
    );
  }
  if (reset.isSuccess) {
    return (
      <SignInFrame title="New password">
        <Notice role="status" tone="done" title="Your password is changed">
          <p>
            All your sessions have ended.{' '}
            <a href="/sign-in" className="text-accent underline">
              Sign in
            </a>
          </p>
        </Notice>
      </SignInFrame>
    );
  }
  return (
    <SignInFrame title="New password" hint="All your sessions end when you change it.">
      <form
        className="grid gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          reset.mutate();
        }}
      >
        <NewPassword label="New password" value={password} onChange={setPassword} />
        <FormError error={reset.error} />
        <Button type="submit" look="primary" disabled={reset.isPending}>
          {reset.isPending ? 'Changing…' : 'Change password'}
        </Button>
      </form>
    </SignInFrame>
  );
}
