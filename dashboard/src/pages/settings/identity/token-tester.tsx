import Check from 'lucide-react/icons/check';
import Minus from 'lucide-react/icons/minus';
import X from 'lucide-react/icons/x';
import { type Answer } from '@milepost/sdk';
import { useState } from 'react';
import { useDo } from '../../../api/ask.ts';
import { SettingsBlock } from '../../../components/settings-block.tsx';
import { Button } from '../../../components/ui/button.tsx';
import { Field, Input } from '../../../components/ui/field.tsx';
import { Notice } from '../../../components/ui/notice.tsx';
import { Textarea } from '../../../components/ui/textarea.tsx';
import { FormError } from '../../sign-in/form-error.tsx';

/** Says what is right and wrong with a token, which calls themselves never tell. */
export function TokenTester() {
  const [token, setToken] = useState('');
  const [userId, setUserId] = useState('');
  const verify = useDo('POST /identity/verify');
  return (
    <SettingsBlock
      title="Test a token"
      hint="Calls only ever say that a token is invalid. Here you see why."
    >
      <form
        className="grid max-w-xl gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          verify.mutate({ body: { token: token.trim(), user_id: userId } });
        }}
      >
        <Field label="Token">
          {(ids) => (
            <Textarea
              {...ids}
              required
              spellCheck={false}
              className="font-mono text-sm"
              value={token}
              onChange={(event) => setToken(event.target.value)}
            />
          )}
        </Field>
        <Field label="User ID" hint="The one that the call names.">
          {(ids) => (
            <Input
              {...ids}
              required
              value={userId}
              onChange={(event) => setUserId(event.target.value)}
            />
          )}
        </Field>
        <FormError error={verify.error} />
        <Button type="submit" className="justify-self-start" disabled={verify.isPending}>
          Test
        </Button>
      </form>
      {verify.data !== undefined && <Verdict verdict={verify.data} />}
    </SettingsBlock>
  );
}

function Verdict({ verdict }: { readonly verdict: Answer<'POST /identity/verify'> }) {
  const { is_valid: isValid, checks, claims } = verdict;
  return (
    <Notice
      role="status"
      tone={isValid ? 'done' : 'fault'}
      title={isValid ? 'This token is accepted' : 'This token is refused'}
    >
      <ul className="grid gap-1">
        {checks.map(({ name, is_right: isRight, sentence }) => {
          const Icon = isRight === null ? Minus : isRight ? Check : X;
          return (
            <li key={name} className="flex items-start gap-2">
              <Icon
                size={15}
                role="img"
                aria-label={isRight === null ? 'not looked at' : isRight ? 'right' : 'wrong'}
                className="mt-0.5 shrink-0"
              />
              {sentence}
            </li>
          );
        })}
      </ul>
      {claims !== null && (
        <pre className="mt-1 overflow-x-auto font-mono text-xs">
          {JSON.stringify(claims, null, 2)}
        </pre>
      )}
    </Notice>
  );
}
