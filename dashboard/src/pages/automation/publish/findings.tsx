import { useAsk } from '../../../api/ask.ts';
import { Notice } from '../../../components/ui/notice.tsx';
import { useDraft } from '../draft/use-draft.ts';
import { titleOf } from '../build/step-types.ts';

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
  return (
    <Notice tone={isFault ? 'fault' : 'plain'} title={title}>
      <ul className="grid gap-1">
        {findings.map(({ step_id: id, path, code, message }) => {
          const index = steps.findIndex((step) => step.id === id);
          const step = steps[index];
          return (
            <li key={`${path} ${code} ${message}`}>
              {step !== undefined && (
                <span className="font-medium">
                  Step {index + 1}, {titleOf(step, null)}:{' '}
                </span>
              )}
              {message}
            </li>
          );
        })}
      </ul>
    </Notice>
  );
}
