import PencilLine from 'lucide-react/icons/pencil-line';
import { useState } from 'react';
import { useAsk } from '../../../../api/ask.ts';
import { MergeInput } from '../../../../components/merge-tags/merge-input.tsx';
import { Button } from '../../../../components/ui/button.tsx';
import { Select } from '../../../../components/ui/field.tsx';
import { DelayField } from './delay-field.tsx';
import { isAt, textOf, useEditedStep } from './edited-step.ts';
import { EmailWindow } from './email-window.tsx';
import { said, StepField } from './step-field.tsx';

/** Lists and senders that a choice shows. */
const CHOICES_MAX = 200;
const BODIES = ['html', 'mjml', 'content', 'template_id'];
const BODY_FIELDS = [...BODIES, 'variants', 'winner', 'format', 'text', 'preheader'];

const isContent = (value: unknown): boolean => typeof value === 'object' && value !== null;

/** What an email is about and who sends it; its body has a window of its own. */
export function EmailStepFields() {
  const { step, change, faults, disabled } = useEditedStep();
  const [isWriting, setIsWriting] = useState(false);
  const isTransactional = step['purpose'] === 'transactional';
  const hasBody = BODIES.some((field) => textOf(step[field]) !== '' || isContent(step[field]));
  const bodyFaults = faults.filter((fault) => BODY_FIELDS.some((field) => isAt(fault, field)));
  return (
    <>
      <StepField label="Subject" path="subject">
        {(control) => (
          <MergeInput
            {...control}
            into="subject"
            value={textOf(step['subject'])}
            onChange={(subject) => change({ subject })}
          />
        )}
      </StepField>
      <div className="grid gap-1">
        <Button look="primary" className="w-full" onClick={() => setIsWriting(true)}>
          <PencilLine size={15} aria-hidden />
          {disabled ? 'Read the email' : 'Write the email'}
        </Button>
        {bodyFaults.map(({ path, message, keeps }) => (
          <p
            key={`${path} ${message}`}
            className={
              keeps === 'nothing' ? 'text-sm text-muted' : 'text-sm font-medium text-fault'
            }
          >
            {path === 'html' && !hasBody ? 'The email has no text yet.' : said(message)}
          </p>
        ))}
      </div>
      <StepField
        label="Purpose"
        path="purpose"
        hint={isTransactional ? 'Lists and unsubscriptions do not hold for it.' : undefined}
      >
        {(control) => (
          <Select
            {...control}
            value={isTransactional ? 'transactional' : 'marketing'}
            onChange={({ target: { value } }) =>
              change({
                purpose: value,
                ...(value === 'transactional' ? { list_id: undefined } : {}),
              })
            }
          >
            <option value="marketing">Marketing</option>
            <option value="transactional">Transactional</option>
          </Select>
        )}
      </StepField>
      {!isTransactional && <ListField />}
      <SenderField />
      <DelayField
        label="Wait before it"
        path="delay"
        isOptional
        hint="Then it goes out in the next send window."
      />
      {isWriting && <EmailWindow onClose={() => setIsWriting(false)} />}
    </>
  );
}

function ListField() {
  const { step, change } = useEditedStep();
  const lists = useAsk('GET /lists', { query: { limit: CHOICES_MAX } }).data?.data ?? [];
  const chosen = textOf(step['list_id']);
  return (
    <StepField label="List" path="list_id" hint="Who has left the list does not get it.">
      {(control) => (
        <Select
          {...control}
          value={chosen}
          onChange={({ target: { value } }) =>
            change({ list_id: value === '' ? undefined : value })
          }
        >
          <option value="">None</option>
          {lists
            .filter(({ archived_at: archivedAt, id }) => archivedAt === null || id === chosen)
            .map(({ id, name }) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
        </Select>
      )}
    </StepField>
  );
}

function SenderField() {
  const { step, change } = useEditedStep();
  const senders = useAsk('GET /senders', { query: { limit: CHOICES_MAX } }).data?.data ?? [];
  const from = textOf(step['from']);
  return (
    <StepField
      label="From"
      path="sender_id"
      hint={from === '' ? undefined : `The email names ${from} itself.`}
    >
      {(control) => (
        <Select
          {...control}
          value={textOf(step['sender_id'])}
          onChange={({ target: { value } }) =>
            change({ sender_id: value === '' ? undefined : value })
          }
        >
          <option value="">The default sender</option>
          {senders.map(({ id, name, address }) => (
            <option key={id} value={id}>
              {name} &lt;{address}&gt;
            </option>
          ))}
        </Select>
      )}
    </StepField>
  );
}
