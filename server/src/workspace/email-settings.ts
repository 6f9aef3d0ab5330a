/** How the emails of a side look, what is followed of them, and when sending stops by itself. */
export interface EmailSettings {
  /** Where the sender can be reached by post, which laws ask for in marketing mail. */
  readonly postalAddress: string | null;
  /** How branded emails and the pages for recipients look. */
  readonly brand: {
    readonly logoUrl: string | null;
    /** `#rrggbb`. */
    readonly colour: string;
    readonly websiteUrl: string | null;
    /** Plain text under branded emails. */
    readonly footer: string | null;
  };
  /** Whether opening and clicking are followed; lists and emails may only say less. */
  readonly tracking: { readonly opens: boolean; readonly clicks: boolean };
  /** Temporary bounces in a row, spread over so many days, that suppress an address. */
  readonly softBounces: { readonly count: number; readonly days: number };
  /** Shares, in percent of at least `minSends` of the last 7 days, at which sending is paused. */
  readonly autoPause: {
    readonly enabled: boolean;
    readonly bouncePercent: number;
    readonly complaintPercent: number;
    readonly minSends: number;
  };
  /** Called, signed as webhooks are, when sending was paused. */
  readonly alertsUrl: string | null;
}

/** The wire form, and the stored one. */
export interface EmailSettingsView {
  postal_address: string | null;
  brand: {
    logo_url: string | null;
    colour: string;
    website_url: string | null;
    footer: string | null;
  };
  tracking: { opens: boolean; clicks: boolean };
  soft_bounces: { count: number; days: number };
  auto_pause: {
    enabled: boolean;
    bounce_percent: number;
    complaint_percent: number;
    min_sends: number;
  };
  alerts_url: string | null;
}

/** What is stored: only what somebody set. */
export type StoredEmailSettings = {
  readonly [Name in keyof EmailSettingsView]?: EmailSettingsView[Name] extends
    | string
    | null
    | readonly string[]
    ? EmailSettingsView[Name]
    : Partial<EmailSettingsView[Name]>;
};

/** A blue that white text can be read on. */
const COLOUR_DEFAULT = '#1f5fbf';
/**
 * Three soft bounces over two weeks: under what providers themselves use, over a full mailbox and a
 * server that is away for some days.
 */
const SOFT_BOUNCES_DEFAULT = { count: 3, days: 14 };
/** Under what mailbox providers and Amazon SES act upon: 0.3 % of complaints, 5 % of bounces. */
const AUTO_PAUSE_DEFAULT = { bouncePercent: 4, complaintPercent: 0.1, minSends: 200 };

export function emailSettingsOf(stored: StoredEmailSettings): EmailSettings {
  const { brand, tracking, soft_bounces: soft, auto_pause: pause } = stored;
  return {
    postalAddress: stored.postal_address ?? null,
    brand: {
      logoUrl: brand?.logo_url ?? null,
      colour: brand?.colour ?? COLOUR_DEFAULT,
      websiteUrl: brand?.website_url ?? null,
      footer: brand?.footer ?? null,
    },
    tracking: { opens: tracking?.opens ?? true, clicks: tracking?.clicks ?? true },
    softBounces: {
      count: soft?.count ?? SOFT_BOUNCES_DEFAULT.count,
      days: soft?.days ?? SOFT_BOUNCES_DEFAULT.days,
    },
    autoPause: {
      enabled: pause?.enabled ?? true,
      bouncePercent: pause?.bounce_percent ?? AUTO_PAUSE_DEFAULT.bouncePercent,
      complaintPercent: pause?.complaint_percent ?? AUTO_PAUSE_DEFAULT.complaintPercent,
      minSends: pause?.min_sends ?? AUTO_PAUSE_DEFAULT.minSends,
    },
    alertsUrl: stored.alerts_url ?? null,
  };
}

export const emailSettingsViewOf = (settings: EmailSettings): EmailSettingsView => ({
  postal_address: settings.postalAddress,
  brand: {
    logo_url: settings.brand.logoUrl,
    colour: settings.brand.colour,
    website_url: settings.brand.websiteUrl,
    footer: settings.brand.footer,
  },
  tracking: settings.tracking,
  soft_bounces: settings.softBounces,
  auto_pause: {
    enabled: settings.autoPause.enabled,
    bounce_percent: settings.autoPause.bouncePercent,
    complaint_percent: settings.autoPause.complaintPercent,
    min_sends: settings.autoPause.minSends,
  },
  alerts_url: settings.alertsUrl,
});
