import { useState } from 'react';
import { useAsk, useDo } from '../../../api/ask.ts';
import { countedOf, countOf } from '../../../components/number.ts';
import { Confirm } from '../../../components/ui/confirm.tsx';
import { Field, Select } from '../../../components/ui/field.tsx';
import { Skeleton } from '../../../components/ui/skeleton.tsx';
import { useSay } from '../../../components/ui/toast.tsx';
import { useDraft } from '../draft/use-draft.ts';

type Late = 'send' | 'skip' | 'exit';

const CHOICES: Readonly<Record<Late, string>> = {
  send: 'Send in the next window',
  skip: 'Skip the emails, go on',
  exit: 'Leave the series',
};

/** Going on after a pause: what becomes of those who fell due meanwhile, counted. */
export function ResumeDialog({ onClose }: { readonly onClose: () => void }) {
  const { series, settings } = useDraft();
  const say = useSay();
  const rule = (settings['resume'] as { readonly late?: Late } | undefined)?.late ?? 'send';
  const [late, setLate] = useState<Late>(rule);
  const path = { id: series.id };
  const preview = useAsk(
    'POST /series/{id}/resume',
    { path, body: { late, dry_run: true } },
    { keepsPrevious: true },
  );
  const resume = useDo('POST /series/{id}/resume', {
    onDone: () => {
      say({ title: `${series.name} goes on` });
      onClose();
    },
  });
  const told = preview.data?.preview;
  return (
    <Confirm
      open
      onOpenChange={(isOpen) => !isOpen && onClose()}
      title={`Resume ${series.name}?`}
      confirm="Resume"
      isPending={resume.isPending}
      error={resume.error ?? preview.error}
      onConfirm={() => resume.mutate({ path, body: { late } })}
    >
      {told === undefined ? (
        <Skeleton className="h-10" />
      ) : (
        <p>
          {told.overdue === 0
            ? 'Nothing fell due in the pause.'
            : `${countedOf(told.overdue, 'step', 'steps')} fell due in the pause.`}
        </p>
      )}
      <Field label="What is overdue">
        {(ids) => (
          <Select {...ids} value={late} onChange={({ target }) => setLate(target.value as Late)}>
            {Object.entries(CHOICES).map(([value, words]) => (
              <option key={value} value={value}>
                {words}
              </option>
            ))}
          </Select>
        )}
      </Field>
      {told !== undefined && told.overdue > 0 && (
        <p className="text-muted">
          {countOf(told.planned)} planned anew, {countOf(told.skipped)} skipped,{' '}
          {countOf(told.exited)} leave.
        </p>
      )}
    </Confirm>
  );
}
