/** A company that users belong to. */
export interface Company {
  readonly bucket: number;
  readonly id: string;
  readonly workspaceId: string;
  /** The id that the customer's own system gives it. */
  readonly externalId: string;
  readonly name: string | null;
  readonly domain: string | null;
  readonly industry: string | null;
  readonly plan: string | null;
  readonly employeeCount: number | null;
  readonly signedUpAt: Date | null;
  readonly traits: Readonly<Record<string, unknown>>;
  readonly context: Readonly<Record<string, unknown>>;
  readonly firstSeen: Date;
  readonly lastSeen: Date;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** Traits of a company that only the server writes. */
export const RESERVED_COMPANY_TRAITS = [
  'id',
  'external_id',
  'org_id',
  'created_at',
  'updated_at',
  'health_score',
  'team_size',
  'last_contacted_at',
] as const;

/** Traits of a company kept in columns of their own. */
export const OWN_COMPANY_TRAITS = [
  'name',
  'domain',
  'industry',
  'plan',
  'employee_count',
  'signed_up_at',
] as const;

/** What one call changes. Null deletes; what is absent stays. */
export interface CompanyPatch {
  /** Own columns, as text; `signed_up_at` in ISO 8601, `employee_count` in digits. */
  readonly own: Readonly<Record<string, string | null>>;
  readonly traits: Readonly<Record<string, unknown>>;
  readonly context: Readonly<Record<string, unknown>>;
}

/** What merge tags may name as `company`: own columns and traits. */
export const companyMergeFactsOf = (
  company: Pick<
    Company,
    | 'externalId'
    | 'name'
    | 'domain'
    | 'industry'
    | 'plan'
    | 'employeeCount'
    | 'signedUpAt'
    | 'traits'
  >,
): Readonly<Record<string, unknown>> => ({
  ...company.traits,
  company_id: company.externalId,
  name: company.name,
  domain: company.domain,
  industry: company.industry,
  plan: company.plan,
  employee_count: company.employeeCount,
  signed_up_at: company.signedUpAt?.toISOString() ?? null,
});
