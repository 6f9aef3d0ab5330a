import ArrowLeft from 'lucide-react/icons/arrow-left';
import ChevronLeft from 'lucide-react/icons/chevron-left';
import ChevronRight from 'lucide-react/icons/chevron-right';
import { EmailEditor } from '../../../components/email-editor/email-editor.tsx';
import type { EmailFields } from '../../../components/email-editor/email-fields.ts';
import { Button } from '../../../components/ui/button.tsx';
import type { Step } from '../draft/step.ts';
import { useDraft } from '../draft/use-draft.ts';
import { subjectOf } from './email-row.ts';

interface EditEmailProps {
  readonly step: Step;
  /** Among the emails of the series, from 0. */
  readonly place: { readonly at: number; readonly count: number };
  readonly onGo: (at: number) => void;
  readonly onClose: () => void;
}

/** One email of the draft, open in its place; what is written is saved with the draft. */
export function EditEmail({ step, place: { at, count }, onGo, onClose }: EditEmailProps) {
  const { series, change, faults, mayEdit } = useDraft();
  const own = (faults.get(step.id) ?? []).filter(({ keeps }) => keeps === 'saving');
  const write = (next: EmailFields): void => {
    const written = { ...next, id: step.id, type: step.type } as Step;
    change(
      (doc) => ({ ...doc, steps: doc.steps.map((one) => (one.id === step.id ? written : one)) }),
      'Write email',
      `email ${step.id}`,
    );
  };
  return (
    <section aria-label={`Email: ${subjectOf(step)}`} className="grid gap-4">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <Button look="bare" className="-ml-3" onClick={onClose}>
          <ArrowLeft size={15} aria-hidden />
          All emails
        </Button>
        <div className="flex items-center gap-1">
          <Button
            look="bare"
            square
            aria-label="Previous email"
            disabled={at === 0}
            onClick={() => onGo(at - 1)}
          >
            <ChevronLeft size={16} aria-hidden />
          </Button>
          <span className="text-sm text-muted" data-tabular>
            {at + 1} of {count}
          </span>
          <Button
            look="bare"
            square
            aria-label="Next email"
            disabled={at === count - 1}
            onClick={() => onGo(at + 1)}
          >
            <ChevronRight size={16} aria-hidden />
          </Button>
        </div>
      </div>
      <EmailEditor
        value={step as EmailFields}
        onChange={write}
        context={{ kind: 'series', id: series.id, stepId: step.id }}
        faults={own}
        isReadOnly={!mayEdit}
      />
    </section>
  );
}
