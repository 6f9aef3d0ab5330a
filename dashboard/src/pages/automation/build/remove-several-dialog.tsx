import { countedOf } from '../../../components/number.ts';
import { Confirm } from '../../../components/ui/confirm.tsx';
import { removeSteps } from '../draft/edit-several.ts';
import { useDraft } from '../draft/use-draft.ts';
import type { BuilderState } from './builder.ts';
import { titleOf } from './step-types.ts';
import { removeChosen } from './use-builder.ts';

interface RemoveSeveralDialogProps {
  readonly state: BuilderState;
  readonly set: (change: Partial<BuilderState>) => void;
}

/** Tells what goes with several steps, when others go. */
export function RemoveSeveralDialog({ state, set }: RemoveSeveralDialogProps) {
  const draft = useDraft();
  const { chosen } = state;
  const lost = removeSteps(draft.steps, chosen)?.lost ?? [];
  const steps = draft.steps.filter(({ id }) => lost.includes(id));
  return (
    <Confirm
      open
      onOpenChange={(isOpen) => !isOpen && set({ removing: null })}
      title={`Delete ${countedOf(chosen.size, 'step', 'steps')}?`}
      confirm="Delete"
      isPending={false}
      onConfirm={() => removeChosen({ draft, state, set })}
    >
      <p>
        {countedOf(steps.length, 'more goes', 'more go')} with them, on branches that nobody comes
        to then:
      </p>
      <ul className="list-disc pl-5">
        {steps.map((step) => (
          <li key={step.id}>{titleOf(step, draft.outlineOf(step.id)?.words ?? null)}</li>
        ))}
      </ul>
      <p className="text-sm text-muted">Undo brings everything back.</p>
    </Confirm>
  );
}
