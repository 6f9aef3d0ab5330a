import { useState } from 'react';
import { useDo } from '../../api/ask.ts';
import { Confirm } from '../../components/ui/confirm.tsx';
import { Field, Input } from '../../components/ui/field.tsx';
import { useSay } from '../../components/ui/toast.tsx';
import { reasonWords } from './suppression-words.ts';
import { type Suppression, useSuppressAgain, whoOf } from './suppression.ts';

interface RemoveSuppressionDialogProps {
  readonly suppression: Suppression;
  readonly onClose: () => void;
}

/** Lets mail go to somebody again, and asks why: that stays on record. */
export function RemoveSuppressionDialog(props: RemoveSuppressionDialogProps) {
  const { suppression, onClose } = props;
  const [note, setNote] = useState('');
  const say = useSay();
  const suppressAgain = useSuppressAgain();
  const who = whoOf(suppression);
  const remove = useDo('DELETE /suppressions/{id}', {
    onDone: () => {
      onClose();
      const isKnown = suppression.email !== null || suppression.user_id !== null;
      say({
        title: `${who} may be mailed again`,
        ...(isKnown ? { undo: () => suppressAgain(suppression) } : {}),
      });
    },
  });
  const mayRemove = note.trim() !== '';
  return (
    <Confirm
      open
      onOpenChange={onClose}
      title="Let mail go again?"
      confirm="Remove"
      isPending={remove.isPending}
      error={remove.error}
      onConfirm={() => {
        if (mayRemove) remove.mutate({ path: { id: suppression.id }, query: { note } });
      }}
    >
      <p>
        1 suppression of <strong>{who}</strong> is removed ({reasonWords(suppression.reason)}).
        {suppression.reason === 'complaint' && ' They said that our mail was spam.'}
        {suppression.reason === 'hard_bounce' && ' The address did not exist.'}
      </p>
      <Field label="Why" hint="Stays on record with your name.">
        {(ids) => (
          <Input
            {...ids}
            required
            maxLength={500}
            value={note}
            onChange={(event) => setNote(event.target.value)}
          />
        )}
      </Field>
    </Confirm>
  );
}
