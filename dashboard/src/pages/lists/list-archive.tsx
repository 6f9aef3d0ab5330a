import type { Answer } from '@milepost/sdk';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useDo } from '../../api/ask.ts';
import { countedOf } from '../../components/number.ts';
import { Button } from '../../components/ui/button.tsx';
import { Confirm } from '../../components/ui/confirm.tsx';
import { useSay } from '../../components/ui/toast.tsx';

type List = Answer<'GET /lists/{id}'>;

/** Takes a list out of use, and back; an archived one can be deleted. */
export function ListArchive({ list }: { readonly list: List }) {
  const [asked, setAsked] = useState<'archive' | 'delete' | null>(null);
  const say = useSay();
  const navigate = useNavigate();
  const { id, name, counts } = list;
  const restore = useDo('POST /lists/{id}/unarchive', {
    onDone: () => say({ title: `${name} is in use again` }),
  });
  const archive = useDo('POST /lists/{id}/archive', {
    onDone: () => {
      setAsked(null);
      say({ title: `${name} is archived`, undo: () => restore.mutate({ path: { id } }) });
    },
  });
  const remove = useDo('DELETE /lists/{id}', {
    onDone: () => {
      say({ title: `${name} is deleted` });
      void navigate({ to: '/dashboard/lists' });
    },
  });
  const close = (): void => setAsked(null);
  const people = countedOf(counts.subscribed, 'person', 'people');
  if (list.archived_at === null) {
    return (
      <>
        <Button onClick={() => setAsked('archive')}>Archive</Button>
        <Confirm
          open={asked === 'archive'}
          onOpenChange={close}
          title={`Archive ${name}?`}
          confirm="Archive"
          isPending={archive.isPending}
          error={archive.error}
          onConfirm={() => archive.mutate({ path: { id } })}
        >
          <p>Emails that belong to it go to nobody: {people} on it get them no more.</p>
          <p className="text-muted">What people chose stays. It can be taken into use again.</p>
        </Confirm>
      </>
    );
  }
  return (
    <>
      <Button disabled={restore.isPending} onClick={() => restore.mutate({ path: { id } })}>
        Take into use again
      </Button>
      <Button onClick={() => setAsked('delete')}>Delete…</Button>
      <Confirm
        open={asked === 'delete'}
        onOpenChange={close}
        title={`Delete ${name}?`}
        confirm="Delete for good"
        typed={name}
        isPending={remove.isPending}
        error={remove.error}
        onConfirm={() => remove.mutate({ path: { id } })}
      >
        <p>
          This cannot be undone. What {people} and{' '}
          {countedOf(counts.unsubscribed, 'person', 'people')} who left chose is taken away; the
          proof of it stays.
        </p>
      </Confirm>
    </>
  );
}
