import type { Source } from './source.ts';

/**
 * People exported from Customer.io: `id`, `email`, `cio_id`, and a column for each attribute that was
 * chosen. Times are seconds since 1970. `unsubscribed` is an attribute with a meaning: true for who gets
 * nothing.
 * Source: docs.customer.io (exports of people: identifiers, and the attributes that were chosen). The names of
 * columns are those of attributes; no file of today was at hand to compare.
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
