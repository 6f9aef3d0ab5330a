import { Type, type Static } from 'typebox';
import { Instant, isoOf, Nullable, PageQuery } from '../platform/http.ts';
import { publicIdOf } from './event-types.ts';
import { DELIVERY_STATUSES, type Delivery } from './sql/deliveries.ts';
import type { Webhook } from './webhook.ts';

const Url = Type.String({ minLength: 1, maxLength: 2_000 });
const EventTypes = Type.Array(Type.String({ minLength: 1, maxLength: 100 }), {
  minItems: 1,
  maxItems: 100,
  description: 'Names of `GET /event_types`, or `*` for all, those of later versions too',
});
const Description = Type.String({ maxLength: 500 });

export const NewWebhookBody = Type.Object(
  {
    url: Url,
    event_types: EventTypes,
    description: Type.Optional(Description),
    is_enabled: Type.Optional(Type.Boolean()),
  },
  { additionalProperties: false },
);
export const ChangeWebhookBody = Type.Object(
  {
    url: Type.Optional(Url),
    event_types: Type.Optional(EventTypes),
    description: Type.Optional(Description),
    is_enabled: Type.Optional(Type.Boolean()),
  },
  { additionalProperties: false },
);

const webhook = {
  id: Type.String({ format: 'uuid' }),
  url: Type.String(),
  event_types: Type.Array(Type.String()),
  description: Type.String(),
  is_enabled: Type.Boolean(),
  disabled_reason: Nullable(
    Type.String({
      description: 'Why it was disabled by itself: `failing`, or `gone` after an answer of 410',
    }),
  ),
  disabled_at: Nullable(Instant),
  failures: Type.Integer({ description: 'Attempts that failed since the last that did not' }),
  failing_since: Nullable(Instant),
  secret_hint: Type.String({ description: 'The last four characters of its secret' }),
  previous_secret_valid_until: Nullable(Instant),
  created_at: Instant,
  updated_at: Instant,
};
export const WebhookView = Type.Object(webhook);
export const WebhookWithSecret = Type.Object({
  ...webhook,
  secret: Type.String({ description: '`whsec_…`; shown this once' }),
});

export const DeliveryQuery = Type.Object({
  ...PageQuery,
  status: Type.Optional(Type.Enum([...DELIVERY_STATUSES])),
});

export const DeliveryView = Type.Object({
  id: Type.String({ format: 'uuid' }),
  event_id: Type.String({ description: 'The `webhook-id` of all its attempts' }),
  type: Type.String(),
  status: Type.Enum([...DELIVERY_STATUSES]),
  attempts: Type.Integer(),
  next_attempt_at: Nullable(
    Type.String({ format: 'date-time', description: 'Null unless it is pending' }),
  ),
  give_up_at: Instant,
  ended_at: Nullable(Instant),
  created_at: Instant,
  payload: Type.Unknown({
    description: '`data` of the event; empty where a person was erased',
  }),
  log: Type.Array(
    Type.Object({
      at: Instant,
      status: Nullable(Type.Integer({ description: 'Null: no answer' })),
      ms: Type.Integer(),
      reason: Nullable(Type.String()),
      answer: Nullable(Type.String({ description: 'How the answer began' })),
    }),
    { description: 'The last attempts, oldest first' },
  ),
});

export const ReplayBody = Type.Object(
  {
    from: Instant,
    to: Instant,
    types: Type.Optional(EventTypes),
    status: Type.Optional(
      Type.Enum(['delivered', 'given_up'], { description: 'Only what ended so; else all' }),
    ),
  },
  { additionalProperties: false },
);
export const ReplayView = Type.Object({
  count: Type.Integer({ description: 'Events that are sent again, at most 10,000' }),
});
export const TestBody = Type.Object(
  { type: Type.Optional(Type.String({ minLength: 1, maxLength: 100 })) },
  { additionalProperties: false },
);

export const EventTypesView = Type.Object({
  data: Type.Array(
    Type.Object({
      name: Type.String(),
      description: Type.String(),
      schema: Type.Unknown({ description: 'JSON Schema of `data`' }),
      sample: Type.Unknown({ description: 'A `data` that could be' }),
    }),
  ),
  envelope: Type.Unknown({ description: 'JSON Schema of the whole event' }),
});

export const webhookViewOf = (one: Webhook): Static<typeof WebhookView> => ({
  id: one.id,
  url: one.url,
  event_types: [...one.eventTypes],
  description: one.description,
  is_enabled: one.isEnabled,
  disabled_reason: one.disabledReason,
  disabled_at: isoOf(one.disabledAt),
  failures: one.failures,
  failing_since: isoOf(one.failingSince),
  secret_hint: one.secretHint,
  previous_secret_valid_until: isoOf(one.previousValidUntil),
  created_at: one.createdAt.toISOString(),
  updated_at: one.updatedAt.toISOString(),
});

export const deliveryViewOf = (one: Delivery): Static<typeof DeliveryView> => ({
  id: one.id,
  event_id: publicIdOf(one.eventId),
  type: one.type,
  status: one.status,
  attempts: one.attempts,
  next_attempt_at: isoOf(one.nextAt),
  give_up_at: one.giveUpAt.toISOString(),
  ended_at: isoOf(one.endedAt),
  created_at: one.createdAt.toISOString(),
  payload: one.data,
  log: one.attemptLog.map(({ at, status, ms, reason, answer }) => ({
    at,
    status,
    ms,
    reason,
    answer,
  })),
});
