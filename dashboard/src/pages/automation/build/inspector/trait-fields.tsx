import Plus from 'lucide-react/icons/plus';
import Trash2 from 'lucide-react/icons/trash-2';
import { MergeInput } from '../../../../components/merge-tags/merge-input.tsx';
import { Button } from '../../../../components/ui/button.tsx';
import { Checkbox } from '../../../../components/ui/checkbox.tsx';
import { Chips } from '../../../../components/ui/chips.tsx';
import { Input, Select } from '../../../../components/ui/field.tsx';
import { numberIn, recordOf, textOf, useEditedStep } from './edited-step.ts';
import { JsonField } from './json-field.tsx';
import { FaultLines, StepField } from './step-field.tsx';

const KINDS = ['text', 'number', 'yes or no', 'JSON'] as const;
type Kind = (typeof KINDS)[number];

function kindOf(value: unknown): Kind {
  if (typeof value === 'string') return 'text';
  if (typeof value === 'number') return 'number';
  return typeof value === 'boolean' ? 'yes or no' : 'JSON';
}

const FIRST: Readonly<Record<Kind, unknown>> = { text: '', number: 0, 'yes or no': true, JSON: {} };

/** Traits to write, and to take away. */
export function UpdateUserFields() {
  const { step, change, disabled } = useEditedStep();
  const traits = Object.entries(recordOf(step['set']));
  const put = (entries: readonly (readonly [string, unknown])[]): void =>
    change({ set: Object.fromEntries(entries) });
  const replace = (index: number, entry: readonly [string, unknown]): void =>
    put(traits.map((known, at) => (at === index ? entry : known)));
  const removed = Array.isArray(step['remove']) ? (step['remove'] as readonly string[]) : [];
  return (
    <>
      <fieldset disabled={disabled} className="grid gap-3">
        <legend className="mb-1 text-sm font-medium">Traits to write</legend>
        {traits.map(([name, value], index) => (
          <div key={index} className="grid gap-1.5 border-l-2 pl-2.5">
            <span className="grid grid-cols-[1fr_7rem_auto] gap-1.5">
              <Input
                aria-label={`Name of trait ${index + 1}`}
                placeholder="plan"
                value={name}
                onChange={({ target }) => replace(index, [target.value, value])}
              />
              <Select
                aria-label={`Kind of ${name}`}
                value={kindOf(value)}
                onChange={({ target }) => replace(index, [name, FIRST[target.value as Kind]])}
              >
                {KINDS.map((kind) => (
                  <option key={kind}>{kind}</option>
                ))}
              </Select>
              <Button
                look="bare"
                square
                aria-label={`Do not write ${name}`}
                onClick={() => put(traits.filter((_, at) => at !== index))}
              >
                <Trash2 size={15} aria-hidden />
              </Button>
            </span>
            <TraitValue
              name={name}
              value={value}
              onChange={(next) => replace(index, [name, next])}
            />
          </div>
        ))}
        <Button
          className="justify-self-start"
          disabled={traits.some(([name]) => name === '')}
          onClick={() => put([...traits, ['', '']])}
        >
          <Plus size={15} aria-hidden />
          Add a trait
        </Button>
        <FaultLines path="set" />
      </fieldset>
      <div className="grid gap-1">
        <h3 className="text-sm font-medium">Traits to take away</h3>
        <Chips
          label="Traits to take away"
          values={removed}
          disabled={disabled}
          placeholder="trial_ends_at"
          onChange={(next) => change({ remove: next.length === 0 ? undefined : next })}
        />
        <FaultLines path="remove" />
      </div>
    </>
  );
}

interface TraitValueProps {
  readonly name: string;
  readonly value: unknown;
  readonly onChange: (value: unknown) => void;
}

function TraitValue({ name, value, onChange }: TraitValueProps) {
  const label = `Value of ${name}`;
  switch (kindOf(value)) {
    case 'text':
      return (
        <MergeInput aria-label={label} into={name} value={textOf(value)} onChange={onChange} />
      );
    case 'number':
      return (
        <Input
          aria-label={label}
          type="number"
          value={Number(value)}
          onChange={({ target }) => onChange(numberIn(target.value) ?? 0)}
        />
      );
    case 'yes or no':
      return (
        <Checkbox
          label={value === true ? 'Yes' : 'No'}
          checked={value === true}
          onChange={({ target }) => onChange(target.checked)}
        />
      );
    case 'JSON':
      return <JsonField label={label} value={value} onChange={onChange} />;
  }
}

export function WebhookFields() {
  const { step, change, disabled } = useEditedStep();
  return (
    <>
      <StepField label="Address" path="url" hint="Gets a signed POST. A test side calls nobody.">
        {(control) => (
          <Input
            {...control}
            type="url"
            placeholder="https://crm.example.com/hooks"
            value={textOf(step['url'])}
            onChange={({ target }) => change({ url: target.value })}
          />
        )}
      </StepField>
      <StepField label="Data to send along" path="data" hint="JSON; texts in it may merge values.">
        {(control) => (
          <JsonField
            control={control}
            label="Data to send along"
            value={step['data']}
            onChange={(data) => change({ data })}
          />
        )}
      </StepField>
      <Checkbox
        label="Write traits from the answer"
        hint={'{"traits":{…}} in the answer is written to the person.'}
        disabled={disabled}
        checked={step['set_traits'] === true}
        onChange={({ target }) => change({ set_traits: target.checked ? true : undefined })}
      />
    </>
  );
}
