import { RESERVED_COMPANY_TRAITS } from '../../company.ts';
import type { CompanyFact, Facts } from '../facts.ts';
import { jsonField, tableFields, type Columns, type Field, type FieldKind } from '../field.ts';
import type { Fragment, Sql } from '../fragment.ts';
import type { ColumnType } from '../stored.ts';

/** A column of the company; missing when the user belongs to none. */
const column = (
  type: ColumnType,
  of: (company: CompanyFact) => unknown,
  sql: (sql: Sql) => Fragment,
): Field<Facts> => ({
  column: type,
  read: ({ company }) => (company === null ? null : of(company)),
  sql,
  part: 'company',
});

/** Beside these, everything in `company` is a trait. */
const COLUMNS: Columns<Facts> = {
  company_id: column(
    'text',
    ({ externalId }) => externalId,
    (sql) => sql`c.external_id`,
  ),
  name: column(
    'text',
    ({ name }) => name,
    (sql) => sql`c.name`,
  ),
  domain: {
    ...column(
      'text',
      ({ domain }) => domain,
      (sql) => sql`c.domain`,
    ),
    ignoresCase: true,
  },
  industry: column(
    'text',
    ({ industry }) => industry,
    (sql) => sql`c.industry`,
  ),
  plan: column(
    'text',
    ({ plan }) => plan,
    (sql) => sql`c.plan`,
  ),
  employee_count: column(
    'number',
    ({ employeeCount }) => employeeCount,
    (sql) => sql`c.employee_count`,
  ),
  signed_up_at: column(
    'date',
    ({ signedUpAt }) => signedUpAt,
    (sql) => sql`c.signed_up_at`,
  ),
  first_seen: column(
    'date',
    ({ firstSeen }) => firstSeen,
    (sql) => sql`c.first_seen`,
  ),
  last_seen: column(
    'date',
    ({ lastSeen }) => lastSeen,
    (sql) => sql`c.last_seen`,
  ),
  created_at: column(
    'date',
    ({ createdAt }) => createdAt,
    (sql) => sql`c.created_at`,
  ),
  updated_at: column(
    'date',
    ({ updatedAt }) => updatedAt,
    (sql) => sql`c.updated_at`,
  ),
};

export const COMPANY_FIELDS: FieldKind<Facts> = tableFields({
  prefix: 'company',
  describes: `of the user's company: ${Object.keys(COLUMNS).join(', ')}, or any trait`,
  columns: COLUMNS,
  reserved: RESERVED_COMPANY_TRAITS,
  json: (path) =>
    jsonField(path, {
      of: ({ company }) => company?.traits,
      sql: (sql) => sql`c.traits`,
      part: 'company',
    }),
});
