import Copy from 'lucide-react/icons/copy';
import CopyPlus from 'lucide-react/icons/copy-plus';
import Scissors from 'lucide-react/icons/scissors';
import Trash2 from 'lucide-react/icons/trash-2';
import { type ComponentType, useMemo } from 'react';
import { CopyText } from '../../../../components/copy-text.tsx';
import { Button } from '../../../../components/ui/button.tsx';
import { Notice } from '../../../../components/ui/notice.tsx';
import * as edit from '../../draft/edit.ts';
import type { Step } from '../../draft/step.ts';
import { useDraft } from '../../draft/use-draft.ts';
import { useBuilderActions } from '../builder.ts';
import { typeWordsOf } from '../step-types.ts';
import { ConditionFields, SplitFields, WaitForEventFields } from './branch-fields.tsx';
import { type EditedStep, EditedStepContext, isAt } from './edited-step.ts';
import { EmailStepFields } from './email-step-fields.tsx';
import { LeadsTo } from './leads-to.tsx';
import { said } from './step-field.tsx';
import { UpdateUserFields, WebhookFields } from './trait-fields.tsx';
import { WaitFields } from './wait-fields.tsx';
import { WhenPart } from './when-part.tsx';

const NO_FAULTS: EditedStep['faults'] = [];

const FIELDS: Readonly<Record<string, ComponentType>> = {
  email: EmailStepFields,
  wait: WaitFields,
  wait_for_event: WaitForEventFields,
  condition: ConditionFields,
  split: SplitFields,
  update_user: UpdateUserFields,
  webhook: WebhookFields,
};

/** By type: the members whose faults stand at their fields; the others are told at the top. */
const TOLD_AT_FIELDS: Readonly<Record<string, readonly string[]>> = {
  email: ['subject', 'purpose', 'list_id', 'sender_id', 'delay', 'next'].concat([
    'html',
    'mjml',
    'content',
    'template_id',
    'variants',
    'winner',
    'format',
    'text',
    'preheader',
  ]),
  wait: ['delay', 'until', 'next'],
  wait_for_event: ['event_type', 'filter', 'timeout', 'next', 'on_timeout'],
  condition: ['filter', 'yes', 'no'],
  split: ['branches'],
  update_user: ['set', 'remove', 'next'],
  webhook: ['url', 'data', 'next'],
};

/** Everything about one step, and all that can be done with it. */
export function Inspector({ step }: { readonly step: Step }) {
  const { change, faults: all, mayEdit } = useDraft();
  const { name, hint, Icon } = typeWordsOf(step.type);
  const faults = all.get(step.id) ?? NO_FAULTS;
  const { id } = step;
  const edited = useMemo(
    (): EditedStep => ({
      step,
      faults,
      disabled: !mayEdit,
      change: (members) => {
        const fields = Object.keys(members).join();
        const apply = (doc: Parameters<Parameters<typeof change>[0]>[0]) => ({
          ...doc,
          steps: edit.changeStep(doc.steps, id, members),
        });
        change(apply, `Change ${name}`, `${id} ${fields}`);
      },
    }),
    [step, faults, mayEdit, change, id, name],
  );
  const Fields = FIELDS[step.type];
  const fields = TOLD_AT_FIELDS[step.type] ?? [];
  const others = faults.filter((fault) => !fields.some((field) => isAt(fault, field)));
  return (
    <EditedStepContext value={edited}>
      <div data-inspector className="grid content-start gap-4 p-4">
        <header className="flex items-center gap-2">
          <Icon size={18} aria-hidden className="text-muted" />
          <span className="min-w-0">
            <h2 className="font-semibold">{name}</h2>
            <p className="text-sm text-muted">{hint}</p>
          </span>
        </header>
        {others.length > 0 && (
          <Notice
            tone={others.some(({ keeps }) => keeps !== 'nothing') ? 'fault' : 'plain'}
            title="About this step"
          >
            {others.map(({ path, message }) => (
              <p key={`${path} ${message}`}>{said(message)}</p>
            ))}
          </Notice>
        )}
        {Fields !== undefined && <Fields key={id} />}
        <WhenPart />
        <details className="grid gap-3 border-t pt-3">
          <summary className="cursor-pointer text-sm font-medium">
            Where it leads, and its id
          </summary>
          <div className="mt-3 grid gap-3">
            <LeadsTo />
            <span className="grid gap-1">
              <span className="text-sm font-medium">Step id</span>
              <CopyText text={id} label="Copy the step id" />
            </span>
          </div>
        </details>
        {mayEdit && <Doings id={id} />}
      </div>
    </EditedStepContext>
  );
}

function Doings({ id }: { readonly id: string }) {
  const actions = useBuilderActions();
  return (
    <footer className="flex flex-wrap gap-2 border-t pt-4">
      <Button onClick={() => actions.copy(id)}>
        <Copy size={15} aria-hidden />
        Copy
      </Button>
      <Button onClick={() => actions.duplicate(id)}>
        <CopyPlus size={15} aria-hidden />
        Duplicate
      </Button>
      <Button onClick={() => actions.cut(id)}>
        <Scissors size={15} aria-hidden />
        Move
      </Button>
      <Button className="text-fault!" onClick={() => actions.remove(id)}>
        <Trash2 size={15} aria-hidden />
        Delete
      </Button>
    </footer>
  );
}
