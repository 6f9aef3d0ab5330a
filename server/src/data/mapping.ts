import { recordOf } from '../schedule/fault.ts';
import { mappingInvalid } from './errors.ts';
import { COLUMNS_MAX, type ImportKind, type MappingInput, type SourceName } from './import.ts';
import { SOURCE, type Standing } from './sources/source.ts';

/** How the text of a cell is read. */
const CELL_TYPES = ['text', 'number', 'boolean', 'json', 'list', 'unix'] as const;
export type CellType = (typeof CELL_TYPES)[number];

/** What a column is read as. */
export interface Target {
  /** A field of the kind; with a dot a member of `traits`, `context` or `metadata`. */
  readonly field: string;
  readonly type: CellType;
  /** What a cell that is not empty says about consent, whatever stands in it. */
  readonly standing: Standing | null;
}

interface KindFields {
  readonly fields: Readonly<Record<string, CellType>>;
  /** Where columns go that nobody knows; null leaves them out. */
  readonly rest: 'traits' | 'metadata' | null;
  readonly bags: readonly string[];
  /** Other names of fields, as other systems have them. */
  readonly aliases: Readonly<Record<string, string>>;
  /** What exports tell and no import writes. */
  readonly told: readonly string[];
}

const TOLD = ['type', 'created_at', 'updated_at', 'first_seen', 'last_seen', 'last_contacted_at'];

const FIELDS: Readonly<Record<Exclude<ImportKind, 'everything'>, KindFields>> = {
  users: {
    fields: {
      user_id: 'text',
      email: 'text',
      name: 'text',
      timezone: 'text',
      locale: 'text',
      signed_up_at: 'text',
      company_id: 'text',
      consent: 'text',
      traits: 'json',
      context: 'json',
    },
    rest: 'traits',
    bags: ['traits', 'context'],
    aliases: {
      id: 'user_id',
      userid: 'user_id',
      external_id: 'user_id',
      email_address: 'email',
      mail: 'email',
      full_name: 'name',
      time_zone: 'timezone',
      tz: 'timezone',
      language: 'locale',
      signup_date: 'signed_up_at',
      signed_up: 'signed_up_at',
    },
    told: [...TOLD, 'org_id'],
  },
  companies: {
    fields: {
      company_id: 'text',
      name: 'text',
      domain: 'text',
      industry: 'text',
      plan: 'text',
      employee_count: 'number',
      signed_up_at: 'text',
      traits: 'json',
      context: 'json',
    },
    rest: 'traits',
    bags: ['traits', 'context'],
    aliases: {
      id: 'company_id',
      external_id: 'company_id',
      website: 'domain',
      employees: 'employee_count',
    },
    told: [...TOLD, 'org_id', 'health_score', 'team_size'],
  },
  events: {
    fields: {
      user_id: 'text',
      session_id: 'text',
      event_type: 'text',
      event_id: 'text',
      occurred_at: 'text',
      element_selector: 'text',
      page_url: 'text',
      metadata: 'json',
    },
    rest: 'metadata',
    bags: ['metadata'],
    aliases: {
      userid: 'user_id',
      event: 'event_type',
      event_name: 'event_type',
      timestamp: 'occurred_at',
      time: 'occurred_at',
      properties: 'metadata',
    },
    told: [...TOLD, 'id', 'received_at', 'stored_at'],
  },
  suppressions: {
    fields: { email: 'text', user_id: 'text', reason: 'text' },
    rest: null,
    bags: [],
    aliases: { email_address: 'email', address: 'email', userid: 'user_id' },
    told: TOLD,
  },
  list_members: {
    fields: { list_id: 'text', list: 'text', user_id: 'text', email: 'text', state: 'text' },
    rest: null,
    bags: [],
    aliases: { email_address: 'email', userid: 'user_id', status: 'state' },
    told: TOLD,
  },
};

/** The fields that a column of a kind may be read as. */
export const fieldsOfKind = (kind: ImportKind): string[] =>
  kind === 'everything' ? [] : Object.keys(FIELDS[kind].fields);

/**
 * What a column is read as: as was said of it, else as its source has it, else as its name says. Names
 * that mean nothing to us are traits of users and companies, and metadata of events.
 *
 * @returns null for one that is left out
 * @throws `data.mapping_invalid`
 */
