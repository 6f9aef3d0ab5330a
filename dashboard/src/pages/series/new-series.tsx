import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useDo } from '../../api/ask.ts';
import { Button } from '../../components/ui/button.tsx';
import { Dialog } from '../../components/ui/dialog.tsx';
import { Field, Input } from '../../components/ui/field.tsx';
import { STARTERS } from './starters/starters.ts';
import type { Starter } from './starters/starter.ts';

interface NewSeriesProps {
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
}

/** A new series: empty, or from what others begin with. */
export function NewSeries({ open, onOpenChange }: NewSeriesProps) {
  const navigate = useNavigate();
  const [name, setName] = useState('');
  const create = useDo('POST /series', {
    onDone: ({ id }) => void navigate({ to: '/dashboard/automation/$id', params: { id } } as never),
  });
  const start = ({ series }: Starter): void =>
    create.mutate({ body: name.trim() === '' ? series : { ...series, name: name.trim() } });
  return (
    <Dialog title="New series" open={open} onOpenChange={onOpenChange}>
      <form
        className="grid gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          create.mutate({ body: { name: name.trim(), steps: [] } });
        }}
      >
        <Field label="Name">
          {(ids) => (
            <Input
              {...ids}
              required
              maxLength={200}
              placeholder="Welcome"
              value={name}
              onChange={(event) => setName(event.target.value)}
            />
          )}
        </Field>
        <Button
          type="submit"
          look="primary"
          className="justify-self-start"
          disabled={create.isPending}
        >
          Start empty
        </Button>
        {create.error !== null && (
          <p role="alert" className="text-sm text-fault">
            {create.error.message}
          </p>
        )}
        <div className="grid gap-2 border-t pt-3">
          <h3 className="text-sm font-semibold text-muted">Or start from</h3>
          <ul className="grid max-h-80 gap-1 overflow-y-auto">
            {STARTERS.map((starter) => (
              <li key={starter.key}>
                <button
                  type="button"
                  disabled={create.isPending}
                  onClick={() => start(starter)}
                  className="w-full rounded-ui border px-3 py-2 text-left hover:bg-sunken"
                >
                  <span className="block font-medium">{starter.name}</span>
                  <span className="block text-sm text-muted">
                    {starter.about} {starter.shape}.
                  </span>
                </button>
              </li>
            ))}
          </ul>
        </div>
      </form>
    </Dialog>
  );
}
