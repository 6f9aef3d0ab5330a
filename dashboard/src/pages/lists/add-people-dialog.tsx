import type { Answer } from '@milepost/sdk';
import { useQueryClient } from '@tanstack/react-query';
import { type ChangeEvent, type SubmitEvent, useState } from 'react';
import { useSide } from '../../api/side.ts';
import { countedOf, countOf } from '../../components/number.ts';
import { Button } from '../../components/ui/button.tsx';
import { Checkbox } from '../../components/ui/checkbox.tsx';
import { Dialog } from '../../components/ui/dialog.tsx';
import { Field } from '../../components/ui/field.tsx';
import { Notice } from '../../components/ui/notice.tsx';
import { Textarea } from '../../components/ui/textarea.tsx';
import { idsOf, partsOf } from './ids.ts';

type List = Answer<'GET /lists/{id}'>;

interface AddPeopleDialogProps {
  readonly list: List;
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
}

/** Puts people on a list, by their ids or by a CSV. */
export function AddPeopleDialog({ list, open, onOpenChange }: AddPeopleDialogProps) {
  return (
    <Dialog title={`Add people to ${list.name}`} open={open} onOpenChange={onOpenChange}>
      <AddPeopleForm list={list} onClose={() => onOpenChange(false)} />
    </Dialog>
  );
}

interface Came {
  readonly changed: number;
  readonly unchanged: number;
  readonly unknown_user: number;
}

const NOTHING: Came = { changed: 0, unchanged: 0, unknown_user: 0 };

function AddPeopleForm({ list, onClose }: { readonly list: List; readonly onClose: () => void }) {
  const { client, side } = useSide();
  const queries = useQueryClient();
  const [text, setText] = useState('');
  const [hasConsent, setHasConsent] = useState(false);
  const [came, setCame] = useState<Came | null>(null);
  const [isBusy, setIsBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const ids = idsOf(text);
  const read = (event: ChangeEvent<HTMLInputElement>): void => {
    void event.target.files?.[0]?.text().then(setText);
  };
  const add = async (): Promise<void> => {
    setIsBusy(true);
    setError(null);
    const sum = { ...NOTHING };
    try {
      for (const part of partsOf(ids)) {
        const body = { user_ids: part, ...(hasConsent ? { confirmed: true } : {}) };
        const answer = await client.call('POST /lists/{id}/subscribers', {
          path: { id: list.id },
          body,
        });
        for (const { result } of answer.data) sum[result] += 1;
      }
    } catch (failure) {
      setError(failure instanceof Error ? failure.message : String(failure));
    }
    setCame(sum);
    setIsBusy(false);
    await queries.invalidateQueries({ queryKey: ['ask', side.id] });
  };
  const onSubmit = (event: SubmitEvent): void => {
    event.preventDefault();
    if (ids.length > 0) void add();
  };
  const asksThem = list.double_opt_in && !hasConsent;
  if (came !== null)
    return <Outcome came={came} error={error} isAsked={asksThem} onClose={onClose} />;
  return (
    <form className="grid gap-3" onSubmit={onSubmit}>
      <Field label="Their ids" hint="One a line, or a CSV with a column user_id.">
        {(hint) => (
          <Textarea
            {...hint}
            rows={6}
            className="font-mono"
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
        )}
      </Field>
      <label className="grid gap-1 text-sm font-medium">
        Or a file
        <input
          type="file"
          accept=".csv,.txt,text/csv,text/plain"
          className="font-normal"
          onChange={read}
        />
      </label>
      {list.double_opt_in && (
        <Checkbox
          label="They have confirmed already"
          hint="Only with proof of it. Without, each gets an email that asks."
          checked={hasConsent}
          onChange={(event) => setHasConsent(event.target.checked)}
        />
      )}
      <div className="flex justify-end gap-2">
        <Button onClick={onClose}>Cancel</Button>
        <Button type="submit" look="primary" disabled={ids.length === 0 || isBusy}>
          {isBusy
            ? 'Adding…'
            : `${asksThem ? 'Ask' : 'Add'} ${countedOf(ids.length, 'person', 'people')}`}
        </Button>
      </div>
    </form>
  );
}

interface OutcomeProps {
  readonly came: Came;
  readonly error: string | null;
  readonly isAsked: boolean;
  readonly onClose: () => void;
}

function Outcome({ came, error, isAsked, onClose }: OutcomeProps) {
  const done = countedOf(came.changed, 'person', 'people');
  return (
    <div className="grid gap-3">
      <Notice
        role="status"
        tone={error === null ? 'done' : 'fault'}
        title={isAsked ? `${done} asked to confirm` : `${done} added`}
      >
        {came.unchanged > 0 && <p>{countOf(came.unchanged)} stood so already.</p>}
        {came.unknown_user > 0 && <p>{countOf(came.unknown_user)} ids are nobody’s.</p>}
        {error !== null && <p>Then it stopped: {error}</p>}
      </Notice>
      <Button look="primary" className="justify-self-end" onClick={onClose}>
        Done
      </Button>
    </div>
  );
}
