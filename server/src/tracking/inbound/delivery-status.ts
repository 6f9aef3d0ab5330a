import { basicCodeIn, bounceClassOf, type BounceClass } from '../../transport/index.ts';
import { fieldGroupsOf, type Fields } from './fields.ts';

/** What became of a mail for one recipient. */
export interface ReportedRecipient {
  /** Lower case; null when the report does not say. */
  readonly recipient: string | null;
  readonly action: 'failed' | 'delayed' | 'delivered' | 'relayed' | 'expanded';
  /** Enhanced status code; null when none was told. */
  readonly status: string | null;
  /** What the refusing server said, on one line, at most 500 characters. */
  readonly diagnostic: string;
  /** Null unless it failed or is delayed. */
  readonly class: BounceClass | null;
}

const DIAGNOSTIC_LENGTH_MAX = 500;
const ADDRESS_LENGTH_MAX = 320;
const STATUS = /(?:^|[^\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.]*\d)/;
const ACTIONS = ['failed', 'delayed', 'delivered', 'relayed', 'expanded'] as const;

/**
 * Reads the machine's part of a report.
 *
 * @param words what the report says to people about it, for servers that leave the diagnostic out
 * @returns no recipients when it is no such part
 */
export function recipientsOf(statusPart: string, words: string): ReportedRecipient[] {
  return fieldGroupsOf(statusPart).flatMap((fields) => recipientOf(fields, words) ?? []);
}

function recipientOf(fields: Fields, words: string): ReportedRecipient | null {
  const named = fields.get('original-recipient') ?? fields.get('final-recipient');
  const action = fields.get('action');
  const code = STATUS.exec(fields.get('status') ?? '')?.[1] ?? null;
  // A read receipt names somebody, and says neither.
  if (action === undefined && (named === undefined || code === null)) return null;
  if (named === undefined && code === null) return null;
  const told = withoutType(fields.get('diagnostic-code') ?? '');
  const diagnostic = oneLine(told === '' ? words : told);
  return reportedOf({
    recipient: addressIn(named ?? ''),
    action: actionOf(action, code),
    code,
    diagnostic,
  });
}

/** A recipient as reported, with its class. */
export function reportedOf({
  recipient,
  action,
  code,
  diagnostic,
}: {
  recipient: string | null;
  action: ReportedRecipient['action'];
  code: string | null;
  diagnostic: string;
}): ReportedRecipient {
  const status = basicCodeIn(diagnostic);
  const answer = { code, status, diagnostic, phase: null };
  const failed = action === 'failed' ? bounceClassOf(answer) : null;
  return {
    recipient,
    action,
    status: code,
    diagnostic,
    class: action === 'delayed' ? 'soft' : failed,
  };
}

/** Servers that leave the action out, or write another word, say by the code what they mean. */
function actionOf(text: string | undefined, code: string | null): ReportedRecipient['action'] {
  const word = /^\s{0,20}([a-z]{1,20})/i.exec(text ?? '')?.[1]?.toLowerCase();
  const known = ACTIONS.find((action) => action === word);
  if (known !== undefined) return known;
  if (word === 'fail' || word === 'failure' || code?.startsWith('5.') === true) return 'failed';
  return code?.startsWith('2.') === true ? 'relayed' : 'delayed';
}

/** `rfc822; <Ada@Example.org> (comment)` as an address. */
export function addressIn(text: string): string | null {
  const value = withoutType(text.slice(0, ADDRESS_LENGTH_MAX * 2));
  const address = value
    .split(/[\s<>(),"[\]:;]+/)
    .find((word) => word.includes('@') && word.length <= ADDRESS_LENGTH_MAX);
  return address?.toLowerCase().replace(/\.$/, '') ?? null;
}

/** Values begin with the kind of what follows: `smtp; 550 …`, `rfc822;ada@example.org`. */
function withoutType(value: string): string {
  return /^[\w-]{1,30}\s{0,10};\s{0,10}([^]*)$/.exec(value)?.[1] ?? value;
}

/** On one line, well-formed, and of bounded length. */
export function oneLine(text: string): string {
  return text
    .slice(0, DIAGNOSTIC_LENGTH_MAX * 4)
    .toWellFormed()
    .replaceAll(/[\p{Cc}\s]+/gu, ' ')
    .trim()
    .slice(0, DIAGNOSTIC_LENGTH_MAX)
    .toWellFormed();
}