export function targetOf(
  column: string,
  {
    kind,
    source,
    mapping,
    isCsv,
  }: { kind: ImportKind; source: SourceName; mapping: MappingInput; isCsv: boolean },
): Target | null {
  if (kind === 'everything') return null;
  if (Object.hasOwn(mapping, column)) return readTarget(kind, mapping[column] ?? null, column);
  const lower = column.trim().toLowerCase();
  const { columns } = SOURCE[source];
  if (kind === 'users' && Object.hasOwn(columns, lower)) {
    return readTarget(kind, columns[lower] ?? null, column);
  }
  const { fields, rest, bags, aliases, told } = FIELDS[kind];
  const plain = lower.replaceAll(/[^\p{L}\p{N}.]+/gu, '_').replaceAll(/^_+|_+$/g, '');
  const named = isCsv ? plain : column;
  if (Object.hasOwn(fields, named)) return readTarget(kind, named, column);
  if (isCsv && Object.hasOwn(aliases, named))
    return readTarget(kind, aliases[named] ?? null, column);
  if (told.includes(named) || named === '') return null;
  const [bag = '', ...inner] = column.trim().split('.');
  if (isCsv && bags.includes(bag) && inner.length > 0) {
    return { field: column.trim(), type: 'text', standing: null };
  }
  return rest === null ? null : { field: `${rest}.${named}`, type: 'text', standing: null };
}

/** Whether a record of a kind can be read by these targets. */
export function faultOfTargets(
  targets: readonly (Target | null)[],
  { kind, source, listId }: { kind: ImportKind; source: SourceName; listId: string | null },
): string | null {
  const has = (field: string): boolean => targets.some((target) => target?.field === field);
  const lacks = (...fields: string[]): boolean => !fields.some(has);
  const fields = targets.flatMap((target) => (target === null ? [] : [target.field]));
  const twice = fields.find((field, at) => field !== 'consent' && fields.indexOf(field) !== at);
  if (twice !== undefined) return `two columns are read as ${twice}`;
  switch (kind) {
    case 'users':
      if (SOURCE[source].isKnownByEmail) {
        return lacks('user_id', 'email') ? 'no column is read as user_id or email' : null;
      }
      return lacks('user_id') ? 'no column is read as user_id' : null;
    case 'companies':
      return lacks('company_id') ? 'no column is read as company_id' : null;
    case 'events':
      return lacks('event_type') ? 'no column is read as event_type' : null;
    case 'suppressions':
      return lacks('email', 'user_id') ? 'no column is read as email or user_id' : null;
    case 'list_members':
      if (lacks('email', 'user_id')) return 'no column is read as user_id or email';
      return listId === null && lacks('list', 'list_id') ? 'say which list' : null;
    case 'everything':
      return null;
  }
}

const TARGET = /^([a-z_]+)(?:\.([^:\0]{1,100}))?(?::([a-z]+))?$/u;
const STANDINGS: readonly string[] = [
  'subscribed',
  'unsubscribed',
  'bounced',
  'complained',
  'suppressed',
];

/** @throws `data.mapping_invalid` */
function readTarget(
  kind: Exclude<ImportKind, 'everything'>,
  text: string | null,
  column: string,
): Target | null {
  if (text === null || text === '') return null;
  const { fields, bags } = FIELDS[kind];
  const [, name = '', member, said] = TARGET.exec(text) ?? [];
  const isKnown = member === undefined ? Object.hasOwn(fields, name) : bags.includes(name);
  if (!isKnown) {
    throw mappingInvalid(`${JSON.stringify(column.slice(0, 100))} cannot be read as that field`);
  }
  const field = member === undefined ? name : `${name}.${member}`;
  if (field === 'consent' && said !== undefined && STANDINGS.includes(said)) {
    return { field, type: 'text', standing: said as Standing };
  }
  const type = said ?? (member === undefined ? fields[name] : undefined) ?? 'text';
  if (!(CELL_TYPES as readonly string[]).includes(type)) {
    throw mappingInvalid(`a cell is read as one of ${CELL_TYPES.join(', ')}`);
  }
  return { field, type: type as CellType, standing: null };
}

/**
 * Reads a mapping: `{"Column":"traits.age:number","Other":null}`.
 *
 * @throws `data.mapping_invalid`
 */
export function mappingOf(text: string | undefined): MappingInput {
  if (text === undefined || text === '') return {};
  let read: unknown;
  try {
    read = JSON.parse(text);
  } catch {
    throw mappingInvalid('mapping must be JSON');
  }
  const record = recordOf(read);
  const entries = Object.entries(record ?? {});
  const isSound = entries.every(
    ([column, to]) =>
      !column.includes('\0') && (to === null || (typeof to === 'string' && !to.includes('\0'))),
  );
  if (record === null || !isSound || entries.length > COLUMNS_MAX) {
    throw mappingInvalid(`mapping must be an object of at most ${COLUMNS_MAX} texts or nulls`);
  }
  return Object.fromEntries(entries) as MappingInput;
}
