import { useState } from 'react';
import { useAsk, useDo } from '../../api/ask.ts';
import { Button } from '../../components/ui/button.tsx';
import { Confirm } from '../../components/ui/confirm.tsx';
import { countedOf } from '../../components/number.ts';
import type { TemplateRead } from './kind-words.ts';

/** Takes it out of the lists; published emails go on with it. */
export function ArchiveTemplate({ template: { id, name } }: { readonly template: TemplateRead }) {
  const [isOpen, setIsOpen] = useState(false);
  const { data } = useAsk('GET /templates/{id}/uses', { path: { id } });
  const archive = useDo('POST /templates/{id}/archive', { onDone: () => setIsOpen(false) });
  const count = data?.data.length ?? 0;
  return (
    <>
      <Button onClick={() => setIsOpen(true)}>Archive</Button>
      <Confirm
        open={isOpen}
        onOpenChange={setIsOpen}
        title={`Archive ${name}?`}
        confirm="Archive"
        isPending={archive.isPending}
        error={archive.error}
        onConfirm={() => archive.mutate({ path: { id } })}
      >
        <p>
          {count === 0
            ? 'No published email uses it.'
            : `${countedOf(count, 'published email goes', 'published emails go')} on with it.`}{' '}
          Drafts that name it cannot be published any more, and it cannot be taken back.
        </p>
      </Confirm>
    </>
  );
}
