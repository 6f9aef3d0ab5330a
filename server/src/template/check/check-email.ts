import type { Fault } from '../../schedule/fault.ts';
import { hasAttribute, imagesIn } from '../build/image-sizes.ts';
import { compileEmail, renderEmail, type EmailContent, type EmailFacts } from '../email.ts';
import type { EmailSource } from '../email-source.ts';
import { kindOfLink, linksIn } from './links.ts';
import { hasUnsubscribe, unknownNamesIn } from './merge-names.ts';

/** Something that an author should know before an email is published. Errors keep it from being so. */
export interface EmailFinding extends Fault {
  readonly severity: 'error' | 'warning';
  /** Stable: `unsubscribe_missing`. */
  readonly code: string;
}

/** What an email is checked against. */
export interface CheckContext {
  /** Of the workspace; the law of most countries asks for one in marketing mail. */
  readonly postalAddress: string | null;
  /** What is known of the list that the email names; null when it names none. */
  readonly list: 'active' | 'missing' | 'archived' | null;
  /** A person to render it for. */
  readonly facts: EmailFacts;
}

/** Gmail shows so much of a message's HTML and hides the rest, the unsubscribe link with it. */
const GMAIL_BYTES_MAX = 102 * 1024;
const FINDINGS_MAX = 100;
const QUOTE_LENGTH_MAX = 100;

/**
 * Everything an author should know of an email that was built: errors first.
 *
 * @param email its source, the content that it was built to, and warnings of the building
 * @param bodyField the field of the step that findings about the body are told with
 */
export function checkEmail(
  email: { source: EmailSource; content: EmailContent; warnings: readonly Fault[] },
  bodyField: string,
  context: CheckContext,
): EmailFinding[] {
  const { source, content } = email;
  const findings = [
    ...email.warnings.map((fault) => warning('body_changed', fault.path, fault.message)),
    ...listFindings(context),
    ...linkFindings(content.html, bodyField),
    ...marketingFindings(source, content, { bodyField, context }),
    ...nameFindings(content, bodyField),
    ...imageFindings(content.html, bodyField),
    ...renderFindings(content, { bodyField, context }),
  ];
  const isError = ({ severity }: EmailFinding): boolean => severity === 'error';
  const ordered = [...findings.filter(isError), ...findings.filter((one) => !isError(one))];
  return ordered.slice(0, FINDINGS_MAX);
}

const error = (code: string, path: string, message: string): EmailFinding => ({
  severity: 'error',
  code,
  path,
  message,
});

const warning = (code: string, path: string, message: string): EmailFinding => ({
  ...error(code, path, message),
  severity: 'warning',
});

function listFindings({ list }: CheckContext): EmailFinding[] {
  if (list === 'missing') {
    return [
      error('list_missing', 'list_id', 'names no list of this workspace: it would reach nobody'),
    ];
  }
  if (list !== 'archived') return [];
  return [
    error('list_archived', 'list_id', 'names a list that is archived: it would reach nobody'),
  ];
}

function linkFindings(html: string, path: string): EmailFinding[] {
  return linksIn(html).flatMap((link) => {
    const at = `line ${link.line} of the HTML: ${shortened(link.address)}`;
    switch (kindOfLink(link)) {
      case 'fine':
      case 'merged':
        return [];
      case 'empty':
        return [warning('link_empty', path, `line ${link.line} of the HTML: a link leads nowhere`)];
      case 'relative':
        return [warning('link_relative', path, `${at} leads nowhere in an inbox: it has no host`)];
      case 'other':
        return [warning('link_scheme', path, `${at} is not http, https, mailto, tel or sms`)];
      case 'dangerous':
        return [
          error('link_dangerous', path, `${at} would run or load something; no client opens it`),
        ];
    }
  });
}

function marketingFindings(
  source: EmailSource,
  { html, text }: EmailContent,
  { bodyField, context }: { bodyField: string; context: CheckContext },
): EmailFinding[] {
  if (source.purpose === 'transactional') return [];
  const findings: EmailFinding[] = [];
  if (!hasUnsubscribe(html)) {
    const message =
      'has no unsubscribe link: put {{ unsubscribe_url }} in a link, or choose a format. ' +
      'The List-Unsubscribe header is there anyway';
    findings.push(warning('unsubscribe_missing', bodyField, message));
  } else if (source.text !== undefined && !hasUnsubscribe(text ?? '')) {
    findings.push(warning('unsubscribe_missing', 'text', 'has no {{ unsubscribe_url }}'));
  }
  if (context.postalAddress === null || context.postalAddress.trim() === '') {
    const message =
      'the workspace has no postal address, which marketing mail must show: ' +
      'set it in the settings, under branding (postal_address)';
    findings.push(warning('postal_address_missing', bodyField, message));
  } else if (!mentionsAddress(html, context.postalAddress)) {
    const message = 'does not show the postal address: put {{ workspace.postal_address }} in it';
    findings.push(warning('postal_address_missing', bodyField, message));
  }
  return findings;
}

/** As a merge tag, or its first line in so many words. */
const mentionsAddress = (html: string, address: string): boolean =>
  html.includes('workspace.postal_address') || html.includes(address.split('\n')[0]?.trim() ?? '');

function nameFindings(
  { subject, html, text, preheader }: EmailContent,
  body: string,
): EmailFinding[] {
  const parts = [
    ['subject', subject],
    [body, html],
    ['preheader', preheader ?? ''],
    ['text', text ?? ''],
  ] as const;
  const seen = new Set<string>();
  return parts.flatMap(([path, template]) =>
    unknownNamesIn(template)
      .filter((name) => !seen.has(name) && seen.add(name))
      .map((name) =>
        warning(
          'tag_unknown',
          path,
          `{{ ${shortened(name)} }} is always empty: there is no such name`,
        ),
      ),
  );
}

function imageFindings(html: string, path: string): EmailFinding[] {
  const images = imagesIn(html);
  const count = (name: string): number => images.filter((tag) => !hasAttribute(tag, name)).length;
  const findings: EmailFinding[] = [];
  const noAlt = count('alt');
  if (noAlt > 0) {
    const message = `${noAlt} of ${images.length} images have no alt text; alt="" is for decoration`;
    findings.push(warning('image_alt_missing', path, message));
  }
  const noWidth = images.filter(
    (tag) => !hasAttribute(tag, 'width') && !hasAttribute(tag, 'height'),
  ).length;
  if (noWidth > 0) {
    const message = `${noWidth} of ${images.length} images have no width: Outlook shows them full size`;
    findings.push(warning('image_size_missing', path, message));
  }
  return findings;
}

function renderFindings(
  content: EmailContent,
  { bodyField, context }: { bodyField: string; context: CheckContext },
): EmailFinding[] {
  const rendered = renderEmail(compileEmail({ ...content, strict: false }), context.facts);
  if (rendered.kind === 'failed') {
    return [warning('render_failed', bodyField, `for a made-up person: ${rendered.reason}`)];
  }
  const bytes = Buffer.byteLength(rendered.html);
  if (bytes <= GMAIL_BYTES_MAX) return [];
  const message = `${Math.ceil(bytes / 1024)} KB of HTML: Gmail cuts a message at 102 KB`;
  return [warning('too_large', bodyField, message)];
}

const shortened = (text: string): string =>
  text.length > QUOTE_LENGTH_MAX ? `${text.slice(0, QUOTE_LENGTH_MAX).toWellFormed()}…` : text;
