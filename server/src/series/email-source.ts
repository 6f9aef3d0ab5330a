import { isAbsent } from '../schedule/fault.ts';
import type { EmailSource, StoredBody } from '../template/index.ts';

/**
 * What an email step says, for building: nulls left out, defaults put in.
 *
 * @param step whose fields have the right types, or whose faults are only looked for
 * @param template the body of the template that the step names
 */
export function emailSourceOf(
  step: Readonly<Record<string, unknown>>,
  template: StoredBody = {},
): EmailSource {
  const { subject, purpose, strict } = step;
  const kept = Object.entries({ ...template, ...ownFields(step) });
  return {
    ...Object.fromEntries(kept),
    subject: typeof subject === 'string' ? subject : '',
    purpose: purpose === 'transactional' ? 'transactional' : 'marketing',
    strict: strict === true,
  };
}

const FIELDS = ['html', 'mjml', 'content', 'format', 'text', 'preheader'] as const;

const ownFields = (step: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(
    FIELDS.filter((field) => !isAbsent(step[field])).map((field) => [field, step[field]]),
  );
