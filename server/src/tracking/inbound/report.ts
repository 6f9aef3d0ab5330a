import { addressIn, recipientsOf, type ReportedRecipient } from './delivery-status.ts';
import { fieldGroupsOf } from './fields.ts';
import { headerOf, readMail, type Mail } from './mail.ts';
import { isFromDaemon, reasonIn, textBounceOf } from './text-bounce.ts';
import { AUTO_REPLY, UNSUBSCRIBE } from './wording.ts';

/** What a mail that came in is, by itself: nothing says yet that it is about a mail of ours. */
export type Report = ReportSource &
  (
    | { readonly kind: 'dsn'; readonly recipients: readonly ReportedRecipient[] }
    | {
        readonly kind: 'arf';
        /**
         * `abuse`, `fraud`, `opt-out`, `not-spam`, …; `abuse` for reports that have no such field.
         */
        readonly feedbackType: string;
        /** Whether a person complained; a report may also say that it was no spam. */
        readonly isComplaint: boolean;
        /** Lower case; null when it was left out, as most do. */
        readonly recipient: string | null;
      }
    | { readonly kind: 'auto_reply' | 'unsubscribe' | 'reply' | 'unknown' }
  );

/** Where our signed addresses may stand in a mail. */
export interface ReportSource {
  /** Whom it was delivered to, as its headers say; one header a line. */
  readonly deliveredTo: string;
  /** The headers of the mail that came back within it; empty when there is none. */
  readonly returned: string;
  /** Its Message-ID; null when it has none. */
  readonly id: string | null;
}

const COMPLAINTS = new Set(['abuse', 'fraud', 'opt-out', 'opt-out-list', 'complaint']);
const DELIVERED_TO = new Set([
  'delivered-to',
  'x-delivered-to',
  'x-original-to',
  'envelope-to',
  'x-envelope-to',
  'x-rcpt-to',
  'x-forwarded-to',
  'x-failed-to',
  'resent-to',
  'to',
  'cc',
]);
const SOURCE_LENGTH_MAX = 65_536;
const TEXT_LOOKED_AT = 600;

/**
 * Says what a mail that came in is: a bounce, a complaint, an answering machine, a wish to be left
 * out, an answer of a person, or none of these.
 *
 * Reads the first 256 KiB. Never throws, whatever the bytes.
 * Source: RFC 3464, RFC 5965, RFC 3834, and what servers are seen to write
 */
export async function readReport(raw: Uint8Array): Promise<Report> {
  return reportOf(await readMail(raw));
}

function reportOf(mail: Mail): Report {
  const own = machineReportOf(mail);
  if (own !== null) return own;
  // A gateway wraps a report into a mail of its own: then only the report's own addresses count.
  for (const inner of mail.mails) {
    const wrapped = isFromDaemon(inner) || isReportType(inner) ? machineReportOf(inner) : null;
    if (wrapped !== null) return wrapped;
  }
  const source = sourceOf(mail);
  const bounce = textBounceOf(mail);
  if (bounce !== null) return { ...source, kind: 'dsn', recipients: [bounce] };
  if (mail.headers.length === 0) return { ...source, kind: 'unknown' };
  if (isUnsubscribe(mail)) return { ...source, kind: 'unsubscribe' };
  if (isAutoReply(mail)) return { ...source, kind: 'auto_reply' };
  const isFromSomebody = addressIn(headerOf(mail, 'from')) !== null && !isFromDaemon(mail);
  return { ...source, kind: isFromSomebody ? 'reply' : 'unknown' };
}

/** A report with a part for machines. */
function machineReportOf(mail: Mail): Report | null {
  const feedback = mail.parts.find(
    ({ type, text }) => type === 'message/feedback-report' || /^\s{0,4}feedback-type:/i.test(text),
  );
  if (feedback !== undefined) return complaintOf(mail, feedback.text);
  if (isPlainComplaint(mail)) return complaintOf(mail, '');
  const status = mail.parts.find(isStatusPart) ?? statusInText(mail);
  if (status === undefined) return null;
  const recipients = recipientsOf(status.text, reasonIn(mail.text));
  return recipients.length === 0 ? null : { ...sourceOf(mail), kind: 'dsn', recipients };
}

const isReportType = (mail: Mail): boolean =>
  headerOf(mail, 'content-type').toLowerCase().startsWith('multipart/report');

const STATUS_FIELDS = /^\s{0,4}(?:reporting-mta|final-recipient|original-envelope-id)\s?:/i;

function isStatusPart({ type, text }: Mail['parts'][number]): boolean {
  const isDeclared =
    type === 'message/delivery-status' || type === 'message/global-delivery-status';
  // Exchange and some gateways send it as a file of another type.
  return isDeclared || (!type.startsWith('message/') && STATUS_FIELDS.test(text));
}

