import { OWN_TRAITS, RESERVED_TRAITS } from '../../user.ts';
import type { Facts } from '../facts.ts';
import { jsonField, tableFields, type Columns, type Field, type FieldKind } from '../field.ts';

/** Beside these, everything in `user` is a trait. */
const COLUMNS: Columns<Facts> = {
  user_id: {
    column: 'text',
    read: ({ user }) => user.externalId,
    sql: (sql) => sql`u.external_id`,
  },
  name: { column: 'text', read: ({ user }) => user.name, sql: (sql) => sql`u.name` },
  email: {
    column: 'text',
    read: ({ user }) => user.email,
    sql: (sql) => sql`u.email`,
    ignoresCase: true,
  },
  timezone: { column: 'text', read: ({ user }) => user.timezone, sql: (sql) => sql`u.timezone` },
  locale: { column: 'text', read: ({ user }) => user.locale, sql: (sql) => sql`u.locale` },
  signed_up_at: {
    column: 'date',
    read: ({ user }) => user.signedUpAt,
    sql: (sql) => sql`u.signed_up_at`,
  },
  first_seen: {
    column: 'date',
    read: ({ user }) => user.firstSeen,
    sql: (sql) => sql`u.first_seen`,
  },
  last_seen: { column: 'date', read: ({ user }) => user.lastSeen, sql: (sql) => sql`u.last_seen` },
  created_at: {
    column: 'date',
    read: ({ user }) => user.createdAt,
    sql: (sql) => sql`u.created_at`,
  },
  updated_at: {
    column: 'date',
    read: ({ user }) => user.updatedAt,
    sql: (sql) => sql`u.updated_at`,
  },
};

/** What `identify` keeps in columns was sent as traits, and is found under that name too. */
const TRAIT_COLUMNS: Columns<Facts> = Object.fromEntries(
  Object.entries(COLUMNS).filter(([name]) => (OWN_TRAITS as readonly string[]).includes(name)),
);

const traitAt = (path: readonly string[]): Field<Facts> =>
  jsonField(path, { of: ({ user }) => user.traits, sql: (sql) => sql`u.traits` });

export const USER_FIELDS: FieldKind<Facts> = tableFields({
  prefix: 'user',
  describes: `of the user: ${Object.keys(COLUMNS).join(', ')}, or any trait`,
  columns: COLUMNS,
  reserved: RESERVED_TRAITS,
  json: traitAt,
});

export const TRAIT_FIELDS: FieldKind<Facts> = tableFields({
  prefix: 'traits',
  describes: 'any trait of the user',
  columns: TRAIT_COLUMNS,
  reserved: RESERVED_TRAITS,
  json: traitAt,
});

export const CONTEXT_FIELDS: FieldKind<Facts> = {
  prefix: 'context',
  describes: 'the context of the user',
  fieldOf: (path) =>
    jsonField(path, { of: ({ user }) => user.context, sql: (sql) => sql`u.context` }),
};
