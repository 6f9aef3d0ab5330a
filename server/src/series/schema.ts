import { Type } from 'typebox';
import { Instant, Nullable } from '../platform/http.ts';
import { AUTOMATION_STATUSES, NAME_LENGTH_MAX } from './series.ts';

const Delay = Type.Object({
  amount: Type.Integer({ minimum: 0 }),
  unit: Type.Enum(['minutes', 'hours', 'days', 'weeks', 'business_days']),
});

const Step = Type.Object(
  {
    id: Type.String({ minLength: 1, maxLength: 64, pattern: '^[A-Za-z0-9_-]+$' }),
    type: Type.Enum(['email', 'wait', 'end']),
    next: Type.Optional(
      Nullable(
        Type.String({
          description: 'The id of the next step. Omitted: the following step. Null: the end.',
        }),
      ),
    ),
    subject: Type.Optional(
      Type.String({ description: 'email: a Liquid template', maxLength: 998 }),
    ),
    html: Type.Optional(
      Type.String({ description: 'email: a Liquid template', maxLength: 500_000 }),
    ),
    text: Type.Optional(
      Nullable(Type.String({ description: 'email: made from html when absent' })),
    ),
    preheader: Type.Optional(
      Nullable(Type.String({ description: 'email: shown beside the subject' })),
    ),
    from: Type.Optional(Nullable(Type.String({ description: 'email: `Name <address>`' }))),
    reply_to: Type.Optional(Nullable(Type.String())),
    delay: Type.Optional(Nullable(Delay)),
  },
  { description: 'email needs subject and html; wait needs delay' },
);

const Settings = Type.Object({
  entry_trigger: Type.Optional(Type.Literal('api')),
  timezone: Type.Optional(
    Nullable(Type.String({ description: 'An IANA name, such as Europe/Berlin' })),
  ),
  use_user_timezone: Type.Optional(Type.Boolean()),
  send_window: Type.Optional(
    Nullable(
      Type.Object({
        start: Type.String({ description: 'HH:MM, inclusive' }),
        end: Type.String({
          description: 'HH:MM, exclusive; 24:00 allowed; before start: the next day',
        }),
      }),
    ),
  ),
  business_days_only: Type.Optional(Type.Boolean()),
  business_days: Type.Optional(
    Type.Array(Type.Integer({ minimum: 1, maximum: 7 }), { minItems: 1, maxItems: 7 }),
  ),
  holidays: Type.Optional(
    Nullable(
      Type.Object({ country: Type.String(), region: Type.Optional(Nullable(Type.String())) }),
    ),
  ),
  max_lateness: Type.Optional(Nullable(Delay)),
  spread_minutes: Type.Optional(Nullable(Type.Integer({ minimum: 0 }))),
  reenrollment: Type.Optional(
    Nullable(
      Type.Object({
        enabled: Type.Optional(Type.Boolean()),
        cooldown: Type.Optional(Nullable(Delay)),
        max_runs: Type.Optional(Nullable(Type.Integer({ minimum: 1 }))),
      }),
    ),
  ),
  goal: Type.Optional(Type.Null()),
  exit: Type.Optional(Type.Array(Type.Unknown(), { maxItems: 0 })),
});

/** What creates or replaces a series. */
export const SeriesBody = Type.Object({
  name: Type.String({ minLength: 1, maxLength: NAME_LENGTH_MAX }),
  settings: Type.Optional(Settings),
  steps: Type.Array(Step, { maxItems: 500 }),
});

/** What every automation shows. */
export const AutomationView = {
  id: Type.String({ format: 'uuid' }),
  name: Type.String(),
  status: Type.Enum([...AUTOMATION_STATUSES]),
  created_at: Instant,
  updated_at: Instant,
};

/** A series: its draft, and which version is published. */
export const SeriesView = Type.Object({
  ...AutomationView,
  type: Type.Literal('series'),
  version: Nullable(Type.Integer()),
  settings: Type.Object({}, { additionalProperties: true }),
  steps: Type.Array(Type.Object({}, { additionalProperties: true })),
});
