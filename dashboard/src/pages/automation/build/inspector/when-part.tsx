import { Instant } from '../../../../components/instant.tsx';
import { useDraft } from '../../draft/use-draft.ts';
import { dayWordsOf } from '../cards.ts';
import { useEditedStep } from './edited-step.ts';

/** When the step happens for somebody who enters now, and why then, by the planner. */
export function WhenPart() {
  const { outline, outlineOf } = useDraft();
  const { step } = useEditedStep();
  const told = outlineOf(step.id);
  const words = dayWordsOf(told);
  if (told === null || outline === null || words === null || told.at === null) return null;
  return (
    <section className="grid gap-1 border-t pt-3 text-sm">
      <h3 className="font-medium">When</h3>
      <p>{words}</p>
      <p className="text-muted">
        Who enters now: <Instant at={told.at} zone={outline.timezone.name} />,{' '}
        {outline.timezone.name}
      </p>
      {!told.certain && (
        <p className="text-muted">At the earliest: it depends on what the person does or has.</p>
      )}
      {told.reasons.length > 0 && (
        <details>
          <summary className="cursor-pointer text-muted">Why then</summary>
          <ul className="mt-1 grid gap-1 text-muted">
            {told.reasons.map(({ rule, input, outcome }) => (
              <li key={`${rule} ${outcome}`}>
                {input} → {outcome}
              </li>
            ))}
          </ul>
        </details>
      )}
    </section>
  );
}
