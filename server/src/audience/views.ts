import { isoOf } from '../platform/http.ts';
import type { Db } from '../platform/db.ts';
import { bucketOf } from '../platform/ids.ts';
import type { Company } from './company.ts';
import { companiesByIds } from './sql/companies.ts';
import type { User } from './user.ts';

/** The companies that users belong to, by internal id. */
export async function companiesOf(
  db: Db,
  users: readonly User[],
): Promise<ReadonlyMap<string, Company>> {
  const ids = new Set(users.flatMap(({ companyId }) => companyId ?? []));
  if (ids.size === 0) return new Map();
  return companiesByIds(
    db,
    [...ids].map((id) => ({ bucket: bucketOf(id), id })),
  );
}

/** A user as the API shows them. */
export const userViewOf = (user: User, companies: ReadonlyMap<string, Company>) => ({
  id: user.id,
  user_id: user.externalId,
  email: user.email,
  name: user.name,
  timezone: user.timezone,
  locale: user.locale,
  signed_up_at: isoOf(user.signedUpAt),
  company_id: companies.get(user.companyId ?? '')?.externalId ?? null,
  traits: user.traits,
  context: user.context,
  ...timesOf(user),
});

/** A company as the API shows it. */
export const companyViewOf = (company: Company) => ({
  id: company.id,
  company_id: company.externalId,
  name: company.name,
  domain: company.domain,
  industry: company.industry,
  plan: company.plan,
  employee_count: company.employeeCount,
  signed_up_at: isoOf(company.signedUpAt),
  traits: company.traits,
  context: company.context,
  ...timesOf(company),
});

const timesOf = (of: User | Company) => ({
  first_seen: of.firstSeen.toISOString(),
  last_seen: of.lastSeen.toISOString(),
  created_at: of.createdAt.toISOString(),
  updated_at: of.updatedAt.toISOString(),
});
