import Plus from 'lucide-react/icons/plus';
import Trash2 from 'lucide-react/icons/trash-2';
import { useAsk } from '../../../../api/ask.ts';
import { FilterBuilder } from '../../../../components/filter-builder/filter-builder.tsx';
import { countedOf } from '../../../../components/number.ts';
import { Button } from '../../../../components/ui/button.tsx';
import { Input } from '../../../../components/ui/field.tsx';
import { useSay } from '../../../../components/ui/toast.tsx';
import * as edit from '../../draft/edit.ts';
import { branchesOf } from '../../draft/step.ts';
import { useDraft } from '../../draft/use-draft.ts';
import { branchLabelOf, letterOf, titleOf } from '../step-types.ts';
import { DelayField } from './delay-field.tsx';
import { isAt, numberIn, recordOf, textOf, useEditedStep } from './edited-step.ts';
import { FaultLines, StepField } from './step-field.tsx';

/** The filter of a step, with what the server says against parts of it. */
function StepFilter({ kind, eventType }: { kind: 'step' | 'event'; eventType?: string }) {
  const { steps } = useDraft();
  const { step, change, faults, disabled } = useEditedStep();
  const emails = steps
    .filter(({ type, id }) => type === 'email' && id !== step.id)
    .map((email) => ({ id: email.id, name: titleOf(email, null) }));
  const value = step['filter'];
  const isThere = typeof value === 'object' && value !== null;
  const below = faults
    .filter((fault) => isAt(fault, 'filter') && fault.path !== 'filter')
    .map(({ path, message }) => ({ path: path.slice('filter/'.length), message }));
  return (
    <>
      <FilterBuilder
        kind={kind}
        value={isThere ? recordOf(value) : null}
        onChange={(filter) => change({ filter: filter ?? (kind === 'event' ? undefined : null) })}
        disabled={disabled}
        emails={emails}
        faults={below}
        {...(eventType === undefined ? {} : { eventType })}
      />
      {faults
        .filter(({ path }) => path === 'filter')
        .map(({ message }) => (
          <p key={message} className="text-sm font-medium text-fault">
            {isThere ? message : 'Say what is asked: add a condition.'}
          </p>
        ))}
    </>
  );
}

export function ConditionFields() {
  return (
    <div role="group" aria-labelledby="condition-legend" className="grid gap-2">
      <h3 id="condition-legend" className="text-sm font-medium">
        “Yes” is for whom this holds
      </h3>
      <StepFilter kind="step" />
    </div>
  );
}

export function WaitForEventFields() {
  const { step, change } = useEditedStep();
  const known = useAsk('GET /users/properties', {}).data?.events ?? [];
  const eventType = textOf(step['event_type']);
  return (
    <>
      <StepField label="Event" path="event_type" hint="Its name, as your application tracks it.">
        {(control) => (
          <>
            <Input
              {...control}
              list={`${control.id}events`}
              placeholder="project_created"
              value={eventType}
              onChange={({ target }) => change({ event_type: target.value })}
            />
            <datalist id={`${control.id}events`}>
              {known.map(({ event_type: type }) => (
                <option key={type} value={type} aria-label={type} />
              ))}
            </datalist>
          </>
        )}
      </StepField>
      <div role="group" aria-labelledby="event-legend" className="grid gap-2">
        <h3 id="event-legend" className="text-sm font-medium">
          Only where
        </h3>
        <StepFilter kind="event" eventType={eventType} />
      </div>
      <DelayField
        label="Wait at most"
        path="timeout"
        hint="After that they go on by “Timeout”. What happened before the wait does not count."
      />
    </>
  );
}

const BRANCHES_MIN = 2;
const BRANCHES_MAX = 20;

export function SplitFields() {
  const { change: changeDoc, steps } = useDraft();
  const { step, change, disabled } = useEditedStep();
  const say = useSay();
  const branches = branchesOf(step);
  const add = (): void => {
    const weight = Number(branches.at(-1)?.weight) || 50;
    changeDoc((doc) => {
      const next = edit.addBranch(doc.steps, step.id, weight);
      return next === null ? null : { ...doc, steps: next };
    }, 'Add branch');
  };
  const remove = (index: number): void => {
    const left = edit.removeBranch(steps, step.id, index);
    if (left === null) return;
    const lost = steps.length - left.length;
    changeDoc((doc) => ({ ...doc, steps: left }), 'Delete branch');
    if (lost > 0) say({ title: `${countedOf(lost, 'step', 'steps')} of the branch went too` });
  };
  return (
    <fieldset disabled={disabled} className="grid gap-2">
      <legend className="mb-1 text-sm font-medium">Branches, by weight</legend>
      {branches.map(({ weight }, index) => (
        <div key={index} className="grid grid-cols-[1.5rem_6rem_1fr_auto] items-center gap-2">
          <span className="font-medium">{letterOf(index)}</span>
          <Input
            type="number"
            min={0}
            aria-label={`Weight of branch ${letterOf(index)}`}
            value={typeof weight === 'number' ? weight : ''}
            onChange={({ target }) => {
              const next = numberIn(target.value);
              const changed = branches.map((branch, at) =>
                at === index ? { ...branch, weight: next } : branch,
              );
              change({ branches: changed });
            }}
          />
          <span className="text-sm text-muted" data-tabular="">
            {branchLabelOf(step, `branches/${index}/next`)?.split(' · ')[1]}
          </span>
          <Button
            look="bare"
            square
            aria-label={`Delete branch ${letterOf(index)}`}
            disabled={branches.length <= BRANCHES_MIN}
            onClick={() => remove(index)}
          >
            <Trash2 size={15} aria-hidden />
          </Button>
        </div>
      ))}
      <FaultLines path="branches" />
      <Button
        className="justify-self-start"
        disabled={branches.length >= BRANCHES_MAX}
        onClick={add}
      >
        <Plus size={15} aria-hidden />
        Add a branch
      </Button>
      <p className="text-sm text-muted">
        By chance, and always the same for the same person. Weights need not add up to 100.
      </p>
    </fieldset>
  );
}
