import type { Source } from './source.ts';

/**
 * An audience exported from Mailchimp: a file each of who is subscribed, unsubscribed and cleaned. Which
 * it is stands in its name and its columns alone: `UNSUB_TIME` and `CLEAN_TIME` are in the second and the
 * third only. An unsubscribed person has left; a cleaned address has bounced.
 * The columns of who is subscribed and unsubscribed are as in files that people have published; those of who is
 * cleaned are as such files are known to look, for none was found to compare.
 */
export const mailchimp: Source = {
  columns: {
    'email address': 'email',
    'first name': 'traits.first_name',
    'last name': 'traits.last_name',
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
