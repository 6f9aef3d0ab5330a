import { MergeInput } from '../merge-tags/merge-input.tsx';
import { Field } from '../ui/field.tsx';
import { changed, type EmailFault, type EmailFields } from './email-fields.ts';
import { Faults } from './faults.tsx';

interface SubjectFieldsProps {
  readonly email: EmailFields;
  readonly onChange: (next: EmailFields) => void;
  readonly faults: readonly EmailFault[];
  readonly isReadOnly: boolean;
}

/** Phones show about so much of a subject. */
const SHOWN = 60;

/** What an inbox shows of the email. */
export function SubjectFields({ email, onChange, faults, isReadOnly }: SubjectFieldsProps) {
  const subject = email.subject ?? '';
  const words = subject.replaceAll(/\{\{[^]*?\}\}|\{%[^]*?%\}/g, '');
  return (
    <div className="grid gap-3">
      <div data-place="subject">
        <Field
          label="Subject"
          {...(words.length > SHOWN
            ? { hint: `${words.length} characters: phones show about ${SHOWN}.` }
            : {})}
        >
          {(ids) => (
            <MergeInput
              {...ids}
              into="subject"
              value={subject}
              disabled={isReadOnly}
              onChange={(next) => onChange({ ...email, subject: next })}
            />
          )}
        </Field>
        <Faults faults={faults} at="subject" />
      </div>
      <div data-place="preheader">
        <Field label="Preheader">
          {(ids) => (
            <MergeInput
              {...ids}
              into="preheader"
              placeholder="What inboxes show beside the subject"
              value={email.preheader ?? ''}
              disabled={isReadOnly}
              onChange={(next) => onChange(changed(email, { preheader: next || null }))}
            />
          )}
        </Field>
        <Faults faults={faults} at="preheader" />
      </div>
    </div>
  );
}
