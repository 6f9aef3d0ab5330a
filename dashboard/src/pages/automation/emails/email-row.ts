import {
  bodyKindOf,
  type EmailFields,
  type EmailVariant,
} from '../../../components/email-editor/email-fields.ts';
import { wordsOfTemplate } from '../../../components/merge-tags/merge-tag.ts';
import type { Step } from '../draft/step.ts';

const KINDS = {
  content: 'Rich text',
  html: 'HTML',
  mjml: 'MJML',
  template_id: 'Template',
} as const;

/** The emails among the steps of a draft, in reading order. */
export const emailsOf = (steps: readonly Step[]): Step[] =>
  steps.filter(({ type }) => type === 'email');

/** `Branded · Rich text · 2 variants` */
export function formWordsOf(step: Step): string {
  const email = step as EmailFields;
  const kind = bodyKindOf(email);
  const { format } = email;
  const variants: readonly EmailVariant[] = email.variants ?? [];
  return [
    ...(format ? [`${format.charAt(0).toUpperCase()}${format.slice(1)}`] : []),
    kind === null ? 'No body yet' : KINDS[kind],
    ...(variants.length > 0 ? [`${variants.length} variants`] : []),
    ...(email.purpose === 'transactional' ? ['Transactional'] : []),
  ].join(' · ');
}

/** What a person reads as the subject; the first variant's where the email has none. */
export function subjectOf(step: Step): string {
  const { subject, variants } = step as EmailFields;
  const said = subject || variants?.find((variant) => variant.subject)?.subject;
  return said ? wordsOfTemplate(said) : 'No subject yet';
}
