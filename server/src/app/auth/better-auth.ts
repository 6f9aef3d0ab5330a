import { randomUUID } from 'node:crypto';
import { betterAuth, type BetterAuthOptions } from 'better-auth';
import { APIError } from 'better-auth/api';
import { genericOAuth } from 'better-auth/plugins/generic-oauth';
import { twoFactor } from 'better-auth/plugins/two-factor';
import { Kysely } from 'kysely';
import { PostgresJSDialect } from 'kysely-postgres-js';
import type { Pool } from '../../platform/db.ts';
import type { Log } from '../../platform/log.ts';
import { PASSWORD_LENGTH } from '../../workspace/index.ts';
import type { OidcConfig } from './oidc-config.ts';

/** The header in which the address of the caller is handed on; one that a caller sends is dropped. */
export const ADDRESS_HEADER = 'x-milepost-address';
/** Name of the identity provider in paths and in the database. */
const OIDC_PROVIDER = 'oidc';
const COOKIE_PREFIX = 'milepost';

const SESSION_SECONDS = 14 * 86_400;
/** A session that is used is prolonged this often at most. */
const SESSION_RENEWED_SECONDS = 86_400;
const SECOND_STEP_SECONDS = 600;

/** What signing in needs of the rest. */
export interface AuthDeps {
  readonly db: Pool;
  readonly log: Log;
  /** Signs cookies and encrypts second factors; follows from the encryption key. */
  readonly secret: string;
  /** Where people reach this server, without a trailing slash. */
  readonly publicUrl: string;
  /** Null where nobody signs in by single sign-on. */
  readonly oidc: OidcConfig | null;
  /** Whether somebody who is no member yet was invited. */
  readonly isInvited: (email: string) => Promise<boolean>;
  /** Gives a new member what they were invited to. */
  readonly onJoined: (member: { id: string; email: string }) => Promise<void>;
}

export type Auth = ReturnType<typeof createAuth>;

/**
 * Signing in, over our tables. Loaded when somebody first asks for the dashboard: it costs a server
 * without members nothing.
 */
export function createAuth(deps: AuthDeps) {
  const { db, log, secret, publicUrl, oidc } = deps;
  return betterAuth({
    appName: 'Milepost',
    baseURL: publicUrl,
    basePath: '/api/auth',
    secret,
    database: {
      db: new Kysely({ dialect: new PostgresJSDialect({ postgres: db }) }),
      type: 'postgres',
    },
    telemetry: { enabled: false },
    // Who may call is decided at our edge, for all of our routes alike.
    rateLimit: { enabled: false },
    logger: {
      // What goes wrong inside is thrown; the rest is wrong passwords and the like.
      log: (_level, message) => log.debug({ said: message }, 'signing in'),
    },
    onAPIError: { throw: false, errorURL: `${publicUrl}/sign-in` },
    emailAndPassword: {
      enabled: true,
      disableSignUp: true,
      minPasswordLength: PASSWORD_LENGTH.min,
      maxPasswordLength: PASSWORD_LENGTH.max,
    },
    user: {
      ...TABLES.user,
      validateUserInfo: ({ user }) =>
        user.emailVerified === true
          ? undefined
          : { error: 'email_not_verified', errorDescription: 'The address is not verified' },
    },
    verification: TABLES.verification,
    session: {
      ...TABLES.session,
      expiresIn: SESSION_SECONDS,
      updateAge: SESSION_RENEWED_SECONDS,
      cookieCache: { enabled: false },
    },
    account: {
      ...TABLES.account,
      accountLinking: { enabled: true, trustedProviders: [] },
    },
    plugins: [
      twoFactor({
        issuer: 'Milepost',
        twoFactorCookieMaxAge: SECOND_STEP_SECONDS,
        schema: TWO_FACTOR_TABLES,
      }),
      ...(oidc === null ? [] : [genericOAuth({ config: [providerOf(oidc)] })]),
    ],
    databaseHooks: hooksOf(deps),
    advanced: advancedOf(publicUrl.startsWith('https:')),
  });
}

