import {
  emailSettingsOf,
  emailSettingsViewOf,
  type EmailSettings,
  type EmailSettingsView,
  type StoredEmailSettings,
} from './email-settings.ts';
import type { Side } from './key.ts';

/** Calls allowed per window; 0 switches a limit off. */
export interface RateLimits {
  /** Calls of one widget key from one client address per minute. */
  readonly widgetPerMinute: number;
  /** Of those, the ones a minute that may end in `User not found`. */
  readonly widgetUnknownUserPerMinute: number;
  /** Calls of one secret key per second. */
  readonly secretPerSecond: number;
  /** Enrollments that one user may begin per hour through a widget key. */
  readonly enrollmentsPerUserPerHour: number;
}

/** What one user gets at most, over all series and broadcasts. */
export interface UserLimits {
  /** Series that a user may be in at the same time; null for any number. */
  readonly seriesAtOnce: number | null;
  /** Emails within so many days of 24 hours; null for any number. */
  readonly emails: { readonly count: number; readonly days: number } | null;
}

/** What a member may set for one side of a workspace. */
export interface Settings extends EmailSettings {
  readonly name: string;
  /** A canonical IANA name. */
  readonly timezone: string;
  readonly identityVerification: { readonly enabled: boolean; readonly requireExp: boolean };
  /** Origins whose pages may call with a widget key, as a browser spells them; empty means any. */
  readonly allowedOrigins: readonly string[];
  readonly rateLimits: RateLimits;
  readonly limits: UserLimits;
  /** Sender of emails that name none, as `Name <address>` or a bare address; null: the server's. */
  readonly from: string | null;
  readonly replyTo: string | null;
}

/**
 * The wire form. The column `workspaces.settings` has the same names, without `name` and
 * `timezone`.
 */
export interface SettingsView extends EmailSettingsView {
  name: string;
  timezone: string;
  identity_verification: { enabled: boolean; require_exp: boolean };
  allowed_origins: string[];
  rate_limits: {
    widget_per_minute: number;
    widget_unknown_user_per_minute: number;
    secret_per_second: number;
    enrollments_per_user_per_hour: number;
  };
  limits: { series_at_once: number | null; emails: { count: number; days: number } | null };
  from: string | null;
  reply_to: string | null;
}

/** What is stored: only what somebody set, so that a default may change for everybody else. */
export interface StoredSettings extends StoredEmailSettings {
  readonly identity_verification?: Partial<SettingsView['identity_verification']>;
  readonly allowed_origins?: readonly string[];
  readonly rate_limits?: Partial<SettingsView['rate_limits']>;
  readonly limits?: Partial<SettingsView['limits']>;
  readonly from?: string | null;
  readonly reply_to?: string | null;
}

/** What a new side starts with: a live one asks for tokens, a test one lets people try things. */
export function initialSettings(side: Side): StoredSettings {
  return { identity_verification: { enabled: side === 'live', require_exp: false } };
}

/** The settings that hold: what was set, and the default for everything else. */
export function settingsOf(row: {
  name: string;
  timezone: string;
  stored: StoredSettings;
}): Settings {
  const { name, timezone, stored } = row;
  const { identity_verification: identity, rate_limits: rates, limits } = stored;
  return {
    name,
    timezone,
    identityVerification: {
      enabled: identity?.enabled ?? true,
      requireExp: identity?.require_exp ?? false,
    },
    allowedOrigins: stored.allowed_origins ?? [],
    rateLimits: {
      widgetPerMinute: rates?.widget_per_minute ?? 600,
      widgetUnknownUserPerMinute: rates?.widget_unknown_user_per_minute ?? 60,
      secretPerSecond: rates?.secret_per_second ?? 1_000,
      enrollmentsPerUserPerHour: rates?.enrollments_per_user_per_hour ?? 60,
    },
    limits: { seriesAtOnce: limits?.series_at_once ?? null, emails: limits?.emails ?? null },
    from: stored.from ?? null,
    replyTo: stored.reply_to ?? null,
    ...emailSettingsOf(stored),
  };
}

/** Settings as the API shows them. */
export function settingsViewOf(settings: Settings): SettingsView {
  const { identityVerification: identity, rateLimits: rates, limits } = settings;
  return {
    name: settings.name,
    timezone: settings.timezone,
    identity_verification: { enabled: identity.enabled, require_exp: identity.requireExp },
    allowed_origins: [...settings.allowedOrigins],
    rate_limits: {
      widget_per_minute: rates.widgetPerMinute,
      widget_unknown_user_per_minute: rates.widgetUnknownUserPerMinute,
      secret_per_second: rates.secretPerSecond,
      enrollments_per_user_per_hour: rates.enrollmentsPerUserPerHour,
    },
    limits: { series_at_once: limits.seriesAtOnce, emails: limits.emails },
    from: settings.from,
    reply_to: settings.replyTo,
    ...emailSettingsViewOf(settings),
  };
}

/**
 * Whether pages of this origin may call with a widget key. Requests without an origin are no
 * browser's.
 */
export function isOriginAllowed(settings: Settings, origin: string | undefined): boolean {
  const { allowedOrigins } = settings;
  return origin === undefined || allowedOrigins.length === 0 || allowedOrigins.includes(origin);
}
