import { useState } from 'react';
import { useDo } from '../../../api/ask.ts';
import { countedOf } from '../../../components/number.ts';
import { Button } from '../../../components/ui/button.tsx';
import { Checkbox } from '../../../components/ui/checkbox.tsx';
import { Dialog } from '../../../components/ui/dialog.tsx';
import { Field, Input } from '../../../components/ui/field.tsx';
import { useSay } from '../../../components/ui/toast.tsx';
import { FormError } from '../../sign-in/form-error.tsx';
import type { Endpoint } from './endpoints-block.tsx';

interface ReplayDialogProps {
  readonly endpoint: Endpoint;
  readonly open: boolean;
  readonly onClose: () => void;
}

/** Sends what happened in a period again. */
export function ReplayDialog({ endpoint, open, onClose }: ReplayDialogProps) {
  const say = useSay();
  const [from, setFrom] = useState('');
  const [to, setTo] = useState('');
  const [isLost, setIsLost] = useState(true);
  const replay = useDo('POST /webhooks/{id}/replay', {
    onDone: ({ count }) => {
      say({ title: `${countedOf(count, 'event is', 'events are')} sent again` });
      onClose();
    },
  });
  return (
    <Dialog title="Send a period again" open={open} onOpenChange={onClose}>
      <form
        className="grid gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          const period = { from: new Date(from).toISOString(), to: new Date(to).toISOString() };
          const body = { ...period, ...(isLost ? { status: 'given_up' as const } : {}) };
          replay.mutate({ path: { id: endpoint.id }, body });
        }}
      >
        {(
          [
            ['From', from, setFrom],
            ['To', to, setTo],
          ] as const
        ).map(([label, value, set]) => (
          <Field key={label} label={label}>
            {(ids) => (
              <Input
                {...ids}
                type="datetime-local"
                required
                value={value}
                onChange={(event) => set(event.target.value)}
              />
            )}
          </Field>
        ))}
        <Checkbox
          label="Only what was given up"
          hint="Otherwise also what arrived, under the same ids, and what it never got; 10,000 events at most."
          checked={isLost}
          onChange={(event) => setIsLost(event.target.checked)}
        />
        <FormError error={replay.error} />
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" disabled={replay.isPending}>
            Send again
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
