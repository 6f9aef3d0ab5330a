import { useMemo } from 'react';
import { Select } from '../../../../components/ui/field.tsx';
import { useSay } from '../../../../components/ui/toast.tsx';
import * as edit from '../../draft/edit.ts';
import { byId, reachedFrom } from '../../draft/graph.ts';
import { waysOf } from '../../draft/step.ts';
import { useDraft } from '../../draft/use-draft.ts';
import { branchLabelOf, titleOf } from '../step-types.ts';
import { useEditedStep } from './edited-step.ts';
import { StepField } from './step-field.tsx';

const END = '';

/** Where the ways of a step lead: to the end, or to any step that does not lead back. */
export function LeadsTo() {
  const { steps, change, outlineOf } = useDraft();
  const { step } = useEditedStep();
  const say = useSay();
  const choices = useMemo(() => {
    const known = byId(steps);
    return steps.filter(({ id }) => id !== step.id && !reachedFrom(known, id).has(step.id));
  }, [steps, step.id]);
  const lead = (path: string, to: string): void => {
    const wasDone = change((doc) => {
      const place = { from: step.id, path };
      const next = edit.retarget(doc.steps, place, to === END ? null : to);
      return next === null ? null : { ...doc, steps: next };
    }, 'Lead elsewhere');
    if (!wasDone) {
      say({ title: 'Not changed', text: 'No other step leads to what it leads to now.' });
    }
  };
  return waysOf(step).map(({ path, to }) => {
    const label = branchLabelOf(step, path);
    return (
      <StepField key={path} label={label === null ? 'Leads to' : `${label} leads to`} path={path}>
        {(control) => (
          <Select
            {...control}
            value={to ?? END}
            onChange={({ target }) => lead(path, target.value)}
          >
            <option value={END}>The end</option>
            {choices.map((choice) => (
              <option key={choice.id} value={choice.id}>
                {steps.indexOf(choice) + 1}. {titleOf(choice, outlineOf(choice.id)?.words ?? null)}
              </option>
            ))}
          </Select>
        )}
      </StepField>
    );
  });
}
