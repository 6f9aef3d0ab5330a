import { Type } from 'typebox';
import { Instant, Nullable } from '../platform/http.ts';

const Text = Nullable(Type.String());
const Data = Type.Object({}, { additionalProperties: true });

/** A user as the API shows them. */
export const UserView = Type.Object({
  id: Type.String({ format: 'uuid' }),
  user_id: Type.String(),
  email: Text,
  name: Text,
  timezone: Text,
  locale: Text,
  signed_up_at: Nullable(Instant),
  company_id: Nullable(Type.String({ description: 'The id that your system gives the company' })),
  traits: Data,
  context: Data,
  first_seen: Instant,
  last_seen: Instant,
  created_at: Instant,
  updated_at: Instant,
});

/** A company as the API shows it. */
export const CompanyView = Type.Object({
  id: Type.String({ format: 'uuid' }),
  company_id: Type.String(),
  name: Text,
  domain: Text,
  industry: Text,
  plan: Text,
  employee_count: Nullable(Type.Integer()),
  signed_up_at: Nullable(Instant),
  traits: Data,
  context: Data,
  first_seen: Instant,
  last_seen: Instant,
  created_at: Instant,
  updated_at: Instant,
});

/** An event as the API shows it. */
export const EventView = Type.Object({
  id: Type.String({ format: 'uuid' }),
  user_id: Nullable(Type.String()),
  event_type: Type.String(),
  occurred_at: Instant,
  received_at: Instant,
  event_id: Text,
  session_id: Text,
  element_selector: Text,
  page_url: Text,
  metadata: Data,
});
