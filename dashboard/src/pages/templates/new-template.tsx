import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useDo } from '../../api/ask.ts';
import { Button } from '../../components/ui/button.tsx';
import { Dialog } from '../../components/ui/dialog.tsx';
import { Field, Input } from '../../components/ui/field.tsx';
import { Segmented } from '../../components/ui/segmented.tsx';
import type { TemplateKind } from './kind-words.ts';

interface NewTemplateProps {
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
}

const FIRST = { type: 'doc', content: [{ type: 'paragraph' }] };

/** Asks for kind and name; the body is written on the page that follows. */
export function NewTemplate({ open, onOpenChange }: NewTemplateProps) {
  const navigate = useNavigate();
  const [kind, setKind] = useState<TemplateKind>('template');
  const [name, setName] = useState('');
  const make = useDo('POST /templates', {
    onDone: ({ id }) => void navigate({ to: '/dashboard/templates/$id', params: { id } }),
  });
  return (
    <Dialog title="New template or snippet" open={open} onOpenChange={onOpenChange}>
      <form
        className="grid gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          const format = kind === 'template' ? { format: 'plain' as const } : {};
          make.mutate({ body: { kind, name: name.trim(), content: FIRST, ...format } });
        }}
      >
        <Segmented
          label="Kind"
          value={kind}
          onChange={setKind}
          segments={[
            { value: 'template', label: 'Template' },
            { value: 'snippet', label: 'Snippet' },
          ]}
        />
        <p className="text-sm text-muted">
          {kind === 'template'
            ? 'A whole body that emails can use.'
            : 'A piece that is put into bodies, such as a signature.'}
        </p>
        <Field label="Name">
          {(ids) => (
            <Input
              {...ids}
              required
              maxLength={200}
              value={name}
              onChange={(event) => setName(event.target.value)}
            />
          )}
        </Field>
        {make.error !== null && (
          <p role="alert" className="text-sm text-fault">
            {make.error.message}
          </p>
        )}
        <div className="flex justify-end gap-2">
          <Button onClick={() => onOpenChange(false)}>Cancel</Button>
          <Button type="submit" look="primary" disabled={make.isPending || name.trim() === ''}>
            {make.isPending ? 'Creating…' : 'Create'}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
