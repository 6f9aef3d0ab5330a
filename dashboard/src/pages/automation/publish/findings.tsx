import { useAsk } from '../../../api/ask.ts';
import { Notice } from '../../../components/ui/notice.tsx';
import { useDraft } from '../draft/use-draft.ts';
import { said } from '../build/inspector/step-field.tsx';
import { titleOf } from '../build/step-types.ts';
import type { Step } from '../draft/step.ts';

/** What the checks say about the emails: faults that keep from publishing, and warnings. */
export function useFindings() {
  const { series } = useDraft();
  const { data, isPending } = useAsk('GET /series/{id}/checks', { path: { id: series.id } });
  const findings = data?.data ?? [];
  return {
    isPending,
    errors: findings.filter(({ severity }) => severity === 'error'),
    warnings: findings.filter(({ severity }) => severity === 'warning'),
  };
}

type Finding = ReturnType<typeof useFindings>['errors'][number];

interface FindingsProps {
  readonly title: string;
  readonly findings: readonly Finding[];
  readonly isFault?: boolean;
}

export function Findings({ title, findings, isFault = false }: FindingsProps) {
  const { steps } = useDraft();
  if (findings.length === 0) return null;
  const byMessage = Map.groupBy(findings, ({ message }) => message);
  return (
    <Notice tone={isFault ? 'fault' : 'plain'} title={title}>
      <ul className="grid gap-1.5">
        {[...byMessage].map(([message, same]) => (
          <li key={message}>
            {said(message)}
            <span className="block text-sm text-muted">
              {same.flatMap(({ step_id: id }) => stepWords(steps, id)).join(' · ')}
            </span>
          </li>
        ))}
      </ul>
    </Notice>
  );
}

function stepWords(steps: readonly Step[], id: string | undefined): string[] {
  const index = steps.findIndex((step) => step.id === id);
  const step = steps[index];
  return step === undefined ? [] : [`Step ${index + 1}, ${titleOf(step, null)}`];
}
