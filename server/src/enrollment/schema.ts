import { Type } from 'typebox';
import { MESSAGE_STATES } from '../delivery/index.ts';
import { Instant, Reasons, Nullable } from '../platform/http.ts';

/** What an enrolling call brings along. */
export const PropertiesSchema = Nullable(
  Type.Object(
    {},
    {
      additionalProperties: true,
      description:
        'Merge tags and conditions of this passage name them event; 10,000 bytes at most',
    },
  ),
);

/** The body of `POST /api/sdk/series`. */
export const SeriesCallBody = Type.Object({
  action: Type.Union([Type.Literal('enroll'), Type.Literal('remove')]),
  user_id: Type.String({
    minLength: 1,
    maxLength: 255,
    description: 'The id your system gives the user',
  }),
  series_id: Type.String({ format: 'uuid' }),
  user_token: Type.Optional(Type.String({ description: 'HS256, claim user_id' })),
  properties: Type.Optional(PropertiesSchema),
});

export const SeriesCallAnswer = Type.Object({
  success: Type.Literal(true),
  enrolled: Type.Optional(Type.Boolean()),
  scheduled_for: Type.Optional(Instant),
  already_enrolled: Type.Optional(Type.Boolean()),
  already_completed: Type.Optional(Type.Literal(true)),
  removed: Type.Optional(Type.Boolean()),
  message: Type.Optional(Type.String()),
});

export const ENROLLMENT_STATES = [
  'active',
  'completed',
  'goal_reached',
  'exited',
  'removed',
  'ended',
] as const;
const State = Type.Enum([...ENROLLMENT_STATES]);

export const EnrollmentView = Type.Object({
  id: Type.String({ format: 'uuid' }),
  user_id: Type.String(),
  version: Type.Integer(),
  run: Type.Integer(),
  state: State,
  end_reason: Nullable(Type.String()),
  entered_at: Instant,
  ended_at: Nullable(Instant),
  created_at: Instant,
  updated_at: Instant,
});

export const RecipientView = Type.Object({
  id: Type.String(),
  user_id: Type.String(),
  step_id: Type.String(),
  status: Type.Union([Type.Literal('pending'), Type.Literal('processing')]),
  scheduled_for: Instant,
  held: Type.Boolean({ description: 'Due, and held because the series is paused' }),
  timezone: Type.String(),
  attempts: Type.Integer(),
  reasons: Reasons,
});

export const TestClockView = Type.Object({
  now: Instant,
  next_due: Nullable(Instant),
  pending: Type.Integer(),
});

export const AdvanceBody = Type.Object({
  to: Type.Optional(Instant),
  by: Type.Optional(
    Type.Object({
      days: Type.Optional(Type.Integer({ minimum: 0 })),
      hours: Type.Optional(Type.Integer({ minimum: 0 })),
      minutes: Type.Optional(Type.Integer({ minimum: 0 })),
    }),
  ),
  to_end: Type.Optional(Type.Literal(true)),
});

export const AdvanceView = Type.Object({ now: Instant, handled: Type.Integer() });

/** What became of a decision about several messages. */
export const ResolvedView = Type.Object({
  resolved: Type.Integer(),
  data: Type.Array(
    Type.Object({
      id: Type.String(),
      status: Nullable(
        Type.Enum([...MESSAGE_STATES], { description: 'Null where it was refused' }),
      ),
      code: Nullable(Type.String()),
      error: Nullable(Type.String()),
    }),
  ),
});
