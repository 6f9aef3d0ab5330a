import { isAbsent, recordOf, type Fault } from '../schedule/fault.ts';
import { emailStepFaults, nameFaults, seriesInvalid } from '../series/index.ts';
import { audienceOf, faultsOfAudience, listOf, type Audience } from './audience.ts';
import { consentOf } from './audience-rules.ts';
import { faultsOfSchedule, scheduleOf, type Schedule } from './schedule.ts';
import { STEP_ID } from './version.ts';

type Fields = Readonly<Record<string, unknown>>;

/** The body of an email, of which a step has exactly one. */
const BODIES = ['html', 'mjml', 'content', 'template_id'] as const;
/** Fields of an email that may stand beside the name, for the simplest of broadcasts. */
const SHORT_FIELDS = ['subject', 'html', 'text', 'preheader', 'from', 'reply_to'] as const;
/** What a step has beside its email: a broadcast says this in its own way. */
const STEP_FIELDS: readonly string[] = ['id', 'type', 'next', 'delay'];

/** A draft as it is stored: what was sent, without what means nothing here. */
export function draftOf(fields: Fields): Record<string, unknown> {
  const kept = [...SHORT_FIELDS, 'email', 'audience', 'schedule', 'spread_minutes'].filter(
    (name) => !isAbsent(fields[name]),
  );
  return Object.fromEntries(kept.map((name) => [name, fields[name]]));
}

/** Everything wrong with what a client sends. A draft may lack parts; what it has must be right. */
export function faultsOfDraft(fields: Fields): Fault[] {
  return [...nameFaults(fields), ...faultsOfContent(fields)];
}

function faultsOfContent(fields: Fields): Fault[] {
  if (!isAbsent(fields['email']) && recordOf(fields['email']) === null) {
    return [{ path: 'email', message: 'must be an object' }];
  }
  const email = emailOf(fields);
  const body = BODIES.some((name) => !isAbsent(email[name])) ? {} : { html: 'x' };
  return [
    ...emailFaults({ subject: 'x', ...body, ...email }, fields),
    ...faultsOfAudience(fields['audience']),
    ...faultsOfSchedule(fields),
  ];
}

/** Paths as the client wrote them: below `email`, or at the top. */
function emailFaults(email: Fields, fields: Fields): Fault[] {
  const nested = recordOf(fields['email']) ?? {};
  const isShort = (name: string): boolean =>
    SHORT_FIELDS.some((short) => short === name) &&
    isAbsent(nested[name]) &&
    !isAbsent(fields[name]);
  return emailStepFaults(email, 'email').map((fault) => {
    const name = fault.path.split('/')[1] ?? '';
    return isShort(name) ? { ...fault, path: fault.path.replace(/^email\//, '') } : fault;
  });
}

/** The fields of a draft's email. */
export function emailOf(fields: Fields): Record<string, unknown> {
  const short = SHORT_FIELDS.filter((name) => !isAbsent(fields[name]));
  const nested = Object.entries(recordOf(fields['email']) ?? {});
  return {
    ...Object.fromEntries(short.map((name) => [name, fields[name]])),
    ...Object.fromEntries(
      nested.filter(([name, value]) => !STEP_FIELDS.includes(name) && !isAbsent(value)),
    ),
  };
}

/** A draft that may be sent. */
export interface Sendable {
  readonly email: Record<string, unknown>;
  readonly audience: Audience;
  readonly schedule: Schedule;
}

/**
 * The email of a draft as a step, for whoever looks at it before it is complete.
 *
 * @throws `series.invalid` when its fields cannot be read at all
 */
export function checkableOf(fields: Fields): Record<string, unknown> {
  const email = emailOf(fields);
  const faults = emailFaults(email, fields);
  if (faults.length > 0) throw seriesInvalid(faults);
  return { ...email, id: STEP_ID, type: 'email' };
}

/**
 * What a draft lacks before it may be sent, or what would be sent.
 *
 * Marketing to a list's subscribers belongs to that list, unless the email names another.
 *
 * @param schedule when it is to be sent, if the draft does not say so or says it otherwise
 */
export function sendableOf(
  fields: Fields,
  schedule: Schedule | null,
): { readonly faults: Fault[] } | Sendable {
  const email = emailOf(fields);
  const faults = [...emailFaults(email, fields), ...faultsOfAudience(fields['audience'])];
  const audience = audienceOf(fields['audience']);
  const when = schedule ?? scheduleOf(fields);
  if (audience === null) {
    faults.push({ path: 'audience', message: 'is needed before a broadcast can be sent' });
  }
  if (when === null) {
    faults.push({ path: 'schedule', message: 'is needed: at, or local' });
  }
  if (faults.length > 0 || audience === null || when === null) return { faults };
  const listId = listOf(audience);
  const { purpose, listId: own } = consentOf(email);
  const list =
    purpose === 'marketing' && own === null && listId !== null ? { list_id: listId } : {};
  return { email: { ...email, ...list, id: STEP_ID, type: 'email' }, audience, schedule: when };
}
