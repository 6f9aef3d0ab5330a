import { isEmailSender } from '../../platform/email-address.ts';
import { faultsOfDelay } from '../../schedule/delay.ts';
import { delayText } from '../../schedule/explain.ts';
import { isAbsent, quoted, type Fault } from '../../schedule/fault.ts';
import { emailFaults } from '../../template/index.ts';
import { textFault } from '../fault.ts';
import type { EmailStep, StepType } from '../step.ts';
import { nextTarget, withNext } from './next.ts';

export const SUBJECT_LENGTH_MAX = 998;
/** Far over what any mailbox provider shows in full. */
export const BODY_LENGTH_MAX = 500_000;
export const SENDER_LENGTH_MAX = 400;

export const email: StepType<EmailStep> = {
  type: 'email',
  reachesPerson: true,
  isPlanned: true,
  faults: emailStepFaults,
  targets: nextTarget,
  withTargets: withNext,
  delayOf: ({ delay }) => delay ?? null,
  needs: () => ({ facts: null, waitsFor: null }),
  decide: () => ({ kind: 'send' }),
  words: ({ subject, delay }) => {
    const after = isAbsent(delay) ? '' : `waits ${delayText(delay)}, then `;
    return `${after}sends the email ${quoted(subject)}`;
  },
};

/** Every fault of an email's own fields. */
export function emailStepFaults(step: Readonly<Record<string, unknown>>, path: string): Fault[] {
  const required = [
    textFault(step['subject'], `${path}/subject`, SUBJECT_LENGTH_MAX),
    textFault(step['html'], `${path}/html`, BODY_LENGTH_MAX),
  ];
  const optional = (
    [
      ['text', BODY_LENGTH_MAX],
      ['preheader', SUBJECT_LENGTH_MAX],
      ['from', SENDER_LENGTH_MAX],
      ['reply_to', SENDER_LENGTH_MAX],
    ] as const
  ).map(([field, lengthMax]) =>
    isAbsent(step[field]) ? null : textFault(step[field], `${path}/${field}`, lengthMax),
  );
  const shape = [...required, ...optional].filter((fault): fault is Fault => fault !== null);
  const delay = isAbsent(step['delay']) ? [] : faultsOfDelay(step['delay'], `${path}/delay`);
  if (shape.length > 0) return [...shape, ...delay];
  return [...senderFaults(step, path), ...templateFaults(step, path), ...delay];
}

function senderFaults(step: Readonly<Record<string, unknown>>, path: string): Fault[] {
  return ['from', 'reply_to']
    .filter((field) => typeof step[field] === 'string' && !isEmailSender(step[field]))
    .map((field) => ({
      path: `${path}/${field}`,
      message: 'must be an email address, or a name and an address in angle brackets',
    }));
}

function templateFaults(step: Readonly<Record<string, unknown>>, path: string): Fault[] {
  const { subject, html, text, preheader } = step as {
    subject: string;
    html: string;
    text?: string | null;
    preheader?: string | null;
  };
  const parts = {
    subject,
    html,
    ...(typeof text === 'string' ? { text } : {}),
    ...(typeof preheader === 'string' ? { preheader } : {}),
  };
  return emailFaults(parts).map((fault) => ({ ...fault, path: `${path}/${fault.path}` }));
}
