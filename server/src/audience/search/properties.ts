import {
  companyTraitsSeen,
  eventTypesSeen,
  traitsSeen,
  type SeenMember,
} from '../sql/properties.ts';
import type { Db } from '../../platform/db.ts';
import { dateFrom } from '../filter/date.ts';

/** What a value is, as operators of filters tell types apart. */
export const PROPERTY_KINDS = ['text', 'number', 'boolean', 'date', 'list', 'object'] as const;
export type PropertyKind = (typeof PROPERTY_KINDS)[number];

/** Something that filters and merge tags may name. */
export interface Property {
  /** As filters name it. */
  readonly field: string;
  /** As emails name it; null where they cannot. */
  readonly mergeTag: string | null;
  /** The commonest first; a trait may have several. */
  readonly kinds: readonly PropertyKind[];
  /** A value that somebody has, short, in words; null where nobody was looked at. */
  readonly example: string | null;
  /** Whether it has a column of its own, and is there for everybody. */
  readonly isOwn: boolean;
}

/** What is known in a side. */
export interface Properties {
  readonly user: readonly Property[];
  readonly company: readonly Property[];
  readonly events: readonly {
    readonly eventType: string;
    readonly lastAt: Date;
    readonly metadata: readonly Property[];
  }[];
}

/** Users looked at: the youngest, and as many who were seen last. */
const USERS_SAMPLE = 500;
const COMPANIES_SAMPLE = 500;
const EVENTS_SAMPLE = 20;
const NAMES_MAX = 500;
const TYPES_MAX = 200;
const EXAMPLE_LENGTH_MAX = 80;

const own = (prefix: string, kind: PropertyKind, names: readonly string[]): Property[] =>
  names.map((name) => ({
    field: `${prefix}.${name}`,
    mergeTag: `${prefix}.${name}`,
    kinds: [kind],
    example: null,
    isOwn: true,
  }));

const untold = (properties: readonly Property[]): Property[] =>
  properties.map((property) => ({ ...property, mergeTag: null }));

const USER_OWN: readonly Property[] = [
  ...own('user', 'text', ['user_id', 'email', 'name', 'timezone', 'locale']),
  ...own('user', 'date', ['signed_up_at']),
  ...untold(own('user', 'date', ['first_seen', 'last_seen', 'created_at', 'updated_at'])),
];
const COMPANY_OWN: readonly Property[] = [
  ...own('company', 'text', ['company_id', 'name', 'domain', 'industry', 'plan']),
  ...own('company', 'number', ['employee_count']),
  ...own('company', 'date', ['signed_up_at']),
  ...untold(own('company', 'date', ['first_seen', 'last_seen', 'created_at', 'updated_at'])),
];

/**
 * What traits, events and company traits a side knows, from a bounded sample of its youngest people.
 */
export async function propertiesOf(
  db: Db,
  { workspaceId }: { workspaceId: string },
): Promise<Properties> {
  const side = { workspaceId, limit: NAMES_MAX };
  const [traits, companyTraits, types] = await Promise.all([
    traitsSeen(db, { ...side, sample: USERS_SAMPLE }),
    companyTraitsSeen(db, { ...side, sample: COMPANIES_SAMPLE }),
    eventTypesSeen(db, { workspaceId, limit: TYPES_MAX, sample: EVENTS_SAMPLE }),
  ]);
  return {
    user: [...USER_OWN, ...membersOf(traits, { field: 'user', tag: 'user' })],
    company: [...COMPANY_OWN, ...membersOf(companyTraits, { field: 'company', tag: 'company' })],
    events: types.map(({ eventType, lastAt, members }) => ({
      eventType,
      lastAt,
      metadata: membersOf(members, { field: 'metadata', tag: 'event' }),
    })),
  };
}

function membersOf(
  members: readonly SeenMember[],
  { field, tag }: { field: string; tag: string },
): Property[] {
  // A key with a dot in it can be named by neither.
  const named = members.filter(({ key }) => key !== '' && !key.includes('.'));
  return [...Map.groupBy(named, ({ key }) => key)].map(([key, alike]) => ({
    field: `${field}.${key}`,
    mergeTag: /^[a-z_]\w*$/i.test(key) ? `${tag}.${key}` : null,
    kinds: [...new Set(alike.map(kindOf))],
    example: exampleOf(alike[0]?.example),
    isOwn: false,
  }));
}

function kindOf({ type, example }: SeenMember): PropertyKind {
  switch (type) {
    case 'number':
    case 'boolean':
    case 'object':
      return type;
    case 'array':
      return 'list';
    default:
      return typeof example === 'string' && dateFrom(example) !== null ? 'date' : 'text';
  }
}

function exampleOf(value: unknown): string | null {
  if (value === undefined || value === null) return null;
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > EXAMPLE_LENGTH_MAX
    ? `${text.slice(0, EXAMPLE_LENGTH_MAX - 1).toWellFormed()}…`
    : text;
}
