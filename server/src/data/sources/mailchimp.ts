import type { Source } from './source.ts';

/**
 * An audience exported from Mailchimp: a file each of who is subscribed, unsubscribed and cleaned. Which
 * it is stands in its name and its columns alone: `UNSUB_TIME` and `CLEAN_TIME` are in the second and the
 * third only. An unsubscribed person has left; a cleaned address has bounced. A fourth file, of who never
 * subscribed, has the columns of the first and says so in its name alone: see docs/imports.md.
 * Source: headers of `subscribed_`, `unsubscribed_`, `cleaned_` and `nonsubscribed_email_audience_export_*.csv` as
 * importers and tests in public repositories have them, up to exports of 2026; those of who is cleaned are
 * `CLEAN_TIME`, `CLEAN_CAMPAIGN_TITLE` and `CLEAN_CAMPAIGN_ID`.
 */
export const mailchimp: Source = {
  columns: {
    'email address': 'email',
    'first name': 'traits.first_name',
    'last name': 'traits.last_name',
    email_type: null,
    member_rating: null,
    optin_time: null,
    optin_ip: null,
    confirm_time: 'signed_up_at',
    confirm_ip: null,
    latitude: null,
    longitude: null,
    gmtoff: null,
    dstoff: null,
    timezone: 'timezone',
    cc: 'traits.country',
    region: 'traits.region',
    last_changed: null,
    leid: null,
    euid: null,
    notes: 'traits.notes',
    tags: 'traits.tags:list',
    unsub_time: 'consent:unsubscribed',
    unsub_campaign_title: null,
    unsub_campaign_id: null,
    unsub_reason: null,
    unsub_reason_other: null,
    clean_time: 'consent:bounced',
    clean_campaign_title: null,
    clean_campaign_id: null,
  },
  standings: {
    subscribed: 'subscribed',
    unsubscribed: 'unsubscribed',
    cleaned: 'bounced',
  },
  isKnownByEmail: true,
};
