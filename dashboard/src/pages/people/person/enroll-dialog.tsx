import { type SubmitEvent, useState } from 'react';
import { useDo } from '../../../api/ask.ts';
import { Instant } from '../../../components/instant.tsx';
import { Button } from '../../../components/ui/button.tsx';
import { Dialog } from '../../../components/ui/dialog.tsx';
import { Field } from '../../../components/ui/field.tsx';
import { Notice } from '../../../components/ui/notice.tsx';
import { Textarea } from '../../../components/ui/textarea.tsx';
import { ENROLL_WORDS } from './enroll-words.ts';
import { SeriesPicker } from './series-picker.tsx';

interface EnrollDialogProps {
  readonly userId: string;
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
}

/** Takes somebody into a series, whatever its trigger, and says what came of it. */
export function EnrollDialog({ userId, open, onOpenChange }: EnrollDialogProps) {
  return (
    <Dialog title="Enroll in a series" open={open} onOpenChange={onOpenChange}>
      <EnrollForm userId={userId} onClose={() => onOpenChange(false)} />
    </Dialog>
  );
}

function EnrollForm({
  userId,
  onClose,
}: {
  readonly userId: string;
  readonly onClose: () => void;
}) {
  const [seriesId, setSeriesId] = useState('');
  const [text, setText] = useState('');
  const enroll = useDo('POST /series/{id}/enroll');
  const properties = propertiesOf(text);
  const onSubmit = (event: SubmitEvent): void => {
    event.preventDefault();
    if (seriesId === '' || properties === null) return;
    const given = Object.keys(properties).length === 0 ? {} : { properties };
    enroll.mutate({ path: { id: seriesId }, body: { users: [{ user_id: userId, ...given }] } });
  };
  const answer = enroll.data?.data[0];
  if (answer !== undefined) {
    const { title, text: told } = ENROLL_WORDS[answer.result];
    return (
      <div className="grid gap-3">
        <Notice role="status" tone={answer.result === 'enrolled' ? 'done' : 'plain'} title={title}>
          <p className="text-muted">{answer.message ?? answer.error ?? told}</p>
          {answer.scheduled_for !== undefined && (
            <p>
              First step: <Instant at={answer.scheduled_for} />
            </p>
          )}
          {answer.after !== undefined && (
            <p>
              Again from <Instant at={answer.after} />
            </p>
          )}
        </Notice>
        <div className="flex justify-end gap-2">
          <Button onClick={() => enroll.reset()}>Another series</Button>
          <Button look="primary" onClick={onClose}>
            Done
          </Button>
        </div>
      </div>
    );
  }
  return (
    <form className="grid gap-3" onSubmit={onSubmit}>
      <SeriesPicker label="Series" value={seriesId} onChange={setSeriesId} statuses={['active']} />
      <Field
        label="Properties"
        hint={
          properties === null
            ? 'This is no JSON object.'
            : 'JSON, if the emails need any: {"order": 17}. Merge tags name it event.'
        }
      >
        {(ids) => (
          <Textarea
            {...ids}
            rows={3}
            className="font-mono"
            aria-invalid={properties === null || undefined}
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
        )}
      </Field>
      {enroll.error !== null && (
        <p role="alert" className="text-sm text-fault">
          {enroll.error.message}
        </p>
      )}
      <div className="flex justify-end gap-2">
        <Button onClick={onClose}>Cancel</Button>
        <Button
          type="submit"
          look="primary"
          disabled={seriesId === '' || properties === null || enroll.isPending}
        >
          {enroll.isPending ? 'Enrolling…' : 'Enroll'}
        </Button>
      </div>
    </form>
  );
}

/** Null for what is no JSON object. */
function propertiesOf(text: string): Readonly<Record<string, unknown>> | null {
  if (text.trim() === '') return {};
  try {
    const value: unknown = JSON.parse(text);
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? (value as Readonly<Record<string, unknown>>) : null;
  } catch {
    return null;
  }
}
