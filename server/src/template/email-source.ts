import type { Fault } from '../schedule/fault.ts';
import { documentFaults } from './content/document-faults.ts';
import { emailFaults } from './email.ts';
import { snippetFaults, withoutSnippets } from './snippet-tags.ts';

/** The frames that a body can be put in. */
export const EMAIL_FORMATS = ['plain', 'personal', 'branded'] as const;

/** Looks like a typed mail; like one person's letter; like the company. */
export type EmailFormat = (typeof EMAIL_FORMATS)[number];

export const EMAIL_PURPOSES = ['marketing', 'transactional'] as const;

/** Marketing mail may be declined; transactional mail is part of a service. */
export type EmailPurpose = (typeof EMAIL_PURPOSES)[number];

/** A body in one of the ways that one can be written. Exactly one is there. */
export interface EmailBody {
  readonly html?: string | undefined;
  readonly mjml?: string | undefined;
  /** Rich text: see docs/emails.md. */
  readonly content?: unknown;
}

/** Everything that an author says about the contents of one email. */
export interface EmailSource extends EmailBody {
  readonly subject: string;
  readonly preheader?: string | undefined;
  /** Made from the body when left out. */
  readonly text?: string | undefined;
  readonly format?: EmailFormat | undefined;
  readonly purpose: EmailPurpose;
  readonly strict: boolean;
}

/**
 * What is wrong with an email before its body is built: templates with line and column, nodes of rich
 * text with their path, a body that its format cannot frame. MJML is only read when it is built.
 *
 * @returns paths below the email: `subject`, `html`, `content/content/0`
 */
export function sourceFaults(source: EmailSource): Fault[] {
  const { subject, preheader, text } = source;
  const templates = {
    subject,
    // A template's own body is looked at where the template is kept.
    html: withoutSnippets(source.html ?? ''),
    ...(text === undefined ? {} : { text }),
    ...(preheader === undefined ? {} : { preheader }),
  };
  return [...emailFaults(templates), ...bodyFaults(source)];
}

/** What is wrong with a body alone, and with the format around it. */
export function bodyFaults({
  html,
  mjml,
  content,
  format,
}: EmailBody & { readonly format?: EmailFormat | undefined }): Fault[] {
  const faults: Fault[] = [];
  if (html !== undefined) faults.push(...snippetFaults(html, 'html'));
  if (mjml !== undefined) {
    faults.push(...snippetFaults(mjml, 'mjml'));
    faults.push(
      ...emailFaults({ subject: 'x', html: '', text: withoutSnippets(mjml) }).map(
        ({ message }) => ({ path: 'mjml', message }),
      ),
    );
    if (!/<mjml[\s>]/i.test(mjml)) faults.push({ path: 'mjml', message: 'must have an mjml tag' });
  }
  if (content !== undefined) faults.push(...documentFaults(content, 'content'));
  if (format === undefined) return faults;
  const isWhole = html !== undefined && /<(?:html|body)[\s>]/i.test(html);
  if (mjml !== undefined || isWhole) {
    const message = 'must not be there: the body is a whole document and brings its own frame';
    faults.push({ path: 'format', message });
  }
  return faults;
}
