import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { authCall } from '../../api/sign-in.ts';
import { Button } from '../../components/ui/button.tsx';
import { Field, Input } from '../../components/ui/field.tsx';
import { FormError } from './form-error.tsx';

interface PasswordStepProps {
  /** What the button of single sign-on says; null where there is none. */
  readonly singleSignOn: string | null;
  readonly next: string;
  readonly onSecond: () => void;
  readonly onDone: () => void;
}

interface SignedIn {
  /** The second factor is asked for. */
  readonly twoFactorRedirect?: boolean;
}

export function PasswordStep({ singleSignOn, next, onSecond, onDone }: PasswordStepProps) {
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const signIn = useMutation({
    mutationFn: () => authCall<SignedIn>('/sign-in/email', { email, password }),
    onSuccess: ({ twoFactorRedirect = false }) => (twoFactorRedirect ? onSecond() : onDone()),
  });
  return (
    <div className="grid gap-4">
      <form
        className="grid gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          signIn.mutate();
        }}
      >
        <Field label="Email">
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
        <Field
          label="Password"
          hint={
            <>
              Forgotten? An administrator of the server makes a link with{' '}
              <code className="font-mono text-xs">npx milepost members reset-link</code>.
            </>
          }
        >
          {(ids) => (
            <Input
              {...ids}
              type="password"
              required
              autoComplete="current-password"
              value={password}
              onChange={(event) => setPassword(event.target.value)}
            />
          )}
        </Field>
        <FormError error={signIn.error} />
        <Button type="submit" look="primary" disabled={signIn.isPending}>
          {signIn.isPending ? 'Signing in…' : 'Sign in'}
        </Button>
      </form>
      {singleSignOn !== null && <SingleSignOn name={singleSignOn} next={next} />}
    </div>
  );
}

function SingleSignOn({ name, next }: { readonly name: string; readonly next: string }) {
  const begin = useMutation({
    mutationFn: () =>
      authCall<{ url: string }>('/sign-in/social', {
        provider: 'oidc',
        callbackURL: next,
        errorCallbackURL: '/sign-in',
      }),
    onSuccess: ({ url }) => window.location.assign(url),
  });
  return (
    <div className="grid gap-3 border-t pt-4">
      <Button disabled={begin.isPending} onClick={() => begin.mutate()}>
        Continue with {name}
      </Button>
      <FormError error={begin.error} />
    </div>
  );
}
