import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { authCall } from '../../../api/sign-in.ts';
import { SettingsBlock } from '../../../components/settings-block.tsx';
import { Button } from '../../../components/ui/button.tsx';
import { Field, Input } from '../../../components/ui/field.tsx';
import { useSay } from '../../../components/ui/toast.tsx';
import { FormError } from '../../sign-in/form-error.tsx';
import { NewPassword } from '../../sign-in/password-fields.tsx';

export function PasswordBlock() {
  const say = useSay();
  const queries = useQueryClient();
  const [current, setCurrent] = useState('');
  const [next, setNext] = useState('');
  const change = useMutation({
    mutationFn: () => authCall('/change-password', { currentPassword: current, newPassword: next }),
    onSuccess: () => {
      setCurrent('');
      setNext('');
      say({ title: 'Your password is changed', text: 'Your other sessions have ended.' });
      void queries.invalidateQueries({ queryKey: ['ask'] });
    },
  });
  return (
    <SettingsBlock title="Password" hint="Changing it ends all your other sessions.">
      <form
        className="grid max-w-sm gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          change.mutate();
        }}
      >
        <Field label="Present password">
          {(ids) => (
            <Input
              {...ids}
              type="password"
              required
              autoComplete="current-password"
              value={current}
              onChange={(event) => setCurrent(event.target.value)}
            />
          )}
        </Field>
        <NewPassword label="New password" value={next} onChange={setNext} />
        <FormError error={change.error} />
        <Button type="submit" className="justify-self-start" disabled={change.isPending}>
          Change password
        </Button>
      </form>
    </SettingsBlock>
  );
}
