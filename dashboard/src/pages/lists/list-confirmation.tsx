import type { Answer } from '@milepost/sdk';
import { type SubmitEvent, useState } from 'react';
import { useAsk, useDo } from '../../api/ask.ts';
import { useMay } from '../../api/may.ts';
import { EmailFrame } from '../../components/email-frame.tsx';
import { Failure } from '../../components/failure.tsx';
import { Button } from '../../components/ui/button.tsx';
import { Field, Input } from '../../components/ui/field.tsx';
import { Skeleton } from '../../components/ui/skeleton.tsx';
import { Textarea } from '../../components/ui/textarea.tsx';
import { useSay } from '../../components/ui/toast.tsx';

type Confirmation = Answer<'GET /lists/{id}/confirmation'>;

/** The email that asks people to confirm that they join. */
export function ListConfirmation({ listId }: { readonly listId: string }) {
  const { data, error } = useAsk('GET /lists/{id}/confirmation', { path: { id: listId } });
  if (error !== null) return <Failure error={error} />;
  if (data === undefined) return <Skeleton className="h-96 w-full" />;
  return <Editor key={JSON.stringify(data)} listId={listId} confirmation={data} />;
}

interface EditorProps {
  readonly listId: string;
  readonly confirmation: Confirmation;
}

function Editor({ listId, confirmation }: EditorProps) {
  const [subject, setSubject] = useState(confirmation.subject);
  const [html, setHtml] = useState(confirmation.html);
  const mayEdit = useMay('editor');
  const say = useSay();
  const path = { id: listId };
  const save = useDo('PUT /lists/{id}/confirmation', { onDone: () => say({ title: 'Saved' }) });
  const reset = useDo('DELETE /lists/{id}/confirmation', {
    onDone: () => {
      const { is_default: _, ...body } = confirmation;
      say({ title: 'Back to the standard email', undo: () => save.mutate({ path, body }) });
    },
  });
  const isChanged = subject !== confirmation.subject || html !== confirmation.html;
  const onSubmit = (event: SubmitEvent): void => {
    event.preventDefault();
    const { is_default: _, text: __, ...before } = confirmation;
    save.mutate({ path, body: { ...before, subject, html } });
  };
  const error = save.error ?? reset.error;
  return (
    <form className="grid grid-cols-1 gap-4 wide:grid-cols-2" onSubmit={onSubmit}>
      <div className="grid content-start gap-3">
        <p className="text-muted">
          {confirmation.is_default
            ? 'This is the email that comes with Milepost.'
            : 'This list has an email of its own.'}
        </p>
        <Field label="Subject">
          {(ids) => (
            <Input
              {...ids}
              disabled={!mayEdit}
              value={subject}
              onChange={(event) => setSubject(event.target.value)}
            />
          )}
        </Field>
        <Field label="HTML" hint="The link that confirms must be in it, as a merge tag.">
          {(ids) => (
            <Textarea
              {...ids}
              rows={18}
              spellCheck={false}
              className="font-mono text-xs!"
              disabled={!mayEdit}
              value={html}
              onChange={(event) => setHtml(event.target.value)}
            />
          )}
        </Field>
        {error !== null && (
          <p role="alert" className="text-fault">
            {error.message}
          </p>
        )}
        {mayEdit && (
          <div className="flex flex-wrap gap-2">
            <Button type="submit" look="primary" disabled={!isChanged || save.isPending}>
              {save.isPending ? 'Saving…' : 'Save'}
            </Button>
            {!confirmation.is_default && (
              <Button disabled={reset.isPending} onClick={() => reset.mutate({ path })}>
                Back to the standard email
              </Button>
            )}
          </div>
        )}
      </div>
      <EmailFrame
        title="The email, before merge tags are filled in"
        html={html}
        className="h-[36rem]"
      />
    </form>
  );
}
