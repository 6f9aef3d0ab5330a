import { isEmailSender } from '../../platform/email-address.ts';
import { faultsOfDelay } from '../../schedule/delay.ts';
import { delayText } from '../../schedule/explain.ts';
import { isAbsent, isIntegerIn, quoted, recordOf, type Fault } from '../../schedule/fault.ts';
import { EMAIL_FORMATS, EMAIL_PURPOSES, sourceFaults } from '../../template/index.ts';
import { BODY_FIELDS } from '../email-fields.ts';
import { emailSourceOf } from '../email-source.ts';
import { textFault } from '../fault.ts';
import type { EmailStep, StepType } from '../step.ts';
import { variantFaults } from '../variants.ts';
import { nextTarget, withNext } from './next.ts';

export const SUBJECT_LENGTH_MAX = 998;
/** Far over what any mailbox provider shows in full. */
export const BODY_LENGTH_MAX = 500_000;
export const SENDER_LENGTH_MAX = 400;
const UUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i;

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

const VERSION_MAX = 1_000_000;
const SNIPPETS_MAX = 200;

type Fields = Readonly<Record<string, unknown>>;

/** Every fault of an email's own fields, but for what is only known once its body is built. */
export function emailStepFaults(step: Fields, path: string): Fault[] {
  const shape = [...textFaults(step, path), ...choiceFaults(step, path), ...bodyFaults(step, path)];
  const delay = isAbsent(step['delay']) ? [] : faultsOfDelay(step['delay'], `${path}/delay`);
  if (shape.length > 0) return [...shape, ...delay];
  const own = [...senderFaults(step, path), ...templateFaults(step, path), ...delay];
  // What is wrong with the email itself would be told again of each variant.
  return own.length > 0 ? own : variantFaults(step, path, emailStepFaults);
}

function textFaults(step: Fields, path: string): Fault[] {
  const optional = (
    [
      ['mjml', BODY_LENGTH_MAX],
      ['text', BODY_LENGTH_MAX],
      ['preheader', SUBJECT_LENGTH_MAX],
      ['from', SENDER_LENGTH_MAX],
      ['reply_to', SENDER_LENGTH_MAX],
    ] as const
  ).map(([field, lengthMax]) =>
    isAbsent(step[field]) ? null : textFault(step[field], `${path}/${field}`, lengthMax),
  );
  const hasOtherBody = BODY_FIELDS.some((field) => field !== 'html' && !isAbsent(step[field]));
  const faults = [
    textFault(step['subject'], `${path}/subject`, SUBJECT_LENGTH_MAX),
    hasOtherBody && isAbsent(step['html'])
      ? null
      : textFault(step['html'], `${path}/html`, BODY_LENGTH_MAX),
    ...optional,
  ];
  return faults.filter((fault): fault is Fault => fault !== null);
}

/** What is wrong with the fields that say what kind of email it is. */
function choiceFaults(step: Fields, path: string): Fault[] {
  const faults: Fault[] = [];
  const add = (field: string, message: string): void => {
    faults.push({ path: `${path}/${field}`, message });
  };
  for (const [field, words] of [
    ['purpose', EMAIL_PURPOSES],
    ['format', EMAIL_FORMATS],
  ] as const) {
    const value = step[field];
    if (!isAbsent(value) && !words.some((word) => word === value)) {
      add(field, `must be one of ${words.join(', ')}`);
    }
  }
  for (const field of ['list_id', 'sender_id', 'template_id']) {
    const value = step[field];
    if (!isAbsent(value) && !(typeof value === 'string' && UUID.test(value))) {
      add(field, 'must be a UUID');
    }
  }
  if (!isAbsent(step['strict']) && typeof step['strict'] !== 'boolean') {
    add('strict', 'must be true or false');
  }
  if (step['purpose'] === 'transactional' && !isAbsent(step['list_id'])) {
    add('list_id', 'must not be there: a transactional email belongs to no list');
  }
  return [...faults, ...trackingFaults(step['tracking'], `${path}/tracking`)];
}

function trackingFaults(value: unknown, path: string): Fault[] {
  if (isAbsent(value)) return [];
  const tracking = recordOf(value);
  if (tracking === null) return [{ path, message: 'must be an object' }];
  return ['opens', 'clicks']
    .filter((name) => !isAbsent(tracking[name]) && typeof tracking[name] !== 'boolean')
    .map((name) => ({ path: `${path}/${name}`, message: 'must be true or false' }));
}

/** Exactly one body, and what only some bodies may have beside them. */
function bodyFaults(step: Fields, path: string): Fault[] {
  const faults: Fault[] = [];
  const [first, ...others] = BODY_FIELDS.filter((field) => !isAbsent(step[field]));
  for (const field of others) {
    const message = `must not be there beside ${first}: an email has one body`;
    faults.push({ path: `${path}/${field}`, message });
  }
  const version = step['template_version'];
  if (!isAbsent(version)) {
    const message = isAbsent(step['template_id'])
      ? 'must not be there without template_id'
      : 'must be a whole number from 1';
    const isFine = !isAbsent(step['template_id']) && isIntegerIn(version, 1, VERSION_MAX);
    if (!isFine) faults.push({ path: `${path}/template_version`, message });
  }
  const snippets = recordOf(step['snippets']);
  const isMap =
    isAbsent(step['snippets']) ||
    (snippets !== null &&
      Object.keys(snippets).length <= SNIPPETS_MAX &&
      Object.values(snippets).every((number) => isIntegerIn(number, 1, VERSION_MAX)));
  if (!isMap) faults.push({ path: `${path}/snippets`, message: 'must be version numbers by slug' });
  return faults;
}

function senderFaults(step: Fields, path: string): Fault[] {
  return ['from', 'reply_to']
    .filter((field) => typeof step[field] === 'string' && !isEmailSender(step[field]))
    .map((field) => ({
      path: `${path}/${field}`,
      message: 'must be an email address, or a name and an address in angle brackets',
    }));
}

const templateFaults = (step: Fields, path: string): Fault[] =>
  sourceFaults(emailSourceOf(step)).map((fault) => ({ ...fault, path: `${path}/${fault.path}` }));
