import { ApiError } from '@milepost/sdk';
import { useState } from 'react';
import { useSession } from '../../api/session.ts';
import { Failure } from '../../components/failure.tsx';
import { Notice } from '../../components/ui/notice.tsx';
import { useSearchText } from '../../app/use-search.ts';
import { PasswordStep } from './password-step.tsx';
import { SecondStep } from './second-step.tsx';
import { SignInFrame } from './sign-in-frame.tsx';
import { nextPathOf } from './next-path.ts';

/** What the server adds to its refusal of who is not signed in. */
interface Missing {
  readonly setup?: boolean;
  readonly single_sign_on?: string | null;
}

/** Signing in: a password or single sign-on, then the second factor of who has one. */
export function SignInPage() {
  const session = useSession();
  const [next] = useSearchText('next');
  const [fault] = useSearchText('error');
  const [isSecond, setIsSecond] = useState(false);
  const refusal = session.error instanceof ApiError ? session.error : null;
  const isStranger = refusal?.status === 401;
  const { setup = false, single_sign_on: singleSignOn = null } = (
    isStranger ? (refusal.details ?? {}) : {}
  ) as Missing;
  // A page load, so that everything is asked anew as the member.
  const enter = (): void => window.location.replace(nextPathOf(next));

  if (isSecond) return <SecondStep onDone={enter} onBack={() => setIsSecond(false)} />;
  return (
    <SignInFrame title="Sign in">
      {!isStranger && <Failure error={session.error} />}
      {session.data !== undefined && (
        <Notice title={`You are signed in as ${session.data.member.name}`}>
          <a href={nextPathOf(next)} className="text-accent underline">
            Go to the dashboard
          </a>
        </Notice>
      )}
      {setup && (
        <Notice title="Nobody has an account yet">
          <p className="text-muted">
            Open the one-time link that the server printed when it started, or print it again with{' '}
            <code className="font-mono text-sm">npx milepost setup-link</code>.
          </p>
        </Notice>
      )}
      {fault !== '' && (
        <Notice role="alert" tone="fault" title="Single sign-on did not let you in">
          <p>{wordsOfFault(fault)}</p>
        </Notice>
      )}
      <PasswordStep
        singleSignOn={singleSignOn}
        next={nextPathOf(next)}
        onSecond={() => setIsSecond(true)}
        onDone={enter}
      />
    </SignInFrame>
  );
}

/** What single sign-on says in the address when it fails. */
function wordsOfFault(code: string): string {
  switch (code) {
    case 'signup_disabled':
    case 'not_invited':
      return 'Ask an owner for an invitation to this address first.';
    case 'email_not_verified':
      return 'Your identity provider has not verified your address.';
    default:
      return `The identity provider or the server said: ${code.replaceAll('_', ' ')}.`;
  }
}
