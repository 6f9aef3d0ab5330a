import { useState } from 'react';
import { useDo } from '../../api/ask.ts';
import { Button } from '../../components/ui/button.tsx';
import { Dialog } from '../../components/ui/dialog.tsx';
import { Field, Input } from '../../components/ui/field.tsx';
import type { TemplateRead } from './kind-words.ts';

/** Gives it another name; the slug that emails name it by stays. */
export function RenameTemplate({ template }: { readonly template: TemplateRead }) {
  const [isOpen, setIsOpen] = useState(false);
  const [name, setName] = useState(template.name);
  const rename = useDo('PATCH /templates/{id}', { onDone: () => setIsOpen(false) });
  return (
    <>
      <Button onClick={() => setIsOpen(true)}>Rename</Button>
      <Dialog title={`Rename ${template.name}`} open={isOpen} onOpenChange={setIsOpen}>
        <form
          className="grid gap-4"
          onSubmit={(event) => {
            event.preventDefault();
            rename.mutate({ path: { id: template.id }, body: { name: name.trim() } });
          }}
        >
          <Field label="Name" hint={`Emails go on naming it ${template.slug}.`}>
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
          {rename.error !== null && (
            <p role="alert" className="text-sm text-fault">
              {rename.error.message}
            </p>
          )}
          <Button
            type="submit"
            look="primary"
            className="justify-self-end"
            disabled={rename.isPending || name.trim() === ''}
          >
            Rename
          </Button>
        </form>
      </Dialog>
    </>
  );
}
