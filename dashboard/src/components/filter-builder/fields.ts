import type { FilterKind } from './filter.ts';
import type { ValueKind } from './operators.ts';

/** Something that conditions may name, as the server tells it. */
export interface Property {
  readonly field: string;
  readonly kinds: readonly string[];
  readonly example: string | null;
  readonly is_own: boolean;
}

/** What a side knows: fields of people and companies, and what people do. */
export interface Known {
  readonly user: readonly Property[];
  readonly company: readonly Property[];
  readonly events: readonly {
    readonly event_type: string;
    readonly metadata: readonly Property[];
  }[];
}

export const NOTHING_KNOWN: Known = { user: [], company: [], events: [] };

const OWN_WORDS: Readonly<Record<string, string>> = {
  user_id: 'id',
  company_id: 'id',
  signed_up_at: 'signed up',
  first_seen: 'first seen',
  last_seen: 'last seen',
  created_at: 'created',
  updated_at: 'changed',
  timezone: 'time zone',
  employee_count: 'employees',
  page_url: 'page',
  element_selector: 'element',
  occurred_at: 'time',
};

const PREFIX_WORDS: Readonly<Record<string, string>> = {
  user: '',
  traits: '',
  metadata: '',
  company: 'company ',
  context: 'context ',
  properties: 'property ',
  event: '',
};

/** A word of a table by a key that somebody else chose: `__proto__` is none of ours. */
export const wordIn = <Word>(
  words: Readonly<Record<string, Word>>,
  key: string,
): Word | undefined => (Object.hasOwn(words, key) ? words[key] : undefined);

/** A field as people say it: `company.plan` is 'company plan'. */
export function fieldWords(field: string): string {
  const [prefix = '', ...parts] = field.split('.');
  const name = parts.join('.');
  const words = wordIn(PREFIX_WORDS, prefix);
  if (words === undefined || name === '') return field;
  const isOwn = ['user', 'traits', 'company', 'event'].includes(prefix);
  return `${words}${isOwn ? (wordIn(OWN_WORDS, name) ?? name) : name}`;
}

const EVENT_OWN: readonly Property[] = [
  { field: 'event.page_url', kinds: ['text'], example: null, is_own: true },
  { field: 'event.element_selector', kinds: ['text'], example: null, is_own: true },
  { field: 'event.occurred_at', kinds: ['date'], example: null, is_own: true },
];

/** The fields that a filter of a kind may name. */
export function fieldsOf(kind: FilterKind, known: Known, eventType?: string): readonly Property[] {
  switch (kind) {
    case 'event':
      return [
        ...(known.events.find((event) => event.event_type === eventType)?.metadata ?? []),
        ...EVENT_OWN,
      ];
    case 'company':
      return known.company;
    default:
      return [...known.user, ...known.company];
  }
}

const VALUE_KINDS: readonly string[] = ['text', 'number', 'boolean', 'date', 'list'];

/** The kinds that a field may have, the likeliest first; every one for a field that nobody has yet. */
export function kindsOf(
  field: string,
  fields: readonly Property[],
): { readonly likely: readonly ValueKind[]; readonly isOnly: boolean } {
  const name = field.replace(/^traits\./, 'user.');
  const property = fields.find((known) => known.field === name);
  const likely = (property?.kinds ?? []).filter((kind): kind is ValueKind =>
    VALUE_KINDS.includes(kind),
  );
  return { likely, isOnly: property?.is_own === true };
}

/** Names that may be typed for a field that nobody has yet, by the kind of filter. */
export const PREFIXES: Readonly<Record<FilterKind, readonly string[]>> = {
  user: ['user.', 'company.', 'context.'],
  step: ['user.', 'company.', 'context.', 'properties.'],
  event: ['metadata.'],
  company: ['company.'],
};
