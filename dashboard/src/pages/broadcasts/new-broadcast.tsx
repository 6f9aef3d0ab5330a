import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useDo } from '../../api/ask.ts';
import { Button } from '../../components/ui/button.tsx';
import { Dialog } from '../../components/ui/dialog.tsx';
import { Field, Input } from '../../components/ui/field.tsx';

interface NewBroadcastProps {
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
}

export function NewBroadcast({ open, onOpenChange }: NewBroadcastProps) {
  const navigate = useNavigate();
  const [name, setName] = useState('');
  const create = useDo('POST /broadcasts', {
    onDone: ({ id }) => void navigate({ to: '/dashboard/broadcasts/$id', params: { id } }),
  });
  return (
    <Dialog title="New broadcast" open={open} onOpenChange={onOpenChange}>
      <form
        className="grid gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          create.mutate({ body: { name: name.trim() } });
        }}
      >
        <Field label="Name" hint="Yours; nobody who gets it sees it.">
          {(ids) => (
            <Input
              {...ids}
              required
              maxLength={200}
              placeholder="Spring news"
              value={name}
              onChange={(event) => setName(event.target.value)}
            />
          )}
        </Field>
        {create.error !== null && (
          <p role="alert" className="text-sm text-fault">
            {create.error.message}
          </p>
        )}
        <Button
          type="submit"
          look="primary"
          className="justify-self-start"
          disabled={create.isPending}
        >
          Write it
        </Button>
      </form>
    </Dialog>
  );
}
