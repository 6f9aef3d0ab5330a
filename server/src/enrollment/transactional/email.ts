import type { ClaimedEmail } from '../../delivery/index.ts';
import { uuidv5 } from '../../platform/ids.ts';
import { isAbsent, recordOf, type Fault } from '../../schedule/fault.ts';
import type { EmailStep } from '../../series/index.ts';
import { extraHeaderFault, type EmailContent } from '../../template/index.ts';
import type { DueStep } from '../sql/claim-due.ts';

/** The one step of the automation that carries the transactional email of a side. */
const TRANSACTIONAL_STEP = 'transactional';

/** The hidden automation that carries the transactional email of a side. */
export const transactionalIdOf = (workspaceId: string): string =>
  uuidv5(workspaceId, 'transactional');

/**
 * The automation as it is published, once and for all. What it would say by itself is never sent: each
 * passage brings its own email.
 */
export const TRANSACTIONAL_AUTOMATION = {
  name: 'Transactional email',
  settings: {},
  steps: [
    {
      id: TRANSACTIONAL_STEP,
      type: 'email',
      purpose: 'transactional',
      subject: 'As the call says',
      html: '<p>As the call says</p>',
    },
  ],
} as const;

/** What one passage sends. */
export interface TransactionalEmail {
  readonly step: EmailStep;
  readonly content: EmailContent;
  /** Where it goes; null for the address that its user has when it leaves. */
  readonly to: string | null;
  /** On top of those that every message has. */
  readonly headers: Readonly<Record<string, string>>;
}

/** Transactional emails of a batch, by enrollment. */
export type EmailBook = ReadonlyMap<string, TransactionalEmail>;

export const NO_EMAILS: EmailBook = new Map();

/** Whether a row is of a passage that brings its own email. */
export const isTransactional = ({
  stepId,
  automationId,
  workspaceId,
}: Pick<DueStep, 'stepId' | 'automationId' | 'workspaceId'>): boolean =>
  stepId === TRANSACTIONAL_STEP && automationId === transactionalIdOf(workspaceId);

type Said = Pick<ClaimedEmail<never>, 'step' | 'content' | 'variant' | 'to' | 'headers'>;

/** As it is composed. */
export const saidBy = ({ step, content, to, headers }: TransactionalEmail): Said => ({
  step,
  content,
  variant: null,
  to,
  headers,
});

/** Fields of the call that are those of an email step. */
const STEP_FIELDS = [
  'subject',
  'preheader',
  'html',
  'mjml',
  'text',
  'template_id',
  'template_version',
  'format',
  'strict',
  'tracking',
  'from',
  'reply_to',
  'sender_id',
] as const;

/** The email step that a call describes; its own faults are not looked for. */
export const stepOfCall = (body: Readonly<Record<string, unknown>>): Record<string, unknown> => ({
  ...Object.fromEntries(
    STEP_FIELDS.filter((field) => !isAbsent(body[field])).map((field) => [field, body[field]]),
  ),
  tracking: { opens: false, clicks: false, ...recordOf(body['tracking']) },
  id: TRANSACTIONAL_STEP,
  type: 'email',
  purpose: 'transactional',
  next: null,
});

/** A mail program shows none of them; a few are enough for whatever reads them. */
export const HEADERS_MAX = 20;
/** RFC 5322 section 2.1.1: a line has at most 998 characters. */
export const HEADER_LENGTH_MAX = 900;
/** The reports of mailbox providers are told apart by it. */
const OURS = new Set(['feedback-id']);

/** What is wrong with the headers that a call brings. */
export function headerFaults(headers: Readonly<Record<string, string>>): Fault[] {
  const names = Object.keys(headers);
  const faults = Object.entries(headers).flatMap(([name, value]) => {
    const path = `headers/${name}`;
    if (OURS.has(name.toLowerCase())) return [{ path, message: 'is set by Milepost' }];
    const message = extraHeaderFault(name, value);
    return message === null ? [] : [{ path, message }];
  });
  const isTwice = new Set(names.map((name) => name.toLowerCase())).size < names.length;
  return isTwice ? [...faults, { path: 'headers', message: 'must name each header once' }] : faults;
}