/** Who may become a member, and what is kept of an account. */
const hooksOf = ({
  isInvited,
  onJoined,
}: Pick<AuthDeps, 'isInvited' | 'onJoined'>): BetterAuthOptions['databaseHooks'] & object => ({
  account: {
    create: { before: async (account) => ({ data: { ...account, ...NO_TOKENS } }) },
    update: { before: async (account) => ({ data: { ...account, ...NO_TOKENS } }) },
  },
  user: {
    create: {
      before: async (member) => {
        if (await isInvited(member.email)) return;
        throw new APIError('FORBIDDEN', { message: 'not_invited', code: 'NOT_INVITED' });
      },
      after: async ({ id, email }) => onJoined({ id, email }),
    },
  },
});

/** Cookies, ids, and what may not be switched off. */
const advancedOf = (isHttps: boolean): BetterAuthOptions['advanced'] & object => ({
  cookiePrefix: COOKIE_PREFIX,
  useSecureCookies: false,
  // In tests as elsewhere.
  disableOriginCheck: false,
  disableCSRFCheck: false,
  defaultCookieAttributes: { httpOnly: true, sameSite: 'lax', secure: isHttps, path: '/' },
  // The way back from the identity provider begins elsewhere; the session's own cookie needs that not.
  cookies: { session_token: { attributes: { sameSite: 'strict' } } },
  database: { generateId: () => randomUUID() },
  ipAddress: { ipAddressHeaders: [ADDRESS_HEADER] },
});

/** What the provider gives for asking it more; nothing more is ever asked, so nothing of it is kept. */
const NO_TOKENS = {
  accessToken: null,
  refreshToken: null,
  idToken: null,
  accessTokenExpiresAt: null,
  refreshTokenExpiresAt: null,
  scope: null,
};

/** Tables and columns of ours, by the names that better-auth has for them. */
const TABLES = {
  user: {
    modelName: 'members',
    fields: { emailVerified: 'email_verified', createdAt: 'created_at', updatedAt: 'updated_at' },
  },
  session: {
    modelName: 'member_sessions',
    fields: {
      userId: 'member_id',
      ipAddress: 'address',
      userAgent: 'user_agent',
      expiresAt: 'expires_at',
      createdAt: 'created_at',
      updatedAt: 'updated_at',
    },
  },
  account: {
    modelName: 'member_accounts',
    fields: {
      userId: 'member_id',
      providerId: 'provider',
      accountId: 'subject',
      password: 'password_hash',
      accessToken: 'access_token',
      refreshToken: 'refresh_token',
      idToken: 'id_token',
      accessTokenExpiresAt: 'access_token_expires_at',
      refreshTokenExpiresAt: 'refresh_token_expires_at',
      createdAt: 'created_at',
      updatedAt: 'updated_at',
    },
  },
  verification: {
    modelName: 'member_verifications',
    fields: { expiresAt: 'expires_at', createdAt: 'created_at', updatedAt: 'updated_at' },
  },
} as const;

const TWO_FACTOR_TABLES = {
  user: { fields: { twoFactorEnabled: 'two_factor_enabled' } },
  twoFactor: {
    modelName: 'member_second_factors',
    fields: {
      userId: 'member_id',
      backupCodes: 'backup_codes',
      verified: 'is_verified',
      failedVerificationCount: 'failure_count',
      lockedUntil: 'locked_until',
    },
  },
} as const;

/** Who the provider vouches for counts only with an address that it has verified. */
const providerOf = ({ issuer, clientId, clientSecret, name }: OidcConfig) => ({
  providerId: OIDC_PROVIDER,
  name,
  discoveryUrl: `${issuer.replace(/\/+$/, '')}/.well-known/openid-configuration`,
  clientId,
  clientSecret,
  scopes: ['openid', 'email', 'profile'],
  pkce: true,
  requireIdTokenVerification: true,
  mapProfileToUser: (profile: Readonly<Record<string, unknown>>) => {
    const { name: given, email } = profile;
    return { name: typeof given === 'string' && given !== '' ? given : String(email) };
  },
});
