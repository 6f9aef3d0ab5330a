import { useState } from 'react';
import { useDo } from '../../../api/ask.ts';
import { Button } from '../../../components/ui/button.tsx';
import { Field, Input } from '../../../components/ui/field.tsx';
import { FormError } from '../../sign-in/form-error.tsx';

export function SenderForm() {
  const [name, setName] = useState('');
  const [address, setAddress] = useState('');
  const [replyTo, setReplyTo] = useState('');
  const create = useDo('POST /senders', {
    onDone: () => {
      setName('');
      setAddress('');
      setReplyTo('');
    },
  });
  return (
    <form
      className="grid items-end gap-3 wide:grid-cols-[repeat(3,minmax(0,1fr))_auto]"
      onSubmit={(event) => {
        event.preventDefault();
        create.mutate({
          body: { name, address, ...(replyTo === '' ? {} : { reply_to: replyTo }) },
        });
      }}
    >
      <Field label="Name">
        {(ids) => (
          <Input
            {...ids}
            required
            placeholder="Ada of Tidewater"
            value={name}
            onChange={(event) => setName(event.target.value)}
          />
        )}
      </Field>
      <Field label="Address">
        {(ids) => (
          <Input
            {...ids}
            type="email"
            required
            placeholder="ada@tidewater.example"
            value={address}
            onChange={(event) => setAddress(event.target.value)}
          />
        )}
      </Field>
      <Field label="Answers to (optional)">
        {(ids) => (
          <Input
            {...ids}
            type="email"
            value={replyTo}
            onChange={(event) => setReplyTo(event.target.value)}
          />
        )}
      </Field>
      <Button
        type="submit"
        look="primary"
        className="justify-self-start"
        disabled={create.isPending}
      >
        Add sender
      </Button>
      <div className="wide:col-span-4">
        <FormError error={create.error} />
      </div>
    </form>
  );
}
