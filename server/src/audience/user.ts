/** A person our customer writes to. */
export interface User {
  readonly bucket: number;
  readonly id: string;
  readonly workspaceId: string;
  /** The id that the customer's own system gives them. */
  readonly externalId: string;
  readonly email: string | null;
  readonly name: string | null;
  /** As it was sent; may be no zone at all. */
  readonly timezone: string | null;
  readonly locale: string | null;
  readonly signedUpAt: Date | null;
  /** The company they belong to, by its internal id. */
  readonly companyId: string | null;
  readonly traits: Readonly<Record<string, unknown>>;
  readonly context: Readonly<Record<string, unknown>>;
  readonly firstSeen: Date;
  readonly lastSeen: Date;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** Traits that only the server writes. */
export const RESERVED_TRAITS = [
  'id',
  'external_id',
  'org_id',
  'company_id',
  'created_at',
  'updated_at',
  'first_seen',
  'last_seen',
  'last_contacted_at',
] as const;

/** Traits kept in columns of their own. */
export const OWN_TRAITS = ['name', 'email', 'timezone', 'locale', 'signed_up_at'] as const;

/** What one `identify` changes. Null deletes; what is absent stays. */
export interface UserPatch {
  /** Own columns, as text; `signed_up_at` in ISO 8601. */
  readonly own: Readonly<Record<string, string | null>>;
  readonly traits: Readonly<Record<string, unknown>>;
  readonly context: Readonly<Record<string, unknown>>;
}

/** A patch that changes nothing: somebody was seen, or linked. */
export const EMPTY_PATCH: UserPatch = { own: {}, traits: {}, context: {} };

/** The facts that merge tags may name under `user` and `traits`. */
export function mergeFactsOf(user: User): {
  user: Readonly<Record<string, unknown>>;
  traits: Readonly<Record<string, unknown>>;
} {
  const own = {
    user_id: user.externalId,
    name: user.name,
    email: user.email,
    timezone: user.timezone,
    locale: user.locale,
    signed_up_at: user.signedUpAt?.toISOString() ?? null,
  };
  return { user: { ...user.traits, ...own }, traits: user.traits };
}
