import { Type } from 'typebox';
import { Instant, Reasons, Nullable } from '../platform/http.ts';

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
});

export const SeriesCallAnswer = Type.Object({
  success: Type.Literal(true),
  enrolled: Type.Optional(Type.Literal(true)),
  scheduled_for: Type.Optional(Instant),
  already_enrolled: Type.Optional(Type.Literal(true)),
  already_completed: Type.Optional(Type.Literal(true)),
  removed: Type.Optional(Type.Boolean()),
  message: Type.Optional(Type.String()),
});

export const ENROLLMENT_STATES = ['active', 'completed', 'removed', 'ended'] as const;
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

const Counts = Type.Object({}, { additionalProperties: Type.Integer() });

export const StatsView = Type.Object({
  enrollments: Counts,
  messages: Counts,
  steps: Type.Array(
    Type.Object({
      step_id: Type.String(),
      waiting: Type.Integer(),
      passed: Type.Integer(),
      skipped: Type.Integer(),
      failed: Type.Integer(),
      cancelled: Type.Integer(),
    }),
  ),
  ledger: Type.Object(
    {
      planned: Type.Integer(),
      passed: Type.Integer(),
      skipped: Type.Integer(),
      failed: Type.Integer(),
      cancelled: Type.Integer(),
      pending: Type.Integer(),
      processing: Type.Integer(),
      in_doubt: Type.Integer(),
      unaccounted: Type.Integer(),
    },
    { description: 'planned = all the others; unaccounted is 0 at any moment' },
  ),
});

export const ExplainView = Type.Object({
  state: Type.String(),
  reasons: Reasons,
  next: Nullable(
    Type.Object({
      action: Type.String(),
      step_id: Nullable(Type.String()),
      at: Nullable(Instant),
      reasons: Reasons,
    }),
  ),
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
