import type { Source } from './source.ts';

/**
 * Subscribers exported from listmonk: `uuid, email, name, attributes, status, created_at, updated_at`,
 * `attributes` a JSON object. `disabled` gets nothing until somebody enables it, `blocklisted` never
 * again.
 * Source: github.com/knadh/listmonk, cmd/subscribers.go at 007f4de (header of the export), schema.sql (subscriber_status).
 */
export const listmonk: Source = {
  columns: {
    uuid: 'traits.listmonk_uuid',
    email: 'email',
    name: 'name',
    attributes: 'traits',
    status: 'consent',
    created_at: 'signed_up_at',
    updated_at: null,
  },
  standings: {
    enabled: 'subscribed',
    disabled: 'unsubscribed',
    blocklisted: 'suppressed',
  },
  isKnownByEmail: true,
};
