import { useState } from 'react';
import { useAsk, useDo } from '../../../api/ask.ts';
import { Button } from '../../../components/ui/button.tsx';
import { Dialog } from '../../../components/ui/dialog.tsx';
import { Field, Select } from '../../../components/ui/field.tsx';
import { FormError } from '../../sign-in/form-error.tsx';
import type { Endpoint } from './endpoints-block.tsx';

interface TestDialogProps {
  readonly endpoint: Endpoint;
  readonly open: boolean;
  readonly onClose: () => void;
  readonly onSent: () => void;
}

/** Sends a sample of a type. */
export function TestDialog({ endpoint, open, onClose, onSent }: TestDialogProps) {
  const catalogue = useAsk('GET /event_types', {}, { enabled: open });
  const [type, setType] = useState('user.updated');
  const send = useDo('POST /webhooks/{id}/test', {
    onDone: () => {
      onClose();
      onSent();
    },
  });
  const chosen = catalogue.data?.data.find(({ name }) => name === type);
  return (
    <Dialog title="Send a sample event" open={open} onOpenChange={onClose}>
      <form
        className="grid gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          send.mutate({ path: { id: endpoint.id }, body: { type } });
        }}
      >
        <Field label="Type" hint={chosen?.description}>
          {(ids) => (
            <Select {...ids} value={type} onChange={(event) => setType(event.target.value)}>
              {(catalogue.data?.data ?? []).map(({ name }) => (
                <option key={name}>{name}</option>
              ))}
            </Select>
          )}
        </Field>
        {chosen !== undefined && (
          <pre className="max-h-64 overflow-auto rounded-ui border bg-sunken p-2 font-mono text-xs">
            {JSON.stringify(chosen.sample, null, 2)}
          </pre>
        )}
        <FormError error={send.error} />
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" disabled={send.isPending}>
            Send
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
