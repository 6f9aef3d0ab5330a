import type { Answer } from '@milepost/sdk';
import { type ChangeEvent, type SubmitEvent, useState } from 'react';
import { useDo } from '../../api/ask.ts';
import { countedOf, countOf } from '../../components/number.ts';
import { Button } from '../../components/ui/button.tsx';
import { Dialog } from '../../components/ui/dialog.tsx';
import { Field } from '../../components/ui/field.tsx';
import { Notice } from '../../components/ui/notice.tsx';
import { Textarea } from '../../components/ui/textarea.tsx';

interface OpenProps {
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
}

/** Suppresses up to 10,000 addresses of a CSV, and says what came of each line. */
export function ImportSuppressionsDialog({ open, onOpenChange }: OpenProps) {
  return (
    <Dialog title="Import suppressions" open={open} onOpenChange={onOpenChange}>
      <ImportForm onClose={() => onOpenChange(false)} />
    </Dialog>
  );
}

function ImportForm({ onClose }: { readonly onClose: () => void }) {
  const [csv, setCsv] = useState('');
  const send = useDo('POST /suppressions/import');
  const read = (event: ChangeEvent<HTMLInputElement>): void => {
    void event.target.files?.[0]?.text().then(setCsv);
  };
  const onSubmit = (event: SubmitEvent): void => {
    event.preventDefault();
    send.mutate({ body: { csv: headed(csv) } });
  };
  if (send.data !== undefined) return <Outcome answer={send.data} onClose={onClose} />;
  return (
    <form className="grid gap-3" onSubmit={onSubmit}>
      <Field label="CSV" hint="Columns email or user_id, and reason; or one address a line.">
        {(ids) => (
          <Textarea
            {...ids}
            rows={7}
            className="font-mono"
            value={csv}
            onChange={(event) => setCsv(event.target.value)}
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
      {send.error !== null && (
        <p role="alert" className="text-sm text-fault">
          {send.error.message}
        </p>
      )}
      <div className="flex justify-end gap-2">
        <Button onClick={onClose}>Cancel</Button>
        <Button type="submit" look="primary" disabled={csv.trim() === '' || send.isPending}>
          {send.isPending ? 'Importing…' : `Import ${countedOf(linesOf(csv), 'line', 'lines')}`}
        </Button>
      </div>
    </form>
  );
}

const hasHead = (csv: string): boolean => /^\s*"?(email|user_id|reason)\b/i.test(csv);

/** Bare addresses get the head that the server asks for. */
const headed = (csv: string): string => (hasHead(csv) ? csv : `email\n${csv.trimStart()}`);

const linesOf = (csv: string): number => {
  const lines = csv.split('\n').filter((line) => line.trim() !== '').length;
  return hasHead(csv) ? Math.max(0, lines - 1) : lines;
};

/** Lines with a fault that are told one by one. */
const TOLD_MAX = 20;

interface OutcomeProps {
  readonly answer: Answer<'POST /suppressions/import'>;
  readonly onClose: () => void;
}

function Outcome({ answer, onClose }: OutcomeProps) {
  const faults = answer.data.filter(({ result }) => result === 'invalid');
  return (
    <div className="grid gap-3">
      <Notice
        role="status"
        tone="done"
        title={`${countOf(answer.added)} suppressed, ${countOf(answer.present)} were already`}
      >
        {answer.invalid > 0 && <p>{countedOf(answer.invalid, 'line', 'lines')} not understood.</p>}
      </Notice>
      {faults.length > 0 && (
        <ul
          aria-label="Lines not understood"
          className="grid max-h-48 gap-1 overflow-y-auto text-sm"
        >
          {faults.slice(0, TOLD_MAX).map(({ line, error }) => (
            <li key={line}>
              Line {line}: <span className="text-muted">{error}</span>
            </li>
          ))}
        </ul>
      )}
      <Button look="primary" className="justify-self-end" onClick={onClose}>
        Done
      </Button>
    </div>
  );
}
