import type { Source } from './source.ts';

/**
 * People exported from Customer.io: `id`, `email`, `cio_id`, and a column for each attribute that was
 * chosen. Times are seconds since 1970. `unsubscribed` is an attribute with a meaning: true for who gets
 * nothing. Who left single topics is told by `cio_subscription_preferences`, which is kept as a trait.
 * Source: docs.customer.io/integrations/api/app/tag/exports/exportPeopleData (attributes are extra columns),
 * customer.io/docs/journeys/uploading-people (a file has `id` or `email`, columns are named as attributes).
 */
export const customerio: Source = {
  columns: {
    id: 'user_id',
    email: 'email',
    cio_id: null,
    created_at: 'signed_up_at:unix',
    timezone: 'timezone',
    language: 'locale',
    locale: 'locale',
    name: 'name',
    unsubscribed: 'consent',
  },
  standings: {
    true: 'unsubscribed',
    false: 'subscribed',
    '1': 'unsubscribed',
    '0': 'subscribed',
  },
  isKnownByEmail: true,
};
