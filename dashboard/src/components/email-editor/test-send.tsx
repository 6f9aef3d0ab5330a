import Send from 'lucide-react/icons/send';
import { useState } from 'react';
import { useAsk, useDo } from '../../api/ask.ts';
import { useMay } from '../../api/may.ts';
import { useSide } from '../../api/side.ts';
import { Button } from '../ui/button.tsx';
import { Field, Select } from '../ui/field.tsx';
import { Popover } from '../ui/popover.tsx';
import { useSay } from '../ui/toast.tsx';
import type { EmailContext } from './email-fields.ts';
import type { previewCallOf } from './use-preview.ts';

interface TestSendProps {
  readonly context: EmailContext;
  readonly call: ReturnType<typeof previewCallOf>;
  /** Whose values are merged, in words. */
  readonly as: string;
  readonly disabled: boolean;
}

/** Sends the email as it stands on the page to a member, marked as a test. */
export function TestSend({ disabled, ...rest }: TestSendProps) {
  const [isOpen, setIsOpen] = useState(false);
  const { side } = useSide();
  const mayEdit = useMay('editor');
  if (!mayEdit) return null;
  return (
    <Popover
      open={isOpen}
      onOpenChange={setIsOpen}
      label="Send a test"
      trigger={
        <Button disabled={disabled}>
          <Send size={14} aria-hidden />
          Send a test
        </Button>
      }
    >
      {side.side === 'test' ? (
        <p className="text-sm text-muted">
          Nothing leaves the test side. Switch to the live side to send a test, or look at the
          preview.
        </p>
      ) : (
        <Sending {...rest} onSent={() => setIsOpen(false)} />
      )}
    </Popover>
  );
}

function Sending({
  context,
  call,
  as,
  onSent,
}: Omit<TestSendProps, 'disabled'> & { readonly onSent: () => void }) {
  const { member } = useSide();
  const say = useSay();
  const [to, setTo] = useState(member.email);
  const { data } = useAsk('GET /members', { query: { limit: 100 } });
  const members = data?.data ?? [];
  const onDone = ({ to: sentTo }: { readonly to: string }): void => {
    say({ title: 'The test was sent', text: `To ${sentTo}, with the values of ${as}.` });
    onSent();
  };
  const ofSeries = useDo('POST /series/{id}/test_send', { onDone });
  const ofBroadcast = useDo('POST /broadcasts/{id}/test_send', { onDone });
  const send = context.kind === 'series' ? ofSeries : ofBroadcast;
  const others = members.filter(({ email }) => email !== member.email);
  return (
    <form
      className="grid gap-3"
      onSubmit={(event) => {
        event.preventDefault();
        event.stopPropagation();
        send.mutate({ path: { id: context.id }, body: { ...call, to } });
      }}
    >
      <Field label="To" hint={`With the values of ${as}. Not tracked, counted nowhere.`}>
        {(ids) => (
          <Select {...ids} value={to} onChange={(event) => setTo(event.target.value)}>
            <option value={member.email}>{member.email} (you)</option>
            {others.map(({ id, email }) => (
              <option key={id} value={email}>
                {email}
              </option>
            ))}
          </Select>
        )}
      </Field>
      {send.error !== null && (
        <p role="alert" className="text-sm text-fault">
          {send.error.message}
        </p>
      )}
      <Button type="submit" look="primary" disabled={send.isPending}>
        {send.isPending ? 'Sending…' : 'Send'}
      </Button>
    </form>
  );
}
