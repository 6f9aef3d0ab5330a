import { Type } from 'typebox';
import { Nullable } from '../platform/http.ts';

const Count = Type.Integer({ minimum: 0 });

/** Settings as the API shows them: every one, whether or not somebody set it. */
export const SettingsAnswer = Type.Object({
  name: Type.String(),
  timezone: Type.String({ description: 'An IANA name' }),
  identity_verification: Type.Object({ enabled: Type.Boolean(), require_exp: Type.Boolean() }),
  allowed_origins: Type.Array(Type.String(), { description: 'Empty: any' }),
  rate_limits: Type.Object({
    widget_per_minute: Count,
    widget_unknown_user_per_minute: Count,
    secret_per_second: Count,
    enrollments_per_user_per_hour: Count,
  }),
  limits: Type.Object({
    series_at_once: Nullable(Count),
    emails: Nullable(Type.Object({ count: Count, days: Count })),
  }),
  from: Nullable(Type.String()),
  reply_to: Nullable(Type.String()),
  postal_address: Nullable(Type.String()),
  brand: Type.Object({
    logo_url: Nullable(Type.String()),
    colour: Type.String({ description: '#rrggbb' }),
    website_url: Nullable(Type.String()),
    footer: Nullable(Type.String()),
  }),
  tracking: Type.Object({ opens: Type.Boolean(), clicks: Type.Boolean() }),
  soft_bounces: Type.Object({ count: Count, days: Count }),
  auto_pause: Type.Object({
    enabled: Type.Boolean(),
    bounce_percent: Type.Number(),
    complaint_percent: Type.Number(),
    min_sends: Count,
  }),
  alerts_url: Nullable(Type.String()),
});
