import { createClient } from '@milepost/sdk';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { Button } from '../../components/ui/button.tsx';
import { Field, Input } from '../../components/ui/field.tsx';
import { Notice } from '../../components/ui/notice.tsx';
import { FormError } from './form-error.tsx';
import { tokenInAddress } from './one-time-token.ts';
import { NewPassword } from './password-fields.tsx';
import { SignInFrame } from './sign-in-frame.tsx';

/** First run: whoever holds the link that the server printed becomes the owner. */
export function SetupPage() {
  const [token] = useState(tokenInAddress);
  const [name, setName] = useState('');
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const setup = useMutation({
    mutationFn: () =>
      createClient({ baseUrl: '' }).call('POST /setup', { body: { token, name, email, password } }),
    onSuccess: () => window.location.replace('/dashboard'),
  });
  if (token === '') return <NoLink />;
  return (
    <SignInFrame
      title="Set up Milepost"
      hint="You become the owner: you can do everything, and invite others."
    >
      <form
        className="grid gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          setup.mutate();
        }}
      >
        <Field label="Your name">
          {(ids) => (
            <Input
              {...ids}
              required
              maxLength={200}
              autoComplete="name"
              value={name}
              onChange={(event) => setName(event.target.value)}
            />
          )}
        </Field>
        <Field label="Email" hint="You sign in with it, and tests of emails go to it.">
          {(ids) => (
            <Input
              {...ids}
              type="email"
              required
              autoComplete="username"
              value={email}
              onChange={(event) => setEmail(event.target.value)}
            />
          )}
        </Field>
        <NewPassword value={password} onChange={setPassword} />
        <FormError error={setup.error} />
        <Button type="submit" look="primary" disabled={setup.isPending}>
          {setup.isPending ? 'Setting up…' : 'Set up'}
        </Button>
      </form>
    </SignInFrame>
  );
}

function NoLink() {
  return (
    <SignInFrame title="Set up Milepost">
      <Notice title="Open the link that the server printed">
        <p className="text-muted">
          It is in the terminal where <code className="font-mono text-sm">npm start</code> runs, and
          holds a token that works once. To print it again:{' '}
          <code className="font-mono text-sm">npx milepost setup-link</code>.
        </p>
      </Notice>
    </SignInFrame>
  );
}
