import { type Answer, createClient } from '@milepost/sdk';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Failure } from '../../components/failure.tsx';
import { Button } from '../../components/ui/button.tsx';
import { Field, Input } from '../../components/ui/field.tsx';
import { Notice } from '../../components/ui/notice.tsx';
import { Skeleton } from '../../components/ui/skeleton.tsx';
import { FormError } from './form-error.tsx';
import { tokenInAddress } from './one-time-token.ts';
import { NewPassword } from './password-fields.tsx';
import { SignInFrame } from './sign-in-frame.tsx';

type Invitation = Answer<'POST /invitations/look'>;

/** Joining a workspace by the link of an invitation. */
export function InvitationPage() {
  const [token] = useState(tokenInAddress);
  const look = useQuery({
    queryKey: ['invitation', token],
    queryFn: () =>
      createClient({ baseUrl: '' }).call('POST /invitations/look', { body: { token } }),
    enabled: token !== '',
  });
  if (token === '' || look.error !== null) {
    return (
      <SignInFrame title="Join a workspace">
        {look.error === null ? (
          <Notice title="This link is not whole">
            <p className="text-muted">Open the link of your invitation once more.</p>
          </Notice>
        ) : (
          <Failure error={look.error} />
        )}
      </SignInFrame>
    );
  }
  if (look.data === undefined) {
    return (
      <SignInFrame title="Join a workspace">
        <Skeleton className="h-64 w-full" />
      </SignInFrame>
    );
  }
  return <Join token={token} invitation={look.data} />;
}

interface JoinProps {
  readonly token: string;
  readonly invitation: Invitation;
}

function Join({ token, invitation }: JoinProps) {
  const { email, role, workspace, is_member: isMember } = invitation;
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const accept = useMutation({
    mutationFn: () =>
      createClient({ baseUrl: '' }).call('POST /invitations/accept', {
        // An account that there is keeps its own name and password.
        body: isMember ? { token } : { token, name, password },
      }),
    onSuccess: ({ signed_in: isSignedIn }) =>
      window.location.replace(isSignedIn ? '/dashboard' : '/sign-in'),
  });
  return (
    <SignInFrame title={`Join ${workspace}`} hint={`As ${role}, with ${email}.`}>
      <form
        className="grid gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          accept.mutate();
        }}
      >
        {!isMember && (
          <>
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
            <NewPassword value={password} onChange={setPassword} />
          </>
        )}
        <FormError error={accept.error} />
        <Button type="submit" look="primary" disabled={accept.isPending}>
          {accept.isPending ? 'Joining…' : 'Join'}
        </Button>
      </form>
    </SignInFrame>
  );
}
