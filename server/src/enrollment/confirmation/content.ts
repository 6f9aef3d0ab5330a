import { recordOf, type Fault } from '../../schedule/fault.ts';
import { emailStepFaults } from '../../series/index.ts';

/** The fields of a list's own confirmation email: those of an email step that make sense for it. */
const FIELDS = ['subject', 'html', 'text', 'preheader', 'from', 'reply_to'] as const;

/** The merge tag without which nobody could confirm. */
const LINK_TAG = /\{\{-?\s*event\.confirm_url\b/;

/**
 * Where a list brings no email of its own. It does not greet by name: nobody has said yet that the address
 * is theirs, and whoever typed it in could have this server send a stranger any words as a name.
 */
const DEFAULT_CONTENT = {
  subject: 'Please confirm: {{ event.list }}',
  preheader: 'One click, and you are on the list.',
  html: `<div style="font-family:system-ui,-apple-system,'Segoe UI',Roboto,sans-serif;font-size:16px;line-height:1.6;max-width:34em">
<p>Hello,</p>
<p>you asked {{ workspace.name }} for “{{ event.list }}”. Please confirm that it was you:</p>
<p><a href="{{ event.confirm_url }}" style="display:inline-block;padding:12px 22px;border-radius:8px;background:#1b1c1f;color:#ffffff;text-decoration:none;font-weight:600">Confirm my subscription</a></p>
<p>It was not you? Then do nothing, and nothing more comes.</p>
</div>`,
} as const;

/** What is wrong with the confirmation email of a list, as a client sends it; none for null. */
export function confirmationFaults(content: unknown, path = 'confirmation'): Fault[] {
  if (content === null || content === undefined) return [];
  const fields = recordOf(content);
  if (fields === null) return [{ path, message: 'must be an object' }];
  const unknown = Object.keys(fields).filter((field) => !FIELDS.some((known) => known === field));
  const faults = [
    ...unknown.map((field) => ({ path: `${path}/${field}`, message: 'is not known here' })),
    ...emailStepFaults({ ...pick(fields), purpose: 'transactional' }, path),
  ];
  const { html, text } = fields;
  const hasLink = typeof html === 'string' && LINK_TAG.test(html);
  const textLacksLink = typeof text === 'string' && !LINK_TAG.test(text);
  if (faults.length > 0) return faults;
  if (!hasLink) return [{ path: `${path}/html`, message: 'must link to {{ event.confirm_url }}' }];
  if (!textLacksLink) return [];
  return [{ path: `${path}/text`, message: 'must name {{ event.confirm_url }}' }];
}

/** What a confirmation says. */
export interface ConfirmationContent {
  /** Whether it is the email that comes with the server. */
  readonly isDefault: boolean;
  readonly fields: { readonly subject: string; readonly html: string };
}

/**
 * The email of a list. Content that was right once and is no longer is left for the one that comes with
 * the server: an email that says less is better than none.
 *
 * @param content as it is stored with the list
 */
export function contentOf(content: unknown): ConfirmationContent {
  const own = recordOf(content);
  const isDefault = own === null || confirmationFaults(own).length > 0;
  return {
    isDefault,
    fields: isDefault ? DEFAULT_CONTENT : (pick(own) as ConfirmationContent['fields']),
  };
}

/** The one step of a list's confirmation. */
export const confirmationStep = (content: unknown): Readonly<Record<string, unknown>> => ({
  id: 'confirmation',
  type: 'email',
  purpose: 'transactional',
  ...contentOf(content).fields,
});

function pick(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const given = FIELDS.filter((field) => fields[field] !== undefined && fields[field] !== null);
  return Object.fromEntries(given.map((field) => [field, fields[field]]));
}
