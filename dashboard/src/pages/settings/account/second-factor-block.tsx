import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { authCall } from '../../../api/sign-in.ts';
import { useSide } from '../../../api/side.ts';
import { SettingsBlock } from '../../../components/settings-block.tsx';
import { Badge } from '../../../components/ui/badge.tsx';
import { Button } from '../../../components/ui/button.tsx';
import { Field, Input } from '../../../components/ui/field.tsx';
import { FormError } from '../../sign-in/form-error.tsx';
import { ConfirmFactor, type NewFactor } from './confirm-factor.tsx';

/** Codes of an app besides the password. */
export function SecondFactorBlock() {
  const { member } = useSide();
  const queries = useQueryClient();
  const [factor, setFactor] = useState<NewFactor | null>(null);
  const done = (): void => {
    setFactor(null);
    void queries.invalidateQueries({ queryKey: ['session'] });
  };
  return (
    <SettingsBlock
      title="Second factor"
      hint="Signing in asks for a code of an app on your phone, besides the password."
      actions={
        <Badge tone={member.two_factor ? 'good' : 'quiet'}>
          {member.two_factor ? 'on' : 'off'}
        </Badge>
      }
    >
      {factor !== null ? (
        <ConfirmFactor factor={factor} onDone={done} onCancel={() => setFactor(null)} />
      ) : member.two_factor ? (
        <WithPassword action="Switch off" path="/two-factor/disable" onDone={done} />
      ) : (
        <WithPassword<NewFactor> action="Set up" path="/two-factor/enable" onDone={setFactor} />
      )}
    </SettingsBlock>
  );
}

interface WithPasswordProps<Answer> {
  readonly action: string;
  readonly path: string;
  readonly onDone: (answer: Answer) => void;
}

/** What needs the password once more, so that an open browser alone cannot do it. */
function WithPassword<Answer>({ action, path, onDone }: WithPasswordProps<Answer>) {
  const [password, setPassword] = useState('');
  const act = useMutation({
    mutationFn: () => authCall<Answer>(path, { password }),
    onSuccess: onDone,
  });
  return (
    <form
      className="grid max-w-sm gap-3"
      onSubmit={(event) => {
        event.preventDefault();
        act.mutate();
      }}
    >
      <Field label="Your password">
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
      <FormError error={act.error} />
      <Button type="submit" className="justify-self-start" disabled={act.isPending}>
        {action}
      </Button>
    </form>
  );
}
