import { type SubmitEvent, useState } from 'react';
import { useDo } from '../../api/ask.ts';
import { Button } from '../../components/ui/button.tsx';
import { Dialog } from '../../components/ui/dialog.tsx';
import { Field, Input } from '../../components/ui/field.tsx';
import { useSay } from '../../components/ui/toast.tsx';
import { whoOf } from './suppression.ts';

interface OpenProps {
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
}

/** Keeps mail from an address or a person. */
export function AddSuppressionDialog({ open, onOpenChange }: OpenProps) {
  return (
    <Dialog title="Suppress an address or a person" open={open} onOpenChange={onOpenChange}>
      <AddForm onClose={() => onOpenChange(false)} />
    </Dialog>
  );
}

function AddForm({ onClose }: { readonly onClose: () => void }) {
  const [who, setWho] = useState('');
  const [note, setNote] = useState('');
  const say = useSay();
  const add = useDo('POST /suppressions', {
    onDone: (one) => {
      say({ title: `${whoOf(one)} is suppressed` });
      onClose();
    },
  });
  const onSubmit = (event: SubmitEvent): void => {
    event.preventDefault();
    const name = who.trim();
    if (name === '') return;
    const target = name.includes('@') ? { email: name } : { user_id: name };
    const told = note.trim() === '' ? {} : { note: note.trim() };
    add.mutate({ body: { ...target, ...told, reason: 'manual' } });
  };
  return (
    <form className="grid gap-3" onSubmit={onSubmit}>
      <Field label="Email address, or id of a person" hint="Pending emails to it are not sent.">
        {(ids) => <Input {...ids} value={who} onChange={(event) => setWho(event.target.value)} />}
      </Field>
      <Field label="Note">
        {(ids) => (
          <Input
            {...ids}
            maxLength={500}
            value={note}
            onChange={(event) => setNote(event.target.value)}
          />
        )}
      </Field>
      {add.error !== null && (
        <p role="alert" className="text-sm text-fault">
          {add.error.message}
        </p>
      )}
      <div className="flex justify-end gap-2">
        <Button onClick={onClose}>Cancel</Button>
        <Button type="submit" look="primary" disabled={who.trim() === '' || add.isPending}>
          {add.isPending ? 'Suppressing…' : 'Suppress'}
        </Button>
      </div>
    </form>
  );
}
