import { useState } from 'react';
import { countedOf } from '../../../components/number.ts';
import { Confirm } from '../../../components/ui/confirm.tsx';
import * as edit from '../draft/edit.ts';
import { type Step, waysOf } from '../draft/step.ts';
import { useDraft } from '../draft/use-draft.ts';
import { useBuilderActions } from './builder.ts';
import { boxOf } from './graph-layout.ts';
import { branchLabelOf, titleOf, typeWordsOf } from './step-types.ts';
import { afterRemoval } from './use-builder.ts';

interface RemoveDialogProps {
  readonly step: Step;
  readonly onClose: () => void;
}

/** Asks which branch stays when a step with several is removed. */
export function RemoveDialog({ step, onClose }: RemoveDialogProps) {
  const draft = useDraft();
  const actions = useBuilderActions();
  const ways = waysOf(step);
  const first = ways.find(({ to }) => to !== null) ?? ways[0];
  const [path, setPath] = useState(first?.path ?? 'next');
  const { name } = typeWordsOf(step.type);

  const remove = (): void => {
    const after = ways.find((way) => way.path === path)?.to ?? null;
    draft.change((doc) => {
      const steps = edit.removeStep(doc.steps, step.id, path);
      return steps === null ? null : { ...doc, steps };
    }, `Delete ${name}`);
    onClose();
    actions.select(after === null ? afterRemoval(draft, step.id) : boxOf(after));
  };

  return (
    <Confirm
      open
      onOpenChange={(isOpen) => !isOpen && onClose()}
      title={`Delete “${titleOf(step, draft.outlineOf(step.id)?.words ?? null)}”?`}
      confirm="Delete"
      isPending={false}
      onConfirm={remove}
    >
      <fieldset className="grid gap-1.5">
        <legend className="mb-1.5">
          People go on with the steps of one branch. Which one stays?
        </legend>
        {ways.map((way) => {
          const lost = edit.lostWith(draft.steps, step.id, way.path).length;
          const loss =
            lost === 0 ? 'nothing else goes' : `${countedOf(lost, 'step goes', 'steps go')} too`;
          return (
            <label key={way.path} className="flex min-h-6 items-center gap-2">
              <input
                type="radio"
                name="branch"
                className="size-4 accent-(--accent-solid)"
                checked={path === way.path}
                onChange={() => setPath(way.path)}
              />
              <span>
                {branchLabelOf(step, way.path) ?? 'Next'}
                <span className="text-muted"> · {loss}</span>
              </span>
            </label>
          );
        })}
      </fieldset>
      <p className="text-sm text-muted">Undo brings everything back.</p>
    </Confirm>
  );
}
