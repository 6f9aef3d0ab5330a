import type { Choice } from '../ui/choice.ts';
import type { BuilderAccess } from './builder-context.ts';
import { fieldsOf, fieldWords, kindsOf, PREFIXES, type Property } from './fields.ts';
import type { FilterJson } from './filter.ts';
import { operatorOf, withOperator, type ValueKind } from './operators.ts';

/** The operator that a new condition begins with, by the kind of its field. */
const FIRST: Readonly<Record<ValueKind, string>> = {
  text: 'equals',
  number: 'at_least',
  boolean: 'equals',
  date: 'within_last',
  list: 'contains',
  presence: 'is_set',
};

/** What a condition may be about: `field:user.plan`, `event:purchase`, `list:0198…`, … */
export function subjectsOf(access: BuilderAccess): readonly Choice[] {
  const { kind, known, lists, emails, eventType } = access;
  const fields = fieldsOf(kind, known, eventType).map(fieldChoice);
  if (kind === 'event' || kind === 'company') return fields;
  return [
    ...(kind === 'step' ? emailChoices(emails) : []),
    ...fields,
    ...known.events.map(({ event_type: type }) => ({
      value: `event:${type}`,
      label: type,
      group: 'What they did',
    })),
    ...lists.map(({ id, name }) => ({ value: `list:${id}`, label: name, group: 'Lists' })),
    { value: 'consent:', label: 'All marketing', group: 'Lists' },
  ];
}

const emailChoices = (emails: BuilderAccess['emails']): readonly Choice[] => [
  ...emails.map(({ id, name }) => ({
    value: `email:${id}`,
    label: name,
    group: 'Emails of this series',
  })),
  { value: 'email:any', label: 'Any email', group: 'Emails of this series' },
];

const GROUPS: Readonly<Record<string, string>> = {
  user: 'Traits',
  company: 'Company',
  metadata: 'Sent with the event',
  event: 'The event',
};

function fieldChoice({ field, example, is_own: isOwn }: Property): Choice {
  const prefix = field.split('.')[0] ?? '';
  const group = prefix === 'user' && isOwn ? 'Person' : (GROUPS[prefix] ?? prefix);
  return {
    value: `field:${field}`,
    label: fieldWords(field),
    group,
    ...(example === null ? {} : { hint: example }),
  };
}

/** What else a typed text may mean: a field or an event that nobody has yet. */
export function moreSubjects({ kind, known }: BuilderAccess, text: string): readonly Choice[] {
  const prefixes = PREFIXES[kind];
  const isWhole = prefixes.some((prefix) => text.startsWith(prefix) && text !== prefix);
  const named = isWhole ? [text] : prefixes.slice(0, 2).map((prefix) => `${prefix}${text}`);
  const isField = /^[^\s.][^\s]*$/.test(text);
  const fields = isField ? named : [];
  const isKnown = known.events.some((event) => event.event_type === text);
  const events = isWhole || isKnown || kind === 'event' || kind === 'company' ? [] : [text];
  const group = 'Not seen yet';
  return [
    ...fields.map((field) => ({ value: `field:${field}`, label: field, group })),
    ...events.map((type) => ({ value: `event:${type}`, label: `did ${type}`, group })),
  ];
}

/** A condition about what was chosen, with something to begin with. */
export function conditionAbout(
  subject: string,
  { access, today }: { access: BuilderAccess; today: string },
): FilterJson {
  const colon = subject.indexOf(':');
  const name = subject.slice(colon + 1);
  switch (subject.slice(0, colon)) {
    case 'event':
      return { event: name, operator: 'at_least', count: 1 };
    case 'list':
      return { list: name, operator: 'subscribed' };
    case 'consent':
      return { consent: 'subscribed' };
    case 'email':
      return { email: name, operator: 'opened' };
    default:
      return fieldCondition(name, { access, today });
  }
}

function fieldCondition(
  field: string,
  { access, today }: { access: BuilderAccess; today: string },
): FilterJson {
  const { likely } = kindsOf(field, fieldsOf(access.kind, access.known, access.eventType));
  const kind = likely[0] ?? 'text';
  const next = operatorOf(kind, FIRST[kind]);
  if (next === undefined) throw new Error(`no operator over a ${kind}`);
  return withOperator({ field }, { before: undefined, next, today });
}

/** The same condition about something else, where that can be; else a new one. */
export function aboutElse(
  condition: FilterJson,
  subject: string,
  context: { access: BuilderAccess; today: string },
): FilterJson {
  const next = conditionAbout(subject, context);
  const key = ['event', 'list', 'email'].find(
    (one) => condition[one] !== undefined && next[one] !== undefined,
  );
  if (key !== undefined) return { ...condition, [key]: next[key] };
  const { field: fieldBefore } = condition;
  const { field: fieldAfter } = next;
  if (typeof fieldBefore !== 'string' || typeof fieldAfter !== 'string') return next;
  const { kind, known, eventType } = context.access;
  const fields = fieldsOf(kind, known, eventType);
  const [before] = kindsOf(fieldBefore, fields).likely;
  const [after] = kindsOf(fieldAfter, fields).likely;
  return before === after ? { ...condition, field: fieldAfter } : next;
}