/**
 * Gateways that flatten a report leave its fields in the text; only a mail system's text counts.
 */
function statusInText(mail: Mail): { type: string; text: string } | undefined {
  const at = mail.text.search(/^(?:reporting-mta|final-recipient)\s?: ?(?:dns|rfc822|smtp|x-)/im);
  if (at === -1 || !isFromDaemon(mail)) return undefined;
  return { type: 'text/plain', text: mail.text.slice(at) };
}

/** Microsoft's and others' reports are a mail with the complained mail in it, and no fields. */
function isPlainComplaint(mail: Mail): boolean {
  const subject = headerOf(mail, 'subject').toLowerCase();
  const isTold = /^(?:complaint about message from|email feedback report for)/.test(subject);
  return (isTold && mail.mails.length > 0) || mail.mails.some(isMarkedByMicrosoft);
}

const isMarkedByMicrosoft = (mail: Mail): boolean =>
  headerOf(mail, 'x-hmxmroriginalrecipient') !== '';

function complaintOf(mail: Mail, text: string): Report {
  const groups = fieldGroupsOf(text, 'feedback-type');
  const [fields] = groups;
  const feedbackType = (fields?.get('feedback-type') ?? 'abuse').toLowerCase().slice(0, 40);
  const named =
    fields?.get('original-rcpt-to') ??
    fields?.get('removal-recipient') ??
    mail.mails.map((inner) => headerOf(inner, 'x-hmxmroriginalrecipient')).join(' ');
  return {
    ...sourceOf(mail),
    kind: 'arf',
    feedbackType,
    isComplaint: COMPLAINTS.has(feedbackType),
    recipient: addressIn(named),
  };
}

function sourceOf(mail: Mail): ReportSource {
  const delivered = mail.headers.filter(({ key }) => DELIVERED_TO.has(key));
  const inner = mail.mails.flatMap(({ headers }) =>
    headers.map(({ key, value }) => `${key}: ${value}`),
  );
  const cut = mail.parts
    .filter(({ type }) => type.includes('rfc822-headers') || type === 'message/global-headers')
    .map(({ text }) => text);
  const isBounceText = isFromDaemon(mail) ? [mail.text] : [];
  return {
    deliveredTo: delivered
      .map(({ value }) => value)
      .join('\n')
      .slice(0, SOURCE_LENGTH_MAX),
    returned: [...inner, ...cut, ...isBounceText].join('\n').slice(0, SOURCE_LENGTH_MAX),
    id: headerOf(mail, 'message-id').trim().slice(0, 400) || null,
  };
}

function isUnsubscribe(mail: Mail): boolean {
  const firstLine = mail.text.trimStart().split(/\r?\n/, 1)[0] ?? '';
  return [headerOf(mail, 'subject'), firstLine].some((text) =>
    UNSUBSCRIBE.has(
      text
        .slice(0, 80)
        .trim()
        .toLowerCase()
        .replace(/^(?:re|aw|fwd?|sv)\s?:\s?/, '')
        .replace(/[.!]+$/, ''),
    ),
  );
}

/** Headers that only machines write. Source: RFC 3834 section 5, and the habits of older ones */
const MACHINE_HEADERS = [
  'x-autoreply',
  'x-autorespond',
  'x-autoresponder',
  'x-auto-response-suppress',
  'x-autogenerated',
  'x-vacation',
  'x-mailautoreply',
  'x-amazon-auto-reply',
  'x-ms-exchange-inbox-rules-loop',
  'list-id',
  'feedback-id',
];

function isAutoReply(mail: Mail): boolean {
  const submitted = headerOf(mail, 'auto-submitted').trim().toLowerCase();
  if (submitted !== '' && !submitted.startsWith('no')) return true;
  if (MACHINE_HEADERS.some((name) => headerOf(mail, name) !== '')) return true;
  if (/^\s*(?:auto_reply|bulk|junk|list)/i.test(headerOf(mail, 'precedence'))) return true;
  if (/^\s*<\s*>/.test(headerOf(mail, 'return-path')) || isReportType(mail)) return true;
  const from = addressIn(headerOf(mail, 'from')) ?? '';
  if (/^(?:no-?reply|do-?not-?reply|noreply[\w+-]{0,40})@/.test(from)) return true;
  const text = `${headerOf(mail, 'subject')}\n${mail.text.slice(0, TEXT_LOOKED_AT)}`.toLowerCase();
  return AUTO_REPLY.some((phrase) => phrase !== 'ooo' && text.includes(phrase));
}
